"""Self-check of a lake, before a number of it is shown or a batch is added.

Each batch in ``sources`` must be in all tables, with every row that it brought (``ledger``). Each file must
be as it was when it was added. Only Delta's record and the file system's status of the files are checked, so
that a year of hourly batches takes a fraction of a second. A file that was written since it was added is read
and compared with the digest in its name.

With a ``FileReading`` each file is also read to its end: ``sources --verify`` and ``repair`` use it to find
what the file system does not show.

Rows of a batch that is not in ``sources`` yet are left out: it is being added, or its run was killed.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable, Transaction

from conda_census.errors import LakeError
from conda_census.lake.checks.file_reading import FileReading, FileState
from conda_census.lake.delta_log_recovery import read_log_remains
from conda_census.lake.file_names import batch_of, day_in, says_its_digest
from conda_census.lake.records.doubts import DOUBTS, read_doubts
from conda_census.lake.records.ledger import LEDGER_TABLES, Ledger, initial_totals, totals_of_files
from conda_census.lake.records.lost_days import LOST, lost_days
from conda_census.lake.records.table_notes import noted_tables
from conda_census.lake.records.unfinished_repair import unfinished_repair
from conda_census.lake.schema import TABLES, TableName
from conda_census.lake.store import Lake, application, files_of, has_own_columns, reporting_unreadable

__all__ = [
    "DamagedLakeError",
    "Problem",
    "Snapshot",
    "check",
    "checked",
    "checked_to_add",
    "open_checked",
    "problem_lines",
]

#: Number of times the tables are read again because a batch or a compaction came in between.
_TRIES = 20
_DAYS_NAMED = 3


_SENTENCES = {
    "lost": f"{LOST}, which names days of which rows are lost, is missing or not as it was",
    "doubts": f"{DOUBTS}, which says what was in doubt when logs were read, is missing or not as it was",
    "repair": "a repair, or sources --forget, was cut off",
    "foreign": "{table} is not the table of this lake: another one was put in its place, or none is there",
    "older": "{table} is older than it was: its last commits are missing",
    "entry": "the log of {table} says what is not so of {files}",
    "totals": "the totals in sources{of_days} are not those of the rows of {table}",
    "columns": "the log of {table} names other columns than the table has",
}


class DamagedLakeError(LakeError):
    """A lake with missing parts, so that no number of it can be trusted.

    Attributes:
        problems: the missing parts.
    """

    def __init__(self, path: Path, problems: list[Problem]) -> None:
        more = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
        super().__init__(f"{path}: damaged: {problems[0].sentence()}{more}: run conda-census repair")
        self.problems = problems


@dataclass(frozen=True)
class Problem:
    """A problem of a table.

    Attributes:
        table: the table.
        kind: ``rows`` are missing, or are too many; a ``file`` is missing or damaged; an ``entry`` is wrong
            about its file; the ``totals`` are not those of the rows; the log names other ``columns``; a
            ``batch`` is in this table and not in ``sources``; the days that are ``lost`` are not known any
            more, or the ``doubts`` about logs; a ``repair`` was interrupted; the table is ``foreign``, not
            the lake's own, or ``older`` than it was.
        rows: number of missing rows; negative if there are too many.
        days: the days of these rows, as far as they are known.
        files: the files, as ``day=<day>/<file>``.
        batches: the batches, as ``sources`` names them, as far as they are known.
    """

    table: TableName
    kind: Literal[
        "rows", "file", "entry", "totals", "columns", "batch", "lost", "doubts", "repair", "foreign", "older"
    ]
    rows: int = 0
    days: tuple[date, ...] = ()
    files: tuple[str, ...] = ()
    batches: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Return the problem as a part of a line for a person."""
        of_days = f" of {_listed([str(day) for day in self.days])}" if self.days else ""
        of_batches = f" (batch {_listed(list(self.batches))})" if self.batches else ""
        if self.kind in _SENTENCES:
            files = _listed(list(self.files))
            return _SENTENCES[self.kind].format(table=self.table, files=files, of_days=of_days)
        if self.kind == "batch":
            return f"sources lacks {_listed(list(self.batches), 'batch ')}, which {self.table} holds"
        if self.kind == "file":
            what = "a file" if len(self.files) == 1 else f"{len(self.files):,} files"
            return f"{self.table} has {what}{of_days} missing or damaged ({self.files[0]}){of_batches}"
        what = "a row" if abs(self.rows) == 1 else f"{abs(self.rows):,} rows"
        if self.rows < 0:
            return f"{self.table} has {what}{of_days} too many"
        return f"{self.table} lacks {what}{of_days}{of_batches}"


def problem_lines(problems: list[Problem]) -> list[str]:
    """Return each problem as one line."""
    return [problem.sentence() for problem in problems]


def open_checked(path: Path) -> Lake:
    """Return the lake in this folder, checked, in its present state.

    Raises:
        LakeError: there is none, or it is damaged.
    """
    return checked(Lake.open(path))


def checked(lake: Lake) -> Lake:
    """Return the lake restricted to its present files: later ones are not seen.

    Raises:
        DamagedLakeError: it lacks something.
        LakeError: a table cannot be read.
    """
    snapshot, problems = check(lake)
    if problems:
        raise DamagedLakeError(lake.path, problems)
    return replace(lake, snapshot=snapshot.files(), lost=snapshot.lost)


def checked_to_add(lake: Lake, *, is_repair: bool = False) -> Lake:
    """Return the lake, checked before something is added to it; start its totals if it has none.

    A repair may add to a lake that it has not finished repairing.

    Raises:
        DamagedLakeError: it lacks something.
        LakeError: a table cannot be read or written.
    """
    snapshot, problems = check(lake)
    if problems := [problem for problem in problems if not (is_repair and problem.kind == "repair")]:
        raise DamagedLakeError(lake.path, problems)
    if not snapshot.ledger.is_kept:
        lake.note("sources", snapshot.first_totals())
    return lake


def check(lake: Lake, reading: FileReading | None = None) -> tuple[Snapshot, list[Problem]]:
    """Return the present tables and their problems; with ``reading`` the files are read too.

    Raises:
        LakeError: a table cannot be read.
    """
    for left in reversed(range(_TRIES)):
        snapshot = Snapshot(lake, reading)
        problems = list(snapshot.problems())
        # A batch or a compaction may have come during the check.
        if not problems or not left or not snapshot.has_changed():
            break
    return snapshot, problems


class Snapshot:
    """All tables of a lake at one moment, without the batches that are not in ``sources``."""

    def __init__(self, lake: Lake, reading: FileReading | None = None) -> None:
        self.lake = lake
        self._reading = reading
        self._states: dict[TableName, list[FileState]] = {}
        # sources comes first: anything that was added to the others since is left out.
        names: list[TableName] = [table.name for table in reversed(TABLES)]
        names.sort(key=lambda name: name != "sources")
        self.tables: dict[TableName, DeltaTable] = {
            name: lake.table(name) for name in names if not lake.lacks(name)
        }
        self.ledger = Ledger(self.tables["sources"])
        self.lost = lost_days(lake.path)
        self.doubts = len(read_doubts(lake.path))
        found: dict[TableName, list[dict[str, Any]]] = {}
        for name, table in self.tables.items():
            with reporting_unreadable(lake.path / name, "run conda-census repair"):
                found[name] = files_of(table)
                table.transaction_version("")
        of = {name: [batch_of(_name(file)) for file in files] for name, files in found.items()}
        self.writers = self._folders() | {
            batch.writer for batches in of.values() for batch in batches if batch
        }
        self._done = {
            writer: self.tables["sources"].transaction_version(application(writer)) or 0
            for writer in self.writers
        }
        self._done_files = {
            name: [
                file
                for file, batch in zip(files, of[name], strict=True)
                if batch is None or batch.batch <= self._done[batch.writer]
            ]
            for name, files in found.items()
        }
        self._all_files = found

    def files(self, but: Collection[str] = ()) -> dict[TableName, list[str]]:
        """Return the paths of each table's files, except those in ``but``, given as ``day=<day>/<file>``."""
        folder = self.lake.path.absolute()  # the user of the paths may have another working directory
        return {
            name: [
                f"{folder}/{name}/{file['path']}" for file in self.done_files(name) if file["path"] not in but
            ]
            for name in (table.name for table in TABLES)
        }

    def done(self, writer: str) -> int:
        """Return the number of the last batch of a writer that ``sources`` has."""
        return self._done.get(writer, 0)

    def last_batch(self, name: TableName, writer: str) -> int:
        """Return the number of the last batch of a writer that a table has."""
        table = self.tables.get(name)
        return (table.transaction_version(application(writer)) or 0) if table else 0

    def damaged_files(self, name: TableName) -> list[dict[str, Any]]:
        """Return Delta's record of the files that are missing or changed."""
        states = zip(self.done_files(name), self.file_states(name), strict=True)
        return [file for file, state in states if state == "damaged"]

    def file_states(self, name: TableName) -> list[FileState]:
        """Return the state of each of the done files, as far as it is checked.

        A file that is not read to its end is ``whole`` unless the file system shows otherwise.
        """
        if name not in self._states:
            files = self.done_files(name)
            if self._reading is None:
                states: list[FileState] = [
                    "whole" if self._is_intact(name, file) else "damaged" for file in files
                ]
            else:
                states = self._reading.states(self.lake.path / name, files)
                if name == "sessions":
                    states = self._with_requests_compared(files, states)
            self._states[name] = states
        return self._states[name]

    def _with_requests_compared(
        self, files: list[dict[str, Any]], states: list[FileState]
    ) -> list[FileState]:
        """Mark sessions without a digest as damaged if the requests of their day have changed."""
        days = {_day_of(file) for file, state in zip(files, states, strict=True) if state == "not_checked"}
        must = self.requests_by_day()
        for day in sorted(days) if self.ledger.is_kept else []:
            of_day = [place for place, file in enumerate(files) if _day_of(file) == day]
            if any(states[place] == "damaged" for place in of_day):
                continue
            paths = [f"{self.lake.path}/sessions/{files[place]['path']}" for place in of_day]
            if _sum_of_requests(paths) != must.get(day, 0):
                states = [
                    "damaged" if place in of_day and state == "not_checked" else state
                    for place, state in enumerate(states)
                ]
        return states

    def done_files(self, name: TableName) -> list[dict[str, Any]]:
        """Return Delta's record of each file of a table, except those of unfinished batches."""
        return self._done_files.get(name, [])

    def unfinished_files(self, name: TableName) -> list[dict[str, Any]]:
        """Return Delta's record of the files of unfinished batches."""
        done = {file["path"] for file in self.done_files(name)}
        return [file for file in self._all_files.get(name, []) if file["path"] not in done]

    def has_changed(self) -> bool:
        """Return whether a table has a newer version by now."""
        return any(self.lake.table(name).version() != table.version() for name, table in self.tables.items())

    def problems(self) -> Iterator[Problem]:
        """Yield the problems, table by table."""
        if unfinished_repair(self.lake.path) is not None:
            yield Problem("sources", "repair")
        yield from (damaged := list(self._damaged_tables()))
        any_damaged = bool(damaged)
        if self.ledger.is_kept:
            for name in LEDGER_TABLES:
                yield from self._missing_rows(name)
        elif not any_damaged:
            yield from self._missing_requests()
        yield from self._batches_without_sources()
        yield from self._not_as_noted()
        if self.ledger.lost_days > len(self.lost):
            yield Problem("sources", "lost")
        if self.ledger.doubts(self.writers) > self.doubts:
            yield Problem("sources", "doubts")
        yield from self._wrong_logs()
        if self._reading is not None and not any_damaged:
            yield from self._wrong_totals()

    def rows_by_day(self, name: TableName) -> dict[date, int]:
        """Return how many rows the table has of each day, according to its commits."""
        rows: dict[date, int] = defaultdict(int)
        for file in self.done_files(name):
            rows[_day_of(file)] += self._rows(name, file)
        return dict(rows)

    def missing_rows(self, name: TableName) -> int:
        """Return how many rows of the table are missing; negative for too many."""
        has = sum(self._rows(name, file) for file in self.done_files(name))
        return self.ledger.rows(name, self.writers) - has

    def missing_by_day(self, name: TableName) -> dict[date, int]:
        """Return how many rows of each day are missing; negative for too many."""
        if not self.ledger.is_kept:
            return {}
        has, must = self.rows_by_day(name), self._by_day(f"rows/{name}")
        missing = {day: must.get(day, 0) - has.get(day, 0) for day in sorted(has.keys() | must.keys())}
        return {day: rows for day, rows in missing.items() if rows}

    def requests_by_day(self) -> dict[date, int]:
        """Return how many requests the sessions must have on each day."""
        return self._by_day("requests")

    def wrong_totals(self) -> dict[TableName, list[date]]:
        """Return the days whose totals are not those of the rows, by table; this reads the files."""
        if not self.ledger.is_kept:
            return {}
        wrong = {name: set(self.missing_by_day(name)) for name in LEDGER_TABLES}
        files = self.files()["sessions"]
        has = totals_of_files(("sessions", Path(file)) for file in files).requests
        must = self.requests_by_day()
        days = must.keys() | set(map(date.fromisoformat, has))
        wrong["sessions"] |= {day for day in days if must.get(day, 0) != has.get(str(day), 0)}
        return {name: sorted(days) for name, days in wrong.items() if days}

    @cached_property
    def totals(self) -> Counter[str]:
        """Return all numbers of the ledger by their names, as in ``Totals.by_name``.

        They are read from the table's log: asking Delta for each number of a year would take seconds.
        """
        totals: Counter[str] = Counter()
        for app, total in read_log_remains(self.lake.path / "sources").transactions.items():
            if Ledger.is_of(app, self.writers):
                totals[app.partition("/")[2]] += total
        return totals

    def _by_day(self, prefix: str) -> dict[date, int]:
        return {
            day: total
            for name, total in self.totals.items()
            if name.rpartition("/")[0] == prefix and total and (day := day_in(name.rpartition("/")[2]))
        }

    def first_totals(self) -> list[Transaction]:
        """Return the first totals: the present rows without those that writers have already recorded.

        So all processes that start the totals at the same time get the same number, whatever is added
        meanwhile.
        """
        files = self.files()
        held = totals_of_files((name, Path(file)) for name in LEDGER_TABLES for file in files[name])
        return initial_totals(held.by_name(), self.ledger.brought(held.by_name(), self.writers))

    def _damaged_tables(self) -> Iterator[Problem]:
        for name in self.tables:
            if damaged := self.damaged_files(name):
                yield Problem(
                    name,
                    "file",
                    rows=sum(file["num_records"] or 0 for file in damaged),
                    days=tuple(sorted({_day_of(file) for file in damaged})),
                    files=tuple(sorted(file["path"] for file in damaged)),
                    batches=tuple(sorted({_batch_name(file["path"]) for file in damaged} - {""})),
                )

    def _wrong_logs(self) -> Iterator[Problem]:
        for name, table in self.tables.items():
            if not has_own_columns(name, table):
                yield Problem(name, "columns")
            wrong = [file["path"] for file in self.done_files(name) if not is_of_its_day(file)]
            if wrong:
                yield Problem(name, "entry", files=tuple(sorted(wrong)))

    def _wrong_totals(self) -> Iterator[Problem]:
        for name, days in self.wrong_totals().items():
            if not self.missing_rows(name):
                yield Problem(name, "totals", days=tuple(days))

    def _not_as_noted(self) -> Iterator[Problem]:
        for name, note in noted_tables(self.lake.path).items():
            table = self.tables.get(name)
            if table is None or not note.is_of(table):
                yield Problem(name, "foreign")
            elif note.is_newer_than(table):
                yield Problem(name, "older")

    def _missing_rows(self, name: TableName) -> Iterator[Problem]:
        if missing := self.missing_rows(name):
            yield Problem(name, "rows", missing, tuple(self.missing_by_day(name)))

    def _missing_requests(self) -> Iterator[Problem]:
        """Yield missing requests of an older lake, in which every request of ``sources`` is in a session."""
        files = self.files()
        requests = {name: _sum_of_requests(files[name]) for name in ("sources", "sessions")}
        if missing := requests["sources"] - requests["sessions"]:
            yield Problem("sessions" if missing > 0 else "sources", "rows", abs(missing))

    def _batches_without_sources(self) -> Iterator[Problem]:
        for name in self.tables:
            if name == "sources":
                continue
            for writer, done in self._done.items():
                batch = self.last_batch(name, writer)
                folder = self.lake.path / "batches" / writer / f"{batch:08}"
                if batch > done and not folder.exists():
                    yield Problem(name, "batch", batches=(f"{writer}/{batch}",))

    def _folders(self) -> set[str]:
        """Return the writers that have a folder."""
        folder = self.lake.path / "batches"
        return {entry.name for entry in os.scandir(folder) if entry.is_dir()} if folder.is_dir() else set()

    def _is_intact(self, name: TableName, file: dict[str, Any]) -> bool:
        """Return whether the file is as it was when it was added."""
        path = f"{self.lake.path}/{name}/{file['path']}"
        try:
            status = os.stat(path)  # noqa: PTH116 (a Path for each of thousands of files takes longer)
            if status.st_size != file["size_bytes"]:
                return False
            if int(status.st_mtime * 1000) == file["modification_time"]:
                return True
            return says_its_digest(Path(path)) is not False
        except FileNotFoundError:
            return False
        except OSError as error:
            raise LakeError(f"{path}: cannot be read ({error.strerror}): give access to it") from None

    def _rows(self, name: TableName, file: dict[str, Any]) -> int:
        if (rows := file["num_records"]) is not None:
            return int(rows)
        try:
            return int(pq.read_metadata(self.lake.path / name / file["path"]).num_rows)
        except (OSError, pa.ArrowException):
            return 0  # it is reported as damaged


def _name(file: dict[str, Any]) -> str:
    name: str = file["path"]
    return name.rpartition("/")[2]


def _day_of(file: dict[str, Any]) -> date:
    """Return the day of the folder that a file is in, which readers take for the day of its rows."""
    if day := day_in(file["path"]):
        return day
    of_log = day_in(str(file.get("partition.day")))
    return of_log or date.min


def is_of_its_day(file: dict[str, Any]) -> bool:
    """Return whether a file of a table is in the folder of the day in the log."""
    return str(file.get("partition.day")) == str(day_in(file["path"]))


def _batch_name(path: str) -> str:
    of = batch_of(path.rpartition("/")[2])
    return f"{of.writer}/{of.batch}" if of else ""


def _sum_of_requests(files: list[str]) -> int:
    if not files:
        return 0
    [(requests,)] = duckdb.execute("SELECT sum(requests) FROM read_parquet(?)", [files]).fetchall()
    return int(requests or 0)


def _listed(names: list[str], prefix: str = "") -> str:
    """Return the first few names."""
    shown = ", ".join(names[:_DAYS_NAMED])
    return prefix + (f"{shown} and {len(names) - _DAYS_NAMED} more" if len(names) > _DAYS_NAMED else shown)
