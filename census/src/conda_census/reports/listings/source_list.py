"""Document of ``conda-census sources``, for the terminal, a pipe and JSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import TypedDict

from conda_census.engines.lake_tables import LakeTables
from conda_census.lake.records.doubts import Doubt
from conda_census.metrics.coverage.completeness import DayRead, DayState, count_days
from conda_census.metrics.coverage.copied_logs import likely_copies, repeated_logs
from conda_census.metrics.coverage.doubtful_logs import doubts_about_logs
from conda_census.metrics.coverage.log_sources import SourceRead, list_sources
from conda_census.metrics.coverage.window import Window, choose_window, within

__all__ = ["DropsJson", "SourceJson", "Sources", "list_what_was_read"]


class DropsJson(TypedDict):
    """Lines dropped for one reason, and the numbers of the first 20 of them."""

    lines: int
    first_lines: list[int]


class SourceJson(TypedDict):
    """One reading of one log. Times are UTC, in ISO 8601; null if no line was a request."""

    source: str
    format: str
    first_line: int
    lines: int
    requests: int
    dropped: dict[str, DropsJson]
    first_time: str | None
    last_time: str | None
    ingested_at: str
    batch: str


class DayJson(TypedDict):
    """Coverage of one UTC day; ``reason`` as in :class:`DayRead`."""

    day: str
    state: DayState
    reason: str


class DoubtJson(TypedDict):
    """A doubt about a log that was read, in a sentence."""

    source: str
    reason: str


class Sources(TypedDict):
    """Answer of ``conda-census sources``; its keys are a public interface.

    ``copies`` are the names of logs that look like copies of each other, grouped. ``unread_logs`` may be
    access logs and could not be read. ``doubts`` are the warnings of ``ingest`` when it read these logs.
    """

    window: Window
    sources: list[SourceJson]
    by_day: list[DayRead]
    days: list[DayJson]
    copies: list[list[str]]
    unread_logs: int
    doubts: list[DoubtJson]


def list_what_was_read(tables: LakeTables, since: date | None = None, until: date | None = None) -> Sources:
    """List readings with requests from ``since`` to ``until``, by default on all days, newest last.

    Raises:
        WindowError: ``since`` is after ``until``.
    """
    window = choose_window(tables, since, until, may_lack_logs=True)
    inside = within(tables, window)
    days = count_days(tables, window)
    copies = likely_copies(inside.sources, inside.downloads)
    return Sources(
        window=window,
        sources=[_source(source) for source in list_sources(inside.sources)],
        by_day=days,
        days=[DayJson(day=day.day.isoformat(), state=day.state, reason=day.reason) for day in days],
        copies=[list(names) for names in copies],
        unread_logs=tables.unread_logs,
        doubts=[DoubtJson(source=each.source, reason=each.reason) for each in _doubts(inside, copies)],
    )


def _doubts(inside: LakeTables, copies: Iterable[Iterable[str]]) -> list[Doubt]:
    named = {name for names in copies for name in names}
    repeated = [each for each in repeated_logs(inside) if each.source not in named]
    doubts = [*repeated, *doubts_about_logs(inside, "tokens", "addresses", "unread")]
    return list({(each.source, each.reason): each for each in doubts}.values())


def _source(source: SourceRead) -> SourceJson:
    return SourceJson(
        source=source.source,
        format=source.format,
        first_line=source.first_line,
        lines=source.lines,
        requests=source.requests,
        dropped={
            reason: DropsJson(lines=drops.lines, first_lines=list(drops.first_lines))
            for reason, drops in source.dropped.items()
        },
        first_time=_time(source.first_time) if source.first_time else None,
        last_time=_time(source.last_time) if source.last_time else None,
        ingested_at=_time(source.ingested_at),
        batch=source.batch,
    )


def _time(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
