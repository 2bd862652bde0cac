"""Reading of the sources of a batch: their requests, and a count of all other lines.

One thread decompresses while the others parse blocks. The results are combined in the order of the lines.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from types import TracebackType
from typing import Self

import duckdb
import numpy as np

from conda_census.errors import LastingSourceError, SourceError
from conda_census.ingest.block_parsing import ParsedLines, parse_block
from conda_census.ingest.request_buffer import RequestBuffer
from conda_census.ingest.source_reading import KEPT_LINE_NUMBERS, SourceReading
from conda_census.ingest.sql_parsing import IrregularLines
from conda_census.logs.blocks import blocks_of_lines
from conda_census.logs.fast.request_columns import Requests
from conda_census.logs.fingerprints import Fingerprint, Reading, head_of
from conda_census.logs.formats import LogFormat
from conda_census.logs.line_marks import MarkedFingerprint
from conda_census.logs.line_reader import LineReader
from conda_census.logs.possible_times import impossible_times
from conda_census.logs.sources.compression import tell_nobody
from conda_census.logs.sources.discovery import decompressed, is_compressed
from conda_census.logs.sources.readable import Readable

__all__ = ["SourcesReader"]

#: One thread decompresses for all cores: more cores would only hold more blocks in memory.
_CORES_MAX = 8
#: Number of blocks that are read ahead of the ones being combined.
_AHEAD = 2


@dataclass(frozen=True)
class _Block:
    """A block that is being parsed."""

    source: int
    columns: str
    parsed: Future[list[ParsedLines]]


class SourcesReader:
    """A reader that reads sources one after the other into buffers: ``with SourcesReader(…) as reader``.

    ``read_at`` is the time of the reading: no request can be much later.

    Attributes:
        buffer: the requests that were not taken yet.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, key: bytes, read_at: datetime) -> None:
        self.buffer = RequestBuffer()
        self._read_at = read_at
        self._key = key
        self._lines = 0
        self._readings: dict[int, SourceReading] = {}
        self._failed: set[int] = set()
        self._blocks: deque[_Block] = deque()
        self._cores = min(os.cpu_count() or 1, _CORES_MAX)
        self._pool = ThreadPoolExecutor(self._cores, thread_name_prefix="parse")
        self._irregular = IrregularLines(connection, self._take_requests, self._take_dropped)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    @property
    def failed(self) -> frozenset[int]:
        """Return the numbers of the sources that failed and count for nothing."""
        return frozenset(self._failed)

    def read(
        self,
        number: int,
        source: Readable,
        log_format: LogFormat,
        beginning: list[bytes],
        head: str,
        covered: Reading | None,
        *,
        may_grow: bool,
        passed_over: Callable[[int], object] = tell_nobody,
    ) -> Iterator[None]:
        """Read a source under this number.

        ``head`` identifies the log that was claimed: another one may have replaced it since. Lines
        ``covered`` by earlier readings are left out. ``passed_over`` receives the number of bytes behind the
        compressed data that are not read. Yields after each block, so that a full buffer can be taken.

        Raises:
            SourceError: the file is damaged, cut short or cannot be read; nothing of it counts then.
        """
        known_lines = covered.lines if covered else 0
        fingerprint = MarkedFingerprint(self._key, known_lines)
        reading = SourceReading(first_line=1 + known_lines)
        self._readings[number] = reading
        lines = LineReader(log_format, beginning)
        reading.doubt = lines.doubt
        try:
            chunks = _behind(decompressed(source, passed_over), covered, fingerprint, source, lines)
            may_grow = may_grow and not is_compressed(source)
            shows_its_end = log_format.shows_its_end

            def is_whole(rest: bytes) -> bool:
                if lines.ends_in_cr(rest):
                    raise _ends_in_cr(source)
                return lines.is_line(rest) if shows_its_end else not may_grow

            for block in blocks_of_lines(chunks, fingerprint, is_whole):
                if lines.ends_in_cr(block):
                    raise _ends_in_cr(source)
                lines.pass_by(block)
                marks = fingerprint.block
                for section in lines.parts(block):
                    parsed = self._pool.submit(
                        parse_block, section.parse, section.lines, KEPT_LINE_NUMBERS, marks
                    )
                    marks = None
                    self._blocks.append(_Block(number, section.columns, parsed))
                    if len(self._blocks) > self._cores + _AHEAD:
                        self._collect()
                yield
            if (
                fingerprint.size > (covered.size if covered else 0)
                and head_of(fingerprint.beginning, self._key) != head
            ):
                raise _replaced(source)
        except SourceError:
            self._failed.add(number)
            raise
        reading.change = lines.change
        reading.size = fingerprint.size
        reading.fingerprint = fingerprint.hexdigest()
        reading.marked = fingerprint

    @property
    def lines(self) -> int:
        """Return how many lines were combined so far."""
        return self._lines

    def reading_of(self, source: int) -> SourceReading:
        """Return the reading of a source; its counts are complete after :meth:`finish`."""
        return self._readings[source]

    def take_buffer(self, *, is_last: bool) -> RequestBuffer:
        """Return the requests so far and start a new buffer for the following ones.

        Partial content waits for the last buffer, which contains all of it.
        """
        full, self.buffer = self.buffer, RequestBuffer() if is_last else self.buffer.next_buffer()
        return full

    def settle(self) -> None:
        """Combine all blocks, so that the lines of all sources are counted."""
        while self._blocks:
            self._collect()

    def finish(self) -> None:
        """Combine everything that was read."""
        self.settle()
        self._irregular.flush()

    def _collect(self) -> None:
        block = self._blocks.popleft()
        reading = self._readings[block.source]
        for lines in block.parsed.result():
            parsed = lines.parsed
            first_line = reading.first_line + reading.lines
            reading.lines += parsed.lines
            self._lines += parsed.lines
            if block.source not in self._failed:
                requests = replace(parsed.requests, line=parsed.requests.line + first_line)
                self._take_requests(np.full(len(requests), block.source, np.int32), requests)
                if lines.empty:
                    reading.drop("blank", lines.empty_lines + first_line, lines.empty)
                self._irregular.add(block.source, block.columns, first_line, parsed)

    def _take_requests(self, sources: np.ndarray, requests: Requests) -> None:
        is_impossible = impossible_times(requests.time, self._read_at)
        if is_impossible is not None:
            for source in np.unique(sources[is_impossible]).tolist():
                lines = requests.line[is_impossible & (sources == source)]
                self._readings[source].drop("impossible_time", lines)
            sources, requests = sources[~is_impossible], requests.select(~is_impossible)
        self.buffer.add(sources, requests)
        for source, count in zip(*np.unique(sources, return_counts=True), strict=True):
            reading = self._readings[int(source)]
            reading.requests += int(count)
            of_source = requests if count == len(requests) else requests.select(sources == source)
            reading.count_addresses(of_source.address)
            reading.look_at_agents(of_source.user_agent)

    def _take_dropped(self, source: int, reason: str, numbers: np.ndarray) -> None:
        self._readings[source].drop(reason, numbers)


def _behind(
    chunks: Iterator[bytes],
    covered_before: Reading | None,
    fingerprint: Fingerprint,
    source: Readable,
    lines: LineReader,
) -> Iterator[bytes]:
    """Yield the bytes that follow an earlier reading; only fingerprint and headers need the earlier bytes."""
    if covered_before:
        for chunk in chunks:
            covered = min(len(chunk), covered_before.size - fingerprint.size)
            fingerprint.feed(chunk[:covered])
            lines.pass_over(chunk[:covered])
            if fingerprint.size == covered_before.size:
                break
        if fingerprint.hexdigest() != covered_before.fingerprint:
            raise _replaced(source)
        if covered < len(chunk):
            yield chunk[covered:]
    yield from chunks


def _ends_in_cr(source: Readable) -> SourceError:
    return LastingSourceError(
        f"{source}: its lines, or some, end in a carriage return (CR) only: make each a line feed, as with "
        "tr '\\r' '\\n', and give that"
    )


def _replaced(source: Readable) -> SourceError:
    return SourceError(f"{source}: was replaced while it was read: run the same command again")
