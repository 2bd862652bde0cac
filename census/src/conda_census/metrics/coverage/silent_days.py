"""Days without a request although a log spans them, and which of them were not quiet.

A day without a request may have been a quiet day. Or its lines are missing from the log: they were dropped,
the log was joined from others and one of these is lost, or one line with a wrong clock makes the log span
years. Only the days around it show which is credible, so they give the expected activity.

Consecutive days without requests are judged as one stretch, by the 28 days before it and the 28 days after
it. Each of its days is expected to be like the same weekday around it, so a repository that nobody uses on
Sundays has known Sundays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise

from conda_census.metrics.activity import AROUND

__all__ = ["SilentDays", "Stretch", "days_between"]

#: The first and the last of some consecutive days.
Stretch = tuple[date, date]

_DAY = timedelta(days=1)
_WEEK = 7
#: A stretch with at least this many expected sessions was not quiet.
_SESSIONS = 6
#: A stretch shorter than a week needs this many sessions around it, a longer one half of them.
_SESSIONS_AROUND = 12
#: Nor was a stretch quiet with at least this many expected days with a request ...
_ACTIVE_DAYS = 10
#: ... judged by this many such days around, without the two next to the stretch.
_ACTIVE_AROUND = 5
#: At least this many weeks must have the same weekday for a comparison.
_WEEKS = 2
#: This many days are enough to show that most days are silent.
_ENOUGH = 14
#: In a longer stretch, no day around it says anything about the middle.
_LONGEST = 2 * AROUND


class SilentDays:
    """Days without a request that are not known to be quiet.

    ``active`` has the sessions of each day with a request, as ``activity`` counts them. ``spans`` are the
    days that logs span, in order and disjoint. ``unknown`` are days already found to be unknown.
    """

    def __init__(
        self, active: Mapping[date, int], spans: Sequence[Stretch], unknown: Collection[date] = ()
    ) -> None:
        self._active = active
        self._spans = spans
        self._unknown = set(unknown) - active.keys()

    def find(self) -> frozenset[date]:
        """Return the unknown days within the spans."""
        found: set[date] = set()
        # The longest first: the days of a lost month do not show what is usual.
        for stretch in sorted(self._stretches(), key=lambda each: (each[0] - each[1], each)):
            days = list(days_between(*stretch))
            if self._is_quiet(stretch, days):
                found.update(self._unknown.intersection(days))
            else:
                self._unknown.update(days)
                found.update(days)
        return frozenset(found)

    def _stretches(self) -> Iterator[Stretch]:
        active = sorted(self._active)
        for first, last in self._spans:
            inside = [day for day in active if first <= day <= last]
            for before, after in pairwise([first - _DAY, *inside, last + _DAY]):
                if after - before > _DAY:
                    yield before + _DAY, after - _DAY

    def _is_quiet(self, stretch: Stretch, days: Iterable[date]) -> bool:
        """Return whether the days around a stretch make it credible that nobody came in it."""
        if _length(stretch) > _LONGEST:
            return False
        around = self._around(stretch)
        enough = _SESSIONS_AROUND if _length(stretch) < _WEEK else _SESSIONS_AROUND // 2
        if sum(around.values()) >= enough and sum(_likely(day, around) for day in days) >= _SESSIONS:
            return False
        # The two days next to a stretch have a request by definition.
        farther = around.keys() - {stretch[0] - _DAY, stretch[1] + _DAY}
        active = len(farther & self._active.keys())
        return active < _ACTIVE_AROUND or active * _length(stretch) < _ACTIVE_DAYS * len(farther)

    def _around(self, stretch: Stretch) -> dict[date, int]:
        """Return the sessions of each known day around a stretch."""
        first, last = stretch
        near = [first - timedelta(days=number) for number in range(1, AROUND + 1)]
        near += [last + timedelta(days=number) for number in range(1, AROUND + 1)]
        return {
            day: self._active.get(day, 0)
            for day in near
            if day not in self._unknown and any(begin <= day <= end for begin, end in self._spans)
        }


def _length(stretch: Stretch) -> int:
    return (stretch[1] - stretch[0]).days + 1


def _likely(day: date, around: Mapping[date, int]) -> int:
    """Return the expected sessions of a day: the median of the same weekdays.

    If most days around are silent, use the lower quartile: then chance can make a weekday look busy.
    """
    all_days = sorted(around.values())
    is_sparse = len(all_days) >= _ENOUGH and all_days[len(all_days) // 2] == 0
    alike = sorted(number for other, number in around.items() if other.weekday() == day.weekday())
    if len(alike) < _WEEKS:
        alike = all_days if is_sparse else [number for number in all_days if number]
    if not alike:
        return 0
    return alike[(len(alike) - 1) // 4 if is_sparse else len(alike) // 2]


def days_between(since: date, until: date) -> Iterator[date]:
    """Yield every day from ``since`` to ``until``, inclusive."""
    for number in range((until - since).days + 1):
        yield since + timedelta(days=number)
