"""Confidence intervals of shares."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

__all__ = ["Estimate", "ratio", "wilson"]


@dataclass(frozen=True)
class Estimate:
    """Estimate with its 95 % interval.

    Attributes:
        value: Estimated share, between 0 and 1, or number of days; null if it is not known.
        low: Lower end of the 95 % interval; null if there is none.
        high: Upper end of the 95 % interval; null if there is none.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None


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
