"""Confidence intervals of shares."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import TypedDict

__all__ = ["Estimate", "Interval", "ratio", "wilson"]


class Interval(TypedDict):
    """Share with its 95 % interval, between 0 and 1; null if not estimated."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Estimate:
    """Share and its interval, between 0 and 1; all three null if the denominator is 0."""

    value: float | None = None
    low: float | None = None
    high: float | None = None

    def keys(self) -> Interval:
        """Return the estimate in the form of a document."""
        return Interval(value=self.value, low=self.low, high=self.high)


def ratio(part: int, whole: int) -> float | None:
    """Return ``part / whole``, or None if ``whole`` is 0."""
    return part / whole if whole else None


def wilson(successes: int, trials: int, confidence: float = 0.95) -> Estimate:
    """Estimate the share ``successes / trials`` with Wilson's score interval, without continuity correction.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).
    """
    if trials == 0:
        return Estimate()
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = successes / trials
    scale = 1 + z**2 / trials
    centre = (share + z**2 / (2 * trials)) / scale
    half_width = z / scale * sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    # If none or all succeed, the interval ends exactly there; floating point misses it slightly.
    low = 0.0 if successes == 0 else centre - half_width
    high = 1.0 if successes == trials else centre + half_width
    return Estimate(value=share, low=low, high=high)
