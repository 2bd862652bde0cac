from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from census_support.lakes.small_lake import SmallLake
from conda_census.metrics.coverage.copied_logs import likely_copies

DAY = "2024-01-16"
NOON = datetime(2024, 1, 16, 12, tzinfo=UTC)
LARGE = {"lines": 120, "requests": 110}


def _downloads(lake: SmallLake, often: int, downloads: int = 10) -> None:
    """So many downloads a second apart, each of them so often."""
    for number in range(downloads):
        for _ in range(often):
            lake.download(DAY, time=NOON + timedelta(seconds=number), session=b"s", bytes=5000 + number)


def _copies(lake: SmallLake) -> list[tuple[str, ...]]:
    tables = lake.open()
    return likely_copies(tables.sources, tables.downloads)


def test_a_log_with_a_prefix_before_each_line_is_a_copy(lake: SmallLake) -> None:
    """As many lines and requests, the same times, and each download is there twice: all names together."""
    for name in ("syslog", "access.log", "crlf.log"):
        lake.source(DAY, source=name, **LARGE)
    lake.source(DAY, source="other.log", lines=121, requests=110)
    _downloads(lake, often=3)
    assert _copies(lake) == [("access.log", "crlf.log", "syslog")]


@pytest.mark.parametrize(
    "other",
    [
        {"lines": 121},
        {"requests": 111},
        {"other_requests": 1},
        {"first_time": NOON},
        {"last_time": NOON},
        {"source": "1.log", "batch": "main/2"},
    ],
)
def test_logs_that_differ_are_no_copies(lake: SmallLake, other: dict[str, object]) -> None:
    """In a number or a time; and a name alone is one log."""
    lake.source(DAY, **{"source": "1.log", **LARGE})
    lake.source(DAY, **{"source": "2.log", **LARGE, **other})
    _downloads(lake, often=2)
    assert _copies(lake) == []


def test_small_logs_may_be_alike(lake: SmallLake) -> None:
    """By chance: two mirrors from which one client takes a few packages."""
    for name in ("1.log", "2.log"):
        lake.source(DAY, source=name, lines=99, requests=99)
    _downloads(lake, often=2)
    assert _copies(lake) == []


@pytest.mark.parametrize(("often", "downloads"), [(1, 50), (2, 9)])
def test_logs_without_the_same_downloads_are_no_copies(lake: SmallLake, often: int, downloads: int) -> None:
    """Two servers that nobody uses are asked for an index in the same seconds, by what watches them."""
    for name in ("1.log", "2.log"):
        lake.source(DAY, source=name, **LARGE)
    _downloads(lake, often, downloads)
    assert _copies(lake) == []


def test_a_lake_without_a_log(lake: SmallLake) -> None:
    """Has no copies."""
    assert _copies(lake) == []
