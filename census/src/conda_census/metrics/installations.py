"""Installations by class, and those that were active lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Literal

from ibis.expr.types import Table

from conda_census.metrics.classes import CLASSES, InstallationClass
from conda_census.metrics.coverage.window import Window

__all__ = ["ACTIVE_DAYS", "Installations", "LastDays", "count_installations"]

LastDays = Literal[1, 7, 30, 90]

#: Lengths, in days, of the periods that end with the window.
ACTIVE_DAYS: tuple[LastDays, ...] = (1, 7, 30, 90)


@dataclass(frozen=True)
class Installations:
    """Distinct installation tokens (c/).

    Attributes:
        by_class: Installations of the window by class.
        active: Installations seen in the last 1, 7, 30 and 90 days up to the end of the window; null if one
            of these days has no log.
        active_by_class: Active installations of each class.
    """

    JSON_KEYS: ClassVar = ("total", "by_class", "active", "active_by_class")

    by_class: dict[InstallationClass, int]
    active: dict[LastDays, int | None]
    active_by_class: dict[InstallationClass, dict[LastDays, int | None]]

    @property
    def total(self) -> int:
        """Installations of the window: the sum of the classes."""
        return sum(self.by_class.values())


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
        active={days: sum(int(counts[name][f"active_{days}"]) for name in CLASSES) for days in ACTIVE_DAYS},
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
