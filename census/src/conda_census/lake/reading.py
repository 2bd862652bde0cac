"""What is in one log file? Its requests, and a count of every line that is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from conda_census.errors import SourceError
from conda_census.logs.blocks import Block, blocks_of_lines
from conda_census.logs.fingerprints import Fingerprint, Reading, head_of
from conda_census.logs.formats import LogFormat
from conda_census.logs.sniff import read_beginning
from conda_census.logs.sources import decompressed, is_compressed

__all__ = ["SourceReading", "read_source"]

#: So many line numbers are kept for each reason: enough to look at, too few to fill a lake.
KEPT_LINE_NUMBERS = 20


@dataclass
class SourceReading:
    """What was read of a file in this run.

    Attributes:
        first_line: number of the first line that was taken: greater than 1 where the log grew.
        lines: number of lines taken; always ``requests`` plus the sum of ``dropped``.
        requests: of these, requests.
        dropped: lines that did not count, by reason.
        dropped_lines: the numbers of the first of them, by reason.
        size: bytes, decompressed, from the start of the log to the end of the last line taken.
        fingerprint: of these bytes.
    """

    first_line: int = 1
    lines: int = 0
    requests: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    dropped_lines: dict[str, list[int]] = field(default_factory=dict)
    size: int = 0
    fingerprint: str = ""

    def reached(self) -> Reading:
        """How far the log is read now."""
        return Reading(self.size, self.first_line - 1 + self.lines, self.fingerprint)


def read_source(
    connection: duckdb.DuckDBPyConnection,
    source: int,
    path: Path,
    log_format: LogFormat,
    head: str,
    earlier: list[Reading],
    key: bytes,
) -> SourceReading:
    """Put the requests of a file into ``raw_requests`` under the number ``source``.

    ``head`` names the log that was claimed: another one may have come in its place since.
    What one of the ``earlier`` readings covers is left out: the lines that came since are read.

    Raises:
        SourceError: the file is damaged, cut short or cannot be read; nothing of it was put in then.
    """
    known = _longest_covered(path, earlier, key)
    fingerprint = Fingerprint(key)
    reading = SourceReading(first_line=1 + (known.lines if known else 0))
    columns = log_format.columns(read_beginning(path).lines)
    try:
        pieces = _behind(decompressed(path), known, fingerprint, path)
        may_grow = not is_compressed(path)
        blocks = blocks_of_lines(
            pieces,
            reading.first_line,
            fingerprint,
            lambda rest: not may_grow or log_format.line.fullmatch(rest) is not None,
        )
        for block in blocks:
            _take(connection, source, block, columns, reading)
        if reading.lines and head_of(fingerprint.beginning, key) != head:
            raise _replaced(path)
    except SourceError:
        connection.execute("DELETE FROM raw_requests WHERE source = ?", [source])
        raise
    reading.size = fingerprint.size
    reading.fingerprint = fingerprint.hexdigest()
    return reading


def _longest_covered(path: Path, earlier: list[Reading], key: bytes) -> Reading | None:
    """The longest of the earlier readings that is the beginning of this file."""
    if not earlier:
        return None
    covered = None
    fingerprint = Fingerprint(key)
    by_fingerprint = {reading.fingerprint: reading for reading in earlier}
    sizes = sorted({reading.size for reading in earlier})
    for piece in decompressed(path):
        rest = memoryview(piece)
        while sizes and fingerprint.size + len(rest) >= sizes[0]:
            taken = sizes.pop(0) - fingerprint.size
            fingerprint.feed(rest[:taken])
            rest = rest[taken:]
            covered = by_fingerprint.get(fingerprint.hexdigest(), covered)
        if not sizes:
            break
        fingerprint.feed(rest)
    return covered


def _behind(
    pieces: Iterator[bytes], known: Reading | None, fingerprint: Fingerprint, path: Path
) -> Iterator[bytes]:
    """What follows the bytes of an earlier reading, which only the fingerprint sees."""
    if known:
        for piece in pieces:
            covered = min(len(piece), known.size - fingerprint.size)
            fingerprint.feed(piece[:covered])
            if fingerprint.size == known.size:
                break
        if fingerprint.hexdigest() != known.fingerprint:
            raise _replaced(path)
        if covered < len(piece):
            yield piece[covered:]
    yield from pieces


def _replaced(path: Path) -> SourceError:
    return SourceError(f"{path}: was replaced while it was read: run the same command again")


def _take(
    connection: duckdb.DuckDBPyConnection,
    source: int,
    block: Block,
    columns: str,
    reading: SourceReading,
) -> None:
    """Take a block's lines apart, keep the requests, count the rest."""
    connection.register("block", block.lines)
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW lines AS "
        f"SELECT row_number() OVER () + {block.first_line} - 1 AS line_number, line FROM block"
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE block_lines AS {columns}")
    connection.unregister("block")
    taken = connection.execute(
        """
        INSERT INTO raw_requests
        SELECT ?, time, method, path, status, bytes, user_agent, address
        FROM block_lines WHERE dropped IS NULL
        """,
        [source],
    ).fetchall()[0][0]
    reading.lines += block.lines.num_rows
    reading.requests += taken
    if taken < block.lines.num_rows:
        _count_dropped(connection, reading)


def _count_dropped(connection: duckdb.DuckDBPyConnection, reading: SourceReading) -> None:
    rows = connection.execute(
        f"""
        SELECT dropped, count(*), min(line_number, {KEPT_LINE_NUMBERS})
        FROM block_lines WHERE dropped IS NOT NULL GROUP BY dropped ORDER BY dropped
        """
    ).fetchall()
    for reason, count, line_numbers in rows:
        reading.dropped[reason] = reading.dropped.get(reason, 0) + count
        kept = reading.dropped_lines.setdefault(reason, [])
        kept.extend(line_numbers[: KEPT_LINE_NUMBERS - len(kept)])
