"""Lost days that are known again, because the lake has all lines that they need.

It does not matter which command read the lines: each ingest and each repair checks the lost days.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import blake2b
from itertools import pairwise

from conda_census.ingest.verification.log_verification import Recorded, recorded_readings
from conda_census.ingest.verification.unlisted_batches import MarkedLines, keyed_hash, marked_lines
from conda_census.lake.records.lost_days import Lost, change_lost, read_lost
from conda_census.lake.records.unfinished_repair import TakenOut
from conda_census.lake.records.wanted_lines import Wanted, days_of, merged
from conda_census.lake.store import Lake
from conda_census.logs.sources.files import one_spelling

__all__ = [
    "days_between_requests",
    "missing_wanted",
    "regain",
    "want_no_more",
    "wanted_of",
    "wanted_of_marks",
]


def regain(lake: Lake, key: bytes) -> list[date]:
    """Remove days from the lost days if the lake has all lines that they need, and return them.

    Raises:
        LakeError: a table cannot be read, or the lake cannot be written.
        duckdb.Error: a table cannot be read.
    """
    if not (before := read_lost(lake.path)).days:
        return []
    missing = days_of(missing_wanted(lake, before.wanted, key))

    def without_regained(lost: Lost) -> Lost:
        # Entries added to the list meanwhile are not considered.
        stay = missing | lost.for_good | (lost.days - before.days)
        stay |= days_of(set(lost.wanted) - set(before.wanted))
        regained = lost.days - stay
        return Lost(lost.days - regained, lost.for_good, merged(lost.wanted, but=regained))

    return sorted(before.days - change_lost(lake, without_regained).days)


def want_no_more(lake: Lake, taken_out: TakenOut) -> None:
    """Remove the lines of a log that no longer counts from the needs of all days.

    Raises:
        LakeError: ``lost.json`` is damaged, or the lake cannot be written.
    """

    def without_log(lost: Lost) -> Lost:
        is_of_log = {lines for lines in lost.wanted if (one_spelling(lines.source), lines.head) in logs}
        return replace(lost, wanted=tuple(lines for lines in lost.wanted if lines not in is_of_log))

    logs = {(one_spelling(taken_out.source), head) for head in taken_out.heads}
    if read_lost(lake.path).wanted:
        change_lost(lake, without_log)


def wanted_of(
    days: Sequence[tuple[Recorded, Collection[date]]], line_marks: Iterable[str], key: bytes
) -> list[Wanted]:
    """Return the lines of some readings as wanted lines, each with the days that need them.

    ``line_marks`` are the whole files of this table.

    Raises:
        duckdb.Error: ``line_marks`` cannot be read.
    """
    rows = marked_lines(line_marks, key, {reading.batch for reading, _ in days}) if days else []
    marks = {(row.batch, row.source, row.first_line): row for row in rows}
    wanted = []
    for reading, of_reading in days:
        row = marks.get((reading.batch, reading.source, reading.first_line))
        wanted.append(
            Wanted(
                reading.source,
                reading.format_name,
                reading.batch,
                reading.head,
                reading.first_line,
                reading.counts.lines,
                len(row.marks) if row else 0,
                row.digest(key) if row and len(row.marks) else "",
                tuple(sorted(of_reading)),
            )
        )
    return wanted


def wanted_of_marks(row: MarkedLines, format_name: str, days: Iterable[date], key: bytes) -> Wanted:
    """Return lines known only from ``line_marks`` as wanted lines, if ``sources`` is lost."""
    lines = len(row.marks)
    return Wanted(
        row.source, format_name, "", "", row.first_line, lines, lines, row.digest(key), tuple(sorted(days))
    )


def missing_wanted(lake: Lake, wanted: Collection[Wanted], key: bytes) -> Iterator[Wanted]:
    """Yield the wanted lines that were not read again.

    Their batch is still in the lake, or no rows have them.

    Raises:
        LakeError: a table cannot be read.
        duckdb.Error: the same.
    """
    if not wanted:
        return
    readings = recorded_readings(lake)
    batches = {reading.batch for reading in readings}
    reached: dict[str, int] = defaultdict(int)
    for reading in readings:
        reached[reading.head] = max(reached[reading.head], reading.first_line + reading.counts.lines - 1)
    rows = _rows_by_head(lake, wanted, readings, key)
    as_they_are = {
        (row.first_line, len(row.marks), row.digest(key)) for of_head in rows.values() for row in of_head
    }
    for lines in wanted:
        is_out = not lines.batch or lines.batch not in batches
        is_reached = not lines.head or reached[lines.head] >= lines.first_line + lines.lines - 1
        is_there = not lines.digest or (lines.first_line, lines.marks, lines.digest) in as_they_are
        if not (is_out and is_reached and (is_there or _has_lines(rows, lines, key))):
            yield lines


def _rows_by_head(
    lake: Lake, wanted: Collection[Wanted], readings: Sequence[Recorded], key: bytes
) -> dict[str, list[MarkedLines]]:
    """Return the rows of ``line_marks`` that may have wanted lines, by the heads of their logs."""
    heads = {lines.head for lines in wanted}
    of_logs = None if "" in heads else {reading.batch for reading in readings if reading.head in heads}
    head_of = {(reading.batch, reading.source, reading.first_line): reading.head for reading in readings}
    rows: dict[str, list[MarkedLines]] = defaultdict(list)
    for row in marked_lines(lake.files("line_marks"), key, of_logs):
        rows[head_of.get((row.batch, row.source, row.first_line), "")].append(row)
    return rows


def _has_lines(rows: Mapping[str, list[MarkedLines]], lines: Wanted, key: bytes) -> bool:
    """Return whether one log, or several that begin alike, brought these lines."""
    of_logs = [rows.get(lines.head, [])] if lines.head else rows.values()
    return any(_have_lines(rows_of_log, lines, key) for rows_of_log in of_logs)


def _have_lines(rows: Sequence[MarkedLines], lines: Wanted, key: bytes) -> bool:
    """Return whether these rows have the marks of all these lines, one after the other.

    If logs begin with the same lines, the log that is read first brings these lines, and the others continue
    after them. So lines that are read again may come under another name than before, and cut elsewhere. The
    mark of a line depends on all lines before it: two rows fit together if one begins with the mark at which
    the other ends.
    """
    begin, end = lines.first_line, lines.first_line + lines.marks
    ends = {line for row in rows for line in (row.first_line, row.end) if begin < line < end}
    ways: dict[tuple[int | None, bytes], blake2b] = {(None, b""): keyed_hash(key)}
    for first, behind in pairwise(sorted({begin, end, *ends})):
        by_mark: dict[int | None, list[blake2b]] = defaultdict(list)
        for (mark, _), way in ways.items():
            by_mark[mark].append(way)
        ways = {}
        for row in rows:
            if row.first_line <= first and behind <= row.end:
                marks = row.marks[first - row.first_line : behind - row.first_line]
                for way in by_mark[None] + by_mark[row.mark_before(first)]:
                    longer = way.copy()
                    longer.update(marks.astype("<u2").tobytes())
                    # Two readings that have the same lines are one path.
                    ways[int(marks[-1]), longer.digest()] = longer
    return any(way.hexdigest() == lines.digest for way in ways.values())


def days_between_requests(reading: Recorded) -> list[date]:
    """Return the UTC days from the first to the last request of a reading, or its own day if it has none."""
    first, last = reading.counts.first_time, reading.counts.last_time
    begin, end = _day(first or reading.read_at), _day(last or reading.read_at)
    return [date.fromordinal(day) for day in range(begin.toordinal(), end.toordinal() + 1)]


def _day(time: datetime) -> date:
    return time.astimezone(UTC).date()
