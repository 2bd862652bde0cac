"""How do access logs get into the lake, each line exactly once? The pipeline of ``conda-census ingest``."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import duckdb

from conda_census.config import Settings
from conda_census.decode.pseudonyms import Secrets
from conda_census.errors import LakeError, SourceError, first_line
from conda_census.lake.batch_reading import Claimed, read_batch, stored_fingerprint
from conda_census.lake.batches import Batch, WriterBatches
from conda_census.lake.known import known_logs
from conda_census.lake.moved import moved_shares
from conda_census.lake.staging import append_staged
from conda_census.lake.store import Lake
from conda_census.lake.summary import Summary
from conda_census.logs.fingerprints import head_of
from conda_census.logs.formats import LogFormat, formats
from conda_census.logs.sniff import format_of, read_beginning
from conda_census.logs.sources import LogFile, find

__all__ = ["IngestProgress", "ingest"]

#: A batch holds so many bytes as they are stored: enough to be worth its commits, little enough for memory.
_BATCH_BYTES = 256 << 20
#: What DuckDB makes of Ctrl-C while it works.
_INTERRUPTED = "Query interrupted"


class IngestProgress(Protocol):
    """Told how far the work is."""

    def __call__(self, *, path: Path, files_done: int, files: int, lines: int) -> None:
        """This file is being read; so many are done, of so many known now; so many lines were read."""


def ingest(paths: list[str], settings: Settings, format_name: str, progress: IngestProgress) -> Summary:
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
                key = secrets.token_key()
                work = _Work(lake, batches, secrets, summary, progress, key, known_formats)
                work.run(logs, format_name)
            now = datetime.now(UTC)
            secrets.forget_networks(now)
            lake.forget_request_ids(now)
            summary.moved = moved_shares(lake, summary.batches)
        except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as problem:
            raise LakeError(
                f"{lake.path}: {first_line(problem)}: put this right and run the same command again"
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
    progress: IngestProgress
    key: bytes
    known_formats: Mapping[str, LogFormat]
    path: Path | None = None
    files: int = 0
    files_done: int = 0

    def run(self, logs: list[LogFile], format_name: str) -> None:
        """End the batches that an earlier run left, then read what is new."""
        for batch in self.batches.unfinished():
            self.files += len(batch.paths)
            self._work_on(batch)
        stored = known_logs(self.lake).stored_fingerprints
        new = [log for log in logs if stored_fingerprint(log.path, self.key) not in stored]
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
                self.summary.batches.append(batch.name)
                for counts in batch.staged_counts():
                    self.summary.add(counts)
        self.batches.finish(batch)

    def _stage(self, batch: Batch) -> None:
        """Read a batch's files and write its rows down; nothing is written where nothing is new."""
        claimed = list(self._claimed(batch))
        known = known_logs(self.lake)  # only now: other writers may have read a log before it was claimed
        read_batch(self.lake, batch, claimed, known, self.secrets, self.summary, self._tell)

    def _claimed(self, batch: Batch) -> Iterator[Claimed]:
        """The files of the batch that no other writer is at work on."""
        for number, path in enumerate(batch.paths):
            try:
                beginning = read_beginning(path)
                head = head_of(beginning.lines, self.key)
                if self.batches.claim(head, batch):
                    log_format = format_of(path, beginning, self.known_formats, batch.format_name)
                    yield Claimed(number, path, head, log_format, beginning.lines)
                else:
                    self.summary.skipped += 1
            except SourceError as error:
                self.summary.fail(error)

    def _tell(self, *, path: Path, lines: int) -> None:
        if path != self.path:
            self.path = path
            self.files_done += 1
        self.progress(
            path=path, files_done=self.files_done - 1, files=self.files, lines=self.summary.lines + lines
        )


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
