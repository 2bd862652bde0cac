"""Installations by class, and those that were active lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ibis.expr.types import Table

from conda_census.metrics.classes import CLASSES, InstallationClass
from conda_census.metrics.coverage.window import Window

__all__ = ["ACTIVE_DAYS", "Installations", "count_installations"]

#: Lengths, in days, of the periods that end with the window.
ACTIVE_DAYS = (1, 7, 30, 90)


@dataclass(frozen=True)
class Installations:
    """Distinct client tokens: in the window by class, and active by the length of the period in days.

    ``total`` and ``active`` are the sums over the classes.
    """

    by_class: dict[InstallationClass, int]
    active_by_class: dict[InstallationClass, dict[int, int]]

    @property
    def total(self) -> int:
        """All installations of the window."""
        return sum(self.by_class.values())

    @property
    def active(self) -> dict[int, int]:
        """Active installations by the length of the period in days."""
        return {days: sum(active[days] for active in self.active_by_class.values()) for days in ACTIVE_DAYS}


def count_installations(population: Table, window: Window) -> Installations:
    """Count the installations of the window, and those seen in the last 1, 7, 30 and 90 days up to its end.

    Activity is a state at the end of the window, so a period longer than the window looks back before it.
    """
    if window.since is None or window.until is None:
        rows = []
    else:
        rows = activity(population, window).to_pyarrow().to_pylist()
    found = {row["class"]: row for row in rows}
    nothing = {"total": 0} | {f"active_{days}": 0 for days in ACTIVE_DAYS}
    counts = {name: found.get(name, nothing) for name in CLASSES}
    return Installations(
        by_class={name: int(counts[name]["total"]) for name in CLASSES},
        active_by_class={
            name: {days: int(counts[name][f"active_{days}"]) for days in ACTIVE_DAYS} for name in CLASSES
        },
    )


def activity(population: Table, window: Window) -> Table:
    """Return rows of (class, total, active_1, active_7, active_30, active_90) of a window with set days."""
    if window.since is None or window.until is None:
        raise ValueError("activity needs a window with a first and a last day")
    firsts = {f"active_{days}": window.until - timedelta(days=days - 1) for days in ACTIVE_DAYS}
    firsts["total"] = window.since
    counts = {name: (population.last_day >= first).sum() for name, first in sorted(firsts.items())}
    return population.group_by("class").aggregate(**counts).order_by("class")
