"""Which logs does the lake hold already, and how far was each read?"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from conda_census.lake.source_rows import SourceRows
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


def known_logs(rows: SourceRows) -> KnownLogs:
    """The logs that were read into the lake up to now.

    Raises:
        LakeError: the table cannot be read.
    """
    connection = rows.now()
    if connection is None:
        return KnownLogs(frozenset(), {})
    found = connection.execute(
        "SELECT head, size, first_line + lines - 1, fingerprint, stored_fingerprint FROM readings"
    ).fetchall()
    readings = defaultdict(list)
    for head, size, lines, fingerprint, _stored in found:
        readings[head].append(Reading(size, lines, fingerprint))
    return KnownLogs(frozenset(stored for *_rest, stored in found if stored), dict(readings))
