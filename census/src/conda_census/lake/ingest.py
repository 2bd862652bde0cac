"""How do access logs get into the lake, each line exactly once? The pipeline of ``conda-census ingest``."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import duckdb

from conda_census.config import Settings
from conda_census.decode.pseudonyms import Secrets
from conda_census.errors import LakeError, SourceError
from conda_census.lake.batches import Batch, WriterBatches
from conda_census.lake.known import KnownLogs, known_logs
from conda_census.lake.reading import read_source
from conda_census.lake.rows import CREATE_RAW_REQUESTS, decode_requests
from conda_census.lake.staging import ReadSource, append_staged, stage, staged_counts
from conda_census.lake.store import Lake
from conda_census.lake.summary import Summary
from conda_census.logs.fingerprints import fingerprint_of_file, head_of
from conda_census.logs.formats import LogFormat, formats
from conda_census.logs.sniff import format_of, read_beginning
from conda_census.logs.sources import LogFile, find

__all__ = ["Progress", "ingest"]

#: A batch holds so many bytes as they are stored: enough to be worth its commits, little enough for memory.
_BATCH_BYTES = 256 << 20
_MEMORY_LIMIT = "1500MB"
#: What DuckDB makes of Ctrl-C while it works.
_INTERRUPTED = "Query interrupted"


class Progress(Protocol):
    """Told how far the work is."""

    def __call__(self, *, path: Path, files_done: int, files: int, lines: int) -> None:
        """This file is read next; so many are done, of so many known now; so many lines were read."""


def ingest(paths: list[str], settings: Settings, format_name: str, progress: Progress) -> Summary:
    """Read the logs that ``paths`` name into the lake, leaving out what it holds already.

    A file that cannot be read is counted in the summary, and the others are read all the same.

    Raises:
        CensusError: the lake or the keys cannot be used.
    """
    started = time.monotonic()
    summary = Summary()
    known_formats = formats(settings)
    files, errors = find(paths)
    for error in errors:
        summary.fail(error)
    logs = list(_logs(files, known_formats, format_name, summary))
    if logs or (settings.lake / "lake.json").exists():
        secrets = Secrets(settings.config_folder)
        lake = Lake.open_or_create(settings.lake, secrets.key_id())
        try:
            with WriterBatches(lake, settings.writer) as batches:
                _Work(lake, batches, secrets, summary, progress, known_formats).run(logs, format_name)
            secrets.forget_networks(datetime.now(UTC))
        except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as problem:
            raise LakeError(
                f"{lake.path}: {_first_line(problem)}: put this right and run the same command again"
            ) from None
        except RuntimeError as problem:
            if str(problem) == _INTERRUPTED:
                raise KeyboardInterrupt from None
            raise
    summary.seconds = time.monotonic() - started
    return summary


def _logs(
    files: list[LogFile], known_formats: Mapping[str, LogFormat], format_name: str, summary: Summary
) -> Iterator[LogFile]:
    """Those of the files that are logs, by their first lines, so that nothing is made for the others."""
    for file in files:
        try:
            beginning = read_beginning(file.path)
            if beginning.lines:
                format_of(file.path, beginning, known_formats, format_name)
                yield file
            else:
                summary.skipped += 1
        except SourceError as error:
            summary.fail(error)


@dataclass
class _Work:
    """One run of one writer."""

    lake: Lake
    batches: WriterBatches
    secrets: Secrets
    summary: Summary
    progress: Progress
    known_formats: Mapping[str, LogFormat]
    files: int = 0
    files_done: int = 0

    def run(self, logs: list[LogFile], format_name: str) -> None:
        """End the batches that an earlier run left, then read what is new."""
        for batch in self.batches.unfinished():
            self.files += len(batch.paths)
            self._work_on(batch)
        stored = known_logs(self.lake).stored_fingerprints
        new = [log for log in logs if self._stored_fingerprint(log.path) not in stored]
        self.summary.skipped += len(logs) - len(new)
        self.files += len(new)
        for paths in _parcels(new):
            self._work_on(self.batches.write_down(paths, format_name))

    def _work_on(self, batch: Batch) -> None:
        if self.lake.last_batch("sources", batch.writer) < batch.number:
            if not batch.is_staged:
                self._stage(batch)
            if batch.is_staged:
                append_staged(self.lake, batch)
                for reading in staged_counts(batch):
                    self.summary.add(reading)
        self.batches.finish(batch)

    def _stage(self, batch: Batch) -> None:
        """Read a batch's files and write its rows down; nothing is written where nothing is new."""
        claimed = list(self._claimed(batch))
        known = known_logs(self.lake)  # only now: other writers may have read a log before it was claimed
        with tempfile.TemporaryDirectory(prefix="conda-census-") as spill, _connect(spill) as connection:
            connection.execute(CREATE_RAW_REQUESTS)
            read = [source for log in claimed if (source := self._read(connection, batch, log, known))]
            if read:
                decode_requests(connection, self.secrets)
                stage(connection, batch, read)

    def _claimed(self, batch: Batch) -> Iterator[tuple[int, Path, str]]:
        """Number, path and head of each file of the batch that no other writer is at work on."""
        for number, path in enumerate(batch.paths):
            try:
                head = head_of(read_beginning(path).lines, self.secrets.token_key())
            except SourceError as error:
                self.summary.fail(error)
                continue
            if self.batches.claim(head, batch):
                yield number, path, head
            else:
                self.summary.skipped += 1

    def _read(
        self,
        connection: duckdb.DuckDBPyConnection,
        batch: Batch,
        log: tuple[int, Path, str],
        known: KnownLogs,
    ) -> ReadSource | None:
        number, path, head = log
        readings = known.readings.setdefault(head, [])
        self.progress(path=path, files_done=self.files_done, files=self.files, lines=self.summary.lines)
        self.files_done += 1
        try:
            stored_fingerprint = self._stored_fingerprint(path)
            log_format = format_of(path, read_beginning(path), self.known_formats, batch.format_name)
            reading = read_source(
                connection, number, path, log_format, head, readings, self.secrets.token_key()
            )
        except SourceError as error:
            self.summary.fail(error)
            return None
        if not reading.lines:
            self.summary.skipped += 1
            return None
        if self._stored_fingerprint(path) != stored_fingerprint:
            stored_fingerprint = ""  # it grew or was rotated meanwhile: what was read is no stored file
        readings.append(reading.reached())
        # A file's name may be no text, which no table holds.
        name = os.fsencode(path).decode(errors="backslashreplace")
        return ReadSource(number, name, head, stored_fingerprint, log_format.name, reading)

    def _stored_fingerprint(self, path: Path) -> str:
        try:
            return fingerprint_of_file(path, self.secrets.token_key())
        except OSError:
            return ""  # reading the file will say why it cannot be read


def _parcels(logs: list[LogFile]) -> Iterator[list[Path]]:
    """The files in parcels of at most ``_BATCH_BYTES``, a larger file alone."""
    parcel: list[Path] = []
    size = 0
    for log in logs:
        if parcel and size + log.stored_size > _BATCH_BYTES:
            yield parcel
            parcel, size = [], 0
        parcel.append(log.path)
        size += log.stored_size
    if parcel:
        yield parcel


def _connect(spill: str) -> duckdb.DuckDBPyConnection:
    """A database in memory. What does not fit goes to ``spill``, encrypted, for it holds tokens."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"SET memory_limit = '{_MEMORY_LIMIT}'")
    # DuckDB finds its own random numbers too weak for files that last. These go when the key in memory goes.
    connection.execute("SET force_mbedtls_unsafe = 'true'")
    connection.execute("SET temp_file_encryption = true")
    connection.execute("SET temp_directory = ?", [spill])
    return connection


def _first_line(problem: Exception) -> str:
    return str(problem).partition("\n")[0]
