"""Days that a lake knows, and the reasons why it does not know the others.

A day is known if a log spans it: the first request of the log is on that day or before, and the last request
is on that day or after. A quiet day within a log is known to be quiet, also between two readings of a log
that grew, if the days around it make that credible (``silent_days``). A day between two logs may be a quiet
day or a lost log. Nothing shows which, so the day is unknown.

Servers do not rotate their logs at midnight UTC. If a daily log is lost, the log before it ends, or the log
after it begins, on the same UTC day. So a day that loses hours to such a gap is also unknown, unless it has a
log of its own. A day whose sessions lack hours (``silent_hours``) is unknown as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from ibis.expr.types import Table

from conda_census.metrics.activity import Activity
from conda_census.metrics.coverage.silent_days import SilentDays, days_between
from conda_census.metrics.coverage.silent_hours import SilentHours, stretches
from conda_census.settings_file import Hole

__all__ = ["KnownDays", "log_spans", "read_known_days", "read_spans"]

_DAY = timedelta(days=1)
#: A gap of this length between two logs may be a lost daily log: the quiet hours of a night are shorter.
_GAP = timedelta(hours=20)
#: Days with a request are doubtful if this long a silence separates them from all others, if they are few ...
_FAR = timedelta(days=57)
_FEW_DAYS = 3
#: ... and if they have at most one session in this many.
_ONE_IN = 10
#: A day that loses less than this to such a gap is known well enough.
_TAKEN = timedelta(hours=3)


@dataclass(frozen=True)
class _CutDays:
    """Days that lack hours, with these hours; the first and the last time of all logs if they cut a day."""

    within: Mapping[date, tuple[int, ...]] = field(default_factory=dict)
    begin: datetime | None = None
    end: datetime | None = None


class KnownDays:
    """Days that a lake knows.

    ``spans`` are the first and the last day of each log. Without any log nothing shows what is missing, and
    every day counts as known. ``lost`` are days with lost rows, ``holes`` the declared holes. ``activity``
    has the sessions of each day and hour with a request. Without it, every day that a log spans counts as
    known. ``ends`` are the times of the first and the last request of all logs. Without them, and without
    hours, no hour counts as missing.
    """

    def __init__(
        self,
        spans: Iterable[tuple[date, date]],
        lost: Iterable[date] = (),
        holes: Iterable[Hole] = (),
        activity: Activity | None = None,
        ends: tuple[datetime, datetime] | None = None,
    ) -> None:
        self._spans = _joined(spans)
        self._lost = frozenset(lost)
        self._holes = tuple(holes)
        self._active = activity.days if activity else {}
        self._silent = self._find_silent(activity.days) if activity else frozenset[date]()
        self._cut_days = self._find_cut_days(activity.hours, *ends) if activity and ends else _CutDays()

    def _find_silent(self, active: Mapping[date, int]) -> frozenset[date]:
        declared = {
            day
            for first, last in self._spans
            for hole in self._holes
            for day in days_between(max(first, hole.since), min(last, hole.until))
        }
        return SilentDays(active, self._spans, declared | self._lost).find()

    def _find_cut_days(self, hours: Mapping[datetime, int], begin: datetime, end: datetime) -> _CutDays:
        if not hours:
            return _CutDays()
        days = {day for first, last in self._spans for day in days_between(first, last)}
        silent = SilentHours(hours, days - self._silent - self._lost, begin, end)
        within = silent.find()
        return _CutDays(within, begin if silent.begins_late() else None, end if silent.ends_early() else None)

    @property
    def begins_late(self) -> datetime | None:
        """The time of the first request, if sessions would have come before it on its day."""
        return self._cut_days.begin

    @property
    def ends_early(self) -> datetime | None:
        """The time of the last request, if sessions would have come after it on its day."""
        return self._cut_days.end

    def is_known(self, day: date) -> bool:
        """Return whether a log spans the day, none of its lines seem to be missing, and no row is lost."""
        if day in self._lost or day in self._silent or day in self._cut_days.within:
            return False
        return not self._spans or any(first <= day <= last for first, last in self._spans)

    def why_unknown(self, day: date) -> str:
        """Return why nothing is known of a day, if there is more to say than that no log spans it."""
        if day in self._lost:
            return "rows of it are lost"
        if day in self._silent:
            return "the log that spans it has no line of it"
        if hours := self._cut_days.within.get(day):
            silent = ", ".join(f"{each[0]:02}:00 to {each[-1] + 1:02}:00" for each in stretches(hours))
            return f"no request from {silent} UTC, when sessions usually come"
        return ""

    def unknown(self, since: date, until: date) -> tuple[date, ...]:
        """Return the unknown days from ``since`` to ``until``, in order."""
        return tuple(day for day in days_between(since, until) if not self.is_known(day))

    def last_known(self, since: date, until: date) -> date | None:
        """Return the last known day from ``since`` to ``until``, or None if there is none."""
        day = until
        while day >= since:
            if self.is_known(day):
                return day
            day -= timedelta(days=1)
        return None

    def missing(self) -> list[date]:
        """Return the days between the first and the last log that have no log and lie in no declared hole."""
        days = set(self._lost)
        if self._spans:
            days.update(self.unknown(self._spans[0][0], self._spans[-1][1]))
        return sorted(day for day in days if self.hole(day) is None)

    def doubtful_begin(self) -> tuple[tuple[date, ...], date] | None:
        """Return the first days with a request and the day on which the others begin, if these look wrong.

        They look wrong if they are few and the log has no request for months or years after them, as if the
        clock was not set yet.
        """
        days = sorted(self._active)
        for number in range(min(_FEW_DAYS, len(days) - 1), 0, -1):
            first, others = days[:number], days[number:]
            is_far = others[0] - first[-1] >= _FAR and first[-1] + _DAY in self._silent
            sessions = (sum(self._active[day] for day in part) for part in (first, others))
            if is_far and next(sessions) * _ONE_IN <= next(sessions):
                return tuple(first), others[0]
        return None

    def hole(self, day: date) -> Hole | None:
        """Return the declared hole that contains a day without a log, or None."""
        return next((hole for hole in self._holes if hole.since <= day <= hole.until), None)


def read_spans(sources: Table) -> list[tuple[date, date]]:
    """Return the first and the last day of each log that gives enough times."""
    return _without_parts_of_days(_read_times(sources))


def read_known_days(
    sources: Table, lost: Iterable[date], holes: Iterable[Hole], activity: Callable[[], Activity]
) -> KnownDays:
    """Return the days that are known from the logs in ``sources``.

    ``activity`` returns the times of the sessions. It is not called if there is no log.
    """
    times = _read_times(sources)
    if not times:
        return KnownDays((), lost, holes)
    ends = [time for both in times for time in both]
    active = activity().and_requests_at(ends)
    return KnownDays(_without_parts_of_days(times), lost, holes, active, (min(ends), max(ends)))


def _read_times(sources: Table) -> list[tuple[datetime, datetime]]:
    """Return the first and last time of each reading. A log that grew resumes where it ended before."""
    rows = log_spans(sources).to_pyarrow().to_pylist()
    # The first line is not enough to identify a log: all logs of CloudFront begin alike.
    ends: dict[tuple[str | None, int], datetime] = {}
    for row in rows:
        place = (row["head"], row["next_line"])
        ends[place] = max(ends.get(place, row["last_time"]), row["last_time"])
    return [(_begin(row, ends), row["last_time"]) for row in rows]


def log_spans(sources: Table) -> Table:
    """Return the readings with a request, distinct: head, first_line, next_line, first_time, last_time."""
    spans = sources.filter(sources.first_time.notnull())
    return spans.select(
        "head",
        "first_time",
        "last_time",
        first_line=spans.first_line.fill_null(1),
        next_line=spans.first_line.fill_null(1) + spans.lines,
    ).distinct()


def _begin(row: Mapping[str, Any], ends: Mapping[tuple[str | None, int], datetime]) -> datetime:
    first: datetime = row["first_time"]
    if row["head"] is None or row["first_line"] <= 1:
        return first
    return min(first, ends.get((row["head"], row["first_line"]), first))


def _without_parts_of_days(times: Iterable[tuple[datetime, datetime]]) -> list[tuple[date, date]]:
    """Return the first and last day of each log, without days that lose hours to a gap between logs."""
    times = [(first.astimezone(UTC), last.astimezone(UTC)) for first, last in times]
    own = {first.date() for first, last in times if first.date() == last.date()}
    parts = {day for gap in _gaps(times) for day in _mostly_taken(*gap)} - own
    spans = []
    for first, last in ((first.date(), last.date()) for first, last in times):
        begin = first + _DAY if first in parts else first
        end = last - _DAY if last in parts else last
        if begin <= end:
            spans.append((begin, end))
    return spans


def _gaps(times: Iterable[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
    """Yield the long gaps between two logs."""
    end: datetime | None = None
    for first, last in sorted(times):
        if end is not None and first - end >= _GAP:
            yield end, first
        end = last if end is None else max(end, last)


def _mostly_taken(begin: datetime, end: datetime) -> Iterator[date]:
    """Yield the first and the last day of a gap if the gap takes hours of them."""
    for day in {begin.date(), end.date()}:
        midnight = datetime.combine(day, time(), UTC)
        if min(end, midnight + _DAY) - max(begin, midnight) >= _TAKEN:
            yield day


def _joined(spans: Iterable[tuple[date, date]]) -> list[tuple[date, date]]:
    """Join spans that overlap or meet."""
    joined: list[tuple[date, date]] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1] + timedelta(days=1):
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined
