"""Remediation curves of a cohort: the share still exposed, with the bounds of all censoring rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isqrt
from typing import get_args

from conda_census.exposure.follow_up import CensoringRule, Cohort, TimeOrigin, follow_cohort
from conda_census.metrics.intervals import Estimate
from conda_census.survival.bootstrap import cluster_intervals
from conda_census.survival.bounds import widen_to_bounds
from conda_census.survival.kaplan_meier import Curve, SurvivalEstimate, kaplan_meier
from conda_census.survival.survival_data import SurvivalData

__all__ = ["SurvivalEstimator", "bootstrap_estimate", "estimate_remediation", "greenwood_estimate"]

#: Estimates survival on some days, which are days since the time origin of the data.
SurvivalEstimator = Callable[[SurvivalData, Sequence[float]], SurvivalEstimate]


def estimate_remediation(
    cohort: Cohort, origin: TimeOrigin, as_of: int, inactivity_cutoff: float, estimator: SurvivalEstimator
) -> SurvivalEstimate:
    """Estimate the share still exposed on each day from 0 to ``as_of``, and the half-life.

    Units are censored an inactivity cutoff after their last visit. The interval is widened to the intervals
    of the two other censoring rules: that all left at their last visit, and that all stayed to the end.

    Args:
        cohort: the units, such as the prevalent ones.
        origin: day 0 of the curve.
        as_of: the last day, in days since the disclosure.
        inactivity_cutoff: in days.
        estimator: one of ``survival_estimates``.

    Returns:
        The shares and the half-life in days; no share at all if no unit is at risk.
    """
    days = list(range(as_of + 1))
    estimates: dict[CensoringRule, SurvivalEstimate] = {}
    for rule in get_args(CensoringRule):
        data = follow_cohort(cohort, origin, rule, as_of, inactivity_cutoff)
        if len(data):
            estimates[rule] = estimator(data, days)
    if "inactivity_cutoff" not in estimates:
        return SurvivalEstimate([], Estimate())
    return widen_to_bounds(estimates["inactivity_cutoff"], list(estimates.values()))


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
