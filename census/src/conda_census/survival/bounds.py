"""Bounds of a survival estimate over several assumptions about censoring.

The time at which a unit was censored may be known only to lie between two days. An estimate is made for each
assumption, and the interval of the main one is widened to contain the intervals of all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from conda_census.metrics.intervals import Estimate
from conda_census.survival.kaplan_meier import SurvivalEstimate

__all__ = ["widen_to_bounds"]


def widen_to_bounds(main: SurvivalEstimate, bounds: Sequence[SurvivalEstimate]) -> SurvivalEstimate:
    """Return the main estimate with the widest of all intervals.

    An estimate that ends before others keeps its last interval on the days after its end.

    Args:
        main: the estimate whose values stay.
        bounds: one estimate for each assumption, on the same days, the main one among them.
    """
    by_day = zip(*(_with_last_kept(estimate.shares) for estimate in bounds), strict=True)
    shares = [_widen_share(share, of_day) for share, of_day in zip(main.shares, by_day, strict=True)]
    return SurvivalEstimate(shares, _widen_median(main.median, [estimate.median for estimate in bounds]))


def _with_last_kept(shares: Sequence[Estimate]) -> list[Estimate]:
    return list(accumulate(shares, _latest_known))


def _latest_known(before: Estimate, share: Estimate) -> Estimate:
    return before if share.value is None else share


def _widen_share(share: Estimate, bounds: Sequence[Estimate]) -> Estimate:
    if share.value is None:
        return share
    lows, highs = _ends(bounds)
    return Estimate(share.value, min(lows, default=None), max(highs, default=None))


def _widen_median(median: Estimate, bounds: Sequence[Estimate]) -> Estimate:
    lows, highs = _ends(bounds)
    # A median without a high end is later than all others.
    is_bounded = bool(highs) and len(highs) == len(bounds)
    return Estimate(median.value, min(lows, default=None), max(highs) if is_bounded else None)


def _ends(estimates: Sequence[Estimate]) -> tuple[list[float], list[float]]:
    """Return the low ends and the high ends that are not null."""
    lows = [estimate.low for estimate in estimates if estimate.low is not None]
    highs = [estimate.high for estimate in estimates if estimate.high is not None]
    return lows, highs
