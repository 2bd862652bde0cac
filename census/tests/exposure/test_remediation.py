"""Cohorts: entry, event and last visit of each unit at risk."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from census_support.inputs.made_up_visits import DISCLOSED, Visit, day, lake_of, made_up_matches
from conda_census.exposure.downloaded_builds import list_downloaded_builds
from conda_census.exposure.matches import find_first_fixes
from conda_census.exposure.remediation import find_cohorts
from conda_census.exposure.study_population import study_population

#: (is_prevalent, entry, event), the days since the disclosure, which was on day 40.
Row = tuple[bool, int, int | None]


def _rows(visits: Sequence[Visit], as_of: int = 100) -> list[dict[str, object]]:
    tables = lake_of(visits)
    with study_population(tables, made_up_matches(), day(as_of)) as known:
        fixes = find_first_fixes(
            known.matches, list_downloaded_builds(tables.downloads, known.matches.names, day(as_of))
        )
        rows: list[dict[str, object]] = (
            find_cohorts(known, fixes).order_by("installation").to_pyarrow().to_pylist()
        )
    return rows


def _one(*visits: Visit, as_of: int = 100) -> Row | None:
    found = _rows(visits, as_of)
    assert len(found) <= 1
    return next(((row["is_prevalent"], row["entry"], row["event"]) for row in found), None)  # type: ignore[misc]


def _downloads(*fetched: tuple[int, str]) -> list[Visit]:
    return [Visit(number, "ada", "base", (name,) if name else ()) for number, name in fetched]


@pytest.mark.parametrize(
    ("downloads", "expected"),
    [
        ([(30, "bad")], (True, 0, None)),
        ([(40, "bad")], (True, 0, None)),
        ([(30, "bad"), (45, "good")], (True, 0, 5)),
        ([(30, "bad"), (45, "old")], (True, 0, 5)),
        ([(30, "bad"), (45, "bad"), (46, "good")], (True, 0, 6)),
        ([(30, "bad"), (45, "good"), (50, "bad"), (60, "good")], (True, 0, 5)),
        ([(30, "bad"), (35, "good")], None),
        ([(30, "good")], None),
    ],
)
def test_who_is_exposed_at_the_disclosure_is_prevalent(
    downloads: list[tuple[int, str]], expected: Row | None
) -> None:
    """By what was seen up to the end of that day; healed by the first unaffected build after it."""
    assert _one(*_downloads(*downloads)) == expected


@pytest.mark.parametrize(
    ("downloads", "expected"),
    [
        ([(50, "bad")], (False, 9, None)),
        ([(41, "bad")], (False, 0, None)),
        ([(50, "bad"), (55, "good")], (False, 9, 15)),
        ([(45, "good"), (50, "bad"), (55, "good")], (False, 9, 15)),
        ([(30, "bad"), (35, "good"), (50, "bad")], (False, 9, None)),
        ([(50, "good")], None),
    ],
)
def test_who_becomes_exposed_later_is_incident(
    downloads: list[tuple[int, str]], expected: Row | None
) -> None:
    """At risk on the day of the download, which is to enter at the end of the day before."""
    assert _one(*_downloads(*downloads)) == expected


def test_one_may_be_healed_on_the_day_on_which_one_became_exposed() -> None:
    """In the morning and in the evening of day 50."""
    visits = [Visit(50, "ada", "base", ("bad",), minute=60), Visit(50, "ada", "base", ("good",), minute=1200)]

    assert _one(*visits) == (False, 9, 10)


@pytest.mark.parametrize(
    ("downloads", "expected"),
    [
        ([(10, "bad"), (50, "")], (False, 10, None)),
        ([(10, "bad"), (50, ""), (60, "good")], (False, 10, 20)),
        ([(10, "bad"), (50, "bad"), (60, "good")], (False, 10, 20)),
        ([(10, "bad"), (50, "good")], None),
        ([(10, "bad"), (50, "good"), (60, "bad")], (False, 19, None)),
        ([(10, "bad")], None),
        ([(11, "bad")], (True, 0, None)),
    ],
)
def test_who_comes_back_after_long_enters_then(
    downloads: list[tuple[int, str]], expected: Row | None
) -> None:
    """Nobody could count it at the disclosure. It enters with its return, unless it healed on that day."""
    assert _one(*_downloads(*downloads)) == expected


def test_silence_is_no_event() -> None:
    """Seen last on day 42: two days after the disclosure."""
    (row,) = _rows(_downloads((30, "bad"), (42, "")))

    assert (row["event"], row["last_visit"]) == (None, 2)


def test_what_comes_after_the_day_asked_for_is_not_known() -> None:
    """Asked on day 50 of a fix on day 55."""
    assert _one(*_downloads((30, "bad"), (55, "good")), as_of=50) == (True, 0, None)


def test_the_fix_is_that_of_the_subdir() -> None:
    """``worse`` is of win-64, where no fixed build was seen. Fixes are seen without tokens too."""
    visits = [
        Visit(30, "ada", "base", ("bad",)),
        Visit(30, "bob", "base-bob", ("worse",)),
        Visit(44, "cy", None, ("good",)),
        Visit(46, "ada", "base", ("good",)),
    ]

    assert {row["installation"]: row["fix"] for row in _rows(visits)} == {b"ada": 4, b"bob": None}


def test_a_build_from_before_the_fault_is_no_fix() -> None:
    """It heals, but it was there long before."""
    assert [row["fix"] for row in _rows(_downloads((10, "old"), (30, "bad"), (45, "old")))] == [None]


def test_of_several_packages_all_must_be_healed() -> None:
    """The last of them is the event."""
    visits = [Visit(30, "ada", "base", ("bad", "bad-base")), Visit(45, "ada", "base", ("good",))]

    assert _one(*visits) == (True, 0, None)
    assert _one(*visits, Visit(60, "ada", "base", ("good-base",))) == (True, 0, 20)


def test_a_copied_token_is_one_unit_and_a_cluster_of_its_own() -> None:
    """One container was exposed, and another fetched the fix: the image was built anew."""
    visits = [Visit(30, f"box-{number}", "baked", ("bad",)) for number in (1, 2, 3)]

    (row,) = _rows([*visits, Visit(45, "box-4", "baked", ("good",))])

    assert (row["installation"], row["class"], row["event"]) == (b"baked", "image", 5)


def test_environments_of_an_installation_are_of_one_cluster() -> None:
    """Two units, each with its own fate."""
    visits = [Visit(30, "ada", name, ("bad",)) for name in ("base", "work")]

    rows = _rows([*visits, Visit(45, "ada", "work", ("good",))])

    assert [row["installation"] for row in rows] == [b"ada", b"ada"]
    assert {row["event"] for row in rows} == {None, 5}


def test_the_disclosure_is_on_day_40() -> None:
    """Which all these figures count from."""
    assert DISCLOSED == 40
