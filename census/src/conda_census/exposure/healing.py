"""How fast do those who are watched heal, when the environments of one installation heal together?"""

from __future__ import annotations

from collections.abc import Sequence

from conda_census.exposure.bootstrap import Clustered, cluster_intervals
from conda_census.exposure.survival import kaplan_meier
from conda_census.exposure.units import Units
from conda_census.exposure.watched import Watch

__all__ = ["healing"]


def healing(watched: Watch, days: Sequence[float]) -> Clustered:
    """Kaplan-Meier's shares on some days and its half-life, with intervals over installations."""
    return cluster_intervals(kaplan_meier(Units(*watched)), days)
