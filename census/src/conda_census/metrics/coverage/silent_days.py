"""The days of which a lake has no request although a log spans them, and which of them were not quiet.

A day without a request may have been a quiet day. Or its lines are not in the log: they were dropped, the log
was put together from others of which one is lost, or one line of a wrong clock makes the log span years. Only
the days around it tell which is credible, so they are asked how much would have come.

Days without a request that follow each other are judged as one stretch, by the 28 days before it and the 28
days after it. Each of its days is expected to be like the same weekday around it, so that a repository that
nobody uses on Sundays has known Sundays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise

from conda_census.metrics.activity import AROUND

__all__ = ["SilentDays", "Stretch", "days_between"]

#: The first and the last of some days that follow each other.
Stretch = tuple[date, date]

_DAY = timedelta(days=1)
_WEEK = 7
#: A stretch in which so many sessions would have come was no quiet one.
_SESSIONS = 6
#: So many around tell of a stretch that is shorter than a week; of a longer one, half of them.
_SESSIONS_AROUND = 12
#: Nor one in which so many days with a request would have been expected ...
_ACTIVE_DAYS = 10
#: ... by so many of them around, without the two next to the stretch.
_ACTIVE_AROUND = 5
#: So many weeks must have the same weekday to be compared with.
_WEEKS = 2
#: On so many days it shows that most days are silent.
_ENOUGH = 14
#: No day around tells of the middle of a longer stretch.
_LONGEST = 2 * AROUND


class SilentDays:
    """Which days without a request are not known to be quiet.

    ``active`` has the sessions of each day with a request, as ``activity`` counts them. ``spans``
    are the days that logs span, in order and apart from each other. ``unknown`` are days of which it is clear
    already that nothing is known of them.
    """

    def __init__(
        self, active: Mapping[date, int], spans: Sequence[Stretch], unknown: Collection[date] = ()
    ) -> None:
        self._active = active
        self._spans = spans
        self._unknown = set(unknown) - active.keys()

    def find(self) -> frozenset[date]:
        """Return the days of which nothing is known, of those in the spans."""
        found: set[date] = set()
        # The longest first: the days of a lost month tell nothing of what is usual.
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
        """Whether the days around a stretch make it credible that nobody came in it."""
        if _length(stretch) > _LONGEST:
            return False
        around = self._around(stretch)
        enough = _SESSIONS_AROUND if _length(stretch) < _WEEK else _SESSIONS_AROUND // 2
        if sum(around.values()) >= enough and sum(_likely(day, around) for day in days) >= _SESSIONS:
            return False
        # The two days next to a stretch have a request because it ends there.
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
    """Return how many sessions would have come on a day: so many as on the same weekdays, by the median.

    If most days around are silent, it is the lower quartile: then chance makes a weekday look busy.
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
    """Yield every day from ``since`` to ``until``, both included."""
    for number in range((until - since).days + 1):
        yield since + timedelta(days=number)
