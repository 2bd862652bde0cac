"""Reading of a batch, buffer by buffer, until all of its rows are staged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import duckdb
import pyarrow as pa

from conda_census.decode.pseudonyms import Secrets
from conda_census.errors import SourceError
from conda_census.ingest.background_rows import BackgroundRows
from conda_census.ingest.duplicates.known_logs import KnownLogs, KnownRun, known_runs
from conda_census.ingest.duplicates.seen_files import READ_IN_PART, SeenFile
from conda_census.ingest.duplicates.shared_lines import Recognised, recognise
from conda_census.ingest.log_faults.log_warnings import LogWarnings
from conda_census.ingest.reader import SourcesReader
from conda_census.ingest.rows import SourceFacts
from conda_census.ingest.source_reading import Claimed, stored_fingerprint
from conda_census.ingest.staging import ReadSource, stage_sources
from conda_census.ingest.summary import Summary, Waiting
from conda_census.lake.batches import Batch
from conda_census.lake.records.doubts import note_doubts
from conda_census.lake.records.set_aside import name_as_stored
from conda_census.lake.store import Lake
from conda_census.logs.line_reader import LineReader
from conda_census.logs.sources.discovery import is_compressed
from conda_census.logs.sources.readable import Source, Watched
from conda_census.spill_folders import spill_folder

__all__ = ["Progress", "read_batch"]

_MEMORY_LIMIT = "600MB"


class Progress(Protocol):
    """A callback that receives the progress of reading a batch."""

    def __call__(self, *, source: Source, stored_read: int, lines: int) -> None:
        """Report the bytes read of this source, as stored, and the lines read of the batch."""


def read_batch(
    lake: Lake,
    batch: Batch,
    claimed: list[Claimed],
    known: KnownLogs,
    secrets: Secrets,
    summary: Summary,
    progress: Progress,
    channels: Sequence[str] | None = None,
    *,
    keep_machines: bool,
) -> list[SeenFile]:
    """Read the new lines in the files of a batch and stage their rows; stage nothing if nothing is new.

    A file that cannot be read is counted in the summary, and the rows contain nothing of it. ``channels`` are
    the channels that may be named, or None if all may.

    Returns:
        The files in which nothing is new. They need not be read again once the batch is in the lake.

    Raises:
        OSError: the rows cannot be written.
    """
    failed: set[int] = set()
    while True:
        rest = [log for log in claimed if log.number not in failed]
        with (
            spill_folder() as spill,
            _connect(spill) as connection,
            _connect(spill) as database,
        ):
            rows = BackgroundRows(lake, batch, database, secrets, channels, keep_machines=keep_machines)
            attempt = _Attempt(connection, lake, batch, known, secrets.token_key(), summary, progress)
            newly_failed = attempt.read(rest, rows)
        if not newly_failed:
            return attempt.known_files
        # Some rows of the file were staged before it turned out to be damaged. All rows are made again
        # without it.
        failed |= newly_failed


class _Attempt:
    """One reading of a batch from its beginning."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        lake: Lake,
        batch: Batch,
        known: KnownLogs,
        key: bytes,
        summary: Summary,
        progress: Progress,
    ) -> None:
        self.known_files: list[SeenFile] = []
        self._connection = connection
        self._lake = lake
        self._batch = batch
        self._known = known
        self._key = key
        self._summary = summary
        self._progress = progress
        self._waiting: list[Waiting] = []
        self._runs: dict[str, list[KnownRun]] = {}
        self._read: list[ReadSource] = []
        self._read_of_head: dict[str, list[ReadSource]] = defaultdict(list)
        self._errors: list[tuple[SourceError, Source]] = []
        self._skipped = 0
        self._passed_over: dict[int, int] = {}

    def read(self, claimed: list[Claimed], rows: BackgroundRows) -> set[int]:
        """Stage the rows, or return the files that failed after some of their rows were staged."""
        self._batch.start_staging()
        # The next requests are read while buffers become rows.
        with SourcesReader(self._connection, self._key, self._batch.written_at) as reader, rows:
            for log in claimed:
                buffers = len(rows)
                try:
                    self._read_log(reader, log, rows)
                except SourceError as error:
                    self._errors.append((error, log.source))
                    if len(rows) > buffers:
                        self._summary.fail(error, log.source)
                        return {log.number}
            reader.finish()
            rows.add(reader.take_buffer(is_last=True), reader.failed, is_last=True)
            sources = rows.results()
        for facts in sources:
            for source, lines in facts.repeated.items():
                reader.reading_of(source).repeat(lines)
        self._stage(claimed, sources)
        self._report()
        return set()

    def _stage(self, claimed: list[Claimed], sources: list[SourceFacts]) -> None:
        """Stage the readings with lines, and record the doubts about them."""
        read = [source for source in self._read if source.reading.lines]
        self._skipped += len(self._read) - len(read)
        warnings = LogWarnings(self._connection, self._lake, self._batch.name, self._known, self._summary)
        logs = {log.number: log for log in claimed}
        warnings.warn(read, logs, [facts.downloads for facts in sources], self._passed_over)
        note_doubts(self._lake, self._batch.name, warnings.doubts)
        if read:
            pa.default_memory_pool().release_unused()  # the marks of a long log need some of this memory
            decoded = pa.concat_tables(facts.decoded for facts in sources)
            stage_sources(self._connection, self._batch, read, decoded, self._key)

    def _report(self) -> None:
        """Report the logs that were not read."""
        for error, source in self._errors:
            self._summary.fail(error, source)
        for waiting in self._waiting:
            self._summary.wait(waiting)
        self._summary.skipped += self._skipped

    def _read_log(self, reader: SourcesReader, log: Claimed, rows: BackgroundRows) -> None:
        self._batch.attempts.note(log.number)
        self._progress(source=log.source, stored_read=0, lines=reader.lines)
        watched = Watched(log.source)
        passed_over: list[int] = []
        name = name_as_stored(log.source, self._key)
        stored = stored_fingerprint(log.source, self._key)
        recognised = self._recognise(reader, log, watched, passed_over.append)
        if recognised.is_all:
            if recognised.waits:
                self._waiting.append(Waiting(str(log.source), recognised.waits))
            else:
                self._skipped += 1
            self._note_passed_over(log, passed_over)
            if name and name_as_stored(log.source, self._key) == name:
                in_part = READ_IN_PART if passed_over else ""
                self.known_files.append(SeenFile(name, recognised.waits or in_part))
            return
        may_grow = log.source.may_grow
        for _ in reader.read(
            log.number,
            watched,
            log.log_format,
            log.beginning,
            log.head,
            recognised.covered,
            may_grow=may_grow,
            passed_over=passed_over.append,
        ):
            if reader.buffer.is_full:
                reader.finish()
                rows.add(reader.take_buffer(is_last=False), reader.failed, is_last=False)
            self._progress(source=log.source, stored_read=watched.stored_read, lines=reader.lines)
        self._note_passed_over(log, passed_over)
        if stored_fingerprint(log.source, self._key) != stored:
            stored = ""  # the file grew or was rotated meanwhile: the bytes read are no stored file
        reading = reader.reading_of(log.number)
        read = ReadSource(log.number, str(log.source), log.head, stored, log.log_format.name, reading)
        self._read_of_head[log.head].append(read)
        self._read.append(read)

    def _note_passed_over(self, log: Claimed, sizes: list[int]) -> None:
        """Record the bytes behind the compressed data of a log that each reading skipped."""
        if sizes:
            self._passed_over[log.number] = sizes[-1]

    def _recognise(
        self, reader: SourcesReader, log: Claimed, source: Watched, passed_over: Callable[[int], object]
    ) -> Recognised:
        """Return the part of a log that is known from earlier runs and from this batch."""
        in_batch = self._read_of_head[log.head]
        in_lake = self._known.readings.get(log.head, [])
        if not in_batch and not in_lake:
            return Recognised()
        reader.settle()  # needs the progress of the same log under another name
        if log.head not in self._runs:
            self._runs[log.head] = known_runs(self._lake, in_lake, self._key)
        runs = [*self._runs[log.head], *(read.run() for read in in_batch if read.reading.lines)]
        shows_its_end, lines = log.log_format.shows_its_end, LineReader(log.log_format, log.beginning)
        may_grow = log.source.may_grow and not is_compressed(source)
        return recognise(
            source,
            runs,
            self._key,
            lambda rest: shows_its_end and lines.is_line(rest),
            may_grow=may_grow,
            passed_over=passed_over,
        )


def _connect(spill: Path) -> duckdb.DuckDBPyConnection:
    """Open a database in memory that spills to ``spill``, encrypted because it holds tokens."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")  # the bar would appear in the output of --json
    connection.execute(f"SET memory_limit = '{_MEMORY_LIMIT}'")
    # DuckDB considers its own random numbers too weak for files that last. These files are useless once the
    # key in memory is gone.
    connection.execute("SET force_mbedtls_unsafe = 'true'")
    connection.execute("SET temp_file_encryption = true")
    connection.execute("SET temp_directory = ?", [str(spill)])
    return connection
