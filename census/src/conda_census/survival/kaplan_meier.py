"""Which share is still exposed after so many days? The Kaplan-Meier curve with its interval.

E. L. Kaplan and P. Meier, Nonparametric estimation from incomplete observations, JASA 53 (1958), with
delayed entry: who enters late is at risk from then on. Its variance is M. Greenwood's (The natural
duration of cancer, 1926), and its interval is made where it is nearly symmetric, on the scale log(-log
S): J. D. Kalbfleisch and R. L. Prentice, The statistical analysis of failure time data (1980).

That interval takes the units as independent. Those of one installation are not: ``bootstrap`` widens it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from conda_census.metrics.intervals import Estimate
from conda_census.survival.survival_data import Days, Numbers, Units, risk_sets

__all__ = ["CONFIDENCE", "Curve", "kaplan_meier"]

CONFIDENCE = 0.95
_HALF = 0.5
#: A share of exactly one half may come out a hair above it.
_HAIR = 1e-12


@dataclass(frozen=True)
class Curve:
    """Steps down from 1: each array has one element for each distinct day of an event.

    Attributes:
        day: of the event, on the clock of the units.
        at_risk, events: just before that day, and on it.
        share: still exposed, from that day on until the next.
        low, high: of the share at ``confidence``.
        units: who was watched.
    """

    day: Days
    at_risk: Numbers
    events: Numbers
    share: Days
    low: Days
    high: Days
    units: Units
    confidence: float = CONFIDENCE

    @property
    def known_until(self) -> float:
        """The last day to which anybody was watched; 0 if nobody was."""
        return float(self.units.exit.max(initial=0.0))

    def at(self, days: Sequence[float]) -> list[Estimate]:
        """The share still exposed on each of some days.

        All null on a day after ``known_until``, but where the share has come to 0, and where nobody was
        watched. Before the first event the share is 1, and its low end is the share at which as many as
        were watched would all have stayed exposed by chance: a one-sided bound, exact where all were
        watched all the time.
        """
        places = np.searchsorted(self.day, np.asarray(days, dtype=np.float64), side="right") - 1
        return [self._at(day, place) for day, place in zip(days, places.tolist(), strict=True)]

    def median(self) -> Estimate:
        """The half-life: the day on which the share first is one half or less; null if it never is.

        Its interval has every day on which the interval of the share holds one half (R. Brookmeyer and J.
        Crowley, A confidence interval for the median survival time, Biometrics 38, 1982). A null at the
        high end is a half-life longer than anybody was watched.
        """
        value, low, high = (self._falls_to_half(share) for share in (self.share, self.low, self.high))
        return Estimate(value=value, low=low, high=high)

    def _at(self, day: float, place: int) -> Estimate:
        if not len(self.units) or (day > self.known_until and not (len(self.day) and self.share[-1] == 0)):
            return Estimate()
        if place < 0:
            return Estimate(value=1.0, low=self._low_without_event(day), high=1.0)
        return Estimate(float(self.share[place]), float(self.low[place]), float(self.high[place]))

    def _low_without_event(self, day: float) -> float:
        units = self.units
        if day <= 0:
            return 1.0
        watched = np.clip(units.exit, 0.0, day) - np.clip(units.entry, 0.0, day)
        together = float(watched.sum() if units.count is None else (watched * units.count).sum())
        return float((1 - self.confidence) ** (day / together)) if together else 0.0

    def _falls_to_half(self, share: Days) -> float | None:
        below = np.flatnonzero(share <= _HALF + _HAIR)
        return float(self.day[below[0]]) if len(below) else None


def kaplan_meier(units: Units, *, confidence: float = CONFIDENCE, fewest_at_risk: int = 1) -> Curve:
    """The curve of the share that is still exposed, with its log-log Greenwood interval.

    At a share of 0 the variance is not defined: the interval then begins at 0 and ends where it ended before.

    Args:
        units: who is watched; millions are no trouble.
        confidence: of the interval.
        fewest_at_risk: events while fewer are at risk do not count. With delayed entry the first few that
            enter would else decide the whole curve: one unit alone, healed, takes it to 0 for good (T. L.
            Lai and Z. Ying, Estimating a distribution function with truncated and censored data, Annals of
            Statistics 19, 1991). At 1, every event counts.
    """
    found = risk_sets(units, units.event)
    enough = found.at_risk >= fewest_at_risk
    day, at_risk, events = found.day[enough], found.at_risk[enough], found.events[enough]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.exp(np.cumsum(np.log1p(-events / at_risk)))
        variance = np.cumsum(events / (at_risk * (at_risk - events).astype(np.float64)))
        z = NormalDist().inv_cdf((1 + confidence) / 2)
        spread = z * np.sqrt(variance) / np.log(share)
        low, high = share ** np.exp(-spread), share ** np.exp(spread)
    curve = Curve(day, at_risk, events, share, low, high, units, confidence)
    return _ended(curve) if len(day) and share[-1] == 0 else curve


def _ended(curve: Curve) -> Curve:
    """A curve that comes to 0, with an interval there."""
    low, high = curve.low.copy(), curve.high.copy()
    first = int(np.flatnonzero(curve.share == 0)[0])
    alone = 1 - (1 - curve.confidence) ** (1 / float(curve.at_risk[first]))
    low[first:], high[first:] = 0.0, curve.high[first - 1] if first else alone
    return replace(curve, low=low, high=high)
