"""Repair of a damaged lake: rows are restored, or their days are marked as lost.

All files are read first, because only the digest shows a flipped bit.

1. A table of another lake is set aside (``table_notes``). The log of a table that Delta cannot read is
   rewritten from its remains (``delta_log_recovery``).
2. Rows whose commit is lost are still in their files: these are added again. Batches that ``sources`` still
   does not know are taken out of all tables, and their logs are read again (``unlisted_batches``).
3. Rows whose file is damaged are read again from the logs of their batches, if all of these logs exist.
4. If they do not, the days of these rows are marked as lost (``lost_days``).
5. A day that an earlier repair marked as lost is known again once all logs that it needs exist.

A killed repair is run again: each step is idempotent and derives its work from the state of the lake.
"""

from __future__ import annotations

import contextlib
import shutil
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from random import Random

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import Transaction
from deltalake.exceptions import DeltaError
from deltalake.transaction import AddAction, RemoveAction
from filelock import FileLock, Timeout

from conda_census.config import Settings
from conda_census.decode.pseudonyms import Secrets
from conda_census.errors import DamagedFileError, LakeError, first_line
from conda_census.ingest.duplicates.seen_files import forget_seen_files
from conda_census.ingest.pipeline import ingest
from conda_census.ingest.verification.log_verification import Recorded, Verified, recorded_readings, verify
from conda_census.ingest.verification.regaining import (
    days_between_requests,
    missing_wanted,
    regain,
    want_no_more,
    wanted_of,
    wanted_of_marks,
)
from conda_census.ingest.verification.unlisted_batches import (
    MarkedLines,
    TableBatches,
    files_to_take_up,
    incomplete_batches,
    logs_with,
    marked_lines,
)
from conda_census.lake.checks.file_reading import FileReading
from conda_census.lake.checks.self_check import DamagedLakeError, Problem, Snapshot, check
from conda_census.lake.delta_log_recovery import is_readable, read_log_remains, rewrite_log
from conda_census.lake.file_names import batch_of, day_in, says_its_digest
from conda_census.lake.joined_files import batches_in
from conda_census.lake.records.doubts import read_doubts
from conda_census.lake.records.ledger import LEDGER_TABLES
from conda_census.lake.records.lost_days import lost_days, mark_lost, note_lost, read_lost
from conda_census.lake.records.reference_notes import forget_note
from conda_census.lake.records.table_notes import forget_versions, note_tables, noted_tables
from conda_census.lake.records.unfinished_repair import (
    ReadAgain,
    note_repair,
    repair_is_done,
    unfinished_repair,
)
from conda_census.lake.records.wanted_lines import Wanted, days_of
from conda_census.lake.references import REFERENCES
from conda_census.lake.schema import TABLES, Reference, ReferenceName, TableName
from conda_census.lake.store import Lake, application, files_of, has_own_columns, in_place, removal
from conda_census.logs.formats import formats
from conda_census.logs.rotation import RotatedLogs
from conda_census.logs.sources.files import name_as_text, path_named
from conda_census.logs.sources.object_addresses import is_object_address
from conda_census.repair.batch_removal import (
    batch_name,
    commit,
    remove_files,
    set_totals,
    take_out,
    take_out_of_table,
)
from conda_census.repair.wrong_entries import (
    adding_up_to,
    entries_alike,
    entries_twice,
    files_with_wrong_entries,
)
from conda_census.repair.wrong_totals import one_total_is_wrong, rows_are_whole, totals_are_wrong
from conda_census.steps import Steps, say_nothing

__all__ = ["Repaired", "damages_of", "nobody_else", "read_again", "repair", "set_references_aside"]


@dataclass
class Repaired:
    """The findings and results of a repair.

    Attributes:
        problems: the problems that were found.
        logs_written: tables whose log was rewritten.
        are_doubts_gone: whether the doubts about logs that were read are lost, or some of them.
        is_note_gone: whether the record of the tables was damaged, so that it is not known if each is of this
            lake.
        rows_found: number of rows that were added again, by table.
        read_again: the logs that were read again.
        import_again: tables without rows of logs, which were damaged and are empty now.
        lost: the days that are newly marked as lost.
        regained: days that were marked as lost, and are known again.
        still_lost: the days that are lost, with the logs that must come back and the problem of each; without
            logs if the day cannot be known again in this lake.
    """

    problems: list[Problem] = field(default_factory=list)
    logs_written: list[TableName] = field(default_factory=list)
    is_note_gone: bool = False
    are_doubts_gone: bool = False
    rows_found: dict[TableName, int] = field(default_factory=dict)
    read_again: list[str] = field(default_factory=list)
    import_again: list[ReferenceName] = field(default_factory=list)
    lost: list[date] = field(default_factory=list)
    regained: list[date] = field(default_factory=list)
    still_lost: dict[date, list[str]] = field(default_factory=dict)


def damages_of(settings: Settings, progress: Steps = say_nothing) -> list[str]:
    """Return the problems of the lake, each as a line, without changing it; all files are read.

    Raises:
        LakeError: there is no lake.
    """
    lake = Lake.open(settings.lake)
    unreadable = [
        table.name
        for table in TABLES
        if not lake.lacks(table.name) and not is_readable(lake.path / table.name)
    ]
    if unreadable:
        return [f"the log of {name} is damaged" for name in unreadable]
    damaged = [f"{reference.name}, which was imported, is damaged" for reference in _damaged_references(lake)]
    return [*(problem.sentence() for problem in check(lake, FileReading(progress))[1]), *damaged]


def repair(settings: Settings, progress: Steps) -> Repaired:
    """Restore the recoverable rows, and mark the days of the rest as lost.

    Raises:
        LakeError: the lake is in use, or cannot be written, or too little is left of it.
    """
    secrets = Secrets(settings.config_folder)
    lake = Lake.open(settings.lake)
    lake.expect_key(secrets.key_id())
    repaired = Repaired()
    lost_before = lost_days(lake.path)
    try:
        with nobody_else(lake), lake.private():
            repaired.is_note_gone = _remove_damaged(noted_tables, lake.path)
            repaired.are_doubts_gone = _remove_damaged(read_doubts, lake.path)
            work = _Repair(lake, settings, secrets, progress, repaired)
            again = unfinished_repair(lake.path)
            again = work.run() if again is None else work.go_on(again)
            repaired.are_doubts_gone |= _give_up_lost_doubts(lake)
            note_tables(Lake.open(settings.lake))
        repaired.import_again = set_references_aside(lake)
        if again:
            read_again(settings, again, repaired, progress)
        _, left = check(Lake.open(settings.lake))
        if not left and read_lost(lake.path).days:
            _regain(settings, secrets, repaired, progress)
            _tell_read_in_vain(settings, secrets, repaired)
            _, left = check(Lake.open(settings.lake))
    except DamagedLakeError as error:  # the logs cannot be read again: repeating the repair is no help
        raise _beyond_repair(settings.lake, error.problems[0].sentence()) from None
    except (OSError, DeltaError, pa.ArrowException, duckdb.Error) as error:
        raise LakeError(
            f"{settings.lake}: cannot be repaired ({first_line(error)}): "
            "put this right and run the same command again"
        ) from None
    if left:
        raise _beyond_repair(settings.lake, left[0].sentence())
    lost = lost_days(lake.path)
    repaired.lost, repaired.regained = sorted(lost - lost_before), sorted(lost_before - lost)
    repaired.still_lost = {day: repaired.still_lost.get(day, []) for day in sorted(lost)}
    return repaired


def _remove_damaged(read: Callable[[Path], object], path: Path) -> bool:
    """Remove a file of the lake in this folder if it is damaged, and return whether it was.

    Nothing of it can be recovered.

    Raises:
        LakeError: the file cannot be read, for another reason.
        OSError: it cannot be removed.
    """
    try:
        read(path)
    except DamagedFileError as damaged:
        damaged.path.unlink()
        return True
    return False


def _give_up_lost_doubts(lake: Lake) -> bool:
    """Remove lost doubts from the totals, and return whether there are any."""
    snapshot = Snapshot(lake)
    lost = snapshot.ledger.doubts(snapshot.writers) - snapshot.doubts
    if lost > 0:
        lake.note("sources", snapshot.ledger.with_change({"doubts": -lost}))
    return lost > 0


def _regain(settings: Settings, secrets: Secrets, repaired: Repaired, progress: Steps) -> None:
    """Read the logs again that lost days need, if they exist by now."""
    lake = Lake.open(settings.lake)
    key = secrets.token_key()
    with nobody_else(lake), lake.private():
        work = _Repair(lake, settings, secrets, progress, repaired)
        if again := work.plan_regaining():
            note_repair(lake.path, again)
            work.take_out(again)
            note_tables(Lake.open(settings.lake))
    if again:
        read_again(settings, again, repaired, progress)
    else:
        regain(lake, key)


def _tell_read_in_vain(settings: Settings, secrets: Secrets, repaired: Repaired) -> None:
    """Report the logs that exist, but without all lines that lost days need."""
    lake = Lake.open(settings.lake)
    lost = read_lost(lake.path)
    missing = list(missing_wanted(lake, lost.wanted, secrets.token_key()))
    for day in lost.days - lost.for_good:
        if not repaired.still_lost.get(day):
            logs = dict.fromkeys(lines.source for lines in missing if day in lines.days)
            repaired.still_lost[day] = [f"{log} (lines that were read of it are not in it)" for log in logs]


def _damaged_references(lake: Lake) -> list[Reference]:
    damaged = []
    for reference in REFERENCES:
        try:
            lake.reference(reference)
        except LakeError:
            damaged.append(reference)
    return damaged


def set_references_aside(lake: Lake) -> list[ReferenceName]:
    """Replace damaged reference tables by empty ones and return their names for a new import.

    Raises:
        LakeError: another import is running.
        OSError: the lake cannot be written.
    """
    with lake.changing_references():
        damaged = _damaged_references(lake)
        for reference in damaged:
            place = lake.path / reference.name
            if place.is_dir():
                aside = place.with_name(f"{reference.name}.damaged")
                shutil.rmtree(aside, ignore_errors=True)
                place.rename(aside)
            forget_note(lake.path, reference.name)
    return [reference.name for reference in damaged]


def read_again(settings: Settings, again: ReadAgain, repaired: Repaired, progress: Steps) -> None:
    """Read the logs of the removed rows; if less comes back than was there, their days are lost.

    Raises:
        CensusError: the lake or the keys cannot be used.
        OSError: the lake cannot be written.
    """
    lake = Lake.open(settings.lake)
    forget_seen_files(lake)
    for log_format, locations in again.logs.items():
        for number, location in enumerate(locations):
            progress(name_as_text(location), done=number, of=len(locations))
        ingest(locations, settings, log_format, lambda **_: None, is_repair=True)
        repaired.read_again += map(name_as_text, locations)
    key = Secrets(settings.config_folder).token_key()
    missing = list(missing_wanted(lake, again.wanted, key))
    has = Snapshot(lake).requests_by_day()
    fewer = {day for day, requests in again.requests.items() if has.get(day, 0) < requests}
    lost = (fewer - days_of(missing)) | set(again.lost)
    mark_lost(lake, lost)
    mark_lost(lake, days_of(missing), missing)
    if again.forgotten:
        want_no_more(lake, again.forgotten)
    regain(lake, key)
    repaired.lost = sorted({*repaired.lost, *lost, *days_of(missing)})
    repair_is_done(lake.path)


def _beyond_repair(path: Path, why: str) -> LakeError:
    return LakeError(f"{path}: cannot be repaired: {why}: restore the lake from your backup")


@contextlib.contextmanager
def nobody_else(lake: Lake) -> Iterator[None]:
    """Ensure that no ingest and no compaction runs meanwhile."""
    with lake.alone("compact.lock", "a compaction is running"), contextlib.ExitStack() as locks:
        for lock in sorted((lake.path / "batches").glob("*/lock")):
            try:
                locks.enter_context(FileLock(lock, timeout=0))
            except Timeout:
                raise LakeError(
                    f"{lake.path}: an ingest is running as writer {lock.parent.name}: "
                    "wait until it is done, and run this one again"
                ) from None
        yield


class _Repair:
    def __init__(
        self, lake: Lake, settings: Settings, secrets: Secrets, progress: Steps, repaired: Repaired
    ) -> None:
        self._lake = lake
        self._settings = settings
        self._secrets = secrets
        self._progress = progress
        self._repaired = repaired
        self._removed: dict[TableName, set[str]] = {}
        self._reading = FileReading(progress)

    def _snapshot(self) -> Snapshot:
        return Snapshot(self._lake, self._reading)

    def run(self) -> ReadAgain:
        """Repair the lake except for the logs that must be read again, and return these."""
        foreign, older = self._not_as_noted()
        self._expect_enough_left(foreign | older)
        self._set_aside(foreign)
        self._write_logs_anew()
        snapshot = self._snapshot()
        self._repaired.problems = [
            *(Problem(name, "foreign") for name in sorted(foreign)),
            *snapshot.problems(),
        ]
        self._mend_entries(snapshot)
        snapshot = self._snapshot()
        if not (foreign or older or self._repaired.logs_written):
            self._remove_entries_twice(snapshot)
            self._mend_totals(self._snapshot())
            snapshot = self._snapshot()
        problems = [*self._repaired.problems[: len(foreign)], *snapshot.problems()]
        problems = [problem for problem in problems if problem.kind != "doubts"]  # no log brings them back
        again = ReadAgain()
        if any(problem.table == "sources" or problem.kind == "batch" for problem in problems) or (
            "sources" in self._repaired.logs_written
        ):
            again = self._mend_sources(snapshot, has_totals="sources" not in foreign | older)
            snapshot = self._snapshot()
        elif problems or self._repaired.logs_written:
            known = TableBatches.of(snapshot, "sources").rows
            for name in LEDGER_TABLES:
                if name in self._repaired.logs_written:
                    held = TableBatches.of(snapshot, name)
                    # A lost commit may have been the one that took these out.
                    take_out_of_table(snapshot, name, held.rows.keys() - known.keys() - {""})
                    self._take_up_batches(name, held, known)
                self._take_up_rows(name)
            self._take_up_request_ids()
            snapshot = self._snapshot()
        damages = _Damages(snapshot)
        if not again and damages:
            again = self._to_read_again(damages)
        if again:
            note_repair(self._lake.path, again)
            self.take_out(again)
            damages = _Damages(self._snapshot())
        if damages:
            self._mark_lost(damages)
        elif snapshot.ledger.lost_days > len(snapshot.lost):
            raise _beyond_repair(self._lake.path, Problem("sources", "lost").sentence())
        return again

    def go_on(self, again: ReadAgain) -> ReadAgain:
        """Finish what an earlier run started, and mark what was damaged since as lost."""
        if damaged := [name for name in (table.name for table in TABLES) if not self._can_be_read(name)]:
            raise _beyond_repair(
                self._lake.path, f"a repair was cut off, and the log of {damaged[0]} is damaged since"
            )
        self._mend_entries(self._snapshot())
        self.take_out(again)
        snapshot = self._snapshot()
        held = {name: TableBatches.of(snapshot, name) for name in snapshot.tables}
        days = {
            day
            for batch in incomplete_batches(held)
            for of_table in held.values()
            for day in of_table.days.get(batch, ())
        }
        if more := days - snapshot.lost - set(again.lost):
            again = replace(again, lost=tuple(sorted({*again.lost, *more})))
            note_repair(self._lake.path, again)
        return again

    def _can_be_read(self, name: TableName) -> bool:
        """Return whether Delta can read the table, and its log names the table's own columns."""
        if self._lake.lacks(name):
            return True
        return is_readable(self._lake.path / name) and has_own_columns(name, self._lake.table(name))

    def _mend_entries(self, snapshot: Snapshot) -> None:
        """Correct the logs' entries of whole files."""
        for name in snapshot.tables:
            wrong = files_with_wrong_entries(snapshot, name)
            alike = entries_alike(snapshot, name, self._unused(name))
            if wrong or alike:
                actions: list[AddAction | RemoveAction] = [
                    removal(file, data_change=True) for file, _ in alike
                ]
                actions += [in_place(path) for path in [*wrong, *(path for _, path in alike)]]
                commit(self._lake, name, actions, [])

    def _remove_entries_twice(self, snapshot: Snapshot) -> None:
        """Remove entries that should have been removed before and are still there."""
        is_known = not (snapshot.damaged_files("sources") or snapshot.missing_rows("sources"))
        known = TableBatches.of(snapshot, "sources").rows if is_known else None
        for name in LEDGER_TABLES:
            too_many = {day: -rows for day, rows in snapshot.missing_by_day(name).items() if rows < 0}
            remove_files(snapshot, name, entries_twice(snapshot, name, known, too_many))

    def _mend_totals(self, snapshot: Snapshot) -> None:
        """Set the totals to those of the rows, if it is known that no row is missing."""
        is_told = all(problem.kind in ("rows", "totals") for problem in snapshot.problems())
        if is_told and totals_are_wrong(snapshot) and rows_are_whole(snapshot):
            set_totals(self._lake)

    def _not_as_noted(self) -> tuple[set[TableName], set[TableName]]:
        """Return the tables that are not those of this lake, and those that are older than they were."""
        foreign, older = set(), set()
        for name, note in noted_tables(self._lake.path).items():
            if is_readable(self._lake.path / name):
                table = self._lake.table(name)
                if not note.is_of(table):
                    foreign.add(name)
                elif note.is_newer_than(table):
                    older.add(name)
        return foreign, older

    def _expect_enough_left(self, not_as_noted: Collection[TableName]) -> None:
        """Check that it can be determined what is lost; nothing was changed so far.

        Without the totals in ``sources``, no table shows what another one lacks, except for downloads.
        """
        damaged = {
            table.name for table in TABLES if table.name in not_as_noted or not self._can_be_read(table.name)
        }
        if "line_marks" in noted_tables(self._lake.path) and self._lake.lacks("line_marks"):
            damaged.add("line_marks")
        others = damaged & {"sessions", "installer_downloads", "line_marks"}
        if "sources" in damaged and others:
            raise _beyond_repair(
                self._lake.path,
                f"sources, which says what the tables must hold, is damaged, and {min(others)} too",
            )

    def _set_aside(self, names: Collection[TableName]) -> None:
        """Move these tables aside, to a folder beside their place."""
        for name in names:
            aside = self._lake.path / f"{name}.damaged"
            shutil.rmtree(aside, ignore_errors=True)
            (self._lake.path / name).rename(aside)

    def _write_logs_anew(self) -> None:
        noted = noted_tables(self._lake.path)
        for table in sorted(TABLES, key=lambda table: self._lake.lacks(table.name)):
            if self._lake.lacks(table.name):
                is_whole = table.name not in noted and not self._must_have_rows(table.name)
            else:
                is_whole = self._can_be_read(table.name)
            if not is_whole:
                self._progress(f"the log of {table.name}", done=0, of=1)
                left = read_log_remains(self._lake.path / table.name)
                self._removed[table.name] = left.removed
                if note := noted.get(table.name):
                    forget_versions(self._lake, [table.name])
                rewrite_log(self._lake.path, table, left, note.id if note else None)
                self._repaired.logs_written.append(table.name)
        self._lake = Lake.open(self._lake.path)

    def _must_have_rows(self, name: TableName) -> bool:
        """Return whether the totals count rows of a missing table; the logs of the others are readable."""
        return name in LEDGER_TABLES and self._snapshot().missing_rows(name) > 0

    def _mend_sources(self, snapshot: Snapshot, *, has_totals: bool) -> ReadAgain:
        """Restore the rest of ``sources``, and return what to do with batches that it still does not know.

        ``has_totals`` is false if the table is not the original one.
        """
        last = self._last_batches(snapshot)
        until = {writer: batch for writer, batch in last.items() if batch > snapshot.done(writer)}
        has_totals &= snapshot.ledger.is_kept and not until
        damaged = {str(file["path"]) for file in snapshot.damaged_files("sources")}
        remove_files(snapshot, "sources", damaged)  # the totals still show that rows are missing
        snapshot = self._snapshot()
        held = {name: TableBatches.of(snapshot, name) for name in snapshot.tables}
        known = {
            batch
            for name, batches_of_table in held.items()
            if name != "sources"
            for batch in batches_of_table.rows
        }
        self._take_up_batches("sources", held["sources"], known)
        for name in LEDGER_TABLES:
            if name != "sources" and name in held:
                self._take_up_batches(name, held[name], held["sources"].rows)
        snapshot = self._snapshot()
        held = {name: TableBatches.of(snapshot, name) for name in snapshot.tables}
        batches = incomplete_batches(held)
        mixed = {name for name, batches_of_table in held.items() if batches_of_table.mixed}
        if mixed and (batches or _requests_in(snapshot, "sources") != _requests_in(snapshot, "sessions")):
            raise _beyond_repair(self._lake.path, "what says which logs were read is damaged")
        if batches:
            return self._plan_without(snapshot, held, batches, until, has_totals=has_totals)
        if until:
            self._lake.note("sources", _batches_noted(until))
        self._take_up_request_ids()
        snapshot = self._snapshot()
        # A lost commit had the totals of its own days; later commits include them only in the overall totals.
        are_totals_enough = not any(snapshot.missing_rows(name) for name in LEDGER_TABLES)
        if not has_totals or are_totals_enough or one_total_is_wrong(snapshot):
            set_totals(self._lake)
            note_lost(self._lake)  # the lost totals had the number of lost days
        return ReadAgain()

    def _last_batches(self, snapshot: Snapshot) -> dict[str, int]:
        """Return the last finished batch of each writer that any table knows."""
        last = {}
        for writer in snapshot.writers:
            folders = (self._lake.path / "batches" / writer).glob("[0-9]*")
            under_way = [int(folder.name) for folder in folders if folder.name.isdecimal()]
            batch = max(snapshot.last_batch(name, writer) for name in snapshot.tables)
            last[writer] = min([batch, *(number - 1 for number in under_way)])
        return last

    def _take_up_batches(self, name: TableName, held: TableBatches, wanted: Collection[str]) -> None:
        """Add files of these batches that the table no longer has, and count their rows as held."""
        used = self._used(name)
        whole = [path for path in self._whole_files(name) if f"{path.parent.name}/{path.name}" not in used]
        files = files_to_take_up(whole, held, wanted)
        if files:
            self._add(name, files, [] if name == "sources" else self._newer(name, files))
        for path in files:
            held.take(path, name)

    def _plan_without(
        self,
        snapshot: Snapshot,
        held: dict[TableName, TableBatches],
        batches: set[str],
        until: Mapping[str, int],
        *,
        has_totals: bool,
    ) -> ReadAgain:
        """Plan to take out these batches and to read their logs again, as far as these are found."""
        key = self._secrets.token_key()
        days: dict[str, set[date]] = defaultdict(set)
        for of_table in held.values():
            for batch in batches & of_table.days.keys():
                days[batch] |= of_table.days[batch]
        damages = _Damages(snapshot)
        lost = {_day_of(path) for _, path in damages.files}
        if has_totals:
            for name, missing in damages.rows.items():
                lost |= set(missing) if name != "sources" else set()
        lines: list[MarkedLines] = []
        if "line_marks" in held and not any(name == "line_marks" for name, _ in damages.files):
            files = [file["path"] for file in snapshot.done_files("line_marks")]
            files += [file["path"] for file in snapshot.unfinished_files("line_marks")]
            paths = [str(self._lake.path / "line_marks" / file) for file in files]
            lines = marked_lines(paths, key, batches)
        for batch in batches - {row.batch for row in lines}:
            lost |= days[batch]
        formats_of: dict[str, str] = {}
        for entry in self._lake.table("sessions").history():
            for location in str(entry.get("logs", "")).split("\n"):
                formats_of.setdefault(location, str(entry.get("log_format", "auto")))
        logs: dict[str, list[str]] = defaultdict(list)
        for source, location in logs_with(lines, key):
            logs[formats_of.get(source, "auto")].append(location)
        wanted = [
            wanted_of_marks(row, formats_of.get(row.source, "auto"), days[row.batch], key) for row in lines
        ]
        return ReadAgain(
            tuple(sorted(batches)),
            logs=logs,
            wanted=tuple(wanted),
            lost=tuple(sorted(lost)),
            sources_until=until,
        )

    def _take_up_rows(self, name: TableName) -> None:
        """Add files that no commit names any more, if they hold exactly the missing rows of a day."""
        snapshot = self._snapshot()
        missing = snapshot.missing_by_day(name)
        files: list[Path] = []
        for day, rows in missing.items():
            found = [path for path in self._unused(name) if path.parent.name == f"day={day}"]
            files += adding_up_to([(path, _rows_of(path) or 0) for path in found], max(rows, 0))
        if files:
            self._add(name, files, self._newer(name, files))

    def _newer(self, name: TableName, files: Sequence[Path]) -> list[Transaction]:
        """Return the last batch of each writer in these files as transactions, if it is newer."""
        table = self._lake.table(name)
        batches: dict[str, int] = {}
        for of in filter(None, (batch_of(path.name) for path in files)):
            batches[of.writer] = max(batches.get(of.writer, 0), of.batch)
        return _batches_noted(
            {
                writer: batch
                for writer, batch in batches.items()
                if batch > (table.transaction_version(application(writer)) or 0)
            }
        )

    def _take_up_request_ids(self) -> None:
        """Add all existing request ids again: duplicates do no harm."""
        name: TableName = "request_ids"
        snapshot = self._snapshot()
        files: list[Path] = []
        last: dict[str, int] = {}
        for path in self._unused(name):
            of = batch_of(path.name)
            if of and snapshot.last_batch(name, of.writer) < of.batch <= snapshot.done(of.writer):
                files.append(path)
                last[of.writer] = max(last.get(of.writer, 0), of.batch)
        if files:
            self._add(
                name, files, [Transaction(application(writer), batch) for writer, batch in last.items()]
            )

    def _unused(self, name: TableName) -> list[Path]:
        """Return the whole files in a table's folder that the table does not have and has not replaced."""
        table = self._lake.table(name)
        used = self._used(name) | self._removed.get(name, set())
        used |= set(table.vacuum(retention_hours=0, dry_run=True, enforce_retention_duration=False))
        return [path for path in self._whole_files(name) if f"{path.parent.name}/{path.name}" not in used]

    def _used(self, name: TableName) -> set[str]:
        """Return the files in the table's log, as ``day=<day>/<file>`` if nothing is wrong."""
        return {str(file["path"]) for file in files_of(self._lake.table(name))}

    def _whole_files(self, name: TableName) -> list[Path]:
        """Return the whole files in a table's folder."""
        return [
            path
            for path in sorted((self._lake.path / name).glob("day=*/*.parquet"))
            if not path.is_symlink() and says_its_digest(path) is not False and _rows_of(path) is not None
        ]

    def _add(self, name: TableName, files: Sequence[Path], transactions: list[Transaction]) -> None:
        added: list[AddAction | RemoveAction] = [in_place(path) for path in files]
        commit(self._lake, name, added, transactions)
        rows = sum(_rows_of(path) or 0 for path in files)
        self._repaired.rows_found[name] = self._repaired.rows_found.get(name, 0) + rows

    def _to_read_again(self, damages: _Damages) -> ReadAgain:
        """Return the damaged batches if all their logs exist, or else the whole lake if all logs exist."""
        requests = damages.snapshot.requests_by_day()
        readings = recorded_readings(self._lake)
        wanted = _with_later_readings(damages.batches(readings), readings)
        own = [reading for reading in readings if reading.batch in wanted]
        if own and not damages.may_be_compacted(own) and (logs := self._logs_of(own)):
            return ReadAgain(
                tuple(sorted(wanted)), logs=logs, requests=requests, wanted=self._wanted_of(own, damages)
            )
        if readings and (logs := self._logs_of(readings)):
            return ReadAgain(
                is_all=True, logs=logs, requests=requests, wanted=self._wanted_of(readings, damages)
            )
        return ReadAgain()

    def plan_regaining(self) -> ReadAgain:
        """Return the batches with lost rows of lost days, if all logs that these days need exist."""
        key = self._secrets.token_key()
        lost, readings = read_lost(self._lake.path), recorded_readings(self._lake)
        missing = list(missing_wanted(self._lake, lost.wanted, key))
        unread = self._where_unread_lie(missing, {reading.batch for reading in readings})
        stale = {lines.batch for lines in missing if lines not in unread}
        closures = {batch: _with_later_readings({batch}, readings) for batch in stale}
        own = [
            reading for reading in readings if any(reading.batch in batches for batches in closures.values())
        ]
        verified = {id(verified_log.recorded): verified_log for verified_log in self._verified(own)}
        gone: dict[str, dict[str, None]] = defaultdict(dict)
        for batch, batches in closures.items():
            for reading in own:
                each = verified[id(reading)]
                if reading.batch in batches and not _can_be_read(each):
                    gone[batch][f"{reading.source} ({each.reason})"] = None
        self._repaired.still_lost = {
            day: list(dict.fromkeys(_reasons(lost.wanted_by(day), missing, unread, gone)))
            for day in lost.days - lost.for_good
        }
        days = {day for day, reasons in self._repaired.still_lost.items() if not reasons}
        needed = [lines for lines in missing if days.intersection(lines.days)]
        batches = {batch for lines in needed for batch in closures.get(lines.batch, ())}
        own = [reading for reading in own if reading.batch in batches]
        snapshot = self._snapshot()
        damages = _Damages(snapshot)
        is_all = bool(own) and damages.may_be_compacted(own)
        if is_all:
            own = readings
            if bad := [
                verified_log for verified_log in self._verified(own) if not _can_be_read(verified_log)
            ]:
                reasons = [f"{verified.recorded.source} ({verified.reason})" for verified in bad]
                self._repaired.still_lost.update(dict.fromkeys(days, reasons))
                return ReadAgain()
        logs = self._logs_of(own) or {}
        for lines in needed:
            if (location := unread.get(lines)) and location not in logs.get(lines.format_name, ()):
                logs.setdefault(lines.format_name, []).append(location)
        return ReadAgain(
            () if is_all else tuple(sorted(batches)),
            is_all,
            logs,
            snapshot.requests_by_day(),
            wanted=self._wanted_of(own, damages),
        )

    def _where_unread_lie(self, missing: list[Wanted], batches: Collection[str]) -> dict[Wanted, str]:
        """Return the locations of the logs with lines that the lake lacks; empty for a missing log."""
        rotated = RotatedLogs(self._secrets.token_key())
        unread = {}
        for lines in missing:
            path = path_named(lines.source)
            if lines.batch in batches:
                continue
            if is_object_address(lines.source):
                unread[lines] = lines.source
            elif path.is_absolute() and lines.head:
                unread[lines] = str(rotated.find(path, lines.head) or "")
            else:
                unread[lines] = str(path) if path.is_absolute() and path.is_file() else ""
        return unread

    def _wanted_of(self, readings: list[Recorded], damages: _Damages) -> tuple[Wanted, ...]:
        pairs = [(reading, days_between_requests(reading)) for reading in readings]
        return tuple(wanted_of(pairs, damages.whole_line_marks(), self._secrets.token_key()))

    def _logs_of(self, readings: list[Recorded]) -> dict[str, list[str]] | None:
        """Return the locations of the logs of these readings, by format; null if one is gone or changed."""
        verified = self._verified(readings)
        if not all(_can_be_read(log) for log in verified):
            return None
        logs: dict[str, dict[str, None]] = defaultdict(dict)
        for log in sorted(verified, key=lambda item: (item.recorded.read_at, str(item.file))):
            logs[log.recorded.format_name][str(log.file)] = None
        return {name: list(locations) for name, locations in logs.items()}

    def _verified(self, readings: list[Recorded]) -> list[Verified]:
        return verify(
            readings,
            len(readings),
            self._secrets.token_key(),
            formats(self._settings),
            Random(0),  # noqa: S311 (an order, no secret)
            self._progress,
        )

    def take_out(self, again: ReadAgain) -> None:
        """Remove all rows of these batches from the lake, so that their logs are new to it."""
        if again.sources_until:  # otherwise the removed rows would look like a current batch
            snapshot = self._snapshot()
            until = {w: batch for w, batch in again.sources_until.items() if batch > snapshot.done(w)}
            self._lake.note("sources", _batches_noted(until))
        take_out(self._snapshot(), again.batches, is_all=again.is_all)
        damages = _Damages(self._snapshot())
        if damages.files:
            self._give_up(damages, {_day_of(path) for _, path in damages.files})
            for name in self._snapshot().tables:
                paths = {path for table, path in damages.files if table == name}
                remove_files(self._snapshot(), name, paths)
        set_totals(self._lake)
        note_lost(self._lake)  # the lost totals had the number of lost days

    def _mark_lost(self, damages: _Damages) -> None:
        """Mark the days of rows that are still damaged as lost, and remove these files from the tables."""
        self._give_up(damages, damages.days)
        snapshot = self._snapshot()
        for name in (*LEDGER_TABLES, "request_ids"):
            files = {path for table, path in damages.files if table == name}
            if name not in ("sources", "line_marks"):  # these record what was read
                # Surplus rows are not the lake's own: no sum may include them.
                too_many = {day for day, rows in damages.rows.get(name, {}).items() if rows < 0}
                paths = [str(file["path"]) for file in snapshot.done_files(name)]
                files |= {path for path in paths if _day_of(path) in too_many}
            remove_files(snapshot, name, files)
        set_totals(self._lake)

    def _give_up(self, damages: _Damages, days: Collection[date]) -> None:
        mark_lost(self._lake, days, damages.wanted(self._secrets.token_key()))
        self._repaired.lost = sorted({*self._repaired.lost, *days})


class _Damages:
    """The damage that is left after all existing files were added again.

    Attributes:
        files: the damaged files, each with its table.
        rows: number of rows that the tables lack, beyond those of these files, by day.
        days: the days of both.
        tables: the tables of both.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.files = [
            (name, str(file["path"])) for name in snapshot.tables for file in snapshot.damaged_files(name)
        ]
        self.rows = {name: missing for name in LEDGER_TABLES if (missing := snapshot.missing_by_day(name))}
        self.days = {_day_of(path) for _, path in self.files}
        self.days |= {day for missing in self.rows.values() for day in missing}
        self.tables = {name for name, _ in self.files} | self.rows.keys()

    def __bool__(self) -> bool:
        return bool(self.days)

    def batches(self, readings: list[Recorded]) -> set[str]:
        """Return the batches that have or may have rows in the damaged parts."""
        names = {batch_name(path) for _, path in self.files}
        days = {_day_of(path) for _, path in self.files if not batch_name(path)}
        days |= {day for missing in self.rows.values() for day in missing}
        some = {reading.batch for reading in readings if any(reading.has_requests_of(day) for day in days)}
        return (names | some) - {""}

    def whole_line_marks(self) -> list[str]:
        """Return the files that have the marks of lines."""
        damaged = {path for name, path in self.files if name == "line_marks"}
        return self.snapshot.files(damaged)["line_marks"]

    def wanted(self, key: bytes) -> list[Wanted]:
        """Return the lines that must be read again to restore the days; none for a day if they are not known.

        If a file of a batch is damaged, the whole batch must be read again.
        """
        if "sources" in self.tables:
            return []
        readings = recorded_readings(self.snapshot.lake)
        recorded = {reading.batch for reading in readings}
        days: dict[str, set[date]] = defaultdict(set)
        for day in self.days:
            batches = {batch_name(path) for _, path in self.files if _day_of(path) == day}
            if "" in batches or any(day in missing for missing in self.rows.values()):
                batches |= {reading.batch for reading in readings if reading.has_requests_of(day)}
            batches -= {""}
            if batches <= recorded:
                for batch in batches:
                    days[batch].add(day)
        pairs = [(reading, days[reading.batch]) for reading in readings if reading.batch in days]
        return wanted_of(pairs, self.whole_line_marks(), key)

    def may_be_compacted(self, readings: list[Recorded]) -> bool:
        """Return whether these readings may share a file with others without being distinguishable."""
        first_read = min(reading.read_at for reading in readings).timestamp() * 1000
        damaged = set(self.files)
        return any(
            file["modification_time"] >= first_read
            and (name, file["path"]) not in damaged
            and batches_in(self.snapshot.lake.path / name / file["path"]) is None
            for name in self.snapshot.tables
            for file in self.snapshot.done_files(name)
            if not batch_name(file["path"])
            and any(reading.has_requests_of(_day_of(file["path"])) for reading in readings)
        )


def _can_be_read(verified: Verified) -> bool:
    """Return whether the log exists as it was read, even if its counts differ now."""
    return verified.state in {"same", "differs"}


def _reasons(
    wanted: list[Wanted],
    missing: list[Wanted],
    unread: Mapping[Wanted, str],
    gone: Mapping[str, Iterable[str]],
) -> Iterator[str]:
    """Yield the logs with lines that a day needs and that cannot be read again, with their problems."""
    for lines in wanted:
        if lines in missing and lines in unread and not unread[lines]:
            yield f"{lines.source} (it is not there)"
        elif lines in missing and lines not in unread:
            yield from gone.get(lines.batch, ())


def _with_later_readings(batches: set[str], readings: list[Recorded]) -> set[str]:
    """Return the batches with all others that read the same logs.

    A log that grew is in several batches, each of which continues where another ended.
    """
    found: set[str] = set()
    while found != batches:
        found = batches
        heads = {reading.head for reading in readings if reading.batch in batches}
        batches = batches | {reading.batch for reading in readings if reading.head in heads}
    return found


def _batches_noted(last: Mapping[str, int]) -> list[Transaction]:
    """Return the transactions that set the last batch of each writer."""
    return [Transaction(application(writer), batch) for writer, batch in last.items()]


def _rows_of(path: Path) -> int | None:
    try:
        return int(pq.read_metadata(path).num_rows)
    except (OSError, pa.ArrowException):
        return None


def _day_of(path: str) -> date:
    return day_in(path) or date.min


def _requests_in(snapshot: Snapshot, name: TableName) -> int:
    files = snapshot.files()[name]
    if not files:
        return 0
    [(requests,)] = duckdb.execute("SELECT sum(requests) FROM read_parquet(?)", [files]).fetchall()
    return int(requests or 0)
