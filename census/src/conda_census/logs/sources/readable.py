"""Interfaces of a source, wherever it is stored"""

from __future__ import annotations

from typing import BinaryIO, Literal, Protocol

__all__ = ["Readable", "Source", "Watched"]


class Readable(Protocol):
    """Anything with readable bytes, such as the path of a file; its ``str`` is its name in messages."""

    def open(self, mode: Literal["rb"], /) -> BinaryIO:
        """Open its bytes from the beginning, as a seekable file.

        Raises:
            OSError: it cannot be read.
            SourceError: it cannot be read, and the reason is better known.
        """


class Source(Readable, Protocol):
    """File, object or standard input that may be an access log.

    Its ``str`` is its name in messages and in the lake: it holds no credential.
    """

    @property
    def location(self) -> str:
        """Return its location, which a batch records so that the next run finds it again."""

    @property
    def stored_size(self) -> int:
        """Return its size in bytes as it is stored, compressed or not."""

    @property
    def may_grow(self) -> bool:
        """Return True if it may grow, so that a last line without its end is better left for later."""

    def stored_fingerprint(self, key: bytes) -> str:
        """Return a fingerprint of the stored bytes, which recognizes the source without reading all of it.

        Raises:
            OSError: it cannot be read.
        """


class Watched:
    """Readable that records how far its bytes were read."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._file: BinaryIO | None = None
        self._read = 0

    def __str__(self) -> str:
        return str(self._source)

    def open(self, mode: Literal["rb"], /) -> BinaryIO:
        """Open its bytes from the beginning; see :class:`Readable`."""
        self._file = self._source.open(mode)
        return self._file

    @property
    def stored_read(self) -> int:
        """Return how many of the stored bytes were read."""
        if self._file is not None and not self._file.closed:
            self._read = self._file.tell()
        return self._read
