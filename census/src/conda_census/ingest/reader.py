"""What is in the sources of a batch? Their requests, and a count of every line that is none.

One thread decompresses while the others take blocks apart, and what they find is put together in the order of
the lines.
"""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import TracebackType
from typing import Self

import duckdb
import numpy as np
import pyarrow as pa

from conda_census.errors import LastingSourceError, SourceError
from conda_census.ingest.block_parsing import ParsedPiece, parsed_pieces
from conda_census.ingest.irregular_lines import IrregularLines
from conda_census.ingest.log_faults.agent_faults import SeenAgents
from conda_census.ingest.request_buffer import Part
from conda_census.lake.batches import SourceCounted
from conda_census.logs.blocks import blocks_of_lines
from conda_census.logs.fast.request_columns import Requests
from conda_census.logs.fingerprints import Fingerprint, Reading, head_of
from conda_census.logs.formats import LogFormat
from conda_census.logs.line_marks import MarkedFingerprint
from conda_census.logs.line_reader import LineReader
from conda_census.logs.parsing.log_format import FormatChange
from conda_census.logs.possible_times import impossible_times
from conda_census.logs.sources.compression import tell_nobody
from conda_census.logs.sources.discovery import decompressed, is_compressed
from conda_census.logs.sources.readable import Readable

__all__ = ["SourceReading", "SourcesReader"]

#: So many line numbers are kept for each reason: enough to look at, too few to fill a lake.
KEPT_LINE_NUMBERS = 20
#: One thread decompresses for them all: more would only hold more blocks in memory.
_CORES_MAX = 8
#: A log with more clients has no proxy for its only client.
_FEW_ADDRESSES = 64
#: Blocks that are read ahead of those that are put together.
_AHEAD = 2


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
        doubt: why the addresses in the log may not be those of the clients.
        change: how its last lines differ from its first ones, so that they are read wrongly.
        addresses: requests by their addresses; None if these are many.
        agents: what its user agents are like.
        marked: has the marks of the lines taken, once all blocks are put together.
    """

    first_line: int = 1
    lines: int = 0
    requests: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    dropped_lines: dict[str, list[int]] = field(default_factory=dict)
    size: int = 0
    fingerprint: str = ""
    doubt: str | None = None
    change: FormatChange | None = None
    addresses: Counter[str] | None = field(default_factory=Counter, repr=False)
    agents: SeenAgents = field(default_factory=SeenAgents, repr=False)
    marked: MarkedFingerprint | None = field(default=None, repr=False)

    def reached(self) -> Reading:
        """How far the log is read now."""
        return Reading(self.size, self.first_line - 1 + self.lines, self.fingerprint)

    def counts(self) -> SourceCounted:
        """What a summary tells of it."""
        return {"lines": self.lines, "requests": self.requests, "dropped": self.dropped}

    def repeat(self, numbers: np.ndarray) -> None:
        """Count requests as lines that were read before."""
        self.requests -= len(numbers)
        self.drop("repeated", numbers)

    def count_addresses(self, addresses: pa.DictionaryArray) -> None:
        """Count requests by their addresses, as long as these are few."""
        if self.addresses is None:
            return
        counts = np.bincount(addresses.indices.to_numpy(), minlength=len(addresses.dictionary))
        used = np.flatnonzero(counts)
        if len(used) <= _FEW_ADDRESSES:
            for place in used.tolist():
                self.addresses[addresses.dictionary[place].as_py()] += int(counts[place])
        if len(used) > _FEW_ADDRESSES or len(self.addresses) > _FEW_ADDRESSES:
            self.addresses = None

    def look_at_agents(self, agents: pa.DictionaryArray) -> None:
        """See what the user agents of these requests are like."""
        self.agents.look(agents, count_clients=self.addresses is not None)

    def drop(self, reason: str, numbers: np.ndarray, lines: int | None = None) -> None:
        """Count lines that are no requests: those of ``numbers``, or so many of which these are the first."""
        self.dropped[reason] = self.dropped.get(reason, 0) + (len(numbers) if lines is None else lines)
        kept = self.dropped_lines.setdefault(reason, [])
        kept.extend(numbers[: KEPT_LINE_NUMBERS - len(kept)].tolist())


@dataclass(frozen=True)
class _Block:
    """A block that is being taken apart."""

    source: int
    columns: str
    parsed: Future[list[ParsedPiece]]


class SourcesReader:
    """Reads sources one after the other into parts: ``with SourcesReader(…) as reader``.

    ``read_at`` is when they are read: no request of theirs can be much later.

    Attributes:
        part: the requests that were not taken yet.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, key: bytes, read_at: datetime) -> None:
        self.part = Part()
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
        """Numbers of the sources of which nothing counts."""
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

        ``head`` names the log that was claimed: another one may have come in its place since.
        What is ``covered`` by earlier readings is left out. ``passed_over`` is told how many bytes behind the
        compressed data are not read.
        Yields after each block, so that a full part can be taken.

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
            pieces = _behind(decompressed(source, passed_over), covered, fingerprint, source, lines)
            may_grow = may_grow and not is_compressed(source)
            shows_its_end = log_format.shows_its_end

            def is_whole(rest: bytes) -> bool:
                if lines.ends_in_cr(rest):
                    raise _ends_in_cr(source)
                return lines.is_line(rest) if shows_its_end else not may_grow

            for block in blocks_of_lines(pieces, fingerprint, is_whole):
                if lines.ends_in_cr(block):
                    raise _ends_in_cr(source)
                lines.pass_by(block)
                marks = fingerprint.block
                for part in lines.parts(block):
                    parsed = self._pool.submit(
                        parsed_pieces, part.parse, part.lines, KEPT_LINE_NUMBERS, marks
                    )
                    marks = None
                    self._blocks.append(_Block(number, part.columns, parsed))
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
        """How many lines were put together up to now."""
        return self._lines

    def reading_of(self, source: int) -> SourceReading:
        """What was read of a source; its counts are complete when :meth:`finish` was called."""
        return self._readings[source]

    def take_part(self, *, is_last: bool) -> Part:
        """The requests up to now; those that come are put into another part.

        Pieces of files wait for the last part, in which they are all together.
        """
        part, self.part = self.part, Part() if is_last else self.part.cut()
        return part

    def settle(self) -> None:
        """Put together all blocks, so that the lines of all sources are counted."""
        while self._blocks:
            self._collect()

    def finish(self) -> None:
        """Put together all that was read."""
        self.settle()
        self._irregular.flush()

    def _collect(self) -> None:
        block = self._blocks.popleft()
        reading = self._readings[block.source]
        for piece in block.parsed.result():
            parsed = piece.parsed
            first_line = reading.first_line + reading.lines
            reading.lines += parsed.lines
            self._lines += parsed.lines
            if block.source not in self._failed:
                requests = replace(parsed.requests, line=parsed.requests.line + first_line)
                self._take_requests(np.full(len(requests), block.source, np.int32), requests)
                if piece.empty:
                    reading.drop("blank", piece.empty_lines + first_line, piece.empty)
                self._irregular.add(block.source, block.columns, first_line, parsed)

    def _take_requests(self, sources: np.ndarray, requests: Requests) -> None:
        is_impossible = impossible_times(requests.time, self._read_at)
        if is_impossible is not None:
            for source in np.unique(sources[is_impossible]).tolist():
                lines = requests.line[is_impossible & (sources == source)]
                self._readings[source].drop("impossible_time", lines)
            sources, requests = sources[~is_impossible], requests.select(~is_impossible)
        self.part.add(sources, requests)
        for source, count in zip(*np.unique(sources, return_counts=True), strict=True):
            reading = self._readings[int(source)]
            reading.requests += int(count)
            of_source = requests if count == len(requests) else requests.select(sources == source)
            reading.count_addresses(of_source.address)
            reading.look_at_agents(of_source.user_agent)

    def _take_dropped(self, source: int, reason: str, numbers: np.ndarray) -> None:
        self._readings[source].drop(reason, numbers)


def _behind(
    pieces: Iterator[bytes],
    known: Reading | None,
    fingerprint: Fingerprint,
    source: Readable,
    lines: LineReader,
) -> Iterator[bytes]:
    """What follows the bytes of an earlier reading, which only the fingerprint and the headers need."""
    if known:
        for piece in pieces:
            covered = min(len(piece), known.size - fingerprint.size)
            fingerprint.feed(piece[:covered])
            lines.pass_over(piece[:covered])
            if fingerprint.size == known.size:
                break
        if fingerprint.hexdigest() != known.fingerprint:
            raise _replaced(source)
        if covered < len(piece):
            yield piece[covered:]
    yield from pieces


def _ends_in_cr(source: Readable) -> SourceError:
    return LastingSourceError(
        f"{source}: its lines, or some, end in a carriage return (CR) only: make each a line feed, as with "
        "tr '\\r' '\\n', and give that"
    )


def _replaced(source: Readable) -> SourceError:
    return SourceError(f"{source}: was replaced while it was read: run the same command again")
