"""How did sessions, installations and downloads go from day to day?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ibis.expr.types import Table

__all__ = ["Day", "count_by_day"]


@dataclass(frozen=True)
class Day:
    """What one UTC day saw: distinct sessions (with and without token), distinct installations, downloads."""

    day: date
    sessions: int
    installations: int
    downloads: int


def count_by_day(sessions: Table, downloads: Table) -> list[Day]:
    """The days of the window on which there was anything, in order. Installations do not add up over days."""
    active = {row["day"]: row for row in sessions_by_day(sessions).to_pyarrow().to_pylist()}
    fetched = {row["day"]: row["downloads"] for row in downloads_by_day(downloads).to_pyarrow().to_pylist()}
    nothing = {"sessions": 0, "installations": 0}
    return [
        Day(
            day=day,
            sessions=int(active.get(day, nothing)["sessions"]),
            installations=int(active.get(day, nothing)["installations"]),
            downloads=int(fetched.get(day, 0)),
        )
        for day in sorted(active.keys() | fetched.keys())
    ]


def sessions_by_day(sessions: Table) -> Table:
    """Rows: day, sessions, installations."""
    days = sessions.group_by("day").aggregate(
        sessions=sessions.session.nunique(), installations=sessions.client.nunique()
    )
    return days.order_by("day")


def downloads_by_day(downloads: Table) -> Table:
    """Rows: day, downloads."""
    return downloads.group_by("day").aggregate(downloads=downloads.count()).order_by("day")
