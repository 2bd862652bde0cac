"""How sure is a share? Its interval at a stated confidence."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import TypedDict

__all__ = ["Estimate", "Interval", "ratio", "wilson"]


class Interval(TypedDict):
    """A share with its 95 % interval, between 0 and 1; null where it is not estimated."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Estimate:
    """A share and its interval, between 0 and 1; all three null where there is nothing to divide by."""

    value: float | None = None
    low: float | None = None
    high: float | None = None

    def keys(self) -> Interval:
        """As it stands in a document."""
        return Interval(value=self.value, low=self.low, high=self.high)


def ratio(part: int, whole: int) -> float | None:
    """``part / whole``, or null where ``whole`` is 0."""
    return part / whole if whole else None


def wilson(successes: int, trials: int, confidence: float = 0.95) -> Estimate:
    """The share ``successes / trials`` with Wilson's score interval, without continuity correction.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).
    """
    if trials == 0:
        return Estimate()
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = successes / trials
    scale = 1 + z**2 / trials
    centre = (share + z**2 / (2 * trials)) / scale
    half_width = z / scale * sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    # At 0 and at all the interval ends exactly there; floating point misses it by a hair.
    low = 0.0 if successes == 0 else centre - half_width
    high = 1.0 if successes == trials else centre + half_width
    return Estimate(value=share, low=low, high=high)
