"""Which logs does the lake hold already, and how far was each read?"""

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
    """A row of ``sources``: which lines of a log were read, from where, and how far the log is read by it.

    ``times`` are those of its first and its last request in microseconds since 1970, null without any.
    """

    source: str
    batch: str
    first_line: int
    day: date
    times: tuple[int, int] | None
    reached: Reading


@dataclass(frozen=True)
class KnownRun:
    """Lines of a log that one reading took, by their marks.

    Attributes:
        source: the name under which they were read.
        first_line: number of the first of them, from 1.
        reached: how far the log is read by it.
        base: the mark at the end of the line before the first.
        marks: of its lines; None if an earlier version of the census read it, fewer if it is very long.
    """

    source: str
    first_line: int
    reached: Reading
    base: int
    marks: ShortMarks | None


@dataclass(frozen=True)
class KnownLogs:
    """What the table ``sources`` says.

    Attributes:
        stored_fingerprints: of all files that were read, as they were stored.
        readings: of each log, by the hash of its first line.
    """

    stored_fingerprints: frozenset[str]
    readings: dict[str, list[KnownReading]]

    def names(self) -> frozenset[str]:
        """The names under which logs were read."""
        return frozenset(each.source for found in self.readings.values() for each in found)

    def batches_between(self, since_us: int, until_us: int) -> frozenset[str]:
        """The batches with a log that has requests before and after these times, or between them."""
        return frozenset(
            each.batch
            for found in self.readings.values()
            for each in found
            if each.times and each.times[0] < until_us and each.times[1] >= since_us
        )


def known_logs(rows: SourceRows) -> KnownLogs:
    """The logs that were read into the lake up to now.

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
    """The readings with the marks of their lines, as far as the lake has them.

    Raises:
        LakeError: the table cannot be read.
    """
    by_name = {mark_name(each.batch, each.source, each.first_line): each for each in readings}
    days = {f"day={each.day}" for each in by_name.values()}
    files = [file for file in lake.files("line_marks") if file.split("/")[-2] in days] if days else []
    found = {}
    if files:
        rows = duckdb.execute(
            "SELECT batch, source, first_line, marks FROM read_parquet($files) "
            "WHERE list_contains($wanted, batch || chr(10) || source || chr(10) || first_line)",
            {"files": files, "wanted": list(by_name)},
        ).fetchall()
        found = {(name := mark_name(*row[:3])): veiled(row[3], key, name) for row in rows}
    runs = []
    for name, each in by_name.items():
        base, marks = 0, None
        if name in found:
            base = int.from_bytes(found[name][:_BASE_BYTES], "little")
            marks = np.frombuffer(found[name][_BASE_BYTES:], "<u2").astype(np.uint16)
        runs.append(KnownRun(each.source, each.first_line, each.reached, base, marks))
    return runs


def stored_marks(batch: str, run: KnownRun, key: bytes) -> bytes:
    """The marks of a run as the table ``line_marks`` has them."""
    marks = np.empty(0, np.uint16) if run.marks is None else run.marks
    content = b"".join([run.base.to_bytes(_BASE_BYTES, "little"), marks.astype("<u2", copy=False).data])
    return veiled(content, key, mark_name(batch, run.source, run.first_line))


def mark_name(batch: str, source: str, first_line: int) -> str:
    """The name under which the marks of lines are veiled."""
    return f"{batch}\n{source}\n{first_line}"
