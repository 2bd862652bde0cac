"""Ranking of advisories."""

from __future__ import annotations

from pathlib import Path

import pytest

from census_support.inputs.made_up_visits import Visit, day, lake_of
from census_support.inputs.osv_records import advisory, events
from census_support.lakes.told_lake import known_of
from conda_census.exposure.assessment_schema import Exposures
from conda_census.exposure.ranking import rank_exposures
from conda_census.exposure.remediation_curves import greenwood_estimate
from conda_census.reports.json_documents import to_json

#: Two hold 2.0, of whom one moves on; one holds 1.0.
_VISITS = [
    Visit(1, "ada", "base", ("bad",)),
    Visit(2, "bob", "work", ("bad",)),
    Visit(3, "cy", "test", ("old",)),
    Visit(20, "ada", "base", ("good",)),
    *(Visit(25, client, environment) for client, environment in (("bob", "work"), ("cy", "test"))),
]
_RECORDS = [
    advisory(
        name,
        events(*versions),
        package=package,
        published=f"2024-01-{published:02}T08:00:00Z",
        database_specific={"severity": severity},
    )
    for name, versions, package, published, severity in (
        ("ALL-1", ("introduced 0", "fixed 3.0"), "numpy", 10, "LOW"),
        ("NEW-1", ("introduced 1.5", "fixed 3.0"), "numpy", 10, "HIGH"),
        ("FAST-1", ("introduced 2.0", "fixed 3.0"), "numpy", 19, "HIGH"),
        ("NOBODY-1", ("introduced 9.0",), "numpy", 10, "HIGH"),
        ("ELSEWHERE-1", ("introduced 0",), "nowhere", 10, "HIGH"),
    )
]


def _ranked(folder: Path, as_of: int = 25, **more: object) -> Exposures:
    known = known_of(folder, *_RECORDS)
    exposures = rank_exposures(known, lake_of(_VISITS), day(as_of), greenwood_estimate, **more)  # type: ignore[arg-type]
    return to_json(exposures)


def _exposed(ranked: Exposures) -> list[tuple[str, int]]:
    return [(row["id"], row["exposed"]["observed"]) for row in ranked["advisories"]]


def test_the_most_exposed_come_first(tmp_path: Path) -> None:
    """Then who heals more slowly; one that exposes nobody is not among them."""
    found = _ranked(tmp_path)

    assert _exposed(found) == [("ALL-1", 2), ("NEW-1", 1), ("FAST-1", 1)]
    assert [row["median_days"]["value"] for row in found["advisories"]] == [None, 11.0, 2.0]
    assert (found["open"], found["looked_at"], found["unmapped"]) == (5, 4, 1)


@pytest.mark.takes_turns(5, among="the longest")
def test_so_many_of_these_severities(tmp_path: Path) -> None:
    """The first of them."""
    assert _exposed(_ranked(tmp_path, top=1)) == [("ALL-1", 2)]
    assert _exposed(_ranked(tmp_path, severities=["high"])) == [("NEW-1", 1), ("FAST-1", 1)]


@pytest.mark.takes_turns(5, among="the longest")
def test_what_is_disclosed_later_is_not_known_yet(tmp_path: Path) -> None:
    """On the day before the last of them, when nobody had moved on."""
    assert _exposed(_ranked(tmp_path, as_of=12)) == [("ALL-1", 3), ("NEW-1", 2)]
    assert _exposed(_ranked(tmp_path, as_of=8)) == []
