"""Of which days is everything in, and is there a day without a log?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from ibis.expr.types import Table

from conda_census.engines.tables import LakeTables
from conda_census.metrics.window import Window

__all__ = ["DayRead", "count_days"]


@dataclass(frozen=True)
class DayRead:
    """What is known of one UTC day.

    Attributes:
        day: the day.
        sources: logs with requests of the day. One that reaches over midnight counts on both days.
        requests: requests of the sessions that begin on the day.
        dropped: lines that did not count, of the logs that begin on the day: such a line may have no time.
        complete: whether late logs have had their time to arrive.
    """

    day: date
    sources: int
    requests: int
    dropped: int
    complete: bool

    @property
    def lines(self) -> int:
        """Every line is a request or was dropped."""
        return self.requests + self.dropped


def count_days(tables: LakeTables, window: Window) -> list[DayRead]:
    """Every day of the window in order, also one of which there is nothing: there a log may be missing."""
    if window.since is None or window.until is None:
        return []
    requests = _by_day(requests_by_day(tables.sessions))
    dropped = _by_day(drops_by_day(tables.sources))
    begins, ends = (
        _by_day(table) for table in (sources_that_begin(tables.sources), sources_that_end(tables.sources))
    )
    days: list[DayRead] = []
    # So many logs were begun before the window and not ended.
    sources = sum(count for day, count in begins.items() if day < window.since)
    sources -= sum(count for day, count in ends.items() if day < window.since)
    day = window.since
    while day <= window.until:
        sources += begins.get(day, 0)
        complete = window.complete_until is not None and day <= window.complete_until
        days.append(DayRead(day, sources, requests.get(day, 0), dropped.get(day, 0), complete))
        sources -= ends.get(day, 0)
        day += timedelta(days=1)
    return days


def requests_by_day(sessions: Table) -> Table:
    """Rows: day, number of requests. One that comes after midnight stands with the begin of its session."""
    return sessions.group_by("day").aggregate(number=sessions.requests.sum())


def drops_by_day(sources: Table) -> Table:
    """Rows: day, number of lines that did not count, of logs whose first request is of the day."""
    drops = sources.select(day=sources.day, number=sources.dropped.values().sums().fill_null(0))
    return drops.group_by("day").aggregate(number=drops.number.sum())


def sources_that_begin(sources: Table) -> Table:
    """Rows: day, number of logs whose first request is of the day."""
    return sources.group_by(day=sources.first_time.date()).aggregate(number=sources.count())


def sources_that_end(sources: Table) -> Table:
    """Rows: day, number of logs whose last request is of the day."""
    return sources.group_by(day=sources.last_time.date()).aggregate(number=sources.count())


def _by_day(table: Table) -> dict[date, int]:
    rows = table.to_pyarrow().to_pylist()
    return {row["day"]: int(row["number"] or 0) for row in rows if row["day"] is not None}
