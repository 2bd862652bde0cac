"""Completeness of each day, and days without a log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

from ibis.expr.types import Table

from conda_census.engines.lake_tables import LakeTables
from conda_census.metrics.coverage.known_days import KnownDays
from conda_census.metrics.coverage.silent_days import days_between
from conda_census.metrics.coverage.window import Window, known_days

__all__ = ["DayRead", "DayState", "count_days"]

DayState = Literal["complete", "provisional", "no_log", "declared_hole"]


@dataclass(frozen=True)
class DayRead:
    """Coverage of one UTC day.

    Attributes:
        day: The day.
        sources: Logs with requests of the day. A log that spans midnight counts on both days.
        requests: Requests of the sessions that begin on the day.
        dropped: Dropped lines of the logs that begin on the day, because such a line may have no time.
        state: ``complete``; ``provisional`` until late logs have had time to arrive; ``no_log`` if nothing
            is known of the day; ``declared_hole`` if in addition an operator gave the reason.
        reason: Reason given for a declared hole, or why nothing is known of a day that logs span.
    """

    JSON_KEYS: ClassVar = ("day", "sources", "lines", "requests", "dropped", "complete", "state", "reason")

    day: date
    sources: int
    requests: int
    dropped: int
    state: DayState
    reason: str = ""

    @property
    def complete(self) -> bool:
        """Whether the day has a log and all late logs have had time to arrive."""
        return self.state == "complete"

    @property
    def lines(self) -> int:
        """Lines of the day: requests and dropped lines."""
        return self.requests + self.dropped


def count_days(tables: LakeTables, window: Window) -> list[DayRead]:
    """Return every day of the window in order, also days without data, for which a log may be missing."""
    if window.since is None or window.until is None:
        return []
    requests = _by_day(requests_by_day(tables.sessions))
    dropped = _by_day(drops_by_day(tables.sources))
    begins, ends = (
        _by_day(table) for table in (sources_that_begin(tables.sources), sources_that_end(tables.sources))
    )
    days: list[DayRead] = []
    # The number of logs that began before the window and have not ended.
    sources = sum(count for day, count in begins.items() if day < window.since)
    sources -= sum(count for day, count in ends.items() if day < window.since)
    known = known_days(tables)
    for day in days_between(window.since, window.until):
        sources += begins.get(day, 0)
        state, reason = _state(day, window, known)
        days.append(DayRead(day, sources, requests.get(day, 0), dropped.get(day, 0), state, reason))
        sources -= ends.get(day, 0)
    return days


def _state(day: date, window: Window, known: KnownDays) -> tuple[DayState, str]:
    if not known.is_known(day):
        hole = known.hole(day)
        return ("no_log", known.why_unknown(day)) if hole is None else ("declared_hole", hole.reason)
    is_complete = window.complete_until is not None and day <= window.complete_until
    return ("complete" if is_complete else "provisional"), ""


def requests_by_day(sessions: Table) -> Table:
    """Return rows of (day, number of requests). A request counts on the first day of its session."""
    return sessions.group_by("day").aggregate(number=sessions.requests.sum())


def drops_by_day(sources: Table) -> Table:
    """Return rows of (day, number of dropped lines) of the logs whose first request is on the day."""
    drops = sources.select(day=sources.day, number=sources.dropped.values().sums().fill_null(0))
    return drops.group_by("day").aggregate(number=drops.number.sum())


def sources_that_begin(sources: Table) -> Table:
    """Return rows of (day, number of logs whose first request is on the day)."""
    return sources.group_by(day=sources.first_time.date()).aggregate(number=sources.count())


def sources_that_end(sources: Table) -> Table:
    """Return rows of (day, number of logs whose last request is on the day)."""
    return sources.group_by(day=sources.last_time.date()).aggregate(number=sources.count())


def _by_day(table: Table) -> dict[date, int]:
    rows = table.to_pyarrow().to_pylist()
    return {row["day"]: int(row["number"] or 0) for row in rows if row["day"] is not None}
