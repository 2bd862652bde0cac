"""Reading of a batch, part by part, until all of its rows are staged."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import duckdb
import pyarrow as pa

from conda_census.atomic_files import sync
from conda_census.decode.pseudonyms import Secrets
from conda_census.errors import SourceError
from conda_census.ingest.decoding import (
    decode_paths_and_agents,
    decode_user_agents,
    know_nothing,
    note_sizes,
)
from conda_census.ingest.duplicates.known_logs import KnownLogs, KnownRun, known_runs
from conda_census.ingest.duplicates.repeated_downloads import DownloadMarks, repeated_downloads
from conda_census.ingest.duplicates.repeated_requests import SeenRequests, hashed
from conda_census.ingest.duplicates.seen_files import READ_IN_PART, SeenFile
from conda_census.ingest.duplicates.shared_lines import Recognised, recognise
from conda_census.ingest.log_faults.logs_without_requests import read_in_vain
from conda_census.ingest.log_faults.proxies import addresses_of, proxy_warnings
from conda_census.ingest.ordered_steps import Turns
from conda_census.ingest.reader import SourcesReader
from conda_census.ingest.request_buffer import Part
from conda_census.ingest.rows import SourcesFound, rows_of_part
from conda_census.ingest.source_reading import Claimed, SourceReading, stored_fingerprint
from conda_census.ingest.sql_parsing import first_requests
from conda_census.ingest.staging import ReadSource, stage_part, stage_sources
from conda_census.ingest.summary import PassedOver, Summary, Waiting
from conda_census.ingest.visits import marked_requests
from conda_census.lake.batches import Batch
from conda_census.lake.records.doubts import Doubt, DoubtAbout, note_doubts
from conda_census.lake.records.set_aside import name_as_stored
from conda_census.lake.store import Lake
from conda_census.logs.line_reader import LineReader
from conda_census.logs.sources.discovery import is_compressed
from conda_census.logs.sources.readable import Source, Watched
from conda_census.spill_folders import spill_folder

__all__ = ["Progress", "read_batch"]

_MEMORY_LIMIT = "600MB"
#: Maximum number of parts that become rows at the same time. Each holds some hundred megabytes.
_PARTS_AT_ONCE = min(os.cpu_count() or 1, 3)
#: Number of requests that show the form of a log's user agents.
_MANY_REQUESTS = 20


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
            database.execute("SET threads = 1")  # each part that becomes rows has a thread of its own
            know_nothing(database)
            attempt = _Attempt(
                connection, database, lake, batch, known, secrets, summary, progress, channels, keep_machines
            )
            newly_failed = attempt.read(rest)
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
        database: duckdb.DuckDBPyConnection,
        lake: Lake,
        batch: Batch,
        known: KnownLogs,
        secrets: Secrets,
        summary: Summary,
        progress: Progress,
        channels: Sequence[str] | None,
        keep_machines: bool,
    ) -> None:
        self.known_files: list[SeenFile] = []
        self._channels = channels
        self._lake = lake
        self._waiting: list[Waiting] = []
        self._runs: dict[str, list[KnownRun]] = {}
        self._connection = connection
        self._database = database
        self._batch = batch
        self._known = known
        self._secrets = secrets
        self._summary = summary
        self._progress = progress
        self._keep_machines = keep_machines
        self._key = secrets.token_key()
        self._read: list[ReadSource] = []
        self._read_of_head: dict[str, list[ReadSource]] = defaultdict(list)
        self._parts: list[Future[SourcesFound]] = []
        self._seen = SeenRequests(lake)
        self._turns = Turns()
        self._errors: list[tuple[SourceError, Source]] = []
        self._skipped = 0
        self._passed_over: dict[int, int] = {}
        self._doubts: list[Doubt] = []

    def read(self, claimed: list[Claimed]) -> set[int]:
        """Stage the rows, or return the files that failed after some of their rows were staged."""
        self._batch.start_staging()
        # The next part is read while some parts become rows.
        with (
            SourcesReader(self._connection, self._key, self._batch.written_at) as reader,
            ThreadPoolExecutor(_PARTS_AT_ONCE, thread_name_prefix="rows") as self._background,
        ):
            for log in claimed:
                parts = len(self._parts)
                try:
                    self._read_log(reader, log)
                except SourceError as error:
                    self._errors.append((error, log.source))
                    if len(self._parts) > parts:
                        self._summary.fail(error, log.source)
                        return {log.number}
            reader.finish()
            self._stage_part(reader, is_last=True)
            found = [part.result() for part in self._parts]
        for part in found:
            for source, lines in part.repeated.items():
                reader.reading_of(source).repeat(lines)
        read = [source for source in self._read if source.reading.lines]
        self._skipped += len(self._read) - len(read)
        self._warn(read, {log.number: log for log in claimed}, [part.downloads for part in found])
        note_doubts(self._lake, self._batch.name, self._doubts)
        if read:
            pa.default_memory_pool().release_unused()  # the marks of a long log need some of this memory
            stage_sources(
                self._connection,
                self._batch,
                read,
                pa.concat_tables(part.decoded for part in found),
                self._key,
            )
        for failure, unread in self._errors:
            self._summary.fail(failure, unread)
        for waiting in self._waiting:
            self._summary.wait(waiting)
        self._summary.skipped += self._skipped
        return set()

    def _warn(self, read: list[ReadSource], logs: dict[int, Claimed], downloads: list[DownloadMarks]) -> None:
        repeated = repeated_downloads(downloads, self._known, self._lake)
        addresses = {}
        for source in read:
            log = logs[source.source]
            addresses[source.name] = addresses_of(
                self._connection, log.log_format, log.beginning, source.reading
            )
        proxies = proxy_warnings(addresses)
        numbers = {source.source for source in read}
        for number, size in self._passed_over.items():
            passed = logs[number].source
            self._summary.warn_of_passed_over(str(passed), size)
            if number in numbers:
                self._doubt(str(passed), "unread", PassedOver(size).sentence())
            else:
                self._summary.note_read_in_part(passed, size)
        for source in read:
            reading = source.reading
            if in_vain := read_in_vain(reading.requests, reading.dropped, is_new=reading.first_line == 1):
                self._summary.warn_in_vain(source.name, in_vain)
                continue
            if again := repeated.get(source.source):
                self._summary.warn_of_repeated(source.name, again)
                self._doubt(source.name, "repeated", again.sentence())
            if reason := proxies.get(source.name):
                self._warn_and_keep(source.name, "addresses", reason)
            if change := reading.change:
                self._warn_and_keep(source.name, change.about, change.reason)
            if fault := self._fault_of_agents(logs[source.source], reading):
                self._warn_and_keep(source.name, "tokens", fault)

    def _fault_of_agents(self, log: Claimed, reading: SourceReading) -> str | None:
        """Return why tokens of a log are not seen.

        A log that grew may have few new lines, so its first lines are checked too.
        """
        if reading.requests >= _MANY_REQUESTS:
            return reading.agents.fault()
        known = reading.first_line - 1
        if not known or not reading.requests or not reading.agents.may_be_faulty():
            return None
        # The last of the first lines may be cut off. It is new if the beginning is not longer than the log.
        lines = min(known, len(log.beginning) - 1)
        agents = first_requests(self._connection, log.log_format, log.beginning, "user_agent", lines)
        if len(agents) + reading.requests < _MANY_REQUESTS:
            return None
        reading.agents.look(agents, count_clients=False)
        return reading.agents.fault()

    def _warn_and_keep(self, source: str, about: DoubtAbout, reason: str) -> None:
        self._summary.warn(source, reason)
        self._doubt(source, about, reason)

    def _doubt(self, source: str, about: DoubtAbout, reason: str) -> None:
        self._doubts.append(Doubt(self._batch.name, source, about, reason))

    def _read_log(self, reader: SourcesReader, log: Claimed) -> None:
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
            if reader.part.is_full:
                reader.finish()
                self._stage_part(reader, is_last=False)
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

    def _stage_part(self, reader: SourcesReader, *, is_last: bool) -> None:
        if len(self._parts) >= _PARTS_AT_ONCE:
            self._parts[-_PARTS_AT_ONCE].result()  # memory holds no more parts
        part, failed, number = reader.take_part(is_last=is_last), reader.failed, len(self._parts)
        self._parts.append(self._background.submit(self._write_part, part, failed, number, is_last=is_last))

    def _write_part(self, part: Part, failed: frozenset[int], number: int, *, is_last: bool) -> SourcesFound:
        with self._database.cursor() as connection:
            connection.execute("SET VARIABLE token_key = ?", [self._key.hex()])
            connection.execute("SET VARIABLE known_channels = ?", [self._channels])
            with self._turns.take(number) as wait:
                requests = part.take(failed)
                decode_user_agents(connection, requests, keep_machines=self._keep_machines)
                hashes = hashed(connection, requests)
                wait()  # of a repeated request, the first one counts
                first_seen = self._seen.leave_out(requests, hashes)
                decoded = decode_paths_and_agents(connection)
                marked = marked_requests(decoded, first_seen.part.requests)
                note_sizes(connection, marked)
            rows, sources = rows_of_part(connection, decoded, marked, first_seen, self._secrets)
        files = stage_part(self._batch, number, rows)
        if not is_last:  # the disk writes while the next parts are read
            sync(files)
        return sources


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
