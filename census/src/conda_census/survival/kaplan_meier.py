"""Kaplan-Meier estimate with delayed entry, Greenwood's variance and log-log intervals.

E. L. Kaplan and P. Meier, Nonparametric estimation from incomplete observations, JASA 53 (1958). A unit with
delayed entry is at risk only from its entry on. The variance is that of M. Greenwood (The natural duration of
cancer, 1926). The interval is computed on the scale log(-log S), where it is nearly symmetric (J. D.
Kalbfleisch and R. L. Prentice, The statistical analysis of failure time data, 1980).

The interval assumes independent units. Units of one cluster are not independent: ``bootstrap`` widens it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from conda_census.metrics.intervals import Estimate
from conda_census.survival.survival_data import Days, Numbers, SurvivalData, risk_sets

__all__ = ["CONFIDENCE", "Curve", "SurvivalEstimate", "kaplan_meier"]

CONFIDENCE = 0.95
_HALF = 0.5
#: Rounding may leave a share of exactly one half slightly above it.
_TOLERANCE = 1e-12


@dataclass(frozen=True)
class SurvivalEstimate:
    """Survival on some days, and the median survival time, with their intervals.

    Attributes:
        shares: the share without the event, one for each day that was asked for; null after the last day on
            which a unit was observed.
        median: the median survival time in days; null if it is not reached. A null high end is later than
            the last day on which a unit was observed.
    """

    shares: list[Estimate]
    median: Estimate


@dataclass(frozen=True)
class Curve:
    """Survival curve, a step function from 1 down: one element for each distinct day of an event.

    Attributes:
        day: float64, sorted, in days since the time origin.
        at_risk: int64, the number of units at risk just before that day.
        events: int64, the number of events on that day.
        share: float64, the share without the event, from that day on until the next.
        low, high: float64, the ends of the interval of ``share``.
        data: the units from which the curve was estimated.
        confidence: the level of the interval.
    """

    day: Days
    at_risk: Numbers
    events: Numbers
    share: Days
    low: Days
    high: Days
    data: SurvivalData
    confidence: float = CONFIDENCE

    @property
    def known_until(self) -> float:
        """The last day on which a unit was observed; 0 without units."""
        return float(self.data.exit.max(initial=0.0))

    def at(self, days: Sequence[float]) -> list[Estimate]:
        """Return the share without the event on each of these days.

        All three numbers are null on a day after ``known_until``, unless the share came to 0 before, and if
        there are no units. Before the first event the share is 1. Its low end is then the share at which all
        units observed would have stayed without the event by chance: a one-sided bound, which is exact if
        each unit was observed all the time.

        Args:
            days: days since the time origin, in any order.
        """
        steps = np.searchsorted(self.day, np.asarray(days, dtype=np.float64), side="right") - 1
        return [self._at(day, step) for day, step in zip(days, steps.tolist(), strict=True)]

    def median(self) -> Estimate:
        """Return the median survival time: the first day on which the share is one half or less.

        Null if there is no such day. The interval contains every day on which the interval of the share
        contains one half (R. Brookmeyer and J. Crowley, A confidence interval for the median survival time,
        Biometrics 38, 1982). A null high end is later than the last day on which a unit was observed.
        """
        value, low, high = (self._first_day_at_half(share) for share in (self.share, self.low, self.high))
        return Estimate(value=value, low=low, high=high)

    def estimate(self, days: Sequence[float]) -> SurvivalEstimate:
        """Return the shares on these days and the median, with the intervals of the curve."""
        return SurvivalEstimate(self.at(days), self.median())

    def _at(self, day: float, step: int) -> Estimate:
        is_ended = bool(len(self.day)) and self.share[-1] == 0
        if not len(self.data) or (day > self.known_until and not is_ended):
            return Estimate()
        if step < 0:
            return Estimate(value=1.0, low=self._low_without_event(day), high=1.0)
        return Estimate(float(self.share[step]), float(self.low[step]), float(self.high[step]))

    def _low_without_event(self, day: float) -> float:
        data = self.data
        if day <= 0:
            return 1.0
        observed = np.clip(data.exit, 0.0, day) - np.clip(data.entry, 0.0, day)
        total = float(observed.sum() if data.weight is None else (observed * data.weight).sum())
        return float((1 - self.confidence) ** (day / total)) if total else 0.0

    def _first_day_at_half(self, share: Days) -> float | None:
        below = np.flatnonzero(share <= _HALF + _TOLERANCE)
        return float(self.day[below[0]]) if len(below) else None


def kaplan_meier(data: SurvivalData, *, confidence: float = CONFIDENCE, fewest_at_risk: int = 1) -> Curve:
    """Estimate the survival curve, with its log-log Greenwood interval.

    At a share of 0 the variance is not defined: the interval then begins at 0 and keeps its last high end.

    Args:
        data: the units; millions of them are no problem.
        confidence: the level of the interval.
        fewest_at_risk: events count only if so many units are at risk. With delayed entry the first few
            units would otherwise decide the whole curve: if the first unit has its event before others
            enter, the curve stays at 0 (T. L. Lai and Z. Ying, Estimating a distribution function with
            truncated and censored data, Annals of Statistics 19, 1991). With 1, every event counts.
    """
    sets = risk_sets(data, data.event)
    is_counted = sets.at_risk >= fewest_at_risk
    day, at_risk, events = sets.day[is_counted], sets.at_risk[is_counted], sets.events[is_counted]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.exp(np.cumsum(np.log1p(-events / at_risk)))
        variance = np.cumsum(events / (at_risk * (at_risk - events).astype(np.float64)))
        z = NormalDist().inv_cdf((1 + confidence) / 2)
        spread = z * np.sqrt(variance) / np.log(share)
        low, high = share ** np.exp(-spread), share ** np.exp(spread)
    curve = Curve(day, at_risk, events, share, low, high, data, confidence)
    return _with_interval_at_zero(curve) if len(day) and share[-1] == 0 else curve


def _with_interval_at_zero(curve: Curve) -> Curve:
    """Return a curve that comes to 0, with an interval there."""
    low, high = curve.low.copy(), curve.high.copy()
    first = int(np.flatnonzero(curve.share == 0)[0])
    all_at_once = 1 - (1 - curve.confidence) ** (1 / float(curve.at_risk[first]))
    low[first:], high[first:] = 0.0, curve.high[first - 1] if first else all_at_once
    return replace(curve, low=low, high=high)
