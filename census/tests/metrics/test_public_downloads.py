"""Are downloads counted by hour and month as Anaconda's public package data have them?"""

from __future__ import annotations

from datetime import UTC, datetime

import ibis
import pytest

from census_support.lakes.small_lake import SmallLake
from conda_census.metrics.public_downloads import COLUMNS, public_downloads, python_of


@pytest.mark.parametrize(
    ("build", "python"),
    [
        ("py311h06a4308_0", "3.11"),
        ("py39h6e9494a_1", "3.9"),
        ("py310_0", "3.10"),
        ("py27_0", "2.7"),
        ("py36h_0", "3.6"),
        ("py3.6_0", "3.6"),
        ("np119py38h3f0e7a5_2", "3.8"),
        ("cuda120py312h2a1b3c4_200", "3.12"),
        ("py314h0123456_0_cp314t", "3.14"),
        ("pyhd8ed1ab_0", ""),
        ("pyh24bf2e0_0", ""),
        ("py_0", ""),
        ("h955ad1f_0", ""),
        ("0", ""),
    ],
)
def test_the_python_of_a_build(build: str, python: str) -> None:
    """As conda-build and older builds by hand name it."""
    assert ibis.duckdb.connect().execute(python_of(ibis.literal(build))) == python


def test_hours_and_months(lake: SmallLake) -> None:
    """Two downloads in one hour, one in the next, one in the next month; ``pkgs/`` are the defaults."""
    numpy = {"channel": "pkgs/main", "subdir": "linux-64", "version": "1.26.4", "build": "py311h06a4308_0"}
    for day, *time in (
        ("2024-01-31", 22, 0),
        ("2024-01-31", 22, 59),
        ("2024-01-31", 23, 0),
        ("2024-02-01", 0, 0),
    ):
        year, month, date = map(int, day.split("-"))
        lake.download(day, "numpy", **numpy, time=datetime(year, month, date, *time, tzinfo=UTC))
    other = {"channel": "conda-forge", "subdir": "noarch", "version": "24.0", "build": "pyhd8ed1ab_0"}
    lake.download("2024-02-01", "pip", **other)
    downloads = lake.open().downloads

    names = ("anaconda", "numpy", "1.26.4", "linux-64", "3.11")
    hours = public_downloads(downloads, "hour").to_pyarrow()
    assert tuple(hours.column_names) == COLUMNS
    assert [tuple(row.values())[1:] for row in hours.to_pylist()] == [
        (*names, 2),
        (*names, 1),
        (*names, 1),
        ("conda-forge", "pip", "24.0", "noarch", "", 1),
    ]
    assert [f"{time:%d %H:%M}" for time in hours["time"].to_pylist()] == [
        "31 22:00",
        "31 23:00",
        "01 00:00",
        "01 12:00",
    ]
    months = public_downloads(downloads, "month").to_pyarrow().to_pylist()
    assert [tuple(row.values()) for row in months] == [
        ("2024-01", *names, 3),
        ("2024-02", *names, 1),
        ("2024-02", "conda-forge", "pip", "24.0", "noarch", "", 1),
    ]
