"""Whom does a curve watch, from when to when, and how many of them are at risk at each event?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Days", "Numbers", "RiskSets", "Truths", "Units", "days_passed", "risk_sets"]

Days = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Units:
    """One element of each array for each unit.

    Attributes:
        entry: the day on the clock from which the unit is watched.
        exit: the last day on the clock to which it is; always after ``entry``.
        event: was it remediated at its exit? Else it was only no longer watched.
        cluster: the number of its installation: the environments of one installation are not independent.
        count: how many equal units the element stands for; None is one each.
    """

    entry: Days
    exit: Days
    event: Truths
    cluster: Numbers
    count: Numbers | None = None

    def __post_init__(self) -> None:
        """Refuse what no curve can be made of, as lifelines does.

        Raises:
            ValueError: arrays of different lengths, a day that is no number or before the clock begins, a
                unit that is not watched for any time (entry >= exit), or a negative count.
        """
        arrays = [self.entry, self.exit, self.event, self.cluster]
        arrays += [] if self.count is None else [self.count]
        if len({len(array) for array in arrays}) > 1:
            raise ValueError(f"arrays of different lengths: {[len(array) for array in arrays]}")
        if not (np.isfinite(self.entry).all() and np.isfinite(self.exit).all()):
            raise ValueError("a day that is no number: leave the unit out")
        if (self.entry < 0).any():
            raise ValueError("a unit that enters before the clock begins: let it enter at 0")
        if unwatched := int((self.entry >= self.exit).sum()):
            raise ValueError(f"{unwatched} units with entry >= exit, who are never at risk: leave them out")
        if self.count is not None and (self.count < 0).any():
            raise ValueError("a negative count")

    def __len__(self) -> int:
        return len(self.entry)


@dataclass(frozen=True)
class RiskSets:
    """At each distinct day of an event: how many are at risk just before it, and how many have one."""

    day: Days
    at_risk: Numbers
    events: Numbers


def risk_sets(units: Units, event: Truths) -> RiskSets:
    """Count them.

    A unit is at risk in (entry, exit]: at its own event, and not at one that falls on its entry. So do R's
    ``Surv(start, stop, event)`` and lifelines.

    Args:
        units: who is watched.
        event: which of them have the event at their exit.
    """
    day, place = np.unique(units.exit[event], return_inverse=True)
    count = None if units.count is None else units.count[event]
    events = _counted(place, count, len(day))
    at_risk = _before(units.entry, units.count, day) - _before(units.exit, units.count, day)
    return RiskSets(day=day, at_risk=at_risk, events=events)


def _before(times: Days, count: Numbers | None, day: Days) -> Numbers:
    """How many of the times are before each day."""
    return np.cumsum(_counted(days_passed(day, times), count, len(day) + 1))[:-1]


def days_passed(day: Days, times: Days) -> Numbers:
    """How many of the days, which are sorted, are at or before each of the times.

    In the order of the times: jumping to and fro in millions of days takes ten times as long.
    """
    order = np.argsort(times)
    passed = np.empty(len(times), dtype=np.int64)
    passed[order] = np.searchsorted(day, times[order], side="right")
    return passed


def _counted(places: Numbers, count: Numbers | None, many: int) -> Numbers:
    """Exact below 2 ** 53."""
    return np.bincount(places, weights=count, minlength=many).astype(np.int64)
