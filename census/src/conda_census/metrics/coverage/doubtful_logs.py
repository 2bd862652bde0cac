"""Logs that were read but are in doubt, from a window or from before it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from conda_census.engines.lake_tables import LakeTables
from conda_census.lake.records.doubts import Doubt, DoubtAbout
from conda_census.metrics.coverage.silent_days import days_between
from conda_census.metrics.coverage.window import Window

__all__ = [
    "DoubtfulLogs",
    "Times",
    "count_logs",
    "days_of",
    "doubts_about_logs",
    "doubts_before",
    "times_of_doubts",
]

#: UTC times of the first and the last request of a log; None if no line is a request.
Times = tuple[datetime | None, datetime | None]


@dataclass(frozen=True)
class DoubtfulLogs:
    """Numbers of logs that were read with a doubt, by its subject.

    Attributes:
        tokens: Logs whose user agents do not show all tokens.
        addresses: Logs whose addresses may not be those of the clients.
        unread: Logs of which a part was not read.
        before_window: Logs that end before the window and lack tokens or lines. Numbers that look back need
            them.
    """

    tokens: int
    addresses: int
    unread: int
    before_window: int


def doubts_about_logs(inside: LakeTables, *about: DoubtAbout) -> list[Doubt]:
    """Return the doubts about the logs of a window, in the order in which they arose.

    Doubts about a log that was removed are left out. ``inside`` holds only the rows of the window.
    """
    return list(times_of_doubts(inside, *about))


def doubts_before(tables: LakeTables, window: Window, *about: DoubtAbout) -> list[Doubt]:
    """Return the doubts about logs that end before a window, as some of its numbers look back to these."""
    since = window.since
    if since is None:
        return []
    times = times_of_doubts(tables, *about)
    return [doubt for doubt, (_, last) in times.items() if last is not None and last.date() < since]


def days_of(times: Iterable[Times]) -> frozenset[date]:
    """Return the days from the first to the last request of each of these logs."""
    return frozenset(
        day
        for first, last in times
        if first is not None and last is not None
        for day in days_between(first.date(), last.date())
    )


def times_of_doubts(tables: LakeTables, *about: DoubtAbout) -> dict[Doubt, Times]:
    """Return the doubts about logs in these tables, with the UTC times of the first and last request."""
    doubts = [each for each in tables.doubts if each.about in about]
    if not doubts:
        return {}
    rows = tables.sources.select("batch", "source", "first_time", "last_time").to_pyarrow().to_pylist()
    times = {(row["batch"], row["source"]): (_utc(row["first_time"]), _utc(row["last_time"])) for row in rows}
    return {each: times[each.batch, each.source] for each in doubts if (each.batch, each.source) in times}


def count_logs(doubts: Iterable[Doubt]) -> int:
    """Count the logs that have doubts. A log that grew may have several doubts."""
    return len({each.source for each in doubts})


def _utc(time: datetime | None) -> datetime | None:
    return time and time.astimezone(UTC)
