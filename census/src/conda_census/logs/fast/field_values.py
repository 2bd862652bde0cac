"""Field values of many lines, read at once from the bytes of a block"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

__all__ = [
    "as_decimals",
    "as_dictionary",
    "as_large_strings",
    "as_strings",
    "bytes_at",
    "chosen",
    "decimals_of",
    "until",
    "word",
    "words",
]

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]

_DIGITS = 8
_ZEROS = np.uint64(0x3030303030303030)
#: Bytes of a word that count, by the number of digits: the highest of them.
_KEPT = np.array([(1 << 64) - (1 << (64 - 8 * n)) for n in range(_DIGITS + 1)], dtype=np.uint64)
_HIGH_HALVES = np.uint64(0xF0F0F0F0F0F0F0F0)
_SIXES = np.uint64(0x0606060606060606)
_ONES = np.uint64(0x0101010101010101)
_HIGH_BITS = np.uint64(0x8080808080808080)


def bytes_at(data: Bytes, begins: Places, count: int) -> Bytes:
    """Return ``count`` bytes from each of ``begins`` on, one row each. All must lie within ``data``."""
    # A view of all possible windows, each one element, is much faster than an index for each byte.
    windows = np.ndarray((max(len(data) - count + 1, 0),), dtype=f"V{count}", buffer=data, strides=(1,))
    found: Bytes = windows[begins].view(np.uint8).reshape(len(begins), count)
    return found


def chosen(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64] | slice:
    """Return an index for the rows that a mask chooses; if it chooses all, an index that copies nothing."""
    return slice(None) if mask.all() else np.flatnonzero(mask)


def word(text: bytes) -> np.uint64:
    """Return eight bytes in the form that :func:`words` uses."""
    return np.uint64(int.from_bytes(text, "little"))


def words(rows: Bytes) -> npt.NDArray[np.uint64]:
    """Return rows of bytes as rows of words of eight bytes, which are compared at once."""
    return rows.view("<u8")


def until(letter: str, rows: Bytes) -> tuple[Places, npt.NDArray[np.bool_]]:
    """Return how many bytes precede an ASCII letter in each row of 16, and whether the row has it at all.

    (The lowest byte that is zero, see "Bit Twiddling Hacks" by Sean Eron Anderson.)
    """
    letters = words(rows) ^ word(letter.encode() * 8)
    marks = (letters - _ONES) & ~letters & _HIGH_BITS
    low, high = marks[:, 0], marks[:, 1]
    is_low = low != 0
    mark = np.where(is_low, low, high)
    before = np.bitwise_count((mark - np.uint64(1)) & ~mark) >> 3
    return before + np.where(is_low, 0, 8), mark != 0


def as_strings(data: Bytes, begins: Places, ends: Places) -> pa.StringArray:
    """Return the texts between ``begins`` and ``ends``, which do not overlap and are in order."""
    return _taken(pa.StringArray, np.int32, data, begins, ends)


def as_large_strings(data: Bytes, begins: Places, ends: Places) -> pa.LargeStringArray:
    """Return the same for texts that may have more than 2 GiB together."""
    return _taken(pa.LargeStringArray, np.int64, data, begins, ends)


def as_dictionary(data: Bytes, begins: Places, ends: Places) -> pa.DictionaryArray:
    """Return the same as a dictionary: each distinct text once, and the index of its text for each field."""
    return as_strings(data, begins, ends).dictionary_encode()


def as_decimals(
    data: Bytes, begins: Places, ends: Places, digits_max: int
) -> tuple[Places, npt.NDArray[np.bool_]]:
    """Return the whole numbers between ``begins`` and ``ends``, and for each whether it is a number.

    A number has 1 to ``digits_max`` digits, 16 at most, and nothing else. At least 16 bytes must precede
    each of ``ends``.
    """
    lengths = ends - begins
    is_number = (lengths >= 1) & (lengths <= digits_max)
    lengths = np.where(is_number, lengths, 1)
    low, is_low = _eight_digits(data, ends, np.minimum(lengths, _DIGITS))
    is_number &= is_low
    if (lengths > _DIGITS).any():
        high, is_high = _eight_digits(data, ends - _DIGITS, np.maximum(lengths - _DIGITS, 0))
        low = low + high * 10**_DIGITS
        is_number &= is_high
    return low, is_number


def decimals_of(
    letters: npt.NDArray[np.uint64], digits: Places | int
) -> tuple[Places, npt.NDArray[np.bool_]]:
    """Return the whole numbers in the last ``digits`` letters of each word, and whether all are digits.

    One multiplication handles all digits of a number: Daniel Lemire, "Quickly parsing eight digits". The
    first letter is the lowest byte. The bytes before a shorter number are taken for zeros.
    """
    values = (letters ^ _ZEROS) & _KEPT[digits]
    is_number = (values | (values + _SIXES)) & _HIGH_HALVES == 0
    values = (values * np.uint64(10) + (values >> np.uint64(8))) & np.uint64(0x00FF00FF00FF00FF)
    values = (values * np.uint64(100) + (values >> np.uint64(16))) & np.uint64(0x0000FFFF0000FFFF)
    values = (values * np.uint64(10_000) + (values >> np.uint64(32))) & np.uint64(0xFFFFFFFF)
    return values.view(np.int64), is_number


def _taken(
    strings: type[pa.Array], offset: type[np.signedinteger[Any]], data: Bytes, begins: Places, ends: Places
) -> pa.Array:
    # The text between two texts is an element too, and is then left out, so the bytes are copied only once.
    places = np.empty(2 * len(begins) + 1, dtype=offset)
    places[0] = 0
    places[1::2] = begins
    places[2::2] = ends
    between = strings.from_buffers(2 * len(begins), pa.py_buffer(places), pa.py_buffer(data))
    return between.take(pa.array(np.arange(1, 2 * len(begins), 2, dtype=offset)))


def _eight_digits(data: Bytes, ends: Places, lengths: Places) -> tuple[Places, npt.NDArray[np.bool_]]:
    """Return the numbers of up to 8 digits that end before ``ends``."""
    return decimals_of(words(bytes_at(data, ends - _DIGITS, _DIGITS))[:, 0], lengths)
