"""How does a test make a curve? By a loop over the days, without any interval."""

from __future__ import annotations

from collections.abc import Sequence

from conda_census.metrics.intervals import Estimate
from conda_census.survival.kaplan_meier import SurvivalEstimate
from conda_census.survival.survival_data import SurvivalData

__all__ = ["plain_survival"]


def plain_survival(watched: SurvivalData, days: Sequence[float]) -> SurvivalEstimate:
    """Kaplan-Meier, day by day; null after the last exit."""
    share, shares = 1.0, []
    for day in days:
        at_risk = sum((watched.entry < day) & (day <= watched.exit))
        events = sum(watched.event & (watched.exit == day))
        share *= 1 - events / at_risk if at_risk else 1
        shares.append(Estimate(share, share, share) if day <= watched.exit.max() else Estimate())
    halves = (
        day for day, each in zip(days, shares, strict=True) if each.value is not None and each.value <= 0.5
    )
    half = next(halves, None)
    return SurvivalEstimate(shares, Estimate(half, half, half))
