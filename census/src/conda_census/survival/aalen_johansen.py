"""Which shares are remediated, exposed and silent after so many days? They compete, and add up to 1.

O. O. Aalen and S. Johansen, An empirical transition matrix for non-homogeneous Markov chains based on
censored observations, Scandinavian Journal of Statistics 5 (1978), for one state that two others are
reached from, with delayed entry. Kaplan-Meier of one of them alone would say which share would be
remediated if nobody ever fell silent; one less that curve for each of the two adds up to more than there
are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from conda_census.survival.survival_data import Days, Truths, Units, risk_sets

__all__ = ["SharesOn", "StackedShares", "aalen_johansen"]


class SharesOn(NamedTuple):
    """The three shares on one day, which add up to 1; all null where nobody was watched so long."""

    remediated: float | None
    exposed: float | None
    silent: float | None


@dataclass(frozen=True)
class StackedShares:
    """Each array has one element for each distinct day on which somebody was remediated or fell silent.

    Attributes:
        day: of it, on the clock of the units.
        remediated, exposed, silent: from that day on until the next.
        known_until: the last day to which anybody was watched; 0 if nobody was.
    """

    day: Days
    remediated: Days
    exposed: Days
    silent: Days
    known_until: float

    def on(self, days: Sequence[float]) -> list[SharesOn]:
        """The shares on each of some days; before the first change all are exposed.

        Null on a day after ``known_until``, but where nobody is exposed any more.
        """
        places = np.searchsorted(self.day, np.asarray(days, dtype=np.float64), side="right") - 1
        return [self._on(day, place) for day, place in zip(days, places.tolist(), strict=True)]

    def _on(self, day: float, place: int) -> SharesOn:
        is_over = bool(len(self.day)) and float(self.exposed[-1]) == 0.0
        if not self.known_until or (day > self.known_until and not is_over):
            return SharesOn(None, None, None)
        if place < 0:
            return SharesOn(0.0, 1.0, 0.0)
        shares = (self.remediated[place], self.exposed[place], self.silent[place])
        return SharesOn(*(float(share) for share in shares))


def aalen_johansen(units: Units, fell_silent: Truths) -> StackedShares:
    """The shares of those who were remediated, are still exposed, and fell silent.

    Who has both at one exit cannot be: remediation is a visit. Several changes on one day are no trouble.

    Args:
        units: who is watched; ``event`` is remediation.
        fell_silent: which units fell silent at their exit. Who was neither remediated nor fell silent was
            only no longer watched.

    Raises:
        ValueError: of different length than the units, or a unit that was remediated and fell silent.
    """
    if len(fell_silent) != len(units):
        raise ValueError(f"{len(fell_silent)} for {len(units)} units")
    if (both := int((units.event & fell_silent).sum())) > 0:
        raise ValueError(f"{both} units were remediated and fell silent at their exit: choose one")
    changes = risk_sets(units, units.event | fell_silent)
    remediations = risk_sets(units, units.event)
    remediated_then = np.zeros(len(changes.day))
    remediated_then[np.searchsorted(changes.day, remediations.day)] = remediations.events
    stays = 1 - changes.events / changes.at_risk
    exposed = np.asarray(np.cumprod(stays), dtype=np.float64)
    before = np.concatenate([[1.0], exposed[:-1]])
    remediated = np.cumsum(before * remediated_then / changes.at_risk)
    silent = np.cumsum(before * (changes.events - remediated_then) / changes.at_risk)
    return StackedShares(changes.day, remediated, exposed, silent, float(units.exit.max(initial=0.0)))
