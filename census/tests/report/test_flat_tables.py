from __future__ import annotations

from datetime import date

import pytest

from census_support.lakes.known_lake import fill
from census_support.lakes.small_lake import SmallLake
from conda_census.reports.usage.build import Report, make_report
from conda_census.reports.usage.tables import flat_tables


def test_the_headlines_are_given_in_total_and_by_class(report: Report) -> None:
    """Counts without interval, shares with theirs; what is not estimated is null, never 0."""
    rows = flat_tables(report)["headlines"].to_pylist()
    found = {(row["number"], row["class"]): row for row in rows}

    assert found["installations", "all"]["count"] == 3
    assert found["installations", "new"]["count"] == 2
    assert found["environments", "lasting"]["count"] == 2
    assert found["single_share", "all"]["share"] == 2 / 3
    assert found["single_share", "all"]["share_low"] < 2 / 3 < found["single_share", "all"]["share_high"]
    assert found["single_share", "image"]["share"] is None
    assert found["opted_out", "all"]["count"] is None
    assert found["downloads", "all"]["count"] == 6


@pytest.mark.parametrize(
    ("name", "rows", "first"),
    [
        ("active_installations", 20, {"class": "all", "last_days": 1, "installations": 1}),
        ("environments", 25, {"class": "all", "environments_per_installation": "1", "installations": 2}),
        ("opted_out", 3, {"measure": "requests", "off": 3, "tokens": 13, "naive_share_off": 3 / 16}),
        (
            "by_day",
            3,
            {"day": date(2024, 1, 1), "sessions": 1, "installations": 1, "first_seen": 1} | {"downloads": 0},
        ),
        (
            "installers",
            2,
            {
                "month": "2024-01",
                "product": "Miniconda3",
                "platform": "Linux-x86_64",
                "version": "latest",
                "agent": "command-line fetcher",
                "downloads": 1,
            },
        ),
        ("packages", 1, {"name": "numpy", "environments": 0, "installations": 0, "downloads": 6}),
        (
            "completeness",
            3,
            {
                "day": date(2024, 1, 1),
                "sources": 1,
                "lines": 7,
                "requests": 5,
                "dropped": 2,
                "complete": True,
                "state": "complete",
                "reason": "",
            },
        ),
        (
            "window",
            1,
            {
                "since": date(2024, 1, 1),
                "until": date(2024, 1, 3),
                "complete_until": date(2024, 1, 2),
                "complete": False,
                "days_without_log": "",
                "package": None,
            },
        ),
        ("dropped_lines", 1, {"reason": "no-time", "lines": 6}),
    ],
)
def test_each_table_has_its_rows(report: Report, name: str, rows: int, first: dict[str, object]) -> None:
    """The figures of the small lake, which can be counted by hand."""
    table = flat_tables(report)[name]

    assert table.num_rows == rows
    assert table.slice(0, 1).to_pylist() == [first]


def test_an_empty_lake_has_the_same_tables(lake: SmallLake, empty_report: Report) -> None:
    """With the same columns, so that what reads them does not stumble."""
    fill(lake)
    filled, empty = flat_tables(make_report(lake.open())), flat_tables(empty_report)

    assert {name: table.schema for name, table in filled.items()} == {
        name: table.schema for name, table in empty.items()
    }
    assert (filled["by_day"].num_rows, empty["by_day"].num_rows) == (3, 0)
