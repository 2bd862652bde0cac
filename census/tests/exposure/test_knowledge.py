from __future__ import annotations

from pathlib import Path

import pytest

from census_support.inputs.osv_records import advisory, events
from census_support.lakes.told_lake import known_of
from conda_census.errors import CensusError
from conda_census.lake.store import Lake
from conda_census.vulnerabilities.database import read_database

_ALL = events("introduced 0")


def test_an_advisory_is_found_by_any_of_its_ids(tmp_path: Path) -> None:
    """One that nobody imported is told, with what to do."""
    known = known_of(tmp_path, advisory("A-1", _ALL, aliases=["CVE-2024-1"]), advisory("B-1", _ALL))

    assert known.advisory("A-1") is known.advisory("cve-2024-1")
    with pytest.raises(CensusError, match=r"^C-1: no advisory of the lake: import its record"):
        known.advisory("C-1")


def test_what_was_withdrawn_is_not_open(tmp_path: Path) -> None:
    """It is known all the same."""
    gone = advisory("A-1", _ALL, withdrawn="2024-01-17T00:00:00Z")
    known = known_of(tmp_path, gone, advisory("B-1", _ALL))

    assert [group.id for group in known.advisories] == ["A-1", "B-1"]
    assert [group.id for group in known.open_advisories] == ["B-1"]


def test_of_a_lake_that_was_told_nothing(tmp_path: Path) -> None:
    """The names that are part of the census are known."""
    known = read_database(Lake.open_or_create(tmp_path / "lake", "k"))

    assert known.advisories == []
    assert known.names.mapping_status("urllib3") == "mapped"
