from __future__ import annotations

from datetime import date

from census_support.lakes.small_lake import SmallLake
from conda_census.metrics.coverage.window import choose_window, within
from conda_census.metrics.day_totals import Day, count_by_day
from conda_census.metrics.population import population


def test_each_day_counts_its_own(lake: SmallLake) -> None:
    """Ada on two days, Bob on one; a day without anything is not there, a day with only a download is."""
    lake.session("2024-01-01", "s1", "ada").session("2024-01-01", "s2", "bob").session(
        "2024-01-01", "s2", "bob"
    )
    lake.session("2024-01-03", "s3", "ada").download("2024-01-03").download("2024-01-05")
    tables = lake.open()

    people = population(tables.sessions, choose_window(tables))

    assert count_by_day(tables.sessions, tables.downloads, people) == [
        Day(date(2024, 1, 1), sessions=2, installations=2, first_seen=2, downloads=0),
        Day(date(2024, 1, 3), sessions=1, installations=1, first_seen=0, downloads=1),
        Day(date(2024, 1, 5), sessions=0, installations=0, first_seen=0, downloads=1),
    ]


def test_who_was_there_before_the_window_is_not_first_seen_in_it(lake: SmallLake) -> None:
    """Ada came on New Year's Eve, Bob comes for the first time on the second day of the window."""
    lake.session("2023-12-31", "s1", "ada").session("2024-01-01", "s2", "ada")
    lake.session("2024-01-02", "s3", "ada").session("2024-01-02", "s4", "bob")
    tables = lake.open()
    window = choose_window(tables, since=date(2024, 1, 1))
    inside = within(tables, window)

    days = count_by_day(inside.sessions, inside.downloads, population(tables.sessions, window))

    assert [(day.installations, day.first_seen) for day in days] == [(1, 0), (2, 1)]
