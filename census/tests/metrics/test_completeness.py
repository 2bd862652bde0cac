from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from census_support.lakes.small_lake import SmallLake
from conda_census.metrics.coverage.completeness import DayRead, count_days
from conda_census.metrics.coverage.window import choose_window
from conda_census.settings_file import Hole


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_every_day_has_its_place(lake: SmallLake) -> None:
    """Two logs on the 1st, none on the 2nd, one on the 3rd, which was read too early to be complete."""
    read = {"ingested_at": _utc("2024-01-04 12:00:00")}
    lake.source("2024-01-01", lines=5, requests=3, dropped={"blank": 2}, **read)
    lake.source("2024-01-01", source="other.log", lines=1, requests=1, **read)
    lake.source("2024-01-03", lines=4, requests=4, **read)
    lake.session("2024-01-01", "s1", requests=4).session("2024-01-03", "s2", requests=4)
    tables = lake.open()

    assert count_days(tables, choose_window(tables)) == [
        DayRead(date(2024, 1, 1), sources=2, requests=4, dropped=2, state="complete"),
        DayRead(date(2024, 1, 2), sources=0, requests=0, dropped=0, state="no_log"),
        DayRead(date(2024, 1, 3), sources=1, requests=4, dropped=0, state="provisional"),
    ]


def test_a_declared_hole_is_no_surprise(lake: SmallLake) -> None:
    """It has no log either, and says why; a log within it is a log."""
    lake.source("2024-01-01").source("2024-01-03").source("2024-01-06")
    hole = Hole(date(2024, 1, 2), date(2024, 1, 4), "the mirror was down")
    tables = replace(lake.open(), holes=(hole,))

    days = count_days(tables, choose_window(tables))

    states = ["complete", "declared_hole", "complete", "declared_hole", "no_log", "complete"]
    assert [day.state for day in days] == states
    assert [day.reason for day in days if day.reason] == ["the mirror was down"] * 2


def test_a_log_of_three_days_is_there_on_each(lake: SmallLake) -> None:
    """Its requests stand where they were, its drops where it begins, and a window inside it sees it too."""
    lake.source(
        "2024-01-01", lines=8, requests=6, dropped={"blank": 2}, last_time=_utc("2024-01-03 08:00:00")
    )
    for day in (1, 2, 3):
        lake.session(f"2024-01-0{day}", f"s{day}", requests=day)
    tables = lake.open()

    days = count_days(tables, choose_window(tables))
    middle = count_days(tables, choose_window(tables, date(2024, 1, 2), date(2024, 1, 2)))

    assert [(day.sources, day.requests, day.lines) for day in days] == [(1, 1, 3), (1, 2, 2), (1, 3, 3)]
    assert sum(day.lines for day in days) == 8
    assert middle == days[1:2]


def test_an_empty_lake_has_no_days(lake: SmallLake) -> None:
    """Nothing to list."""
    tables = lake.open()
    assert count_days(tables, choose_window(tables)) == []
