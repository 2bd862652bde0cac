"""Batches with missing rows in the table ``sources``, found by the content of the other tables.

Rows that ``sources`` does not know must not count: their log would be read a second time. Such a batch is
taken out of all tables. Its logs are found by the marks of their lines, under their old names or the names
that rotation gave them, and are read again. The batch's days are known as before only if all lines of the
batch come back by their marks.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from conda_census.errors import SourceError
from conda_census.ingest.duplicates.known_logs import mark_name
from conda_census.lake.checks.self_check import Snapshot
from conda_census.lake.file_names import batch_of, part_of
from conda_census.lake.joined_files import batches_in, runs_in
from conda_census.lake.schema import TableName
from conda_census.logs.line_marks import MarkedFingerprint, ShortMarks, short, veiled
from conda_census.logs.rotation import files_like
from conda_census.logs.sources.discovery import decompressed
from conda_census.logs.sources.files import path_named
from conda_census.logs.sources.object_addresses import is_object_address
from conda_census.logs.sources.objects import object_at
from conda_census.logs.sources.readable import Readable

__all__ = [
    "MarkedLines",
    "TableBatches",
    "files_to_take_up",
    "incomplete_batches",
    "keyed_hash",
    "logs_with",
    "marked_lines",
]

_BASE_BYTES = 8
_COUNTED: dict[TableName, tuple[str, ...]] = {"sessions": ("requests", "downloads"), "sources": ("requests",)}


@dataclass
class TableBatches:
    """The content of a table's files for each batch.

    Attributes:
        rows: number of rows of each batch.
        sums: sums over its rows, by batch and column.
        days: the days of each batch.
        mixed: files whose batches are not known, as ``day=<day>/<file>``.
    """

    rows: Counter[str] = field(default_factory=Counter)
    sums: Counter[tuple[str, str]] = field(default_factory=Counter)
    days: dict[str, set[date]] = field(default_factory=lambda: defaultdict(set))
    mixed: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, snapshot: Snapshot, name: TableName) -> TableBatches:
        """Return the content of the whole files of a table, without unfinished batches."""
        held = cls()
        damaged = {file["path"] for file in snapshot.damaged_files(name)}
        unfinished = {
            file["path"] for file in snapshot.unfinished_files(name) if _is_under_way(snapshot, file["path"])
        }
        for file in [*snapshot.done_files(name), *snapshot.unfinished_files(name)]:
            path = str(file["path"])
            if path not in damaged and path not in unfinished:
                try:
                    held.take(snapshot.lake.path / name / path, name)
                except (OSError, pa.ArrowException):
                    continue  # reported as damaged, or to be found missing
        return held

    def take(self, path: Path, name: TableName) -> None:
        """Count one more file."""
        runs, day = runs_in(path), date.fromisoformat(path.parent.name.removeprefix("day="))
        if any(not batch for batch, _ in runs):
            self.mixed.add(f"{path.parent.name}/{path.name}")
            if name not in ("sources", "line_marks"):
                return
            with pq.ParquetFile(path) as file:  # these two tables name the batch in their rows
                runs = [(batch, 1) for batch in file.read(["batch"], use_threads=False)["batch"].to_pylist()]
        with pq.ParquetFile(path) as file:
            columns = file.read([*_COUNTED.get(name, ())], use_threads=False)
        at = 0
        for batch, rows in runs:
            self.rows[batch] += rows
            self.days[batch].add(day)
            for column in columns.column_names:
                of_batch = columns[column].slice(at, rows)
                self.sums[batch, column] += sum(value or 0 for value in of_batch.to_pylist())
            at += rows


def _is_under_way(snapshot: Snapshot, path: str) -> bool:
    """Return whether a file belongs to a batch that the next ingest finishes."""
    of = batch_of(path.rpartition("/")[2])
    return of is not None and (snapshot.lake.path / "batches" / of.writer / f"{of.batch:08}").exists()


@dataclass(frozen=True)
class MarkedLines:
    """A row of ``line_marks``: the marks of the lines that a batch took from a log.

    ``base`` is the mark of the line before the first of them.
    """

    batch: str
    source: str
    first_line: int
    marks: ShortMarks
    base: int = 0

    @property
    def end(self) -> int:
        """Return the number of the line after the last one with a mark."""
        return self.first_line + len(self.marks)

    def mark_before(self, line: int) -> int:
        """Return the mark of the line before one of these."""
        return self.base if line == self.first_line else int(self.marks[line - self.first_line - 1])

    def digest(self, key: bytes, first_line: int = 0, lines: int = 0) -> str:
        """Return the keyed digest of the marks, or of the marks of the given lines only."""
        begin = max(first_line - self.first_line, 0)
        marks = self.marks[begin : begin + lines] if lines else self.marks
        return _digest(marks, key)


def marked_lines(
    files: Iterable[str], key: bytes, batches: Collection[str] | None = None
) -> list[MarkedLines]:
    """Return the rows of these files of ``line_marks``, or only those of the given batches.

    Files that no longer exist are skipped.

    Raises:
        duckdb.Error: a file cannot be read.
    """
    if not (paths := [path for path in files if Path(path).is_file()]):
        return []
    of_rows = []
    rows = duckdb.execute(
        "SELECT batch, source, first_line, marks FROM read_parquet(?) "
        "WHERE ? IS NULL OR list_contains(?, batch)",
        [paths, None if batches is None else 1, list(batches or ())],
    ).fetchall()
    for batch, source, first_line, marks in rows:
        plain = veiled(marks, key, mark_name(batch, source, first_line))
        marks_of_lines = np.frombuffer(plain[_BASE_BYTES:], "<u2").astype(np.uint16)
        [base] = short(np.frombuffer(plain[:_BASE_BYTES], "<u8").astype(np.uint64)).tolist()
        of_rows.append(MarkedLines(batch, source, first_line, marks_of_lines, base))
    return of_rows


def incomplete_batches(held: dict[TableName, TableBatches]) -> set[str]:
    """Return the batches with missing rows in ``sources``, or with rows that do not fit together.

    ``held`` has the content of each table. A batch of an earlier version has no rows in ``line_marks``.
    """
    sources, marks, sessions = held["sources"], held.get("line_marks", TableBatches()), held["sessions"]
    batches = {batch for of_table in held.values() for batch in of_table.rows} - {""}
    has_all = {
        name for name, batches_of_table in held.items() if not batches_of_table.mixed or name == "sources"
    }

    def is_complete(batch: str) -> bool:
        requests, downloads = (sessions.sums[batch, column] for column in ("requests", "downloads"))
        return (
            bool(sources.rows[batch])
            and marks.rows[batch] in {0, sources.rows[batch]}
            and ("sessions" not in has_all or requests == sources.sums[batch, "requests"])
            and (not has_all >= {"sessions", "downloads"} or downloads == held["downloads"].rows[batch])
        )

    return {batch for batch in batches if not is_complete(batch)}


def files_to_take_up(candidates: Iterable[Path], held: TableBatches, wanted: Collection[str]) -> list[Path]:
    """Return the files that give a table these batches, on each day on which it has no row of them.

    A compacted file is as good as the files that it replaced; if it is taken, none of those is.
    """
    has = {(day, batch) for batch, days in held.days.items() for day in days}
    groups: dict[tuple[date, frozenset[str]], list[Path]] = defaultdict(list)
    for path in candidates:
        batches = batches_in(path)
        if batches and set(batches) <= set(wanted):
            day = date.fromisoformat(path.parent.name.removeprefix("day="))
            groups[day, frozenset(batches)].append(path)
    files: list[Path] = []
    for (day, names), paths in sorted(groups.items(), key=lambda group: -len(group[0][1])):
        if has.isdisjoint((day, batch) for batch in names) and _are_apart(paths):
            files += paths
            has.update((day, batch) for batch in names)
    return files


def _are_apart(paths: list[Path]) -> bool:
    """Return whether each of these files is another part of its batch, or there is only one file."""
    parts = [part_of(path.name) for path in paths]
    return len(paths) == 1 or (None not in parts and len(set(parts)) == len(parts))


def logs_with(lines: Iterable[MarkedLines], key: bytes) -> list[tuple[str, str]]:
    """Return name and present location of the logs that have these lines, as far as they are found."""
    marks_of: dict[str, ShortMarks] = {}
    logs: dict[tuple[str, str], None] = {}
    for row in sorted(lines, key=lambda item: (item.source, item.first_line)):
        wanted = row.digest(key)
        for location in _candidates(row.source):
            if location not in marks_of:
                marks_of[location] = _marks_of_log(location, key)
            begin = row.first_line - 1
            if _digest(marks_of[location][begin : begin + len(row.marks)], key) == wanted:
                logs[row.source, location] = None
                break
    return list(logs)


def _candidates(source: str) -> list[str]:
    path = path_named(source)
    if is_object_address(source):
        return [source]
    if not path.is_absolute():
        return []
    others = files_like(path.parent, path.name.partition(".")[0])
    return [str(path), *(str(other) for other in others if other != path)]


def _marks_of_log(location: str, key: bytes) -> ShortMarks:
    fingerprint = MarkedFingerprint(key, 0)
    try:
        log: Readable = object_at(location) if is_object_address(location) else Path(location)
        for data in decompressed(log):
            fingerprint.feed(data)
    except SourceError:
        pass  # it has the lines that could be read
    return fingerprint.line_marks()[1]


def keyed_hash(key: bytes) -> hashlib.blake2b:
    """Return the hash object for the keyed digest of marks, which takes little-endian two-byte numbers."""
    return hashlib.blake2b(digest_size=16, key=hashlib.sha256(b"marked\n" + key).digest())


def _digest(marks: ShortMarks, key: bytes) -> str:
    made = keyed_hash(key)
    made.update(marks.astype("<u2").tobytes())
    return made.hexdigest()
