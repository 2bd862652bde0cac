"""Estimators of remediation: Kaplan-Meier with the interval of a cluster bootstrap, or Greenwood's only."""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt

from conda_census.survival.bootstrap import cluster_intervals
from conda_census.survival.kaplan_meier import Curve, SurvivalEstimate, kaplan_meier
from conda_census.survival.survival_data import SurvivalData

__all__ = ["bootstrap_estimate", "greenwood_estimate"]

_RESAMPLES = 200


def bootstrap_estimate(data: SurvivalData, days: Sequence[float]) -> SurvivalEstimate:
    """Estimate survival with intervals that allow for environments of one installation remediated together.

    Args:
        data: the units; their clusters are installations.
        days: days since the time origin.
    """
    return cluster_intervals(_estimate_curve(data), days, resamples=_RESAMPLES)


def greenwood_estimate(data: SurvivalData, days: Sequence[float]) -> SurvivalEstimate:
    """Estimate survival with Greenwood's interval, which is fast enough for many advisories at once.

    Args:
        data: the units, taken as independent.
        days: days since the time origin.
    """
    return _estimate_curve(data).estimate(days)


def _estimate_curve(data: SurvivalData) -> Curve:
    """Estimate the curve; with delayed entry, events count if the root of all units are at risk."""
    fewest = isqrt(len(data)) if (data.entry > 0).any() else 1
    return kaplan_meier(data, fewest_at_risk=fewest)
