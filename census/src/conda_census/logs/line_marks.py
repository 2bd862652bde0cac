"""Marks at the line ends of a log, by which another file is found to begin with the same lines.

The mark at a line end is a sum over all bytes from the log's beginning to there, in words of eight bytes,
each times a secret number of its place. Two files that begin alike have the same marks up to the first line
that differs, and others from there on. The sums of a block are taken at once, on whole arrays.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from conda_census.logs.fingerprints import Fingerprint

__all__ = ["LineEnds", "LineMarks", "MarkedFingerprint", "Marks", "ShortMarks", "short", "veiled"]

Marks = npt.NDArray[np.uint64]
#: What is kept of the mark of each line: of 65,536 lines that differ one is taken for the same.
ShortMarks = npt.NDArray[np.uint16]

#: Of a log of more lines the first keep their marks: a flood of blank lines must not fill the memory.
_MARKS_MAX = 1 << 26
_LINE_END = ord("\n")
_WORD, _WORD_BITS = 8, 3
#: After so many words the secret numbers come again. They fit in a core's cache.
_PERIOD = 1 << 15
#: So many bytes are worked on at once: they stay in a core's cache, and short lines take little memory.
_PIECE_BYTES = 1 << 19
_ALL_BITS = (1 << 64) - 1
_MASKS = np.array([(1 << (8 * size)) - 1 for size in range(_WORD)], dtype=np.uint64)
_MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class LineEnds:
    """The line ends in some bytes of a log.

    Attributes:
        offsets: the number of bytes of the log up to and with each line end.
        marks: the mark at each.
    """

    offsets: npt.NDArray[np.int64]
    marks: Marks


class LineMarks:
    """Makes the marks of a log that is fed from its beginning on; ``key`` is a secret."""

    def __init__(self, key: bytes) -> None:
        drawn = hashlib.shake_256(b"line marks\n" + key).digest(_WORD * (_PERIOD + 1))
        numbers = np.frombuffer(drawn, dtype="<u8").astype(np.uint64) | np.uint64(1)
        self._factors, self._of_size = numbers[:_PERIOD], numbers[_PERIOD]
        self._sum = 0
        self._size = 0
        self._begun = b""  # of a word that is not complete
        self._bytes = np.empty(_PIECE_BYTES + 4 * _WORD, np.uint8)
        self._products = np.empty(_PIECE_BYTES // _WORD + 4, np.uint64)

    def feed(self, data: bytes | memoryview) -> LineEnds:
        """Take the next bytes of the log."""
        fed = [
            self._feed(memoryview(data)[at : at + _PIECE_BYTES]) for at in range(0, len(data), _PIECE_BYTES)
        ]
        offsets = [each.offsets for each in fed] or [np.empty(0, np.int64)]
        marks = [each.marks for each in fed] or [np.empty(0, np.uint64)]
        return fed[0] if len(fed) == 1 else LineEnds(np.concatenate(offsets), np.concatenate(marks))

    def _feed(self, data: memoryview) -> LineEnds:
        begun = len(self._begun)
        begin, size = self._size - begun, begun + len(data)
        self._bytes[:begun] = np.frombuffer(self._begun, np.uint8)
        self._bytes[begun:size] = np.frombuffer(data, np.uint8)
        self._bytes[size : size + 2 * _WORD] = 0
        words, first = self._bytes.view("<u8"), begin >> _WORD_BITS
        ends = np.flatnonzero(self._bytes[begun:size] == _LINE_END)
        ends += begun + 1
        at = ends >> _WORD_BITS  # the word in which each line end lies, or the one behind it
        whole = size >> _WORD_BITS
        sums, total = self._sums(words[:whole], first, at)
        marks = words[at]
        marks &= _MASKS[ends & (_WORD - 1)]
        marks *= self._factors[(at + first) & (_PERIOD - 1)]
        marks += sums
        ends += begin
        marks += ends.view(np.uint64) * self._of_size
        self._sum = (self._sum + total) & _ALL_BITS
        self._size += len(data)
        self._begun = self._bytes[whole << _WORD_BITS : size].tobytes()
        return LineEnds(ends, marks)

    def with_line_end(self) -> int:
        """The mark that there would be if a line end came next."""
        words = np.frombuffer((self._begun + b"\n").ljust(_WORD, b"\0"), "<u8").astype(np.uint64)
        place = (self._size >> _WORD_BITS) & (_PERIOD - 1)
        size = np.array([self._size + 1], np.uint64)
        mark = words * self._factors[place : place + 1] + size * self._of_size
        return (self._sum + int(mark[0])) & _ALL_BITS

    def _sums(self, words: Marks, first: int, at: npt.NDArray[np.int64]) -> tuple[Marks, int]:
        """The sum before each of the places, and that of all words, whose first has this place in the log."""
        products = self._products[: len(words) + 1]
        products[-1] = 0
        place = 0
        while place < len(words):
            begin = (first + place) & (_PERIOD - 1)
            count = min(_PERIOD - begin, len(words) - place)
            np.multiply(
                words[place : place + count],
                self._factors[begin : begin + count],
                out=products[place : place + count],
            )
            place += count
        bounds = np.concatenate([np.zeros(1, np.int64), at])
        parts = np.add.reduceat(products, bounds)
        parts[:-1][bounds[:-1] == bounds[1:]] = 0  # of no words reduceat gives one
        sums = np.cumsum(parts)
        return sums[:-1] + np.uint64(self._sum), int(sums[-1])


class MarkedFingerprint(Fingerprint):
    """A fingerprint that keeps the marks of the lines that it is fed, but for the first ``known_lines``."""

    def __init__(self, key: bytes, known_lines: int) -> None:
        super().__init__(key)
        self._marks = LineMarks(key)
        self._left_out = known_lines
        self._kept: list[ShortMarks] = []
        self._count = 0
        self.base = 0

    def feed(self, data: bytes | memoryview) -> None:
        """Take the next bytes of the log."""
        super().feed(data)
        marks = self._marks.feed(data).marks
        if self._left_out:
            known, marks = marks[: self._left_out], marks[self._left_out :]
            self._left_out -= len(known)
            self.base = int(known[-1]) if len(known) else self.base
        marks = marks[: _MARKS_MAX - self._count]
        self._kept.append(short(marks))
        self._count += len(marks)

    def line_marks(self) -> ShortMarks:
        """The marks of the lines that were fed, also of a last one without its end."""
        last = []
        if self.is_inside_line and self._count < _MARKS_MAX:
            last = [short(np.array([self._marks.with_line_end()], np.uint64))]
        return np.concatenate([np.empty(0, np.uint16), *self._kept, *last])


def short(marks: Marks) -> ShortMarks:
    """What is kept of marks."""
    mixed = (marks ^ (marks >> np.uint64(32))) * _MIX
    return (mixed >> np.uint64(48)).astype(np.uint16)


def veiled(marks: bytes, key: bytes, name: str) -> bytes:
    """Marks as they are stored, or the same unveiled: without the key they tell nothing of any line.

    ``name`` is another one for all that is stored.
    """
    stream = hashlib.shake_256(b"veil\n" + key + name.encode()).digest(len(marks))
    return (np.frombuffer(marks, np.uint8) ^ np.frombuffer(stream, np.uint8)).tobytes()
