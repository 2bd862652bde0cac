"""Logs that the lake already holds, and the end of each reading."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np

from conda_census.lake.source_rows import SourceRows
from conda_census.lake.store import Lake
from conda_census.logs.fingerprints import Reading
from conda_census.logs.line_marks import ShortMarks, veiled

__all__ = ["KnownLogs", "KnownReading", "KnownRun", "known_logs", "known_runs", "mark_name", "stored_marks"]

_BASE_BYTES = 8


@dataclass(frozen=True)
class KnownReading:
    """A row of ``sources``: the lines that were read of a log, their origin, and the end of the reading.

    ``times`` are the times of its first and last request in microseconds since 1970; null if there is no
    request.
    """

    source: str
    batch: str
    first_line: int
    day: date
    times: tuple[int, int] | None
    reached: Reading


@dataclass(frozen=True)
class KnownRun:
    """Lines of a log that one reading took, with their marks.

    Attributes:
        source: the name under which they were read.
        first_line: number of the first line, from 1.
        reached: the end of this reading in the log.
        base: the mark at the end of the line before the first.
        marks: the marks of its lines; None if an earlier version of the census read it, fewer than its lines
            if it is very long.
    """

    source: str
    first_line: int
    reached: Reading
    base: int
    marks: ShortMarks | None


@dataclass(frozen=True)
class KnownLogs:
    """The content of the table ``sources``.

    Attributes:
        stored_fingerprints: fingerprints of all files that were read, as stored.
        readings: the readings of each log, by the hash of its first line.
    """

    stored_fingerprints: frozenset[str]
    readings: dict[str, list[KnownReading]]

    def names(self) -> frozenset[str]:
        """Return the names under which logs were read."""
        return frozenset(run.source for runs in self.readings.values() for run in runs)

    def batches_between(self, since_us: int, until_us: int) -> frozenset[str]:
        """Return the batches with a log whose requests overlap this time range."""
        return frozenset(
            run.batch
            for runs in self.readings.values()
            for run in runs
            if run.times and run.times[0] < until_us and run.times[1] >= since_us
        )


def known_logs(rows: SourceRows) -> KnownLogs:
    """Return the logs that were read into the lake so far.

    Raises:
        LakeError: the table cannot be read.
    """
    connection = rows.now()
    if connection is None:
        return KnownLogs(frozenset(), {})
    found = connection.execute(
        "SELECT stored_fingerprint, head, source, batch, first_line, "
        "coalesce(first_time, ingested_at)::DATE, epoch_us(first_time), epoch_us(last_time), "
        "size, first_line + lines - 1, fingerprint FROM readings"
    ).fetchall()
    readings = defaultdict(list)
    for _stored, head, source, batch, first_line, day, first, last, *reached in found:
        times = None if first is None else (first, last)
        readings[head].append(KnownReading(source, batch, first_line, day, times, Reading(*reached)))
    return KnownLogs(frozenset(stored for stored, *_rest in found if stored), dict(readings))


def known_runs(lake: Lake, readings: Iterable[KnownReading], key: bytes) -> list[KnownRun]:
    """Return the readings with the marks of their lines that the lake has.

    Raises:
        LakeError: the table cannot be read.
    """
    by_name = {mark_name(reading.batch, reading.source, reading.first_line): reading for reading in readings}
    days = {f"day={reading.day}" for reading in by_name.values()}
    files = [file for file in lake.files("line_marks") if file.split("/")[-2] in days] if days else []
    plain_marks = {}
    if files:
        rows = duckdb.execute(
            "SELECT batch, source, first_line, marks FROM read_parquet($files) "
            "WHERE list_contains($wanted, batch || chr(10) || source || chr(10) || first_line)",
            {"files": files, "wanted": list(by_name)},
        ).fetchall()
        plain_marks = {(name := mark_name(*row[:3])): veiled(row[3], key, name) for row in rows}
    runs = []
    for name, each in by_name.items():
        base, marks = 0, None
        if name in plain_marks:
            base = int.from_bytes(plain_marks[name][:_BASE_BYTES], "little")
            marks = np.frombuffer(plain_marks[name][_BASE_BYTES:], "<u2").astype(np.uint16)
        runs.append(KnownRun(each.source, each.first_line, each.reached, base, marks))
    return runs


def stored_marks(batch: str, run: KnownRun, key: bytes) -> bytes:
    """Return the marks of a run in the encoding of the table ``line_marks``."""
    marks = np.empty(0, np.uint16) if run.marks is None else run.marks
    content = b"".join([run.base.to_bytes(_BASE_BYTES, "little"), marks.astype("<u2", copy=False).data])
    return veiled(content, key, mark_name(batch, run.source, run.first_line))


def mark_name(batch: str, source: str, first_line: int) -> str:
    """Return the name that is used to veil the marks of lines."""
    return f"{batch}\n{source}\n{first_line}"
