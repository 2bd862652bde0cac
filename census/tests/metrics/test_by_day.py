from __future__ import annotations

from datetime import date

from conda_census.metrics.by_day import Day, count_by_day
from small_lake import SmallLake


def test_each_day_counts_its_own(lake: SmallLake) -> None:
    """Ada on two days, Bob on one; a day without anything is not there, a day with only a download is."""
    lake.session("2024-01-01", "s1", "ada").session("2024-01-01", "s2", "bob").session(
        "2024-01-01", "s2", "bob"
    )
    lake.session("2024-01-03", "s3", "ada").download("2024-01-03").download("2024-01-05")
    tables = lake.open()

    assert count_by_day(tables.sessions, tables.downloads) == [
        Day(date(2024, 1, 1), sessions=2, installations=2, downloads=0),
        Day(date(2024, 1, 3), sessions=1, installations=1, downloads=1),
        Day(date(2024, 1, 5), sessions=0, installations=0, downloads=1),
    ]
