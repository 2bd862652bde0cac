"""Offsets of the lines of a block, and of the fields in its regular lines"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from conda_census.logs.blocks import MAX_LINE_BYTES
from conda_census.logs.fast.field_values import as_large_strings

__all__ = ["LINES_MAX", "Split", "TooManyLinesError", "split", "text_of_lines"]

#: A block with more lines is read in pieces, because each line takes memory, however short it is.
LINES_MAX = 1 << 17

_LINE_END = ord("\n")
_BACKSLASH = b"\\"
#: Number of bytes searched at once: the compared bytes and the matches stay in a core's cache.
_WINDOW_BYTES = 1 << 17


class TooManyLinesError(Exception):
    """A block holds more than ``LINES_MAX`` lines."""


@dataclass(frozen=True)
class Split:
    """Block with the offsets of its lines and of the separators in its regular lines.

    Attributes:
        data: the block, uint8.
        line_begins, line_ends: the first byte of each line, and its line end.
        regular: indices of the lines that have the right number of separators, are not too long and hold no
            backslash (if a backslash begins an escape in this format).
        separators: the offsets of the separators of the regular lines, one row for each wanted separator.
    """

    data: npt.NDArray[np.uint8]
    line_begins: npt.NDArray[np.int64]
    line_ends: npt.NDArray[np.int64]
    regular: npt.NDArray[np.int64]
    separators: npt.NDArray[np.int64]

    @property
    def begins(self) -> npt.NDArray[np.int64]:
        """Return the first byte of each regular line."""
        return self.line_begins[self.regular]

    @property
    def ends(self) -> npt.NDArray[np.int64]:
        """Return the line end of each regular line."""
        return self.line_ends[self.regular]


def split(
    block: bytes, separator: str, count: int, *, wanted: Sequence[int] | None = None, has_escapes: bool = True
) -> Split:
    """Find the lines of a block, and in each line the offsets of its ``count`` separators.

    If there are many separators, it is faster to keep only the ``wanted`` ones, by their number from 0.

    Raises:
        TooManyLinesError: the block has more than ``LINES_MAX`` lines.
    """
    data = np.frombuffer(block, dtype=np.uint8)
    places = _places(data, ord(separator))
    ends_in_places = np.flatnonzero(data[places] == _LINE_END)
    if len(ends_in_places) > LINES_MAX:
        raise TooManyLinesError
    line_ends = places[ends_in_places]
    line_begins = np.concatenate([np.zeros(1, dtype=np.int64), line_ends[:-1] + 1])
    places_of_line = np.diff(ends_in_places, prepend=-1)
    is_regular = (places_of_line == count + 1) & (line_ends - line_begins < MAX_LINE_BYTES)
    if has_escapes and _BACKSLASH in block:
        escapes = np.flatnonzero(data == _BACKSLASH[0])
        is_regular[np.searchsorted(line_ends, escapes)] = False
    if not is_regular.all():
        places = places[np.repeat(is_regular, places_of_line)]
    kept = range(count) if wanted is None else wanted
    separators = np.ascontiguousarray(places.reshape(-1, count + 1)[:, list(kept)].T)
    return Split(data, line_begins, line_ends, np.flatnonzero(is_regular), separators)


def text_of_lines(split: Split, lines: npt.NDArray[np.int64]) -> pa.LargeStringArray:
    """Return some lines of a block with their line ends, by their indices in order."""
    return as_large_strings(split.data, split.line_begins[lines], split.line_ends[lines] + 1)


def _places(data: npt.NDArray[np.uint8], separator: int) -> npt.NDArray[np.int64]:
    found = []
    for begin in range(0, len(data), _WINDOW_BYTES):
        window = data[begin : begin + _WINDOW_BYTES]
        places = np.flatnonzero((window == separator) | (window == _LINE_END))
        places += begin
        found.append(places)
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)
