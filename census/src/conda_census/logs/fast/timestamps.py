"""Times of many requests, read at once from their digits"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["MICROSECONDS", "each_once", "microseconds", "pairs_of_digits"]

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]

MICROSECONDS = 1_000_000
_ZERO = ord("0")
_NINE = ord("9")


def each_once(written: Bytes, width: int) -> tuple[Bytes, Numbers]:
    """Return the rows that differ from the row before them, and how many rows each of them represents.

    A web server writes its lines in the order of time, so that few times are read instead of many.

    Args:
        written: one row of bytes for each line, a multiple of 4 wide.
        width: number of bytes that are compared, a multiple of 4.
    """
    words = written.view(np.uint32)
    is_change = np.zeros(max(len(words) - 1, 0), dtype=bool)
    # Column by column: numpy is slow along such a short axis.
    for column in range(width // 4):
        is_change |= words[1:, column] != words[:-1, column]
    changes = np.flatnonzero(is_change) + 1
    begins = np.concatenate([np.zeros(1, dtype=np.int64), changes]) if len(words) else changes
    return written[begins], np.diff(begins, append=len(words))


def pairs_of_digits(written: Bytes, *columns: int) -> tuple[Numbers, Truths]:
    """Return the two-digit numbers at each of ``columns``, one row each, and whether all are digits."""
    pairs = written[:, np.add.outer(columns, (0, 1))]
    are_numbers: Truths = np.all((pairs >= _ZERO) & (pairs <= _NINE), axis=(1, 2))
    digits = pairs.astype(np.int64) - _ZERO
    return (digits[:, :, 0] * 10 + digits[:, :, 1]).T, are_numbers


def microseconds(
    date: tuple[Numbers, Numbers, Numbers], clock: tuple[Numbers, Numbers, Numbers]
) -> tuple[Numbers, Truths]:
    """Return the microseconds since 1970 for each (year, month, day) and (hour, minute, second).

    The second array says for each time whether it exists.
    """
    year, month, day = date
    hour, minute, second = clock
    exists = (year >= 1970) & (month >= 1) & (month <= 12) & (hour < 24) & (minute < 60) & (second < 60)
    months = np.where(exists, (year - 1970) * 12 + month - 1, 0)
    first_day = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    next_month = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    exists &= (day >= 1) & (day <= next_month - first_day)
    days = first_day + day - 1
    return (((days * 24 + hour) * 60 + minute) * 60 + second) * MICROSECONDS, exists
