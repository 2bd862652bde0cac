"""A day without a log, in the window or before it, is never the reason of a number that looks sure.

Each number of a report on all logs but some is compared with that of all logs. It is the same, or null, or a
note on it says that days without a log make it wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from census_support.lakes.small_lake import SmallLake
from conda_census.engines.lake_tables import LakeTables
from conda_census.metrics.coverage.window import Window
from conda_census.metrics.sample import ALL
from conda_census.reports.json_documents import to_json
from conda_census.reports.usage.alt_text import retention as retention_in_words
from conda_census.reports.usage.build import make_report
from conda_census.reports.usage.notes import NOTES, notes_on_gaps
from conda_census.reports.usage.schema import Report
from conda_census.reports.usage.tables import flat_tables

_MONDAY = date(2024, 1, 1)
_DAYS = 35
#: Which notes are on a part of the report. The longest beginning of a number's path counts. Numbers of other
#: parts have no note: they are the same, or null.
_NOTES_ON = {
    "installations.total": "installations",
    "installations.by_class": "by_class",
    "installations.active_by_class": "by_class",
    "environments": "environments",
    "environments.single_share": "single_share",
    "environments.single_share_lasting": "single_share_lasting",
    "environments.by_class": "by_class",
    "opted_out": "opted_out",
    "installer_downloads": "installer_downloads",
    "sessions": "sessions",
    "downloads": "downloads",
    "packages": "packages",
    "agents": "agents",
    "retention": "retention",
    "organizations": "organizations",
    **{f"by_day.{_MONDAY + timedelta(days=day)}.first_seen": "first_seen" for day in range(_DAYS)},
}
#: What was read is told of the logs that are there; the window lists the days that have none.
_OF_WHAT_WAS_READ = {"accounting", "completeness", "notes", "sample", "window"}


def _day(number: int) -> date:
    return _MONDAY + timedelta(days=number)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> LakeTables:
    """Five weeks of those who come daily, weekly, once and out of an image, and of those who opted out."""
    chance, lake = Random(7), SmallLake(tmp_path_factory.mktemp("lake"))  # noqa: S311  no secret
    sessions = iter(range(10_000))
    for number in range(60):
        habit = (0.9, 0.3, 0.1, 0.1, 0.0, 0.0)[number % 6]
        first = chance.randrange(-5, _DAYS)
        days = [day for day in range(first, _DAYS) if day == first or chance.random() < habit]
        for day in (day for day in days if day >= 0):
            environment = f"e-{number}-{chance.randrange(3)}" if habit else f"image-{number % 5}"
            name, text = f"s{next(sessions)}", _day(day).isoformat()
            lake.session(text, name, f"c{number}", environment, organizations=["acme"], network=f"n{number}")
            lake.download(
                text, session=name, client=f"c{number}", environment=environment, organizations=["acme"],
                name=chance.choice(("numpy", "pip", "zlib")), version="1", channel="main", subdir="noarch",
            )  # fmt: skip
    for number in range(_DAYS):
        text = _day(number).isoformat()
        lake.source(text)
        for each in range(chance.randrange(4)):
            lake.session(text, f"s{next(sessions)}", sharing="off", network=f"off-{each}")
            lake.installer(text, "browser")
    return lake.open()


def _report(tables: LakeTables, since: date, until: date, missing: frozenset[date] = frozenset()) -> Report:
    """Return the report on a window of a lake into which the logs of some days were never read."""
    some = replace(
        tables,
        sessions=tables.sessions.filter(tables.sessions.day.notin(list(missing))),
        downloads=tables.downloads.filter(tables.downloads.day.notin(list(missing))),
        installer_downloads=tables.installer_downloads.filter(
            tables.installer_downloads.day.notin(list(missing))
        ),
        sources=tables.sources.filter(tables.sources.day.notin(list(missing))),
    ) if missing else tables  # fmt: skip
    organizations = {"Acme": b"acme"}
    return make_report(some, since, until, sample=ALL, package="numpy", organizations=organizations)


def _numbers(part: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Yield each number of a part with its path. Rows of days and weeks have these in it."""
    if isinstance(part, dict):
        for key, value in part.items():
            if path or key not in _OF_WHAT_WAS_READ:
                yield from _numbers(value, f"{path}.{key}" if path else str(key))
    elif isinstance(part, list) and all(
        isinstance(row, dict) and {"day", "week"} & row.keys() for row in part
    ):
        for row in part:
            yield from _numbers(row, f"{path}.{row.get('day') or row.get('week')}")
    else:
        yield path, part


def _note_on(path: str) -> str | None:
    beginnings = [part for part in _NOTES_ON if path == part or path.startswith(f"{part}.")]
    return _NOTES_ON[max(beginnings, key=len)] if beginnings else None


def _holes(seed: int) -> tuple[date, date, frozenset[date]]:
    """A window, and days of which no log was read, in it or before it. The window keeps a day.

    The first and the last log stay: nothing tells that there was one before the first.
    """
    chance = Random(seed)  # noqa: S311  no secret
    since, until = sorted(chance.sample(range(_DAYS), 2))
    missing = {chance.randint(1, until) for _ in range(chance.randint(1, 5))}
    kept = chance.randint(since, until)
    return _day(since), _day(until), frozenset(map(_day, missing - {kept, _DAYS - 1}))


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize("seed", range(16))
def test_each_number_is_right_or_null_or_noted(tables: LakeTables, seed: int) -> None:
    """Whichever days are missing, and whether they lie in the window or before it."""
    since, until, missing = _holes(seed)
    whole, holed = _report(tables, since, until), _report(tables, since, until, missing)
    noted = {note.number for note in holed.notes[len(NOTES) :]}
    right = dict(_numbers(to_json(whole)))
    for path, number in _numbers(to_json(holed)):
        if number is not None and number != right.get(path):
            assert _note_on(path) in noted, (path, number, right.get(path))


def test_without_a_hole_no_note_is_added() -> None:
    """So that a note says something."""
    assert notes_on_gaps(Window(_day(15), _day(19), _day(19))) == []


@pytest.mark.parametrize(
    ("inside", "before", "said"),
    [
        ([], [7, 14], "(2 days before the window)"),
        ([], [7], "(1 day before the window)"),
        ([16], [7, 14], "(1 day of the window and 2 days before it)"),
        ([16], [], "(1 day of the window)"),
    ],
)
def test_what_looks_back_says_which_days_it_lacks(inside: list[int], before: list[int], said: str) -> None:
    """Classes, who was first seen, and who came back: they look at all days since the logs begin."""
    window = Window(_day(15), _day(19), _day(19), tuple(map(_day, inside)), tuple(map(_day, before)))
    notes = notes_on_gaps(window)
    looks_back = {"by_class", "single_share_lasting", "first_seen", "retention"}
    assert {note.number for note in notes if note.note.endswith(said)} >= looks_back
    heads = [note.note for note in notes if note.number == "window"]
    assert [", ".join(str(_day(day)) for day in before) in head for head in heads] == [True] * bool(before)


def test_a_hole_before_the_window_leaves_its_counts_alone(tables: LakeTables) -> None:
    """Only what looks back is noted: the window is complete, and its days were counted."""
    report = _report(tables, _day(15), _day(19), frozenset({_day(7)}))
    assert report.window.complete is True
    noted = {note.number for note in report.notes[len(NOTES) :]}
    assert noted == {"window", "by_class", "single_share_lasting", "first_seen", "retention"}


@pytest.mark.takes_turns(2)
@pytest.mark.parametrize(("missing", "unknown"), [(6, {0, 1}), (7, {1, 2}), (13, {1, 2}), (14, {2, 3})])
def test_a_cohort_has_a_size_if_it_is_known_who_was_new(
    tables: LakeTables, missing: int, unknown: set[int]
) -> None:
    """Who came on a day without a log would look new in the week after it: then there is no size."""
    report = _report(tables, _day(0), _day(_DAYS - 1), frozenset({_day(missing)}))
    sizes = {str(row.week): row.installations for row in report.retention}
    assert len(sizes) == 5
    assert [week for week, size in sizes.items() if size is None] == [
        _day(7 * week).isoformat() for week in sorted(unknown)
    ]
    in_tables = flat_tables(report)["retention"].to_pylist()
    assert {str(row["first_week"]): row["installations"] for row in in_tables} == sizes
    assert "not known:" in retention_in_words(report)
