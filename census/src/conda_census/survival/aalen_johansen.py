"""Aalen-Johansen estimate of the shares remediated, exposed and silent, which add up to 1.

O. O. Aalen and S. Johansen, An empirical transition matrix for non-homogeneous Markov chains based on
censored observations, Scandinavian Journal of Statistics 5 (1978), for one state from which two others are
reached, with delayed entry. A Kaplan-Meier estimate of only one of the two would be the share remediated if
no unit ever fell silent; 1 minus that estimate, for each of the two, adds up to more than 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from conda_census.survival.survival_data import Days, SurvivalData, Truths, risk_sets

__all__ = ["SharesOn", "StackedShares", "aalen_johansen"]


class SharesOn(NamedTuple):
    """The three shares on one day, which add up to 1; all null if no unit was observed that long."""

    remediated: float | None
    exposed: float | None
    silent: float | None


@dataclass(frozen=True)
class StackedShares:
    """Shares over time: one element for each distinct day on which a unit was remediated or fell silent.

    Attributes:
        day: float64, sorted, in days since the time origin.
        remediated, exposed, silent: float64, the shares from that day on until the next.
        known_until: the last day on which a unit was observed; 0 without units.
    """

    day: Days
    remediated: Days
    exposed: Days
    silent: Days
    known_until: float

    def on(self, days: Sequence[float]) -> list[SharesOn]:
        """Return the shares on each of these days; before the first change all units are exposed.

        Null on a day after ``known_until``, unless no unit is exposed any more.

        Args:
            days: days since the time origin, in any order.
        """
        steps = np.searchsorted(self.day, np.asarray(days, dtype=np.float64), side="right") - 1
        return [self._on(day, step) for day, step in zip(days, steps.tolist(), strict=True)]

    def _on(self, day: float, step: int) -> SharesOn:
        is_ended = bool(len(self.day)) and float(self.exposed[-1]) == 0.0
        if not self.known_until or (day > self.known_until and not is_ended):
            return SharesOn(None, None, None)
        if step < 0:
            return SharesOn(0.0, 1.0, 0.0)
        shares = (self.remediated[step], self.exposed[step], self.silent[step])
        return SharesOn(*(float(share) for share in shares))


def aalen_johansen(data: SurvivalData, fell_silent: Truths) -> StackedShares:
    """Estimate the shares of units that were remediated, are still exposed, and fell silent.

    Several changes on one day are allowed.

    Args:
        data: the units; ``event`` is remediation.
        fell_silent: bool, one element for each unit: whether it fell silent at its exit. A unit that was
            neither remediated nor fell silent was censored.

    Raises:
        ValueError: ``fell_silent`` is of another length than the data, or a unit was remediated and fell
            silent.
    """
    if len(fell_silent) != len(data):
        raise ValueError(f"{len(fell_silent)} for {len(data)} units")
    if (both := int((data.event & fell_silent).sum())) > 0:
        raise ValueError(f"{both} units were remediated and fell silent at their exit: choose one")
    changes = risk_sets(data, data.event | fell_silent)
    remediations = risk_sets(data, data.event)
    remediated_then = np.zeros(len(changes.day))
    remediated_then[np.searchsorted(changes.day, remediations.day)] = remediations.events
    stays = 1 - changes.events / changes.at_risk
    exposed = np.asarray(np.cumprod(stays), dtype=np.float64)
    exposed_before = np.concatenate([[1.0], exposed[:-1]])
    remediated = np.cumsum(exposed_before * remediated_then / changes.at_risk)
    silent = np.cumsum(exposed_before * (changes.events - remediated_then) / changes.at_risk)
    return StackedShares(changes.day, remediated, exposed, silent, float(data.exit.max(initial=0.0)))
