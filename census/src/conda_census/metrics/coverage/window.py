"""Window of a report, and the last day of it whose data are complete."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar
from weakref import WeakKeyDictionary

import ibis
from ibis.expr.types import Table

from conda_census.config import LATE_DELIVERY
from conda_census.engines.lake_tables import LakeTables
from conda_census.errors import CensusError
from conda_census.logs.possible_times import AHEAD
from conda_census.metrics.activity import read_activity
from conda_census.metrics.coverage.known_days import KnownDays, read_known_days
from conda_census.metrics.coverage.silent_days import days_between

__all__ = [
    "BEYOND",
    "Window",
    "WindowError",
    "choose_window",
    "expected_until",
    "known_days",
    "log_times",
    "within",
]

#: A window may begin this long before the first day with data, and end this long after the last one.
BEYOND = timedelta(days=366)
#: Logs are expected to continue if they were read within this time after their last request.
_LIVE = timedelta(days=7)
#: For this long after a day without a log, the installations that were first seen are not known.
_AFTER_A_GAP = timedelta(days=7)


class WindowError(CensusError):
    """The requested window ends before it begins."""


#: Keyed by the tables of an opened lake, which do not change.
_KNOWN_DAYS: WeakKeyDictionary[LakeTables, KnownDays] = WeakKeyDictionary()


@dataclass(frozen=True)
class Window:
    """UTC days, both ends included; null if the lake is empty and no window was requested.

    Attributes:
        since: First day.
        until: Last day.
        complete_until: Last day that has a log and whose late logs have had time to arrive; null if no day of
            the window is complete. A later day is provisional.
        days_without_log: Days of the window of which nothing is known: no log has them, or a log that spans
            them lacks their lines.
        days_unknown_before: Such days from the first day with data to the window. Numbers that look back need
            them.
        left_out: Days with requests long before all others, after which the window begins unless an earlier
            first day is requested.
        begins_late: Time of the first request of all logs, if it lies in the window and sessions would have
            come before it on its day.
    """

    JSON_KEYS: ClassVar = ("since", "until", "complete_until", "complete", "days_without_log")

    since: date | None
    until: date | None
    complete_until: date | None
    days_without_log: tuple[date, ...] = ()
    days_unknown_before: tuple[date, ...] = ()
    left_out: tuple[date, ...] = ()
    begins_late: datetime | None = None

    @property
    def complete(self) -> bool:
        """Whether every day has a log, all late logs had time to arrive, and nothing is left out."""
        is_all = not self.days_without_log and not self.left_out
        return self.until is not None and self.complete_until == self.until and is_all

    def is_known(self, first: date, last: date) -> bool:
        """Return whether each day from ``first`` to ``last`` has a log, from the first day with data on."""
        return not any(
            unknown[bisect_left(unknown, first) : bisect_right(unknown, last)]
            for unknown in (self.days_unknown_before, self.days_without_log)
        )

    def is_first_seen_known(self, first: date, last: date) -> bool:
        """Return whether the installations first seen from ``first`` to ``last`` are known.

        An installation that came on a day without a log is first seen later, usually within a week.
        """
        return self.is_known(first - _AFTER_A_GAP, last)


def choose_window(
    tables: LakeTables,
    since: date | None = None,
    until: date | None = None,
    *,
    may_lack_logs: bool = False,
) -> Window:
    """Return the window from ``since`` to ``until``, by default from the first to the last day with data.

    It does not begin on a few days that lie long before all others, unless that is requested.

    Raises:
        WindowError: ``since`` is after ``until``, or the window reaches far beyond the days with data, or no
            day of it has a log although others have, unless it ``may_lack_logs``.
    """
    if since and until and since > until:
        raise WindowError(f"the window begins on {since} but ends on {until}: give since a day before until")
    span = _data_span(tables)
    known = known_days(tables)
    begin = known.doubtful_begin() if since is None else None
    left_out: tuple[date, ...] = ()
    if begin is not None and begin[1] <= (until or begin[1]):
        left_out, since = begin
    since, until = _fill(since, until, span.first_day, span.last_day)
    if since is None or until is None:
        return Window(None, None, None)
    _expect_near(since, until, span.first_day, span.last_day)
    if known.last_known(since, until) is None and span.first_day is not None and not may_lack_logs:
        raise _no_log_error(since, until, span, tables)
    complete = _complete_until(since, until, span.last_ingested)
    if complete is not None and known.ends_early:
        # No log has the rest of its last day yet.
        complete = min(complete, known.ends_early.date() - timedelta(days=1))
    if complete is not None:
        complete = known.last_known(since, complete)
    first, before = span.first_day, since - timedelta(days=1)
    unknown_before = known.unknown(first, before) if first is not None and first < since else ()
    late = known.begins_late
    return Window(
        since,
        until,
        complete,
        known.unknown(since, until),
        unknown_before,
        left_out,
        late if late and since <= late.date() <= until else None,
    )


def expected_until(tables: LakeTables, today: date) -> date | None:
    """Return the last day that should have a log by now, which is yesterday; None if logs need not continue.

    Logs are expected to continue if the newest one was read soon after its last request. Old logs that were
    read long after their last request may be complete.
    """
    span = _data_span(tables)
    last, ingested = span.last_day, span.last_ingested
    if last is None or ingested is None or ingested.astimezone(UTC).date() - last > _LIVE:
        return None
    return max(last, min(today - timedelta(days=1), last + BEYOND))


def _expect_near(since: date, until: date, first_day: date | None, last_day: date | None) -> None:
    """Raise if the window reaches so far beyond the logs that too many unknown days would be counted.

    Days are subtracted, never shifted: no day lies beyond the first and the last day of the calendar.
    """
    if first_day is None or last_day is None:
        if until - since > BEYOND:
            raise WindowError(
                f"{since} to {until}: no request was read yet: run conda-census ingest, or leave out --since "
                "and --until"
            )
    elif first_day - since > BEYOND or until - last_day > BEYOND:
        raise WindowError(
            f"{since} to {until}: reaches more than {BEYOND.days} days beyond the logs that were read, which "
            f"are of {first_day} to {last_day}: choose days of these with --since and --until"
        )


def _possible(last_day: date | None, ingested: datetime | None) -> date | None:
    """Return the last possible day: lakes of earlier versions may hold lines of the year 2099."""
    if last_day is None or ingested is None:
        return last_day
    return min(last_day, (ingested.astimezone(UTC) + AHEAD).date())


def known_days(tables: LakeTables) -> KnownDays:
    """Return the days that the lake knows, and why it does not know the others. The lake is queried once."""
    if tables not in _KNOWN_DAYS:
        _KNOWN_DAYS[tables] = read_known_days(
            tables.sources,
            tables.lost_days,
            tables.holes,
            lambda: read_activity(tables.sessions, tables.downloads),
        )
    return _KNOWN_DAYS[tables]


def log_times(tables: LakeTables) -> tuple[datetime | None, datetime | None]:
    """Return the times of the first and the newest request in all logs that were read; None if not known.

    Lakes of earlier versions may hold lines of the year 2099, so the newest time is not known.
    """
    sources = tables.sources
    (row,) = (
        sources.aggregate(
            first=sources.first_time.min(), newest=sources.last_time.max(), ingested=sources.ingested_at.max()
        )
        .to_pyarrow()
        .to_pylist()
    )
    newest, ingested = row["newest"], row["ingested"]
    is_possible = newest is None or ingested is None or newest - ingested <= AHEAD
    return row["first"], newest if is_possible else None


@dataclass(frozen=True)
class _DataSpan:
    """Days with data, now or earlier: rows may be lost at the ends.

    Attributes:
        first_day: the first of them; null if the lake never had any.
        last_day: the last possible one.
        last_ingested: when the newest batch was written.
    """

    first_day: date | None
    last_day: date | None
    last_ingested: datetime | None


def _data_span(tables: LakeTables) -> _DataSpan:
    (row,) = data_span(tables).to_pyarrow().to_pylist()
    first, ingested = row["first_day"], row["last_ingested"]
    last = _possible(row["last_day"], ingested)
    lost = sorted(tables.lost_days)
    if first is None or last is None:
        return _DataSpan(lost[0], lost[-1], ingested) if lost else _DataSpan(None, None, ingested)
    # A lost line with a wrong clock may have been of the year 1970.
    near = [day for day in lost if first - day <= BEYOND and day - last <= BEYOND]
    return _DataSpan(min([first, *near]), max([last, *near]), ingested)


def _no_log_error(since: date, until: date, span: _DataSpan, tables: LakeTables) -> WindowError:
    """Return the error for a window without any known day."""
    if any(since <= day <= until for day in tables.lost_days):
        return WindowError(
            f"{since} to {until}: nothing is known of these days: rows of them are lost, "
            "run conda-census repair to see which logs must be read again"
        )
    reasons = [(day, known_days(tables).why_unknown(day)) for day in days_between(since, until)]
    if reason := next((f"{day}: {reason}" for day, reason in reasons if reason), None):
        return WindowError(
            f"{since} to {until}: nothing is known of these days ({reason}): read the logs that are missing, "
            "or choose other days with --since and --until"
        )
    return WindowError(
        f"{since} to {until}: no log of these days was read: the logs that were read are of "
        f"{span.first_day} to {span.last_day}, choose days of these with --since and --until"
    )


def data_span(tables: LakeTables) -> Table:
    """Return one row: first_day and last_day with data, last_ingested (when the newest batch was written)."""
    sources = tables.sources.select(
        first_day=tables.sources.first_time.date(),
        last_day=tables.sources.last_time.date(),
        ingested_at=tables.sources.ingested_at,
    )
    sessions = tables.sessions.select(
        first_day=tables.sessions.day,
        last_day=tables.sessions.day,
        ingested_at=ibis.null(sources.ingested_at.type()),
    )
    both = sources.union(sessions)
    return both.aggregate(
        first_day=both.first_day.min(), last_day=both.last_day.max(), last_ingested=both.ingested_at.max()
    )


def within(tables: LakeTables, window: Window) -> LakeTables:
    """Return the rows with a day in the window; for ``sources``, those with requests that overlap the window.

    A log file that spans midnight cannot be split, so the accounting of a window counts it whole. A source
    without any request has no time and counts in every window: drops are never hidden.
    """
    return replace(
        tables,
        sessions=_days_within(tables.sessions, window),
        downloads=_days_within(tables.downloads, window),
        installer_downloads=_days_within(tables.installer_downloads, window),
        sources=_overlapping(tables.sources, window),
    )


def _fill(
    since: date | None, until: date | None, first_day: date | None, last_day: date | None
) -> tuple[date | None, date | None]:
    """Fill in the missing ends from the data, never so that the window ends before it begins."""
    starts = [day for day in (first_day, until) if day]
    ends = [day for day in (last_day, since) if day]
    return since or min(starts, default=None), until or max(ends, default=None)


def _complete_until(since: date | None, until: date | None, ingested: datetime | None) -> date | None:
    """Return the last day that ended at least the allowance before the newest batch was written."""
    if since is None or until is None or ingested is None:
        return None
    complete = (ingested.astimezone(UTC) - LATE_DELIVERY - timedelta(days=1)).date()
    return min(until, complete) if complete >= since else None


def _days_within(table: Table, window: Window) -> Table:
    if window.since is None or window.until is None:
        return table
    return table.filter(table.day.between(window.since, window.until))


def _overlapping(sources: Table, window: Window) -> Table:
    if window.since is None or window.until is None:
        return sources
    overlaps = (sources.first_time.date() <= window.until) & (sources.last_time.date() >= window.since)
    return sources.filter(overlaps | sources.first_time.isnull())
