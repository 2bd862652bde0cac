"""Survival data with delayed entry and right censoring, and their risk sets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Days", "Numbers", "RiskSets", "SurvivalData", "Truths", "days_passed", "risk_sets"]

#: One-dimensional arrays, with one element for each unit or for each day.
Days = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class SurvivalData:
    """Observation times of units: arrays of the same length, with one element for each unit.

    A unit is at risk in (entry, exit]. All times are in days since the time origin.

    Attributes:
        entry: float64, the day from which on the unit is observed; 0 or later.
        exit: float64, the last day on which it is observed; always after ``entry``.
        event: bool, whether the unit had its event at its exit. If not, it was censored there.
        cluster: int64, the number of its cluster. Units of one cluster are not independent of each other.
        weight: int64, the number of equal units for which the element counts; None is 1 for each.
    """

    entry: Days
    exit: Days
    event: Truths
    cluster: Numbers
    weight: Numbers | None = None

    def __post_init__(self) -> None:
        """Refuse data from which no curve can be estimated, as lifelines does.

        Raises:
            ValueError: arrays of different lengths, a time that is not finite or before the time origin, a
                unit with entry >= exit, or a negative weight.
        """
        arrays = [self.entry, self.exit, self.event, self.cluster]
        arrays += [] if self.weight is None else [self.weight]
        if len({len(array) for array in arrays}) > 1:
            raise ValueError(f"arrays of different lengths: {[len(array) for array in arrays]}")
        if not (np.isfinite(self.entry).all() and np.isfinite(self.exit).all()):
            raise ValueError("a time that is not finite: leave the unit out")
        if (self.entry < 0).any():
            raise ValueError("a unit that enters before the time origin: let it enter at 0")
        if never_at_risk := int((self.entry >= self.exit).sum()):
            raise ValueError(f"{never_at_risk} units with entry >= exit, never at risk: leave them out")
        if self.weight is not None and (self.weight < 0).any():
            raise ValueError("a negative weight")

    def __len__(self) -> int:
        return len(self.entry)


@dataclass(frozen=True)
class RiskSets:
    """Size of the risk set and number of events: one element for each distinct day of an event.

    Attributes:
        day: float64, sorted, in days since the time origin.
        at_risk: int64, the number of units at risk just before that day.
        events: int64, the number of events on that day.
    """

    day: Days
    at_risk: Numbers
    events: Numbers


def risk_sets(data: SurvivalData, event: Truths) -> RiskSets:
    """Count the units at risk and the events on each day of an event.

    A unit is at risk in (entry, exit]: at its own event, and not at one on the day of its entry. R's
    ``Surv(start, stop, event)`` and lifelines have the same rule.

    Args:
        data: the units.
        event: bool, one element for each unit: whether it has the event at its exit.
    """
    day, day_index = np.unique(data.exit[event], return_inverse=True)
    weight = None if data.weight is None else data.weight[event]
    events = _weighted_count(day_index, weight, len(day))
    at_risk = _count_before(data.entry, data.weight, day) - _count_before(data.exit, data.weight, day)
    return RiskSets(day=day, at_risk=at_risk, events=events)


def _count_before(times: Days, weight: Numbers | None, day: Days) -> Numbers:
    """Count the times before each day."""
    return np.cumsum(_weighted_count(days_passed(day, times), weight, len(day) + 1))[:-1]


def days_passed(day: Days, times: Days) -> Numbers:
    """Count, for each time, the days at or before it.

    The times are looked up in ascending order: random access to millions of days takes ten times as long.

    Args:
        day: float64, sorted.
        times: float64, in any order.

    Returns:
        int64, one element for each time.
    """
    order = np.argsort(times)
    passed = np.empty(len(times), dtype=np.int64)
    passed[order] = np.searchsorted(day, times[order], side="right")
    return passed


def _weighted_count(index: Numbers, weight: Numbers | None, length: int) -> Numbers:
    """Count how often each index occurs; exact below 2 ** 53."""
    return np.bincount(index, weights=weight, minlength=length).astype(np.int64)
