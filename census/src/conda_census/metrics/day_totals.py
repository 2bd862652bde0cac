"""Sessions, installations and downloads by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ibis.expr.types import Table

__all__ = ["Day", "count_by_day"]


@dataclass(frozen=True)
class Day:
    """Activity on one UTC day; null if it is not known.

    Attributes:
        day: The day.
        sessions: Sessions that begin on the day, with and without a session token.
        installations: Distinct installations seen on the day.
        first_seen: Installations that were not seen on any earlier day, also before the window.
        downloads: Complete package downloads.
    """

    day: date
    sessions: int | None
    installations: int | None
    first_seen: int | None
    downloads: int | None


def count_by_day(sessions: Table, downloads: Table, installations: Table) -> list[Day]:
    """Count each day of the window with activity, in order. Installations do not add up over days.

    ``installations`` is the table of ``population``.
    """
    active = {row["day"]: row for row in sessions_by_day(sessions).to_pyarrow().to_pylist()}
    fetched = {row["day"]: row["downloads"] for row in downloads_by_day(downloads).to_pyarrow().to_pylist()}
    new = {row["first_day"]: row["number"] for row in first_days(installations).to_pyarrow().to_pylist()}
    nothing = {"sessions": 0, "installations": 0}
    return [
        Day(
            day=day,
            sessions=int(active.get(day, nothing)["sessions"]),
            installations=int(active.get(day, nothing)["installations"]),
            first_seen=int(new.get(day, 0)),
            downloads=int(fetched.get(day, 0)),
        )
        for day in sorted(active.keys() | fetched.keys())
    ]


def sessions_by_day(sessions: Table) -> Table:
    """Return rows of (day, sessions, installations)."""
    days = sessions.group_by("day").aggregate(
        sessions=sessions.session.nunique(), installations=sessions.client.nunique()
    )
    return days.order_by("day")


def downloads_by_day(downloads: Table) -> Table:
    """Return rows of (day, downloads)."""
    return downloads.group_by("day").aggregate(downloads=downloads.count()).order_by("day")


def first_days(installations: Table) -> Table:
    """Return rows of (first_day, number of installations first seen on it)."""
    days = installations.group_by("first_day").aggregate(number=installations.count())
    return days.order_by("first_day")
