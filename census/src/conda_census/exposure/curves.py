"""How fast do those who were at risk heal? A curve with the band of what is possible, on each clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Protocol, get_args

from conda_census.exposure.follow_up import AtRisk, Clock, Leaving, Watch, watch
from conda_census.metrics.intervals import Estimate

__all__ = ["BandedCurve", "Healing", "Survival", "banded_curve"]


class Healing(Protocol):
    """What an estimator says of some days: the shares still exposed, and the half-life."""

    @property
    def shares(self) -> list[Estimate]:
        """One for each day that was asked for; null after the last day to which anybody was watched."""
        ...

    @property
    def median(self) -> Estimate:
        """In days; a null at the high end is longer than anybody was watched."""
        ...


#: Of units that are watched, the shares on some days.
Survival = Callable[[Watch, Sequence[float]], Healing]


@dataclass(frozen=True)
class BandedCurve:
    """The share still exposed after each number of days from 0 on, and the half-life in days."""

    shares: list[Estimate]
    median: Estimate


def banded_curve(
    units: AtRisk, clock: Clock, as_of: int, usual_gap: float, survival: Survival
) -> BandedCurve:
    """The curve of units that leave a usual gap after their last visit.

    The ends are the widest of its interval and of the intervals at the two edges: that all left at their last
    visit, and that all stayed to the day ``as_of`` after the disclosure. An edge that nobody reaches any more
    stays where it was.
    """
    days = list(range(as_of + 1))
    found: dict[Leaving, Healing] = {}
    for leaving in get_args(Leaving):
        watched = watch(units, clock, leaving, as_of, usual_gap)
        if len(watched.entry):
            found[leaving] = survival(watched, days)
    if "usual_gap" not in found:
        return BandedCurve([], Estimate())
    each_day = zip(*(_carried(healing.shares) for healing in found.values()), strict=True)
    shares = [_banded(share, edges) for share, edges in zip(found["usual_gap"].shares, each_day, strict=True)]
    return BandedCurve(
        shares, _banded_days(found["usual_gap"].median, [each.median for each in found.values()])
    )


def _carried(shares: Sequence[Estimate]) -> list[Estimate]:
    """With the last that is known on all days after it."""
    return list(accumulate(shares, _latest))


def _latest(before: Estimate, share: Estimate) -> Estimate:
    return before if share.value is None else share


def _banded(share: Estimate, edges: Sequence[Estimate]) -> Estimate:
    if share.value is None:
        return share
    lows = [edge.low for edge in edges if edge.low is not None]
    highs = [edge.high for edge in edges if edge.high is not None]
    return Estimate(share.value, min(lows, default=None), max(highs, default=None))


def _banded_days(median: Estimate, edges: Sequence[Estimate]) -> Estimate:
    lows = [edge.low for edge in edges if edge.low is not None]
    highs = [edge.high for edge in edges if edge.high is not None]
    # One without an end is longer than all others.
    return Estimate(
        median.value, min(lows, default=None), max(highs) if highs and len(highs) == len(edges) else None
    )
