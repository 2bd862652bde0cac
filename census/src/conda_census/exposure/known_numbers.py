"""What can be known of an exposure if some days have no log.

Each number of an exposure needs the logs of some days:

- who is exposed, what is still downloaded and what no map knows: the 30 days up to the day that is asked for;
- who was exposed at the disclosure: the 30 days up to the disclosure;
- who has moved on since, and who became exposed later: every day after that as well.

So healing is told up to the day before the first day without a log, exactly as it would have been told on
that day, and no further: who moved on afterwards may have done so unseen. A number that needs a day without a
log is null. A day without a log before all of these days is like a day before the first log of the lake, but
for those who are known to have held an affected build before it: they may have moved on unseen.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from conda_census.exposure.exposed_environments import ACTIVE_DAYS

__all__ = ["Knowable", "first_of_active_days"]

_DAY = timedelta(days=1)


def first_of_active_days(day: date) -> date:
    """Return the first of the days on which who is active on ``day`` was seen."""
    before = (ACTIVE_DAYS - 1) * _DAY
    return day - before if day - date.min > before else date.min


@dataclass(frozen=True)
class Knowable:
    """What can be known at the end of the day ``as_of`` of an advisory that was ``disclosed`` on a day.

    ``missing`` are the days up to ``as_of`` that have no log. Days before the first log are none of them.
    """

    missing: Collection[date]
    disclosed: date
    as_of: date

    @property
    def unseen_until(self) -> date | None:
        """The last day without a log, or None if every day has one."""
        return max(self.missing, default=None)

    @property
    def active_missing(self) -> int:
        """How many of the 30 days up to ``as_of`` have no log."""
        return self._missing_between(first_of_active_days(self.as_of), self.as_of)

    @property
    def is_activity_known(self) -> bool:
        """Whether it is known who is active."""
        return not self.active_missing

    @property
    def disclosure_missing(self) -> int:
        """How many of the 30 days up to the disclosure have no log."""
        return self._missing_between(first_of_active_days(self.disclosed), self.disclosed)

    @property
    def remediation_until(self) -> date | None:
        """The day up to which it is known who moved on, or None if it is not known who was exposed at first.

        Before the disclosure nobody is at risk, which is known.
        """
        if self.as_of < self.disclosed:
            return self.as_of
        if self.disclosure_missing:
            return None
        first = min((day for day in self.missing if day > self.disclosed), default=None)
        return self.as_of if first is None else first - _DAY

    @property
    def is_remediation_known(self) -> bool:
        """Whether it is known up to ``as_of`` who moved on."""
        return self.remediation_until == self.as_of

    def _missing_between(self, first: date, last: date) -> int:
        return sum(first <= day <= last for day in self.missing)
