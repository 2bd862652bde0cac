"""Fast sorting and grouping of rows by several columns, with one number for each row."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

__all__ = ["as_one_number", "beginnings"]

Numbers = npt.NDArray[np.int64]

#: Number of bits of an integer that sort correctly.
_BITS = 63


def as_one_number(*columns: npt.NDArray[np.signedinteger[Any]]) -> Numbers:
    """Return a number for each row that sorts like the columns; rows with equal columns get equal numbers.

    The columns are packed side by side into its bits. If they need more bits than there are, their distinct
    values are numbered first.
    """
    first, *others = columns
    packed = _from_zero(first)
    for column in others:
        low = _from_zero(column)
        if _bits(packed) + _bits(low) > _BITS:
            packed, low = (np.unique(column, return_inverse=True)[1] for column in (packed, low))
        packed = (packed << _bits(low)) | low
    return packed


def beginnings(pseudonyms: pa.Array) -> npt.NDArray[np.uint64]:
    """Return the first 8 of each pseudonym's 16 bytes as a number that sorts like it, null as the last."""
    whole = pseudonyms.fill_null(b"\xff" * 16).cast(pa.binary(16))
    halves = np.frombuffer(whole.buffers()[1], dtype=">u8")[::2]
    return halves[whole.offset : whole.offset + len(whole)].astype(np.uint64)


def _from_zero(column: npt.NDArray[np.signedinteger[Any]]) -> Numbers:
    column = column.astype(np.int64)
    return column - column.min() if len(column) else column


def _bits(column: Numbers) -> int:
    return int(column.max(initial=0)).bit_length()
