"""Which logs does the lake hold already, and how far was each read?"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import duckdb

from conda_census.lake.store import Lake
from conda_census.logs.fingerprints import Reading

__all__ = ["KnownLogs", "known_logs"]


@dataclass(frozen=True)
class KnownLogs:
    """What the table ``sources`` says.

    Attributes:
        stored_fingerprints: of all files that were read, as they were stored.
        readings: how far each log was read, by the hash of its first line.
    """

    stored_fingerprints: frozenset[str]
    readings: dict[str, list[Reading]]


def known_logs(lake: Lake) -> KnownLogs:
    """The logs that were read into the lake up to now.

    Raises:
        LakeError: the table cannot be read.
    """
    files = lake.files("sources")
    if not files:
        return KnownLogs(frozenset(), {})
    rows = (
        duckdb.connect()
        .execute(
            "SELECT head, size, first_line + lines - 1, fingerprint, stored_fingerprint FROM read_parquet(?)",
            [files],
        )
        .fetchall()
    )
    readings = defaultdict(list)
    for head, size, lines, fingerprint, _stored in rows:
        readings[head].append(Reading(size, lines, fingerprint))
    return KnownLogs(frozenset(stored for *_rest, stored in rows if stored), dict(readings))
