"""Independent recount of the lines of a log.

It uses the code that parses lines, but neither the buffers nor the staging of an ingest, nor a table of the
lake.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import duckdb
import numpy as np

from conda_census.ingest.block_parsing import parse_block
from conda_census.ingest.sql_parsing import IrregularLines
from conda_census.logs.blocks import blocks_of_lines
from conda_census.logs.fast.line_splitting import LINES_MAX
from conda_census.logs.fast.request_columns import Requests
from conda_census.logs.fingerprints import Fingerprint
from conda_census.logs.formats import LogFormat
from conda_census.logs.line_reader import LineReader, LinesUnderOneHeader
from conda_census.logs.possible_times import impossible_times

__all__ = ["Counts", "recount", "time_of"]


@dataclass(frozen=True)
class Counts:
    """The counts of the lines of a reading; the times are null if no line is a request."""

    lines: int
    requests: int
    dropped: Mapping[str, int]
    first_time: datetime | None
    last_time: datetime | None


def recount(
    chunks: Iterable[bytes],
    size: int,
    first_line: int,
    log_format: LogFormat,
    beginning: list[bytes],
    fingerprint: Fingerprint,
    read_at: datetime,
) -> Counts:
    """Return the counts of the first ``size`` bytes of a log, from ``first_line`` on.

    ``fingerprint`` is updated with these bytes. ``read_at`` is the time of the reading, after which no
    request can be.

    Raises:
        SourceError: raised by ``chunks``.
    """
    # The last line was taken, so it was whole, with or without a line end.
    blocks = blocks_of_lines(_first(chunks, size), fingerprint, lambda _rest: True)
    return _Recount(first_line, log_format, beginning, read_at).counts(blocks)


def time_of(microseconds: int | None) -> datetime | None:
    """Return the UTC time that is this many microseconds after the beginning of 1970; null for null."""
    start = datetime(1970, 1, 1, tzinfo=UTC)
    return None if microseconds is None else start + timedelta(microseconds=microseconds)


class _Recount:
    """A counter of the lines of a log, from a given line on."""

    def __init__(
        self, first_line: int, log_format: LogFormat, beginning: list[bytes], read_at: datetime
    ) -> None:
        self._read_at = read_at
        self._first_line = first_line
        self._reader = LineReader(log_format, beginning)
        self._lines = 0
        self._requests = 0
        self._dropped: Counter[str] = Counter()
        self._times: list[int] = []

    def counts(self, blocks: Iterable[bytes]) -> Counts:
        """Return the counts of these blocks, the first of which begins with line 1."""
        line = 1
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            irregular = IrregularLines(connection, self._take_requests, self._take_dropped)
            for block in blocks:
                for section in self._reader.parts(block):
                    lines = section.lines.count(b"\n")
                    if line + lines > self._first_line:
                        self._lines += lines - max(0, self._first_line - line)
                        self._count(line, section, irregular)
                    line += lines
            irregular.flush()
        return Counts(
            self._lines,
            self._requests,
            dict(self._dropped),
            time_of(min(self._times, default=None)),
            time_of(max(self._times, default=None)),
        )

    def _count(self, line: int, section: LinesUnderOneHeader, irregular: IrregularLines) -> None:
        for run in parse_block(section.parse, section.lines, LINES_MAX):
            parsed = run.parsed
            self._take_dropped(0, "blank", run.empty_lines + line)
            requests = replace(parsed.requests, line=parsed.requests.line + line)
            self._take_requests(np.empty(0), requests)
            irregular.add(0, section.columns, line, parsed)
            line += parsed.lines

    def _take_requests(self, _sources: np.ndarray, requests: Requests) -> None:
        is_impossible = impossible_times(requests.time, self._read_at)
        if is_impossible is not None:
            self._take_dropped(0, "impossible_time", requests.line[is_impossible])
            requests = requests.select(~is_impossible)
        times = requests.time[requests.line >= self._first_line]
        self._requests += len(times)
        if len(times):
            times = np.append(times, self._times)
            self._times = [int(times.min()), int(times.max())]

    def _take_dropped(self, _source: int, reason: str, numbers: np.ndarray) -> None:
        if count := int(np.count_nonzero(numbers >= self._first_line)):
            self._dropped[reason] += count


def _first(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Yield the first ``size`` bytes."""
    for chunk in chunks:
        yield chunk[:size]
        size -= len(chunk)
        if size <= 0:
            return
