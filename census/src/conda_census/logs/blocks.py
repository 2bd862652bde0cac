"""Blocks of whole lines from a stream of bytes"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from conda_census.logs.fingerprints import Fingerprint

__all__ = ["BLOCK_BYTES", "MAX_LINE_BYTES", "blocks_of_lines"]

#: Bytes that one core parses at once: small enough for its cache, large enough to be worth a call.
BLOCK_BYTES = 4 << 20
#: No server writes longer lines: nginx refuses requests whose headers do not fit in 32 KiB.
MAX_LINE_BYTES = 1 << 16

_LINE_END = b"\n"


def blocks_of_lines(
    pieces: Iterable[bytes], fingerprint: Fingerprint, is_whole: Callable[[bytes], bool]
) -> Iterator[bytes]:
    """Yield the lines in ``pieces``, block by block, each with its line end.

    The lines are UTF-8: bytes that are not text become U+FFFD. A line of more than ``MAX_LINE_BYTES`` is cut,
    so that it is seen as too long without being kept. Bytes after the last line end are a line if
    ``is_whole`` says so. Otherwise they are left for a later reading, because the server may still be writing
    them. ``fingerprint`` is fed with the bytes that were taken. If it already ends inside a line, that line
    was counted, and the rest of it is skipped.
    """
    rest = b""
    nulls = 0  # bytes before the rest, possibly too many to keep
    for pieces_of_block in _gathered(pieces):
        last = pieces_of_block[-1]
        end = last.rfind(_LINE_END) + 1
        if not end or fingerprint.is_inside_line:
            data = b"".join([rest, *pieces_of_block])
            if fingerprint.is_inside_line:
                data = _after_line(data, fingerprint)
            end = data.rfind(_LINE_END) + 1
            block, rest = data[:end], data[end:]
        else:
            block = b"".join([rest, *pieces_of_block[:-1], memoryview(last)[:end]])
            rest = last[end:]
        if block:
            nulls = _feed_nulls(fingerprint, nulls)
            yield _block(block, fingerprint)
        if len(rest) > MAX_LINE_BYTES and rest[0] == 0:
            # From a log that was truncated under a server without O_APPEND: the line follows the null bytes.
            bare = rest.lstrip(b"\0")
            nulls += len(rest) - len(bare)
            rest = bare
        if len(rest) > MAX_LINE_BYTES:
            nulls = _feed_nulls(fingerprint, nulls)
            fingerprint.feed(rest)
            yield _as_text(rest[: MAX_LINE_BYTES + 1]) + _LINE_END
            rest = b""
    if rest and is_whole(rest):
        _feed_nulls(fingerprint, nulls)
        yield _block(rest, fingerprint) + _LINE_END


def _feed_nulls(fingerprint: Fingerprint, count: int) -> int:
    for begin in range(0, count, BLOCK_BYTES):
        fingerprint.feed(bytes(min(BLOCK_BYTES, count - begin)))
    return 0


def _gathered(pieces: Iterable[bytes]) -> Iterator[list[bytes]]:
    gathered: list[bytes] = []
    size = 0
    for piece in pieces:
        gathered.append(piece)
        size += len(piece)
        if size >= BLOCK_BYTES:
            yield gathered
            gathered, size = [], 0
    if gathered:
        yield gathered


def _after_line(data: bytes, fingerprint: Fingerprint) -> bytes:
    """Return the data after the end of a line whose beginning was already counted."""
    end = data.find(_LINE_END) + 1 or len(data)
    fingerprint.feed(data[:end])
    return data[end:]


def _block(data: bytes, fingerprint: Fingerprint) -> bytes:
    fingerprint.feed_block(data)
    return _as_text(data)


def _as_text(data: bytes) -> bytes:
    return data if data.isascii() else data.decode("utf-8", "replace").encode()
