from __future__ import annotations

from datetime import UTC, datetime

from census_support.lakes.small_lake import SmallLake
from conda_census.metrics.coverage.log_sources import Drops, list_sources


def test_the_newest_is_last(lake: SmallLake) -> None:
    """By the time of the first request; a log without any stands at the time at which it was read."""
    lake.source("2024-01-03").source("2024-01-01")
    read = datetime(2024, 1, 2, 9, tzinfo=UTC)
    lake.source("2024-01-02", source="none.log", first_time=None, last_time=None, ingested_at=read)

    names = [source.source for source in list_sources(lake.open().sources)]

    assert names == ["2024-01-01.log", "none.log", "2024-01-03.log"]


def test_drops_have_their_first_lines(lake: SmallLake) -> None:
    """Reasons in alphabetical order, those of no line left out; one without line numbers has none."""
    dropped = {"no_time": 3, "blank": 1, "too_long": 0}
    lake.source("2024-01-01", lines=5, dropped=dropped, dropped_lines={"no_time": [2, 4, 5]})

    (source,) = list_sources(lake.open().sources)

    assert source.dropped == {"blank": Drops(1, ()), "no_time": Drops(3, (2, 4, 5))}
    assert list(source.dropped) == ["blank", "no_time"]


def test_nothing_was_read(lake: SmallLake) -> None:
    """No entry, and no error."""
    assert list_sources(lake.open().sources) == []
