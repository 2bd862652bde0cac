"""File access to data that is only available in ranges of bytes"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["open_by_ranges"]

#: Enough bytes to detect a format; the bytes that follow are fetched in larger ranges.
_FIRST_BYTES = 256 << 10
_RANGE_BYTES = 8 << 20


def open_by_ranges(size: int, fetch: Callable[[int, int], bytes]) -> BinaryIO:
    """Return a seekable file of ``size`` bytes; it calls ``fetch(start, end)`` for the bytes read."""
    return io.BufferedReader(_Ranges(size, fetch), _FIRST_BYTES)


class _Ranges(io.RawIOBase):
    """Raw file that keeps one range, so that memory does not grow with the size."""

    def __init__(self, size: int, fetch: Callable[[int, int], bytes]) -> None:
        self._size = size
        self._fetch = fetch
        self._position = 0
        self._start = 0
        self._kept = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        target = memoryview(buffer).cast("B")
        if self._position >= self._size:
            return 0
        if not self._start <= self._position < self._start + len(self._kept):
            length = _RANGE_BYTES if self._position else _FIRST_BYTES
            self._start = self._position
            self._kept = self._fetch(self._start, min(self._size, self._start + length))
        offset = self._position - self._start
        piece = self._kept[offset : offset + len(target)]
        target[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)
