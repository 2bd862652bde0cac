"""Days with hours that have no request although their sessions would have come.

If logs rotate each hour, most of a day may be lost, and the rest of it looks like a quiet day. If they rotate
at five in the morning, one lost log also takes five hours of the next day. So the hours of a day without any
request are compared with the same hours of the days around, which give the expected sessions.

The expectation is the median of the same weekdays within 28 days, or of all days if there are fewer than two.
It is lower if fewer sessions came in the other hours of the day than on those days, as in a growing
repository. Sessions do not come one by one: a nightly job sends twenty. So chance is measured by how much an
hour varies from day to day (variance over mean, 1 if sessions come one by one).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

import numpy as np
import numpy.typing as npt

from conda_census.metrics.activity import AROUND

__all__ = ["SilentHours", "stretches"]

_HOUR = timedelta(hours=1)
_WEEK = 7
#: The fewest days to compare with, of the same weekday if there are this many.
_ENOUGH = 2
#: This many expected sessions in consecutive hours are not chance ...
_IN_ONE_STRETCH = 12
#: ... nor are this many in all hours without a request.
_IN_ALL = 24
#: If less of a day is missing, the day is known well enough.
_SHARE = 0.1

Hours = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]


class SilentHours:
    """Days that lack hours.

    ``active`` has the sessions of each hour with a request. ``known`` are the days to judge and to compare
    with: those that logs span. ``begin`` and ``end`` are the times of the first and the last request.
    """

    def __init__(
        self, active: Mapping[datetime, int], known: Collection[date], begin: datetime, end: datetime
    ) -> None:
        self._begin, self._end = begin, end
        self._first = min(known, default=begin.date())
        length = (max(known, default=self._first) - self._first).days + 1
        self._known: Truths = np.zeros(length, bool)
        self._known[[(day - self._first).days for day in known]] = True
        self._sessions: Hours = np.zeros((length, 24), np.int64)
        self._active: Truths = np.zeros((length, 24), bool)
        for hour, number in active.items():
            if 0 <= (place := (hour.date() - self._first).days) < length:
                self._sessions[place, hour.hour] = number
                self._active[place, hour.hour] = True

    def find(self) -> dict[date, tuple[int, ...]]:
        """Return the days that lack hours between the first and the last request, with their silent hours."""
        found: dict[date, tuple[int, ...]] = {}
        while days := [day for day in self._active_days() if self._lacks(day, self._silent(day))]:
            # Days that lack hours made other days look usual.
            self._known[[(day - self._first).days for day in days]] = False
            found.update((day, tuple(self._silent(day))) for day in days)
        return found

    def begins_late(self) -> bool:
        """Return whether sessions would have come on the first day in the hours before the first request."""
        return self._lacks(self._begin.date(), range(self._begin.hour))

    def ends_early(self) -> bool:
        """Return whether sessions would have come on the last day in the hours after the last request."""
        return self._lacks(self._end.date(), range(self._end.hour + 1, 24))

    def _active_days(self) -> list[date]:
        places = np.flatnonzero(self._known & self._active.any(axis=1) & ~self._active.all(axis=1))
        return [self._first + timedelta(days=int(place)) for place in places]

    def _silent(self, day: date) -> list[int]:
        """Return the hours without a request between the first and the last one."""
        silent = np.flatnonzero(~self._active[(day - self._first).days]).tolist()
        begins = [datetime.combine(day, time(hour), UTC) for hour in silent]
        return [begin.hour for begin in begins if self._begin < begin <= self._end - _HOUR]

    def _lacks(self, day: date, silent: Collection[int]) -> bool:
        """Return whether too many sessions are expected in these hours for the rest to represent the day."""
        place = (day - self._first).days
        if not silent or not 0 <= place < len(self._known) or not self._known[place]:
            return False
        alike, around = self._around(place)
        if len(alike) < _ENOUGH:
            return False
        whole, spread = float(np.median(alike.sum(axis=1))), _spread(around)
        # A growing repository had fewer sessions on this day than on the days around it.
        others = [hour for hour in range(24) if hour not in silent]
        usual = float(np.median(alike[:, others].sum(axis=1)))
        came = float(self._sessions[place, others].sum())
        level = min(1.0, (came + 1) / (usual + 1))

        def is_much(hours: Collection[int], enough: float) -> bool:
            expected = float(np.median(alike[:, list(hours)].sum(axis=1)))
            return expected * level >= enough * spread and expected >= _SHARE * whole

        if any(is_much(stretch, _IN_ONE_STRETCH) for stretch in stretches(silent)):
            return True
        return came > 0 and is_much(silent, _IN_ALL)

    def _around(self, place: int) -> tuple[Hours, Hours]:
        """Return the sessions by hour of the days to compare with, and of all days around."""
        first = max(0, place - AROUND)
        places = first + np.flatnonzero(self._known[first : place + AROUND + 1])
        places = places[places != place]
        alike = places[(places - place) % _WEEK == 0]
        return self._sessions[alike if len(alike) >= _ENOUGH else places], self._sessions[places]


def _spread(around: Hours) -> float:
    """Return how much more the sessions of an hour vary than by chance: variance over mean, at least 1.

    The expectation of an hour is its share of all days times the sessions of its day: chi-squared of a table
    of days and hours, divided by its degrees of freedom.
    """
    days, hours = around.sum(axis=1, keepdims=True), around.sum(axis=0, keepdims=True)
    degrees = (np.count_nonzero(days) - 1) * (np.count_nonzero(hours) - 1)
    if degrees < 1 or not days.any():
        return 1.0
    expected = days * hours / days.sum()
    squares = (around - expected)[expected > 0] ** 2 / expected[expected > 0]
    return max(1.0, float(squares.sum()) / degrees)


def stretches(hours: Collection[int]) -> Iterator[list[int]]:
    """Yield runs of consecutive hours."""
    for _, stretch in groupby(enumerate(hours), lambda each: each[1] - each[0]):
        yield [hour for _, hour in stretch]
