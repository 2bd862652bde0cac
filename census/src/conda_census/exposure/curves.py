"""Remediation curves of a cohort: the share still exposed, with the bounds of all censoring rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import get_args

from conda_census.exposure.follow_up import CensoringRule, Cohort, TimeOrigin, follow_cohort
from conda_census.metrics.intervals import Estimate
from conda_census.survival.bounds import widen_to_bounds
from conda_census.survival.kaplan_meier import SurvivalEstimate
from conda_census.survival.survival_data import SurvivalData

__all__ = ["SurvivalEstimator", "estimate_remediation"]

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
