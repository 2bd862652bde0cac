"""Comparison of the logs that still exist with their rows in the table ``sources``.

A log is read again up to the end of its reading, which its fingerprint determines to the byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Literal, get_args

import duckdb

from conda_census.errors import SourceError
from conda_census.ingest.verification.recount import Counts, recount, time_of
from conda_census.lake.store import Lake
from conda_census.logs.fingerprints import Fingerprint
from conda_census.logs.format_detection import read_beginning
from conda_census.logs.formats import LogFormat
from conda_census.logs.rotation import RotatedLogs
from conda_census.logs.sources.discovery import decompressed
from conda_census.logs.sources.files import name_as_text, path_named
from conda_census.logs.sources.object_addresses import is_object_address
from conda_census.logs.sources.objects import LogObject, object_at
from conda_census.steps import Steps

__all__ = ["STATES", "Difference", "Recorded", "State", "Verified", "recorded_readings", "verify"]

#: ``not_here``: it came from standard input, or from another machine. ``changed``: another log has its name
#: now.
State = Literal["same", "differs", "changed", "unreadable", "gone", "not_here"]
STATES: tuple[State, ...] = get_args(State)

_GONE: tuple[State, str] = ("gone", "the file is not there any more")
_ANOTHER: tuple[State, str] = ("changed", "another log has its name now, or it was written anew")

_READINGS = """
    SELECT source, head, batch, format, size, fingerprint, first_line, lines, requests, map_keys(dropped),
           map_values(dropped), epoch_us(first_time), epoch_us(last_time), epoch_us(ingested_at)
    FROM read_parquet(?, hive_partitioning = true, hive_types = {'day': DATE})
    WHERE day BETWEEN ? AND ?
    ORDER BY day, first_time, source, first_line
"""


@dataclass(frozen=True)
class Recorded:
    """A row of ``sources``: a log, the first line and the end of the reading, and its counts."""

    source: str
    head: str
    batch: str
    format_name: str
    size: int
    fingerprint: str
    first_line: int
    read_at: datetime
    counts: Counts

    def has_requests_of(self, day: date) -> bool:
        """Return whether a request of this UTC day may be among the requests that were read."""
        first, last = self.counts.first_time, self.counts.last_time
        return first is not None and last is not None and _day(first) <= day <= _day(last)


@dataclass(frozen=True)
class Difference:
    """A count or a time in the lake that differs from the log."""

    what: str
    lake: int | datetime | None
    log: int | datetime | None


@dataclass(frozen=True)
class Verified:
    """The result for a reading: its state, why it could not be compared, what was read now, what differs."""

    recorded: Recorded
    state: State
    reason: str = ""
    file: Path | LogObject | None = None
    differences: tuple[Difference, ...] = ()


def recorded_readings(lake: Lake, since: date | None = None, until: date | None = None) -> list[Recorded]:
    """Return the readings of logs that begin on these days, by default on all, the newest last.

    Raises:
        LakeError: the table cannot be read.
    """
    files = lake.files("sources")
    if not files:
        return []
    rows = duckdb.execute(_READINGS, [files, since or date.min, until or date.max]).fetchall()
    return [
        Recorded(
            source, head, batch, format_name, size, fingerprint, first_line, _moment(at), _counts(*counts)
        )
        for source, head, batch, format_name, size, fingerprint, first_line, *counts, at in rows
    ]


def verify(
    readings: Iterable[Recorded],
    sample: int,
    key: bytes,
    known_formats: Mapping[str, LogFormat],
    random: Random,
    progress: Steps,
) -> list[Verified]:
    """Read up to ``sample`` existing logs again, also under a name that rotation gave them.

    The logs that do not exist are all listed too, after the others.
    """
    rotated = RotatedLogs(key)
    verified: list[Verified] = []
    missing: list[Verified] = []
    shuffled = list(readings)
    random.shuffle(shuffled)
    for reading in shuffled:
        path = path_named(reading.source)
        if is_object_address(reading.source):
            if len(verified) < sample:
                progress(reading.source, done=len(verified), of=min(sample, len(shuffled)))
                verified.append(_verify_object(reading, key, known_formats))
        elif not path.is_absolute():
            missing.append(Verified(reading, "not_here", "it is no file of this machine"))
        elif len(verified) < sample or not path.exists():
            file = rotated.find(path, reading.head)
            if file is None:
                state, reason = _ANOTHER if path.exists() else _GONE
                missing.append(Verified(reading, state, reason))
            elif len(verified) < sample:
                progress(name_as_text(file), done=len(verified), of=min(sample, len(shuffled)))
                verified.append(_verify(reading, file, key, known_formats))
    return verified + missing


def _day(time: datetime) -> date:
    return time.astimezone(UTC).date()


def _moment(microseconds: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=microseconds)


def _counts(
    lines: int,
    requests: int,
    reasons: list[str],
    dropped: list[int],
    first_time: int | None,
    last_time: int | None,
) -> Counts:
    return Counts(
        lines, requests, dict(zip(reasons, dropped, strict=True)), time_of(first_time), time_of(last_time)
    )


def _verify_object(reading: Recorded, key: bytes, known_formats: Mapping[str, LogFormat]) -> Verified:
    try:
        return _verify(reading, object_at(reading.source), key, known_formats)
    except SourceError as error:
        return Verified(reading, "unreadable", str(error))


def _verify(
    reading: Recorded, file: Path | LogObject, key: bytes, known_formats: Mapping[str, LogFormat]
) -> Verified:
    log_format = known_formats.get(reading.format_name)
    if log_format is None:
        reason = f"the format {reading.format_name} is not known: put it back into census.toml"
        return Verified(reading, "unreadable", reason, file)
    fingerprint = Fingerprint(key)
    try:
        beginning = read_beginning(file).lines
        counts = recount(
            decompressed(file),
            reading.size,
            reading.first_line,
            log_format,
            beginning,
            fingerprint,
            reading.read_at,
        )
    except SourceError as error:
        return Verified(reading, "unreadable", name_as_text(str(error)), file)
    if (fingerprint.size, fingerprint.hexdigest()) != (reading.size, reading.fingerprint):
        return Verified(reading, *_ANOTHER, file)
    differences = tuple(_differences(reading.counts, counts))
    return Verified(reading, "differs" if differences else "same", "", file, differences)


def _differences(recorded: Counts, now: Counts) -> Iterator[Difference]:
    """Yield the differences, with lines dropped as repeated counted as the requests that they are."""
    repeated = recorded.dropped.get("repeated", 0)
    pairs = [
        ("lines", recorded.lines, now.lines),
        ("requests", recorded.requests + repeated, now.requests),
    ]
    pairs += [
        (f"dropped.{reason}", recorded.dropped.get(reason, 0), now.dropped.get(reason, 0))
        for reason in sorted((recorded.dropped.keys() | now.dropped.keys()) - {"repeated"})
    ]
    yield from (Difference(*pair) for pair in pairs if pair[1] != pair[2])
    if not repeated:  # else the first or the last request may have been a repeated one
        for what in ("first_time", "last_time"):
            if getattr(recorded, what) != getattr(now, what):
                yield Difference(what, getattr(recorded, what), getattr(now, what))
