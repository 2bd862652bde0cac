"""The pipeline of ``conda-census ingest``, which counts each line of the logs exactly once."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import duckdb

from conda_census.config import LAKE_MANIFEST, Settings
from conda_census.decode.pseudonyms import Secrets
from conda_census.errors import LakeError, LastingSourceError, SourceError, first_line
from conda_census.ingest.batch_reading import read_batch
from conda_census.ingest.conversion import converted
from conda_census.ingest.duplicates.known_logs import KnownLogs, known_logs
from conda_census.ingest.duplicates.seen_files import READ_IN_PART, SeenFile, remember_files, seen_files
from conda_census.ingest.log_faults.drift import drop_rate_changes
from conda_census.ingest.source_reading import Claimed, stored_fingerprint
from conda_census.ingest.staging import append_staged, damaged_files, is_begun
from conda_census.ingest.summary import Summary, Waiting
from conda_census.ingest.verification.regaining import regain
from conda_census.lake.batches import Batch, WriterBatches
from conda_census.lake.checks.self_check import checked_to_add
from conda_census.lake.records.attempts import INTERRUPTED, can_be_read
from conda_census.lake.records.set_aside import SetAside, SetAsideSources, name_as_stored, tried_formats
from conda_census.lake.records.table_notes import note_tables
from conda_census.lake.source_rows import SourceRows
from conda_census.lake.store import Lake
from conda_census.logs.fingerprints import head_of
from conda_census.logs.format_detection import format_of, own_formats_fit, read_beginning
from conda_census.logs.formats import LogFormat, formats
from conda_census.logs.sources.discovery import find, release, source_at
from conda_census.logs.sources.readable import Source
from conda_census.logs.sources.standard_input import is_spooled
from conda_census.steps import Steps, say_nothing

__all__ = ["IngestProgress", "SoFar", "ingest"]

#: Maximum size of a batch in stored bytes: large enough to be worth its commits, small enough for memory.
_BATCH_BYTES = 512 << 20
#: Maximum number of logs that a message names.
_NAMED = 3


@dataclass(frozen=True)
class SoFar:
    """The progress of the work.

    Attributes:
        files_done: files that were read to their end.
        files: total number of files known so far.
        bytes_done: bytes that were read, as stored.
        bytes_in_all: total number of bytes known so far.
        lines: lines that were read.
    """

    files_done: int
    files: int
    bytes_done: int
    bytes_in_all: int
    lines: int


class IngestProgress(Protocol):
    """A callback that receives the progress of the work."""

    def __call__(self, *, source: Source, so_far: SoFar) -> None:
        """Report that this source is being read."""


def ingest(
    paths: list[str],
    settings: Settings,
    format_name: str,
    progress: IngestProgress,
    stop: Callable[[], bool] = lambda: False,
    converting: Steps = say_nothing,
    *,
    group_readable: bool | None = None,
    is_repair: bool = False,
) -> Summary:
    """Read the logs that ``paths`` name into the lake, leaving out lines that it already holds.

    A source that cannot be read is counted in the summary, and the others are still read. When ``stop``
    returns true, the current batch is the last one. A lake of an earlier version is converted first;
    ``converting`` receives the progress. ``group_readable`` says whether the group may read the lake from now
    on; None leaves this unchanged. ``is_repair`` says that a repair reads logs again.

    Raises:
        CensusError: the lake or the keys cannot be used.
    """
    started = time.monotonic()
    summary = Summary()
    known_formats = formats(settings)
    sources, errors = find(paths, settings.config_folder, settings.exclude)
    for error in errors:
        summary.fail(error)
    needed: set[str] = set()
    try:
        if (settings.lake / LAKE_MANIFEST).exists() or _is_any_log(
            sources, known_formats, format_name, summary
        ):
            secrets = Secrets(settings.config_folder)
            lake = Lake.open_or_create(settings.lake, secrets.key_id(), group_readable=group_readable)
            lake = converted(
                lake,
                secrets,
                keep_machines=settings.machines,
                channels=settings.channels,
                progress=converting,
            )
            with _told_of(lake), lake.private():
                checked_to_add(lake, is_repair=is_repair)  # nothing is added to a damaged lake
                rows = SourceRows(lake)
                with WriterBatches(lake, settings.writer) as batches:
                    key = secrets.token_key()
                    work = _Work(
                        lake,
                        rows,
                        batches,
                        secrets,
                        summary,
                        progress,
                        stop,
                        key,
                        known_formats,
                        needed,
                        settings,
                        tried_formats(settings, format_name),
                    )
                    work.run(sources, format_name)
                    if not is_repair:  # a repair does this itself when all of its logs are read
                        summary.regained = regain(lake, key)
                now = datetime.now(UTC)
                secrets.forget_networks(now)
                lake.forget_request_ids(now)
                note_tables(lake)
                summary.drift = drop_rate_changes(rows, summary.batches, summary.sources_without_requests())
    finally:
        for source in sources:
            if source.location not in needed:
                release(source.location, settings.config_folder)
    summary.seconds = time.monotonic() - started
    return summary


@contextmanager
def _told_of(lake: Lake) -> Iterator[None]:
    """Report problems of the machine as one-line problems of the lake."""
    try:
        yield
    except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as problem:
        raise LakeError(
            f"{lake.path}: {first_line(problem)}: put this right and run the same command again"
        ) from None
    except RuntimeError as problem:
        if str(problem) == INTERRUPTED:
            raise KeyboardInterrupt from None
        raise


def _is_any_log(
    sources: list[Source], known_formats: Mapping[str, LogFormat], format_name: str, summary: Summary
) -> bool:
    """Return whether any source looks like a log; if none does, create nothing and report why."""
    looked = Summary()
    for source in sources:
        try:
            beginning = read_beginning(source)
            if beginning.lines:
                format_of(source, beginning, known_formats, format_name)
                return True
            looked.skipped += 1
        except SourceError as error:
            looked.fail(error)
    summary.skipped += looked.skipped
    for told in looked.errors:
        summary.fail(told)
    return False


@dataclass
class _Work:
    """One run of one writer.

    Attributes:
        needed: locations of the sources of recorded batches that are not finished.
        tried: identifies the formats that are tried.
    """

    lake: Lake
    rows: SourceRows
    batches: WriterBatches
    secrets: Secrets
    summary: Summary
    progress: IngestProgress
    stop: Callable[[], bool]
    key: bytes
    known_formats: Mapping[str, LogFormat]
    needed: set[str]
    settings: Settings
    tried: str
    found: dict[str, Source] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    source: Source | None = None
    files: int = 0
    files_done: int = 0
    bytes_in_all: int = 0
    bytes_done: int = 0

    def run(self, sources: list[Source], format_name: str) -> None:
        """Finish the batches that an earlier run left, then read what is new."""
        for batch in self.batches.unfinished():
            if self.stop():
                return
            self.files += len(batch.locations)
            self._work_on(batch)
        new = list(self._new(sources, known_logs(self.rows), format_name))
        self.files += len(new)
        self.bytes_in_all += sum(source.stored_size for source in new)
        self.found = {source.location: source for source in new}
        suspects = self.batches.suspects.locations()
        for parcel in _in_batches([source for source in new if source.location not in suspects]):
            if self.stop():
                return
            self._work_on(self.batches.write_down(parcel, format_name))
        for source in new:
            if source.location in suspects | self.batches.suspects.locations():
                if self.stop():
                    return
                self._try(source, format_name)

    def _try(self, source: Source, format_name: str) -> None:
        """Read a suspect in another process first, and set the source aside if that process dies silently."""
        suspects = self.batches.suspects
        may_try = suspects.begin_trial(source.location)
        if may_try and can_be_read(self.settings, source.location, format_name):
            suspects.remove(source.location)
            self._work_on(self.batches.write_down([source], format_name))
            return
        self.summary.fail(_unreadable(source), source)
        self._set_aside([source.location])
        suspects.remove(source.location)

    def _warn_of_format(self, source: Source, read_as: str, format_name: str) -> None:
        if format_name not in ("auto", read_as):
            self.summary.warn(
                str(source),
                f"was read as {read_as} before, so that --format {format_name} is not applied: take it out "
                "with conda-census sources --forget SOURCE, and read it again",
            )

    def _new(self, sources: list[Source], known_logs_: KnownLogs, format_name: str) -> Iterator[Source]:
        """Yield the sources that are neither known as stored nor set aside.

        Copies of known ones are remembered by name, because they must be read if the other is taken out.
        """
        stored, names, copies = known_logs_.stored_fingerprints, known_logs_.names(), []
        read: list[str] = []
        read_as = {} if format_name == "auto" else self.rows.formats()
        seen = seen_files(self.lake)
        unread = SetAsideSources(self.lake)
        noted = unread.read()
        set_aside = {each.name: each for each in noted if each.tried == self.tried}
        read_in_part = {each.name: each for each in noted if each.is_read_in_part}
        moved: dict[SetAside, Source] = {}
        for source in sources:
            if (fingerprint := stored_fingerprint(source, self.key)) in stored:
                self.summary.skipped += 1
                read.append(source.location)
                self._warn_of_format(source, read_as.get(fingerprint, format_name), format_name)
                if str(source) not in names and (copy := name_as_stored(source, self.key)) not in seen:
                    copies.append(SeenFile(copy))
                continue
            name = name_as_stored(source, self.key) if set_aside or seen else ""
            waits = seen.get(name)
            if waits == READ_IN_PART:
                if entry := read_in_part.get(name):
                    self.summary.skipped += 1
                    if entry.location != source.location:
                        moved[entry] = source
                else:  # to be tried again
                    yield source
            elif waits:
                self.summary.wait(Waiting(str(source), waits))
            elif name in seen:
                self.summary.skipped += 1
                read.append(source.location)
            elif found := set_aside.get(name):
                self.summary.skip_set_aside(found)
            else:
                yield source
        remember_files(self.lake, self.batches.writer, copies)
        unread.move(moved)
        unread.forget([entry for entry in unread.read() if entry.location in read])

    def _set_aside(self, locations: Collection[str]) -> None:
        """Remember the sources that could not be read, and forget those that can be read now."""
        unreadable, self.summary.unreadable = self.summary.unreadable, []
        set_aside = SetAsideSources(self.lake)
        tried = [entry for entry in set_aside.read() if entry.location in locations]
        set_aside.forget(tried)
        self.summary.add_set_aside(set_aside.add(unreadable, self.key, self.tried))

    def _work_on(self, batch: Batch) -> None:
        self.needed.update(batch.locations)
        seen: list[SeenFile] = []
        if self.lake.last_batch("sources", batch.writer) < batch.number:
            if batch.is_staged:
                self._stage_again_if_damaged(batch)
            if not batch.is_staged:
                seen = self._stage(batch)
            if batch.is_staged:
                if is_begun(self.lake, batch) and not batch.is_staged_as_before():
                    raise _half_lost(batch, batch.folder)
                append_staged(self.lake, batch)
                self.summary.batches.append(batch.name)
                for counts in batch.staged_counts():
                    self.summary.add(counts)
        self._set_aside(batch.locations)
        self.batches.suspects.add(
            location
            for number, location in enumerate(batch.locations)
            if number in batch.attempts.left_out and not is_spooled(location)
        )
        # Only now are the lines in the lake that made these files redundant.
        remember_files(self.lake, batch.writer, seen)
        self.batches.finish(batch)
        for location in batch.locations:
            release(location, self.secrets.folder)
        self.needed.difference_update(batch.locations)

    def _stage_again_if_damaged(self, batch: Batch) -> None:
        """Stage the rows of a batch again from its logs if they were damaged before they got into the lake.

        A log that is gone is reported as lost. It is too late for this if a table already has rows of the
        batch.
        """
        if damaged := damaged_files(self.lake, batch):
            gone = {location for location in batch.locations if not _is_there(location, self.secrets.folder)}
            if gone and is_begun(self.lake, batch):
                raise _half_lost(batch, damaged[0])
            self.lost |= gone
            batch.stage_again()

    def _stage(self, batch: Batch) -> list[SeenFile]:
        """Read a batch's sources and stage its rows; write nothing if nothing is new."""
        with batch.attempts.attempt():
            claimed = list(self._claimed(batch))
            known = known_logs(self.rows)  # only now: other writers may have read a log before it was claimed
            return read_batch(
                self.lake,
                batch,
                claimed,
                known,
                self.secrets,
                self.summary,
                self._tell,
                self.settings.channels,
                keep_machines=self.settings.machines,
            )

    def _claimed(self, batch: Batch) -> Iterator[Claimed]:
        """Yield the logs of the batch that no other writer is working on."""
        for number, location in enumerate(batch.locations):
            if number in batch.attempts.left_out and not is_spooled(location):
                continue
            batch.attempts.note(number)
            source = self.found.get(location)
            try:
                if source is None:  # the batch is one that an earlier run left
                    source = source_at(location, self.secrets.folder)
                    self.bytes_in_all += source.stored_size
                beginning = read_beginning(source)
                head = head_of(beginning.lines, self.key)
                if beginning.lines and self.batches.claim(head, batch):
                    log_format = format_of(source, beginning, self.known_formats, batch.format_name)
                    if not own_formats_fit(log_format, self.settings.formats, batch.format_name):
                        self.summary.warn(
                            str(source),
                            f"fits none of your formats in census.toml, and is read as {log_format.name}: "
                            f"correct the format that it should fit, or name this one with --format "
                            f"{log_format.name}",
                        )
                    yield Claimed(number, source, head, log_format, beginning.lines)
                else:
                    if not beginning.lines and beginning.passed_over:
                        self.summary.warn_of_passed_over(str(source), beginning.passed_over)
                        self.summary.note_read_in_part(source, beginning.passed_over)
                    self.summary.skipped += 1
                    self.bytes_in_all -= source.stored_size
            except SourceError as error:
                self.summary.fail(_lost(location) if location in self.lost else error, source)

    def _tell(self, *, source: Source, stored_read: int, lines: int) -> None:
        if source != self.source:
            self.bytes_done += self.source.stored_size if self.source else 0
            self.source = source
            self.files_done += 1
        so_far = SoFar(
            files_done=self.files_done - 1,
            files=self.files,
            bytes_done=self.bytes_done + min(stored_read, source.stored_size),
            bytes_in_all=self.bytes_in_all,
            lines=self.summary.lines + lines,
        )
        self.progress(source=source, so_far=so_far)


def _unreadable(source: Source) -> LastingSourceError:
    return LastingSourceError(
        f"{source}: reading it ends the census, as if it took all memory: look at what is in it, "
        "and try it again with conda-census sources --retry"
    )


def _is_there(location: str, config_folder: Path) -> bool:
    try:
        source_at(location, config_folder)
    except SourceError:
        return False
    return True


def _lost(location: str) -> SourceError:
    return SourceError(
        f"{location}: lost: what was read of it was damaged before it was in the lake, and it is gone: "
        "restore it from your backup, and read it again"
    )


def _half_lost(batch: Batch, damaged: Path) -> LakeError:
    return LakeError(
        f"{damaged}: damaged, and its logs are not as they were, so the rows cannot be made again "
        f"({', '.join(batch.locations[:_NAMED])}{', …' if len(batch.locations) > _NAMED else ''}): "
        "restore these logs, or the lake from your backup, and run the same command again"
    )


def _in_batches(sources: list[Source]) -> Iterator[list[Source]]:
    """Yield the sources in groups of at most ``_BATCH_BYTES``; a larger source forms its own group."""
    parcel: list[Source] = []
    size = 0
    for source in sources:
        if parcel and size + source.stored_size > _BATCH_BYTES:
            yield parcel
            parcel, size = [], 0
        parcel.append(source)
        size += source.stored_size
    if parcel:
        yield parcel
