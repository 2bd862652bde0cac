"""How many installations are there, and how many of them were active lately?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ibis.expr.types import Table

from conda_census.metrics.counts import counts
from conda_census.metrics.window import Window

__all__ = ["ACTIVE_DAYS", "Installations", "count_installations"]

#: Lengths of the periods, in days, that end with the window.
ACTIVE_DAYS = (1, 7, 30, 90)


@dataclass(frozen=True)
class Installations:
    """Distinct client tokens: ``total`` in the window, ``active`` by the length of the period in days."""

    total: int
    active: dict[int, int]


def count_installations(sessions: Table, window: Window) -> Installations:
    """The installations of the window, and those seen in the last 1, 7, 30 and 90 days up to its end.

    Activity is a state at the end of the window, so a period longer than the window looks back before it:
    give all ``sessions``, not only those of the window.
    """
    if window.since is None or window.until is None:
        return Installations(total=0, active=dict.fromkeys(ACTIVE_DAYS, 0))
    found = counts(activity(sessions, window))
    return Installations(total=found["total"], active={days: found[f"active_{days}"] for days in ACTIVE_DAYS})


def activity(sessions: Table, window: Window) -> Table:
    """One row: total, active_1, active_7, active_30, active_90. The window must have its days."""
    if window.since is None or window.until is None:
        raise ValueError("activity needs a window with a first and a last day")
    seen = sessions.filter(sessions.client.notnull(), sessions.day <= window.until)
    by_client = seen.group_by("client").aggregate(last_day=seen.day.max())
    firsts = {f"active_{days}": window.until - timedelta(days=days - 1) for days in ACTIVE_DAYS}
    firsts["total"] = window.since
    return by_client.aggregate(
        **{name: (by_client.last_day >= first).sum() for name, first in sorted(firsts.items())}
    )
