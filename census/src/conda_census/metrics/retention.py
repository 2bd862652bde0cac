"""Retention of installations by week of first use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import ibis
from ibis.expr.types import Table

from conda_census.metrics.coverage.window import Window
from conda_census.metrics.intervals import Estimate, wilson
from conda_census.metrics.population import WEEKS_KEPT, last_sunday, weeks_back

__all__ = ["Cohort", "count_retention"]

_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Cohort:
    """Installations first seen in one calendar week.

    Attributes:
        week: Monday of the week.
        installations: Number of these installations; null if a day of the week or of the week before has no
            log.
        active: Share of them that was seen k weeks later, for k from 0 to the last whole week of the window.
    """

    week: date
    installations: int | None
    active: list[Estimate]


def count_retention(installations: Table, window: Window) -> list[Cohort]:
    """Return the cohorts of the whole calendar weeks of the window, the last 60 at most, in order.

    ``installations`` is the table of ``population``. Weeks go from Monday to Sunday, UTC. The first weeks of
    a lake hold installations that existed before the logs begin: they are not a cohort of new ones.
    """
    if window.since is None or window.until is None:
        return []
    rows = active_by_cohort(installations, window.until).to_pyarrow().to_pylist()
    last_monday = last_sunday(window.until) - _WEEK + timedelta(days=1)
    # The week in which the window ends is not over.
    last_whole = 0 if window.until.isoweekday() == 7 else 1  # noqa: PLR2004  Sunday
    cohorts = []
    for row in rows:
        back, number = int(row["first_week"]), int(row["installations"])
        monday = last_monday - back * _WEEK
        if monday < window.since or back < last_whole:
            continue
        seen = [int(row[f"back_{week}"]) for week in range(back, last_whole - 1, -1)]
        cohorts.append(Cohort(monday, number, [wilson(active, number) for active in seen]))
    return sorted(cohorts, key=lambda cohort: cohort.week)


def active_by_cohort(installations: Table, until: date) -> Table:
    """Return rows of (first_week (weeks before ``until``'s), installations, back_k (seen k weeks before))."""
    recent = installations.mutate(first_week=weeks_back(installations, "first_day", until))
    recent = recent.filter(recent.first_week < WEEKS_KEPT)
    bit = ibis.literal(1).cast("int64")
    seen = {f"back_{week}": ((recent.weeks >> week) & bit).sum() for week in range(WEEKS_KEPT)}
    return recent.group_by("first_week").aggregate(installations=recent.count(), **seen)
