"""Is this log one that was read before, or the continuation of one?"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Fingerprint", "Reading", "fingerprint_of_file", "head_of"]

#: Both ends of a log hold times, and mostly random tokens: with the size they name its content.
_WINDOW_BYTES = 1 << 16


@dataclass(frozen=True)
class Reading:
    """How far a log was read, in an earlier run or in this one.

    Attributes:
        size: bytes, decompressed, from the start of the log to the end of the last line read.
        lines: lines in these bytes.
        fingerprint: of these bytes.
    """

    size: int
    lines: int
    fingerprint: str


class Fingerprint:
    """A keyed hash of how many bytes were fed so far, of the first and of the last 64 KiB of them.

    Keyed, because whoever has the hash of a single line without the key could try all addresses until
    one fits. It can be asked at any point, so that the beginning of a log that grew is recognised.
    """

    def __init__(self, key: bytes) -> None:
        self.size = 0
        self._key = key
        self._head = b""
        self._begun = b""
        self._tail = b""

    def feed(self, data: bytes | memoryview) -> None:
        """Take the next bytes of the log."""
        self.size += len(data)
        if len(self._begun) < _WINDOW_BYTES:
            # NUL bytes before a log, which a server without O_APPEND leaves, are not its beginning.
            begun = data if self._begun or data[:1] != b"\0" else bytes(data).lstrip(b"\0")
            self._begun += bytes(begun[: _WINDOW_BYTES - len(self._begun)])
        if len(self._head) < _WINDOW_BYTES:
            self._head += bytes(data[: _WINDOW_BYTES - len(self._head)])
        if len(data) >= _WINDOW_BYTES:
            self._tail = bytes(data[-_WINDOW_BYTES:])
        else:
            self._tail = (self._tail + bytes(data))[-_WINDOW_BYTES:]

    def feed_block(self, data: bytes) -> None:
        """Take the next bytes of the log, which are whole lines."""
        self.feed(data)

    @property
    def beginning(self) -> list[bytes]:
        """The first lines that were fed. The last of them may be cut."""
        return self._begun.splitlines()

    @property
    def is_inside_line(self) -> bool:
        """Is the last byte that was fed no line end?"""
        return bool(self._tail) and not self._tail.endswith(b"\n")

    def hexdigest(self) -> str:
        """The fingerprint of what was fed so far, 64 hexadecimal digits."""
        return _keyed(self._key, b"log %d\n" % self.size + self._head + self._tail)


def fingerprint_of_file(path: Path, key: bytes) -> str:
    """The fingerprint of a file as it is stored, by reading its two ends only.

    Raises:
        OSError: the file cannot be read.
    """
    fingerprint = Fingerprint(key)
    with path.open("rb") as file:
        fingerprint.feed(file.read(_WINDOW_BYTES))
        size = file.seek(0, 2)
        if size > _WINDOW_BYTES:
            file.seek(max(_WINDOW_BYTES, size - _WINDOW_BYTES))
            fingerprint.feed(file.read(size - file.tell()))
            fingerprint.size = size
    return fingerprint.hexdigest()


def head_of(lines: list[bytes], key: bytes) -> str:
    """A keyed hash of the first line that is no ``#`` comment: what stays the same while a log grows.

    Of a very long line it is the beginning, so that it does not depend on where ``lines`` are cut.
    """
    first = next((line for line in lines if line and not line.startswith(b"#")), b"")
    return _keyed(key, b"head\n" + first[: _WINDOW_BYTES // 2])


def _keyed(key: bytes, data: bytes) -> str:
    return hmac.new(key, data, hashlib.sha256).hexdigest()
