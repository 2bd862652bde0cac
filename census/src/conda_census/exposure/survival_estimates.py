"""Which estimator says how fast those who are watched heal, and how sure that is?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt

from conda_census.exposure.follow_up import Watch
from conda_census.metrics.intervals import Estimate
from conda_census.survival.bootstrap import Clustered, cluster_intervals
from conda_census.survival.kaplan_meier import Curve, kaplan_meier
from conda_census.survival.survival_data import Units

__all__ = ["Quick", "healing", "quick_healing"]

_RESAMPLES = 200


@dataclass(frozen=True)
class Quick:
    """The shares still exposed on some days, and the half-life."""

    shares: list[Estimate]
    median: Estimate


def healing(watched: Watch, days: Sequence[float]) -> Clustered:
    """Kaplan and Meier's, with intervals that know that environments of one installation heal together."""
    return cluster_intervals(_curve(watched), days, resamples=_RESAMPLES)


def quick_healing(watched: Watch, days: Sequence[float]) -> Quick:
    """The same with Greenwood's interval alone, for many advisories at once."""
    curve = _curve(watched)
    return Quick(curve.at(days), curve.median())


def _curve(watched: Watch) -> Curve:
    """Where some enter late, it waits until as many are at risk as the root of all, as few tell nothing."""
    units = Units(*watched)
    fewest = isqrt(len(units)) if (units.entry > 0).any() else 1
    return kaplan_meier(units, fewest_at_risk=fewest)
