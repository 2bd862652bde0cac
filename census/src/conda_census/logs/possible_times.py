"""Times that a log can tell of: not before there were such logs, and not after it was read.

A server's clock that goes wrong writes lines of the year 1970 or 2099. One such line would be the last day of
every report, so these lines are dropped (``impossible_time``).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

__all__ = ["AHEAD", "EARLIEST", "EARLIEST_TIME", "LATEST_TIME", "impossible_times", "microseconds_of"]

#: No conda repository is older, and no web server that still runs.
EARLIEST_TIME = "1995-01-01"
#: What no calendar of the lake's readers holds, whenever it is read.
LATEST_TIME = "9999-12-31"
#: So far the clocks of a server and of the machine that reads its log may differ.
AHEAD = timedelta(hours=24)


def microseconds_of(moment: datetime) -> int:
    """Microseconds from the beginning of 1970 to a moment."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


#: ``EARLIEST_TIME`` in microseconds since 1970.
EARLIEST = microseconds_of(datetime.fromisoformat(EARLIEST_TIME).replace(tzinfo=UTC))


def impossible_times(time: npt.NDArray[np.int64], read_at: datetime) -> npt.NDArray[np.bool_] | None:
    """Which times a log that is read at this moment cannot tell of; None if there is none.

    Times are in microseconds since 1970.
    """
    latest = microseconds_of(read_at + AHEAD)
    # Hardly ever is there one, and two passes that keep nothing are all that it costs then.
    if not len(time) or (time.max() <= latest and time.min() >= EARLIEST):
        return None
    is_impossible: npt.NDArray[np.bool_] = (time > latest) | (time < EARLIEST)
    return is_impossible
