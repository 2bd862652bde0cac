"""Inputs of an assessment: matches, the day of disclosure, the last day with data."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from census_support.inputs.made_up_visits import Visit, day, lake_of
from census_support.inputs.osv_records import advisory, events
from census_support.lakes.small_lake import SmallLake
from census_support.lakes.told_lake import known_of
from conda_census.errors import CensusError
from conda_census.exposure.assessment_inputs import (
    count_unmapped_lately,
    disclosed_on,
    gather_inputs,
    last_day,
)
from conda_census.metrics.coverage.window import choose_window
from conda_census.vulnerabilities.advisory_import import ad_hoc_advisory

_VISITS = [
    Visit(1, "ada", "base", ("old", "other")),
    Visit(2, "bob", "work", ("bad",)),
    Visit(40, "ada", "base", ("good",)),
]
_RANGE = events("introduced 1.5", "fixed 3.0")
_RECORD = advisory("A-1", _RANGE, package="numpy", published="2024-01-05T23:00:00Z")


def test_the_builds_that_were_downloaded_are_judged(tmp_path: Path) -> None:
    """A version from before the fault mends nothing; what came later than the day is not known."""
    known = known_of(tmp_path, _RECORD)
    for as_of, expected in (
        (40, {"1.0": (False, False), "2.0": (True, False), "3.0": (False, True)}),
        (2, {"1.0": (False, False), "2.0": (True, False)}),
    ):
        told = gather_inputs(known, lake_of(_VISITS), known.advisory("A-1"), day(as_of))
        rows = told.matches.builds.to_pyarrow().to_pylist()
        assert {row["version"]: (row["affected"], row["is_fix"]) for row in rows} == expected
        assert told.matches.disclosed == {0: date(2024, 1, 5)}


def test_when_it_was_disclosed(tmp_path: Path) -> None:
    """By the first of its records; where none says so, on the day that is asked for."""
    earlier = advisory("B-1", _RANGE, aliases=["A-1"], published="2024-01-03T01:00:00Z")
    known = known_of(tmp_path, _RECORD, earlier, advisory("C-1", _RANGE))

    assert disclosed_on(known.advisory("A-1"), day(40)) == date(2024, 1, 3)
    assert disclosed_on(known.advisory("C-1"), day(40)) == day(40)


@pytest.mark.parametrize(
    ("package", "message"),
    [
        ("nowhere", "no map leads from PyPI:nowhere to a conda package: import one"),
        ("within", "only within suite, beside other projects"),
    ],
)
def test_where_nothing_can_be_said(package: str, message: str, tmp_path: Path) -> None:
    """It is no zero."""
    known = known_of(tmp_path, advisory("A-1", _RANGE, package=package))

    with pytest.raises(CensusError, match=f"^A-1: {message}"):
        gather_inputs(known, lake_of(_VISITS), known.advisory("A-1"), day(40))


def test_a_name_that_nobody_downloaded(tmp_path: Path) -> None:
    """Is most likely another one in conda; a record's package may have been spared."""
    known = known_of(tmp_path, _RECORD)
    tables = lake_of(_VISITS[:1])

    with pytest.raises(CensusError, match=r"^torch: no conda package of this name was downloaded"):
        gather_inputs(known, tables, ad_hoc_advisory("torch", "2.0"), day(40))
    nobody = gather_inputs(
        known, lake_of([Visit(1, "ada", "base", ("other",))]), known.advisory("A-1"), day(1)
    )
    assert nobody.matches.names == ()


def test_the_day_is_one_of_the_logs() -> None:
    """Of no other day is known that nobody was active."""
    tables = lake_of(_VISITS)

    assert last_day(tables, None) == day(40)
    assert last_day(tables, day(1)) == day(1)
    for wrong in (day(0), day(41)):
        with pytest.raises(CensusError, match="are of 2024-01-02 to 2024-02-10: choose a day of these"):
            last_day(tables, wrong)
    with pytest.raises(CensusError, match="nothing has been ingested yet"):
        last_day(lake_of([]), None)


def test_a_lake_without_a_request_has_no_day(tmp_path: Path) -> None:
    """The error says that something was ingested, and where to look."""
    tables = SmallLake(tmp_path).source_in_vain("2024-01-10", 1256).open()

    with pytest.raises(CensusError, match="1,256 lines were read, and none is a request: see"):
        last_day(tables, None)


def test_a_record_makes_a_conda_package_known(tmp_path: Path) -> None:
    """By its own ecosystem, without a map; of what lies 30 days back nothing counts any more."""
    tables = lake_of(_VISITS)
    by_map = known_of(tmp_path, _RECORD)
    by_record = known_of(tmp_path, advisory("B-1", _RANGE, package="scipy", ecosystem="conda"))

    for known, as_of, share in ((by_map, 2, 1 / 3), (by_record, 2, 0.0), (by_map, 40, 0.0)):
        found = count_unmapped_lately(known, tables, choose_window(tables, until=day(as_of)))
        assert found.downloads_share == pytest.approx(share)
