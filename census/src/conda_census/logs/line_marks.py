"""Marks at the line ends of a log, which show that another file begins with the same lines

The mark at a line end is a sum over all bytes from the log's beginning to there, in words of eight bytes,
each multiplied by a secret number for its place. Two files that begin alike have the same marks up to the
first line that differs, and different marks from there on. The sums of a block are computed at once, on whole
arrays.
"""

from __future__ import annotations

import hashlib
from collections import deque
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from conda_census.logs.fingerprints import Fingerprint

__all__ = [
    "BlockMarks",
    "LineEnds",
    "LineMarks",
    "MarkedFingerprint",
    "Marks",
    "Segment",
    "ShortMarks",
    "short",
    "veiled",
]

Marks = npt.NDArray[np.uint64]
#: Stored part of the mark of each line. One in 65,536 different lines is mistaken for the same line.
ShortMarks = npt.NDArray[np.uint16]

#: Number of first lines of a log that keep their marks: a flood of blank lines must not fill the memory.
_MARKS_MAX = 1 << 26
_LINE_END = ord("\n")
_WORD, _WORD_BITS = 8, 3
#: Number of words after which the secret numbers repeat. They fit in a core's cache.
_PERIOD = 1 << 15
#: Number of bytes processed at once: they stay in a core's cache, and short lines take little memory.
_PIECE_BYTES = 1 << 19
_ALL_BITS = (1 << 64) - 1
_MASKS = np.array([(1 << (8 * size)) - 1 for size in range(_WORD)], dtype=np.uint64)
_MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class LineEnds:
    """Line ends in some bytes of a log.

    Attributes:
        offsets: the number of bytes of the log up to and including each line end.
        marks: the mark at each line end.
    """

    offsets: npt.NDArray[np.int64]
    marks: Marks


@dataclass(frozen=True)
class Segment:
    """Sums over some bytes of a log, independent of the bytes before.

    Attributes:
        offsets: as in :class:`LineEnds`.
        sums: the mark at each line end, without the sum of all bytes before these.
        total: the sum of all these bytes.
    """

    offsets: npt.NDArray[np.int64]
    sums: Marks
    total: int


class LineMarks:
    """Marks of a log that is fed from its beginning on; ``key`` is a secret."""

    def __init__(self, key: bytes) -> None:
        drawn = hashlib.shake_256(b"line marks\n" + key).digest(_WORD * (_PERIOD + 1))
        numbers = np.frombuffer(drawn, dtype="<u8").astype(np.uint64) | np.uint64(1)
        self._factors, self._of_size = numbers[:_PERIOD], numbers[_PERIOD]
        self._sum = 0
        self._size = 0

    def feed(self, data: bytes | memoryview) -> LineEnds:
        """Add the next bytes of the log, and return their line ends."""
        return self.put(len(data), self.segment(data, self._size))

    def put(self, size: int, segment: Segment) -> LineEnds:
        """Add the next ``size`` bytes of the log, which are summed already, and return their line ends."""
        ends = LineEnds(segment.offsets, segment.sums + np.uint64(self._sum))
        self._sum = (self._sum + segment.total) & _ALL_BITS
        self._size += size
        return ends

    def segment(
        self, data: bytes | memoryview, begin: int, line_ends: npt.NDArray[np.int64] | None = None
    ) -> Segment:
        """Sum some bytes of the log, which start at offset ``begin``; any thread may do it.

        ``line_ends`` are their line ends, if they are known already.
        """
        if line_ends is not None:
            return self._segment(data, begin, line_ends)
        offsets, sums, total = [np.empty(0, np.int64)], [np.empty(0, np.uint64)], 0
        for at in range(0, len(data), _PIECE_BYTES):
            piece = memoryview(data)[at : at + _PIECE_BYTES]
            ends = np.flatnonzero(np.frombuffer(piece, np.uint8) == _LINE_END)
            found = self._segment(piece, begin + at, ends)
            offsets.append(found.offsets)
            sums.append(found.sums + np.uint64(total))
            total = (total + found.total) & _ALL_BITS
        return Segment(np.concatenate(offsets), np.concatenate(sums), total)

    def _segment(self, data: bytes | memoryview, begin: int, line_ends: npt.NDArray[np.int64]) -> Segment:
        # The words at both ends may also have bytes outside, which count as zeros here.
        first = (begin + _WORD - 1) >> _WORD_BITS
        of_head = min((first << _WORD_BITS) - begin, len(data))
        words = np.frombuffer(data, "<u8", (len(data) - of_head) >> _WORD_BITS, of_head)
        last = first + len(words)
        head = int.from_bytes(data[:of_head], "little") << (8 * (begin & (_WORD - 1)))
        tail = int.from_bytes(data[of_head + len(words) * _WORD :], "little")

        offsets = line_ends + (begin + 1)
        at = offsets >> _WORD_BITS  # the word in which each line end lies, or the one after it
        inner, behind = np.searchsorted(at, (first, last)).tolist()
        ends, sums = np.empty(len(offsets), np.uint64), np.zeros(len(offsets), np.uint64)
        ends[:inner], ends[behind:] = head, tail
        total = head * self._factor(first - 1) & _ALL_BITS
        for place in range(0, len(words), _PERIOD):
            part = words[place : place + _PERIOD]
            low, high = np.searchsorted(at, (first + place, first + place + len(part))).tolist()
            places = at[low:high] - (first + place)
            found = self._sums(part, first + place, places)
            found += np.uint64(total)
            sums[low:high], total = found[:-1], int(found[-1])
            ends[low:high] = part[places]  # now, while they are in a core's cache
        sums[behind:] = total
        ends &= _MASKS[offsets & (_WORD - 1)]
        ends *= self._factors[at & (_PERIOD - 1)]
        sums += ends
        sums += offsets.view(np.uint64) * self._of_size
        return Segment(offsets, sums, (total + tail * self._factor(last)) & _ALL_BITS)

    def _sums(self, words: Marks, first: int, at: npt.NDArray[np.int64]) -> Marks:
        """Return the sums of the words before each place, and of all; ``first`` is the place in the log."""
        products = np.empty(len(words), np.uint64)
        again = min(_PERIOD - (first & (_PERIOD - 1)), len(words))
        np.multiply(words[:again], self._factors[first & (_PERIOD - 1) :][:again], out=products[:again])
        np.multiply(words[again:], self._factors[: len(words) - again], out=products[again:])
        bounds = np.concatenate([np.zeros(1, np.int64), at])
        parts = np.add.reduceat(products, bounds)
        parts[:-1][bounds[:-1] == bounds[1:]] = 0  # for an empty range reduceat returns one word
        return np.cumsum(parts)

    def _factor(self, word: int) -> int:
        return int(self._factors[word & (_PERIOD - 1)])

    def with_line_end(self) -> int:
        """Return the mark that there would be if a line end came next."""
        word = _LINE_END << (8 * (self._size & (_WORD - 1)))
        factor = self._factor(self._size >> _WORD_BITS)
        return (self._sum + word * factor + (self._size + 1) * int(self._of_size)) & _ALL_BITS


class BlockMarks:
    """Block of a log whose line ends get their marks when the block is parsed."""

    def __init__(self, marks: LineMarks, data: bytes, begin: int) -> None:
        self.size = len(data)
        self._marks = marks
        self._data = data
        self._begin = begin
        self._segment: Segment | None = None

    @property
    def is_made(self) -> bool:
        """Return True if the block is summed."""
        return self._segment is not None

    def make(self, text: bytes, line_ends: npt.NDArray[np.int64] | None) -> None:
        """Sum the block; ``line_ends`` are those of ``text``, which mostly is the block."""
        if self.is_made:
            return
        if text is not self._data:
            line_ends = None
        found = self._marks.segment(self._data, self._begin, line_ends)
        # For millions of short lines the offsets take as much memory as the sums, and nobody needs them.
        self._segment = replace(found, offsets=np.empty(0, np.int64))
        self._data = b""

    def segment(self) -> Segment:
        """Return the sums of the block."""
        if self._segment is None:
            self.make(b"", None)
        assert self._segment is not None  # noqa: S101 (it was just made)
        return self._segment


class MarkedFingerprint(Fingerprint):
    """Fingerprint that keeps the marks of the lines that it is fed, except the first ``known_lines``.

    The thread that parses a block makes its marks later, through :attr:`block`.
    """

    def __init__(self, key: bytes, known_lines: int) -> None:
        super().__init__(key)
        self._marks = LineMarks(key)
        self._left_out = known_lines
        self._fed: deque[BlockMarks] = deque()
        self._kept: list[ShortMarks] = []
        self._count = 0
        self._base = 0
        self.block: BlockMarks | None = None

    def feed(self, data: bytes | memoryview) -> None:
        """Add the next bytes of the log."""
        self.feed_block(bytes(data))
        self._fed[-1].segment()

    def feed_block(self, data: bytes) -> None:
        """Add the next bytes of the log, whose marks are made later."""
        self.block = BlockMarks(self._marks, data, self.size)
        super().feed(data)
        while self._fed and self._fed[0].is_made:
            self._keep(self._fed.popleft())
        self._fed.append(self.block)

    def _keep(self, block: BlockMarks) -> None:
        marks = self._marks.put(block.size, block.segment()).marks
        if self._left_out:
            known, marks = marks[: self._left_out], marks[self._left_out :]
            self._left_out -= len(known)
            self._base = int(known[-1]) if len(known) else self._base
        marks = marks[: _MARKS_MAX - self._count]
        self._kept.append(short(marks))
        self._count += len(marks)

    def line_marks(self) -> tuple[int, ShortMarks]:
        """Return the mark before the lines that were fed, and their marks, also for a last, unended line."""
        while self._fed:
            self._keep(self._fed.popleft())
        last = []
        if self.is_inside_line and self._count < _MARKS_MAX:
            last = [short(np.array([self._marks.with_line_end()], np.uint64))]
        self._kept = [np.concatenate([np.empty(0, np.uint16), *self._kept])]
        return self._base, np.concatenate([self._kept[0], *last]) if last else self._kept[0]


def short(marks: Marks) -> ShortMarks:
    """Return the stored part of marks."""
    mixed = (marks ^ (marks >> np.uint64(32))) * _MIX
    return (mixed >> np.uint64(48)).astype(np.uint16)


def veiled(marks: bytes, key: bytes, name: str) -> bytes:
    """Veil marks for storage, or unveil them: without the key they reveal nothing about any line.

    ``name`` is different for each stored item.
    """
    veil = np.frombuffer(hashlib.shake_256(b"veil\n" + key + name.encode()).digest(len(marks)), np.uint8)
    result = np.frombuffer(marks, np.uint8) ^ veil
    del veil  # for a long log this is hundreds of megabytes
    return result.tobytes()
