"""Do the logs that are still there say what the table ``sources`` says of them?

A log is read again up to where its reading ended, which its fingerprint tells to the byte, and its lines are
counted by a way of its own: neither the parts and the staging of an ingest nor its tables are used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Literal, get_args

import duckdb
import numpy as np

from conda_census.errors import SourceError
from conda_census.lake.irregular import IrregularLines
from conda_census.lake.store import Lake
from conda_census.logs.blocks import blocks_of_lines
from conda_census.logs.fingerprints import Fingerprint
from conda_census.logs.formats import LogFormat
from conda_census.logs.regular.requests import Requests
from conda_census.logs.sniff import read_beginning
from conda_census.logs.sources import decompressed
from conda_census.steps import Steps

__all__ = ["STATES", "Counts", "Difference", "Recorded", "State", "Verified", "recorded_readings", "verify"]

#: ``not_here``: in an object store, or it came from standard input. ``changed``: its name is another's now.
State = Literal["same", "differs", "changed", "unreadable", "gone", "not_here"]
STATES: tuple[State, ...] = get_args(State)

_READINGS = """
    SELECT source, batch, format, size, fingerprint, first_line, lines, requests, map_keys(dropped),
           map_values(dropped), epoch_us(first_time), epoch_us(last_time)
    FROM read_parquet(?, hive_partitioning = true, hive_types = {'day': DATE})
    WHERE day BETWEEN ? AND ?
    ORDER BY day, first_time, source, first_line
"""


@dataclass(frozen=True)
class Counts:
    """What is in the lines of a reading; the times are null where no line is a request."""

    lines: int
    requests: int
    dropped: Mapping[str, int]
    first_time: datetime | None
    last_time: datetime | None


@dataclass(frozen=True)
class Recorded:
    """A row of ``sources``: how far which log was read, from which line on, and what was counted."""

    source: str
    batch: str
    format_name: str
    size: int
    fingerprint: str
    first_line: int
    counts: Counts


@dataclass(frozen=True)
class Difference:
    """A count or a time, as the lake has it and as the log says it now."""

    what: str
    lake: int | datetime | None
    log: int | datetime | None


@dataclass(frozen=True)
class Verified:
    """What became of a reading: its state, why it could not be compared, or what differs."""

    recorded: Recorded
    state: State
    reason: str = ""
    differences: tuple[Difference, ...] = ()


def recorded_readings(lake: Lake, since: date | None = None, until: date | None = None) -> list[Recorded]:
    """The readings of logs that begin on these days, by default on all, the newest last.

    Raises:
        LakeError: the table cannot be read.
    """
    files = lake.files("sources")
    if not files:
        return []
    rows = duckdb.execute(_READINGS, [files, since or date.min, until or date.max]).fetchall()
    return [
        Recorded(source, batch, format_name, size, fingerprint, first_line, _counts(*counts))
        for source, batch, format_name, size, fingerprint, first_line, *counts in rows
    ]


def verify(
    readings: Iterable[Recorded],
    sample: int,
    key: bytes,
    known_formats: Mapping[str, LogFormat],
    random: Random,
    progress: Steps,
) -> list[Verified]:
    """Read as many as ``sample`` of the logs again that are still there; all that are not are named too."""
    missing: list[Verified] = []
    present: list[Recorded] = []
    for reading in readings:
        path = Path(reading.source)
        if not path.is_absolute():
            missing.append(Verified(reading, "not_here", "it is no file of this machine"))
        elif not path.exists():
            missing.append(Verified(reading, "gone", "the file is not there any more"))
        else:
            present.append(reading)
    chosen = random.sample(present, min(sample, len(present)))
    verified = []
    for number, reading in enumerate(chosen):
        progress(reading.source, done=number, of=len(chosen))
        verified.append(_verify(reading, key, known_formats))
    return verified + missing


def _counts(
    lines: int,
    requests: int,
    reasons: list[str],
    dropped: list[int],
    first_time: int | None,
    last_time: int | None,
) -> Counts:
    return Counts(
        lines, requests, dict(zip(reasons, dropped, strict=True)), _time(first_time), _time(last_time)
    )


def _verify(reading: Recorded, key: bytes, known_formats: Mapping[str, LogFormat]) -> Verified:
    path = Path(reading.source)
    fingerprint = Fingerprint(key)
    try:
        beginning = read_beginning(path)
        log_format = known_formats.get(reading.format_name)
        if log_format is None:
            return Verified(
                reading,
                "unreadable",
                f"the format {reading.format_name} is not known: put it back into census.toml",
            )
        pieces = _first(decompressed(path), reading.size)
        # The last line was taken, so it was whole, with an end or without one.
        blocks = blocks_of_lines(pieces, fingerprint, lambda _rest: True)
        found = _Recount(reading.first_line, log_format, beginning.lines).counts(blocks)
    except SourceError as error:
        return Verified(reading, "unreadable", str(error))
    if (fingerprint.size, fingerprint.hexdigest()) != (reading.size, reading.fingerprint):
        return Verified(reading, "changed", "another log has its name now, or it was written anew")
    differences = tuple(_differences(reading.counts, found))
    return Verified(reading, "differs" if differences else "same", differences=differences)


def _differences(recorded: Counts, found: Counts) -> Iterator[Difference]:
    """Where both do not say the same. What was read before in another log is a request, seen for itself."""
    repeated = recorded.dropped.get("repeated", 0)
    pairs = [
        ("lines", recorded.lines, found.lines),
        ("requests", recorded.requests + repeated, found.requests),
    ]
    pairs += [
        (f"dropped.{reason}", recorded.dropped.get(reason, 0), found.dropped.get(reason, 0))
        for reason in sorted((recorded.dropped.keys() | found.dropped.keys()) - {"repeated"})
    ]
    yield from (Difference(*pair) for pair in pairs if pair[1] != pair[2])
    if not repeated:  # else the first or the last of them may have been one
        for what in ("first_time", "last_time"):
            if getattr(recorded, what) != getattr(found, what):
                yield Difference(what, getattr(recorded, what), getattr(found, what))


class _Recount:
    """Counts what is in the lines of a log from a line on."""

    def __init__(self, first_line: int, log_format: LogFormat, beginning: list[bytes]) -> None:
        self._first_line = first_line
        self._columns = log_format.columns(beginning)
        self._parse = log_format.parse_regular(beginning)
        self._lines = 0
        self._requests = 0
        self._dropped: Counter[str] = Counter()
        self._times: list[int] = []

    def counts(self, blocks: Iterable[bytes]) -> Counts:
        """What is in these blocks, the first of which begins with line 1."""
        line = 1
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            irregular = IrregularLines(connection, self._take_requests, self._take_dropped)
            for block in blocks:
                lines = block.count(b"\n")
                if line + lines > self._first_line:
                    parsed = self._parse(block)
                    self._lines += parsed.lines - max(0, self._first_line - line)
                    self._take_requests(
                        np.empty(0), replace(parsed.requests, line=parsed.requests.line + line)
                    )
                    irregular.add(0, self._columns, line, parsed)
                line += lines
            irregular.flush()
        return Counts(
            self._lines,
            self._requests,
            dict(self._dropped),
            _time(min(self._times, default=None)),
            _time(max(self._times, default=None)),
        )

    def _take_requests(self, _sources: np.ndarray, requests: Requests) -> None:
        times = requests.time[requests.line >= self._first_line]
        self._requests += len(times)
        if len(times):
            times = np.append(times, self._times)
            self._times = [int(times.min()), int(times.max())]

    def _take_dropped(self, _source: int, reason: str, numbers: np.ndarray) -> None:
        self._dropped[reason] += int(np.count_nonzero(numbers >= self._first_line))


def _first(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The first bytes, as many as ``size``."""
    for piece in pieces:
        yield piece[:size]
        size -= len(piece)
        if size <= 0:
            return


def _time(microseconds: int | None) -> datetime | None:
    start = datetime(1970, 1, 1, tzinfo=UTC)
    return None if microseconds is None else start + timedelta(microseconds=microseconds)
