"""Sessions by hour and by day.

Sessions are counted, not requests: a user who builds an environment asks for fifty packages, and shows no
more about other users than one who asks for a single package. One address may hide many users, so a session
of hundreds of requests counts as several.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import ibis
from ibis.expr.types import IntegerColumn, Table

__all__ = ["AROUND", "Activity", "hour_of", "read_activity"]

#: The days that show what is usual around a day: four weeks on each side.
AROUND = 28
_HOUR = timedelta(hours=1)
#: A session counts once for each this many of its requests, and at least once.
_OF_ONE = 50


@dataclass(frozen=True)
class Activity:
    """Sessions of each day and of each hour that has a request.

    A day or an hour with a request, but in which no session begins, is present with 0. ``days`` may hold days
    whose hours are not known.
    """

    days: Mapping[date, int]
    hours: Mapping[datetime, int] = field(default_factory=dict)

    def and_requests_at(self, times: Iterable[datetime]) -> Activity:
        """Return this activity with requests at more times."""
        hours = {hour_of(time) for time in times}
        return Activity(
            dict.fromkeys((hour.date() for hour in hours), 0) | {**self.days},
            dict.fromkeys(hours, 0) | {**self.hours},
        )


def hour_of(time: datetime) -> datetime:
    """Return the start of the hour, in UTC."""
    return time.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def read_activity(sessions: Table, downloads: Table) -> Activity:
    """Return the times of the sessions, each by its first request."""
    lasting = sessions.group_by(
        "day", first=sessions.first_time.truncate("h"), last=sessions.last_time.truncate("h")
    ).aggregate(number=_counted(sessions.requests).sum())
    days: dict[date, int] = {}
    hours: dict[datetime, int] = {}
    later: set[datetime] = set()
    long: list[tuple[datetime, datetime]] = []
    for row in lasting.to_pyarrow().to_pylist():
        number = int(row["number"] or 0)
        days[row["day"]] = days.get(row["day"], 0) + number
        if row["first"] is None or row["last"] is None:
            continue
        first, last = hour_of(row["first"]), hour_of(row["last"])
        hours[first] = hours.get(first, 0) + number
        later.add(last)
        if last - first > _HOUR:
            long.append((first, last))
    if long:
        # Few sessions last this long. Only for these is it unclear which hours in between have a request.
        first, last = min(begin for begin, _ in long), max(end for _, end in long)
        during = downloads.filter(downloads.day.between(first.date(), last.date()))
        during = during.select(hour=during.time.truncate("h")).distinct()
        later.update(hour_of(row["hour"]) for row in during.to_pyarrow().to_pylist() if row["hour"])
    return Activity(days, hours).and_requests_at(later)


def _counted(requests: IntegerColumn) -> IntegerColumn:
    return ibis.greatest(ibis.literal(1, "int64"), requests.fill_null(0) // _OF_ONE)
