from __future__ import annotations

from datetime import date

from ibis.expr.types import Table

from census_support.lakes.small_lake import SmallLake
from conda_census.metrics.coverage.window import Window
from conda_census.metrics.installations import Installations
from conda_census.metrics.installations import count_installations as count_of_population
from conda_census.metrics.population import population


def count_installations(sessions: Table, window: Window) -> Installations:
    return count_of_population(population(sessions, window), window)


def _window(since: str, until: str) -> Window:
    return Window(date.fromisoformat(since), date.fromisoformat(until), None)


def test_an_installation_counts_once(lake: SmallLake) -> None:
    """Ada in three sessions, one of them in two batches, and Bob: two. Without a token: nobody."""
    lake.session("2024-03-01", "s1", "ada").session("2024-03-01", "s1", "ada").session(
        "2024-03-02", "s2", "ada"
    )
    lake.session("2024-03-02", "s3", "bob").session("2024-03-02", "s4", None)

    found = count_installations(lake.open().sessions, _window("2024-03-01", "2024-03-02"))

    assert found.total == 2


def test_activity_looks_back_from_the_end_of_the_window(lake: SmallLake) -> None:
    """Until 30 June: seen that day, 6, 7, 29, 30, 89 and 90 days before. A period holds its last day."""
    lake.session("2024-06-30", "s1", "today").session("2024-06-24", "s2", "6 days")
    lake.session("2024-06-23", "s3", "7 days").session("2024-06-01", "s4", "29 days")
    lake.session("2024-05-31", "s5", "30 days").session("2024-04-02", "s6", "89 days")
    lake.session("2024-04-01", "s7", "90 days").session("2024-07-01", "s8", "after")

    found = count_installations(lake.open().sessions, _window("2024-06-24", "2024-06-30"))

    assert (found.total, found.active) == (2, {1: 1, 7: 2, 30: 4, 90: 6})


def test_an_installation_counts_by_its_last_day(lake: SmallLake) -> None:
    """Seen 80 days ago and yesterday: active in the last 7 days."""
    lake.session("2024-04-12", "s1", "ada").session("2024-06-29", "s2", "ada")

    found = count_installations(lake.open().sessions, _window("2024-04-01", "2024-06-30"))

    assert found.active == {1: 0, 7: 1, 30: 1, 90: 1}


def test_an_empty_lake_has_no_installations(lake: SmallLake) -> None:
    """Zeros, with days and without."""
    nobody = (0, {1: 0, 7: 0, 30: 0, 90: 0})

    for window in (Window(None, None, None), _window("2024-01-01", "2024-01-01")):
        found = count_installations(lake.open().sessions, window)
        assert (found.total, found.active) == nobody


def test_every_class_has_its_count(lake: SmallLake) -> None:
    """Ada stays, Bob came and went, Cy came this week; Dee was active, but not in the window."""
    lake.session("2024-06-01", "s1", "ada").session("2024-06-29", "s2", "ada")
    lake.session("2024-06-10", "s3", "bob").session("2024-06-29", "s4", "cy")
    lake.session("2024-05-01", "s5", "dee")

    found = count_installations(lake.open().sessions, _window("2024-06-01", "2024-06-30"))

    assert found.by_class == {"lasting": 1, "ephemeral": 1, "image": 0, "new": 1}
    assert found.active_by_class["ephemeral"] == {1: 0, 7: 0, 30: 1, 90: 2}
    assert found.active_by_class["lasting"] == {1: 0, 7: 1, 30: 1, 90: 1}
