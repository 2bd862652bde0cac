"""What is a source, wherever it lies?"""

from __future__ import annotations

from typing import BinaryIO, Literal, Protocol

__all__ = ["Readable", "Source", "Watched"]


class Readable(Protocol):
    """What bytes can be had of, such as the path of a file; ``str`` of it is what messages call it."""

    def open(self, mode: Literal["rb"], /) -> BinaryIO:
        """Its bytes from the beginning on, in which one can seek.

        Raises:
            OSError: it cannot be read.
            SourceError: the same, where the reason is known better.
        """


class Source(Readable, Protocol):
    """A file, an object or standard input that may be an access log.

    ``str`` of it is what messages and the lake call it: it holds no credential.
    """

    @property
    def location(self) -> str:
        """Where it is: what a batch writes down, so that the next run finds it again."""

    @property
    def stored_size(self) -> int:
        """Its size in bytes as it is stored, compressed or not."""

    @property
    def may_grow(self) -> bool:
        """May more be added to it, so that a last line without its end is better left for later?"""

    def stored_fingerprint(self, key: bytes) -> str:
        """Names it as it is stored, so that it is known again without being read.

        Raises:
            OSError: it cannot be read.
        """


class Watched:
    """What bytes can be had of, and how far they were read."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._file: BinaryIO | None = None
        self._read = 0

    def __str__(self) -> str:
        return str(self._source)

    def open(self, mode: Literal["rb"], /) -> BinaryIO:
        """Its bytes from the beginning on; see :class:`Readable`."""
        self._file = self._source.open(mode)
        return self._file

    @property
    def stored_read(self) -> int:
        """How many bytes were read, as they are stored."""
        if self._file is not None and not self._file.closed:
            self._read = self._file.tell()
        return self._read
