"""How does a stream of bytes become blocks of whole lines, with the number of each line known?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from conda_census.logs.fingerprints import Fingerprint

__all__ = ["BLOCK_BYTES", "MAX_LINE_BYTES", "Block", "blocks_of_lines"]

#: A block is what is parsed at once: enough to keep two cores busy, little enough for a small machine.
BLOCK_BYTES = 32 << 20
#: No server writes longer lines: nginx refuses requests whose headers do not fit in 32 KiB.
MAX_LINE_BYTES = 1 << 16


@dataclass(frozen=True)
class Block:
    """Some consecutive lines of a log.

    Attributes:
        lines: table with a column ``line`` (large_string), each with its line end.
        first_line: number of the first of them, from 1.
    """

    lines: pa.Table
    first_line: int


def blocks_of_lines(
    pieces: Iterable[bytes],
    first_line: int,
    fingerprint: Fingerprint,
    is_whole: Callable[[bytes], bool],
) -> Iterator[Block]:
    """The lines in ``pieces``, block by block.

    A line of more than ``MAX_LINE_BYTES`` is cut, so that it is seen as too long without being kept.
    Bytes after the last line end are a line if ``is_whole`` says so, else they are left for a later
    reading, for the server may still be writing them. ``fingerprint`` is fed with what was taken; where it
    ends inside a line already, that line was counted, and what is left of it is passed over.
    """
    rest = b""
    for piece in _gathered(pieces):
        data = rest + piece
        if fingerprint.is_inside_line:
            data = _after_line(data, fingerprint)
        end = data.rfind(b"\n") + 1
        if end:
            yield _block(data[:end], first_line, fingerprint)
            first_line += data.count(b"\n", 0, end)
        rest = data[end:]
        if len(rest) > MAX_LINE_BYTES:
            fingerprint.feed(rest)
            yield Block(_table([rest[: MAX_LINE_BYTES + 1]]), first_line)
            first_line += 1
            rest = b""
    if rest and is_whole(rest):
        yield _block(rest, first_line, fingerprint)


def _gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    gathered: list[bytes] = []
    size = 0
    for piece in pieces:
        gathered.append(piece)
        size += len(piece)
        if size >= BLOCK_BYTES:
            yield b"".join(gathered)
            gathered, size = [], 0
    if gathered:
        yield b"".join(gathered)


def _after_line(data: bytes, fingerprint: Fingerprint) -> bytes:
    """What follows the end of a line whose beginning was already counted."""
    end = data.find(b"\n") + 1 or len(data)
    fingerprint.feed(data[:end])
    return data[end:]


def _block(data: bytes, first_line: int, fingerprint: Fingerprint) -> Block:
    fingerprint.feed(data)
    if not data.isascii():
        data = data.decode("utf-8", "replace").encode()
    ends = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == ord("\n")) + 1
    if not ends.size or ends[-1] != len(data):
        ends = np.append(ends, len(data))
    offsets = np.concatenate([np.zeros(1, dtype=np.int64), ends.astype(np.int64)])
    lines = pa.LargeStringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(data))
    return Block(pa.table({"line": lines}), first_line)


def _table(lines: list[bytes]) -> pa.Table:
    text = [line.decode("utf-8", "replace") for line in lines]
    return pa.table({"line": pa.array(text, pa.large_string())})
