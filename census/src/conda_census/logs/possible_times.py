"""Times that a log can hold: not before there were such logs, and not after it was read

A server with a wrong clock writes lines of the year 1970 or 2099. One such line would be the last day of
every report, so these lines are dropped (``impossible_time``).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

__all__ = [
    "AHEAD",
    "EARLIEST",
    "EARLIEST_TIME",
    "LATEST_TIME",
    "are_possible_times",
    "impossible_times",
    "microseconds_of",
]

#: No conda repository is older, and no web server that still runs.
EARLIEST_TIME = "1995-01-01"
#: A time that no calendar of the lake's readers holds, whenever the log is read.
LATEST_TIME = "9999-12-31"
#: Maximum difference between the clocks of a server and of the machine that reads its log.
AHEAD = timedelta(hours=24)


def microseconds_of(moment: datetime) -> int:
    """Return the microseconds from the beginning of 1970 to a moment."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


#: ``EARLIEST_TIME`` and ``LATEST_TIME`` in microseconds since 1970.
EARLIEST, _LATEST = (
    microseconds_of(datetime.fromisoformat(text).replace(tzinfo=UTC)) for text in (EARLIEST_TIME, LATEST_TIME)
)


def are_possible_times(time: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Return which times, in microseconds since 1970, some log can hold, whenever it is read."""
    are_within: npt.NDArray[np.bool_] = (time >= EARLIEST) & (time < _LATEST)
    return are_within


def impossible_times(time: npt.NDArray[np.int64], read_at: datetime) -> npt.NDArray[np.bool_] | None:
    """Return which times are impossible in a log that is read at this moment; None if there are none.

    Times are in microseconds since 1970.
    """
    latest = microseconds_of(read_at + AHEAD)
    # Usually there are none. Then this costs only two passes that allocate nothing.
    if not len(time) or (time.max() <= latest and time.min() >= EARLIEST):
        return None
    is_impossible: npt.NDArray[np.bool_] = (time > latest) | (time < EARLIEST)
    return is_impossible
