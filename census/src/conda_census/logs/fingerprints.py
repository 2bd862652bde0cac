"""Fingerprints that recognize a log read before, or the continuation of one"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Fingerprint", "Reading", "fingerprint_of_file", "head_of"]

#: Both ends of a log hold times, and mostly random tokens: together with the size they identify its content.
_WINDOW_BYTES = 1 << 16


@dataclass(frozen=True)
class Reading:
    """Extent to which a log was read, in an earlier run or in this one.

    Attributes:
        size: bytes, decompressed, from the start of the log to the end of the last line read.
        lines: lines in these bytes.
        fingerprint: fingerprint of these bytes.
    """

    size: int
    lines: int
    fingerprint: str


class Fingerprint:
    """Keyed hash of the number of bytes fed so far, and of the first and the last 64 KiB of them.

    The hash is keyed, because otherwise anyone with the hash of a single line could try all addresses until
    one fits. You can ask for it at any point, so that the beginning of a log that grew is recognized.
    """

    def __init__(self, key: bytes) -> None:
        self.size = 0
        self._key = key
        self._head = b""
        self._begun = b""
        self._tail = b""

    def feed(self, data: bytes | memoryview) -> None:
        """Add the next bytes of the log."""
        self.size += len(data)
        if len(self._begun) < _WINDOW_BYTES:
            # A server without O_APPEND leaves NUL bytes before a log. They are not its beginning.
            begun = data if self._begun or data[:1] != b"\0" else bytes(data).lstrip(b"\0")
            self._begun += bytes(begun[: _WINDOW_BYTES - len(self._begun)])
        if len(self._head) < _WINDOW_BYTES:
            self._head += bytes(data[: _WINDOW_BYTES - len(self._head)])
        if len(data) >= _WINDOW_BYTES:
            self._tail = bytes(data[-_WINDOW_BYTES:])
        else:
            self._tail = (self._tail + bytes(data))[-_WINDOW_BYTES:]

    def feed_block(self, data: bytes) -> None:
        """Add the next bytes of the log, which are whole lines."""
        self.feed(data)

    @property
    def beginning(self) -> list[bytes]:
        """Return the first lines that were fed. The last of them may be cut."""
        return self._begun.splitlines()

    @property
    def is_inside_line(self) -> bool:
        """Return True if the last byte that was fed is not a line end."""
        return bool(self._tail) and not self._tail.endswith(b"\n")

    def hexdigest(self) -> str:
        """Return the fingerprint of the bytes fed so far, 64 hexadecimal digits."""
        return _keyed(self._key, b"log %d\n" % self.size + self._head + self._tail)


def fingerprint_of_file(path: Path, key: bytes) -> str:
    """Return the fingerprint of a file as it is stored, by reading only its two ends.

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
    """Return a keyed hash of the first line that is not a ``#`` comment, which stays the same as a log grows.

    For a very long line only its beginning is hashed, so the hash does not depend on where ``lines`` are cut.
    """
    first = next((line for line in lines if line and not line.startswith(b"#")), b"")
    return _keyed(key, b"head\n" + first[: _WINDOW_BYTES // 2])


def _keyed(key: bytes, data: bytes) -> str:
    return hmac.new(key, data, hashlib.sha256).hexdigest()
