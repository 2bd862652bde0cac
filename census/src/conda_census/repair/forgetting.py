"""Removal of the rows that one log brought to the lake; the log counts as unread from then on.

Rows name their batch, but not their log. So the batches that read the log are taken out, and their other logs
are read again. Nothing is changed if one of these logs no longer exists as it was read. Three more kinds of
readings are handled in the same way: later readings of a log that grew; logs with lines that were left out
because this log had them (``repeated``, and copies that were skipped); and readings of this log under another
name.

``repair.json`` is written first (``unfinished_repair``). An interrupted removal is finished by the next
``sources --forget`` of the same log, or by ``repair``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

import duckdb
import pyarrow as pa
from deltalake.exceptions import DeltaError

from conda_census.config import Settings
from conda_census.decode.pseudonyms import Secrets
from conda_census.errors import LakeError, SourceError, first_line
from conda_census.ingest.duplicates.seen_files import seen_files
from conda_census.ingest.verification.log_verification import Recorded, Verified, recorded_readings, verify
from conda_census.ingest.verification.regaining import days_between_requests, wanted_of
from conda_census.lake.checks.self_check import DamagedLakeError, Snapshot, check
from conda_census.lake.file_names import says_its_digest
from conda_census.lake.records.set_aside import name_as_stored
from conda_census.lake.records.unfinished_repair import ReadAgain, TakenOut, note_repair, unfinished_repair
from conda_census.lake.store import Lake
from conda_census.logs.fingerprints import head_of
from conda_census.logs.format_detection import read_beginning
from conda_census.logs.formats import formats
from conda_census.logs.rotation import RotatedLogs
from conda_census.logs.sources.discovery import source_at
from conda_census.logs.sources.files import name_as_text, one_spelling, path_named
from conda_census.repair.batch_removal import joined_with, set_totals, take_out
from conda_census.repair.lake_repair import Repaired, nobody_else, read_again
from conda_census.steps import Steps

__all__ = ["Forgotten", "forget"]

_NAMED = 3
#: Maximum number of files in the logs' folders that are searched for skipped copies.
_FILES_MAX = 10_000


@dataclass
class Forgotten:
    """The result or the plan of a removal.

    Attributes:
        source: the log, as ``sources`` lists it.
        lines: number of its lines that counted or were dropped, in all its readings.
        requests: number of these lines that were requests.
        days: the UTC days of these requests, from the first to the last of each reading.
        batches: the batches that are taken out; none if all of the lake is read again.
        read_again: the other logs that are read again.
        notes: possible differences from a lake that never read the log, each in a sentence.
        lost: days with lost rows, because a log changed while it was read again.
    """

    source: str
    lines: int = 0
    requests: int = 0
    days: list[date] = field(default_factory=list)
    batches: list[str] = field(default_factory=list)
    read_again: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lost: list[date] = field(default_factory=list)


def forget(
    settings: Settings,
    source: str,
    progress: Steps,
    since: date | None = None,
    until: date | None = None,
    *,
    dry_run: bool = False,
) -> Forgotten:
    """Remove the rows that a log brought to the lake, or describe what this would do.

    Args:
        settings: the lake and its keys.
        source: the log, as ``sources`` lists it, or a path, or a file's name.
        progress: called for each log that is read.
        since: the first day on which the log may begin, if several logs had its name.
        until: the last such day.
        dry_run: whether nothing is changed.

    Raises:
        LakeError: the log is not known or ambiguous, its rows cannot be separated from others whose logs are
            gone, or the lake is damaged, in use, or cannot be written.
    """
    source = name_as_text(source)
    secrets, lake = Secrets(settings.config_folder), Lake.open(settings.lake)
    lake.expect_key(secrets.key_id())
    try:
        with nobody_else(lake), lake.private():
            noted = unfinished_repair(lake.path)
            begun = noted.forgotten if noted else None
            if noted is None or begun is None or not _is_meant(begun.source, source):
                snapshot, problems = check(lake)
                if problems:
                    raise DamagedLakeError(lake.path, problems)
                _expect_no_unfinished_batch(lake)
                work = _Forgetting(settings, lake, secrets, snapshot, progress)
                noted, forgotten = work.plan(source, since, until)
                if dry_run:
                    return forgotten
                note_repair(lake.path, noted)
            else:
                forgotten = Forgotten(begun.source, begun.lines, begun.requests, list(begun.days))
                forgotten.notes = [*begun.notes, "it was cut off before: the rest is done now"]
                forgotten.batches = [] if noted.is_all else list(noted.batches)
                forgotten.read_again = [
                    name_as_text(location) for logs in noted.logs.values() for location in logs
                ]
                if dry_run:
                    return forgotten
            take_out(Snapshot(lake), noted.batches, is_all=noted.is_all)
            set_totals(lake)
        repaired = Repaired()
        read_again(settings, noted, repaired, progress)
        forgotten.lost = repaired.lost
    except (OSError, DeltaError, pa.ArrowException, duckdb.Error) as error:
        raise LakeError(
            f"{settings.lake}: {source} cannot be taken out ({first_line(error)}): "
            "put this right and run the same command again"
        ) from None
    return forgotten


class _Forgetting:
    """The plan of what is taken out and read again."""

    def __init__(
        self, settings: Settings, lake: Lake, secrets: Secrets, snapshot: Snapshot, progress: Steps
    ) -> None:
        self._settings = settings
        self._lake = lake
        self._secrets = secrets
        self._snapshot = snapshot
        self._progress = progress
        self._key = secrets.token_key()
        self._readings = recorded_readings(lake)
        self._verified: dict[int, Verified] = {}

    def plan(self, asked: str, since: date | None, until: date | None) -> tuple[ReadAgain, Forgotten]:
        """Return the plan and its description; nothing is changed yet."""
        readings = self._readings
        chosen = _chosen(readings, asked, since, until)
        source = chosen[0].source
        forgotten = Forgotten(
            source,
            sum(reading.counts.lines for reading in chosen),
            sum(reading.counts.requests for reading in chosen),
            _days(chosen),
        )
        batches, others = self._batches(readings, chosen, forgotten)
        is_all = any(not tells for _, _, tells in self._joined(batches))
        if is_all:
            others = [reading for reading in readings if reading not in chosen]
            batches = {reading.batch for reading in readings}
        missing = self._missing(others, source)
        if missing:
            raise LakeError(_refusal(source, missing, is_all=is_all))
        self._expect_whole_files(batches)
        logs = self._logs(others)
        copies = self._skipped_copies(chosen, others)
        # Rotation gave the log this name, so the file is no copy: it stays out.
        renamed = {file for file in self._where(chosen) if one_spelling(file) != one_spelling(source)}
        for copy in copies:
            if copy not in renamed:
                logs.setdefault(chosen[0].format_name, {})[copy] = None
        found = [location for locations in logs.values() for location in locations]
        forgotten.batches = [] if is_all else sorted(batches)
        forgotten.read_again = [name_as_text(log) for log in found]
        forgotten.notes += self._notes(others)
        forgotten.notes += [
            f"{name_as_text(file)}: the same log under another name: ingest reads it again if it is given it"
            for file in sorted(renamed - set(found))
        ]
        heads = {reading.head for reading in chosen}
        same = {str(self._verified[id(reading)].file) for reading in others if reading.head in heads}
        forgotten.notes += [
            f"{file} begins with the same lines and still counts: nothing to do if it is the original"
            for file in sorted(map(name_as_text, same | (set(copies) - renamed)))
        ]
        again = ReadAgain(
            tuple(sorted(batches)),
            is_all,
            {name: list(locations) for name, locations in logs.items()},
            forgotten=TakenOut(
                source,
                tuple(sorted(heads)),
                forgotten.lines,
                forgotten.requests,
                tuple(forgotten.days),
                tuple(forgotten.notes),
            ),
            wanted=tuple(
                wanted_of(
                    [(reading, days_between_requests(reading)) for reading in others],
                    self._lake.files("line_marks"),
                    self._key,
                )
            ),
        )
        return again, forgotten

    def _batches(
        self, readings: list[Recorded], chosen: list[Recorded], forgotten: Forgotten
    ) -> tuple[set[str], list[Recorded]]:
        """Return the batches that are taken out, and the readings of other logs in them.

        A log with lines that were left out as repeated may share these lines with the removed log. Then they
        count now. If such a log is gone, this is reported.
        """
        batches = _with_later({reading.batch for reading in chosen}, readings)
        others = [reading for reading in readings if reading.batch in batches and reading not in chosen]
        repeated = [
            reading for reading in readings if reading.batch not in batches and _may_repeat(reading, chosen)
        ]
        if not repeated:
            return batches, others
        more = _with_later(batches | {reading.batch for reading in repeated}, readings)
        more_others = [reading for reading in readings if reading.batch in more and reading not in chosen]
        if not self._missing(more_others, chosen[0].source):
            return more, more_others
        lines = sum(reading.counts.dropped["repeated"] for reading in repeated)
        forgotten.notes.append(
            f"{lines:,} lines of {_listed(repeated)} were left out as repeated: those that only this log had "
            "too are not counted now, for a log that would have to be read again is not there"
        )
        return batches, others

    def _joined(self, batches: Collection[str]) -> Iterator[tuple[str, Path, bool]]:
        """Yield the joined files that may have rows of these batches, and whether they name the batches."""
        own = [reading for reading in self._readings if reading.batch in batches]
        days = {day for reading in own for day in _days([reading]) or [_day(reading.read_at)]}
        first_read = min(reading.read_at for reading in own).timestamp() * 1000
        for name, file, tells in joined_with(self._snapshot, batches):
            is_later = file["modification_time"] >= first_read
            if tells or (is_later and date.fromisoformat(str(file["partition.day"])) in days):
                yield name, self._lake.path / name / file["path"], tells

    def _missing(self, readings: Iterable[Recorded], source: str) -> list[Verified]:
        """Return the readings whose logs no longer exist as they were read; skip ``source`` itself."""
        wanted = [reading for reading in readings if id(reading) not in self._verified]
        for log in verify(
            wanted,
            len(wanted),
            self._key,
            formats(self._settings),
            Random(0),  # noqa: S311 (an order, no secret)
            self._progress,
        ):
            self._verified[id(log.recorded)] = log
        found = [self._verified[id(reading)] for reading in readings]
        return [
            log
            for log in found
            if log.state not in {"same", "differs"} or one_spelling(str(log.file)) == one_spelling(source)
        ]

    def _logs(self, others: Iterable[Recorded]) -> dict[str, dict[str, None]]:
        logs: dict[str, dict[str, None]] = defaultdict(dict)
        verified = [self._verified[id(reading)] for reading in others]
        for log in sorted(verified, key=lambda item: (item.recorded.read_at, str(item.file))):
            logs[log.recorded.format_name][str(log.file)] = None
        return logs

    def _expect_whole_files(self, batches: Collection[str]) -> None:
        """Check that joined files are unchanged before rows are copied out of them."""
        for _, path, _ in self._joined(batches):
            if says_its_digest(path) is False:
                raise LakeError(f"{path}: damaged: run conda-census repair")

    def _where(self, chosen: list[Recorded]) -> set[str]:
        """Return the present locations of the log, as far as they are found."""
        path, rotated = path_named(one_spelling(chosen[0].source)), RotatedLogs(self._key)
        found = {rotated.find(path, reading.head) for reading in chosen} if path.is_absolute() else set()
        return {str(file) for file in found if file}

    def _skipped_copies(self, chosen: list[Recorded], others: list[Recorded]) -> list[str]:
        """Return files given to ingest that held only lines of this log, as far as they are found.

        They are searched in the folders of the logs, because only a hash of a skipped file is known.
        """
        seen = seen_files(self._lake)
        heads = {reading.head for reading in chosen}
        known = {chosen[0].source, *(str(self._verified[id(reading)].file) for reading in others)}
        known = {one_spelling(name) for name in known}
        paths = [path_named(one_spelling(reading.source)) for reading in [*chosen, *others]]
        folders = {path.parent for path in paths if path.is_absolute()}
        files = [path for folder in sorted(folders) for path in _files_in(folder)] if seen else []
        found = []
        for path in files[:_FILES_MAX]:
            if name_as_text(path) in known:
                continue
            try:
                source = source_at(str(path), self._settings.config_folder)
                if name_as_stored(source, self._key) in seen and (
                    head_of(read_beginning(source).lines, self._key) in heads
                ):
                    found.append(str(path))
            except SourceError:
                continue
        return found

    def _notes(self, others: Sequence[Recorded]) -> Iterator[str]:
        differs = [reading for reading in others if self._verified[id(reading)].state == "differs"]
        if differs:
            yield (
                f"{_listed(differs)}: counts otherwise when it is read again than it did before, "
                "for its format or the rules have changed since"
            )
        days = [day for day in _days(others) if not self._secrets.has_network_key(day)]
        if days:
            yield (
                f"the keys for the addresses of {_listed_days(days)} are gone: who came without tokens is "
                "not recognised there between what is read again and what stays"
            )


def _chosen(readings: list[Recorded], asked: str, since: date | None, until: date | None) -> list[Recorded]:
    """Return all readings of the one log that is meant.

    Raises:
        LakeError: there is no such log, or there are several.
    """
    names = dict.fromkeys(reading.source for reading in readings)
    meant = _spellings(asked)
    found = [name for name in names if one_spelling(name) in meant]
    found = found or [name for name in names if name.rstrip("/").rpartition("/")[2] == asked]
    if not found:
        near = [name for name in names if asked.rpartition("/")[2] in name] or list(names)
        raise LakeError(
            f"{asked}: no log of this name was read: conda-census sources lists them "
            f"({_some(near) or 'there is none'})"
        )
    logs = {one_spelling(name): name for name in found}
    if len(logs) > 1:
        named = _some(list(logs.values()))
        raise LakeError(f"{asked}: the name of {len(logs):,} logs: name one of them ({named})")
    own = [reading for reading in readings if reading.source in found]
    begins: dict[str, date] = {}
    for reading in sorted(own, key=lambda item: item.first_line):
        first = reading.counts.first_time or reading.read_at
        begins.setdefault(reading.head, _day(first))
    heads = {head for head, day in begins.items() if (since or date.min) <= day <= (until or date.max)}
    if not heads or (len(heads) > 1 and since is None and until is None):
        days = _some([day.isoformat() for day in sorted(set(begins.values()))])
        what = "no log of this name begins on these days" if not heads else "several logs had this name"
        raise LakeError(f"{found[0]}: {what}: they begin on {days}: choose with --since and --until")
    return [reading for reading in own if reading.head in heads]


def _with_later(batches: set[str], readings: list[Recorded]) -> set[str]:
    """Return the batches with all later ones of the same logs.

    A log is read again from its first unknown line. Earlier readings do not depend on these batches, as an
    original does not depend on a copy that begins like it.
    """
    while True:
        first: dict[str, tuple[int, datetime]] = {}
        for reading in readings:
            if reading.batch in batches:
                line, read_at = first.get(reading.head, (reading.first_line, reading.read_at))
                first[reading.head] = min(reading.first_line, line), min(reading.read_at, read_at)
        more = {
            reading.batch
            for reading in readings
            if reading.head in first
            and reading.first_line >= first[reading.head][0]
            and reading.read_at >= first[reading.head][1]
        }
        if more <= batches:
            return batches
        batches = batches | more


def _may_repeat(reading: Recorded, chosen: list[Recorded]) -> bool:
    """Return whether lines of a reading may have been left out because the chosen log had them."""
    if not reading.counts.dropped.get("repeated"):
        return False
    own = _days([reading])
    return any(
        reading.read_at >= other.read_at and (not own or not set(own).isdisjoint(_days([other])))
        for other in chosen
    )


def _days(readings: Iterable[Recorded]) -> list[date]:
    """Return the UTC days from the first to the last request of each reading."""
    days: set[date] = set()
    for reading in readings:
        first, last = reading.counts.first_time, reading.counts.last_time
        if first is not None and last is not None:
            begin, end = _day(first), _day(last)
            days.update(date.fromordinal(day) for day in range(begin.toordinal(), end.toordinal() + 1))
    return sorted(days)


def _day(time: datetime) -> date:
    return time.astimezone(UTC).date()


def _refusal(source: str, missing: list[Verified], *, is_all: bool) -> str:
    lines = sum(log.recorded.counts.lines for log in missing)
    days = _days(log.recorded for log in missing)
    of_days = f" of {_listed_days(days)}" if days else ""
    which = "all logs of the lake, for an earlier version put its files together" if is_all else "other logs"
    why = missing[0].reason or "it is gone"
    return (
        f"{source}: cannot be taken out alone: its rows cannot be told from those of {which}, and "
        f"{_listed([log.recorded for log in missing])} cannot be read again ({why}): "
        f"{lines:,} lines{of_days} would be lost: nothing was changed: put these logs back, "
        "and run the same command again"
    )


def _listed(readings: Sequence[Recorded]) -> str:
    return _some(list(dict.fromkeys(reading.source for reading in readings)))


def _listed_days(days: Sequence[date]) -> str:
    return _some([day.isoformat() for day in days])


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _is_meant(forgotten: str, asked: str) -> bool:
    return one_spelling(forgotten) in _spellings(asked) or forgotten.rpartition("/")[2] == asked


def _spellings(asked: str) -> set[str]:
    """Return the possible names of the log: the text as it is, or as a path from the current folder."""
    return {one_spelling(asked), one_spelling(str(Path(asked).absolute()))}


def _expect_no_unfinished_batch(lake: Lake) -> None:
    for batch in sorted((lake.path / "batches").glob("*/*/sources.json")):
        raise LakeError(
            f"{lake.path}: an ingest of writer {batch.parent.parent.name} was cut off: run it again first, "
            "so that its logs are in the lake"
        )


def _files_in(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_file())
    except OSError:
        return []
