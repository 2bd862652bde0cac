"""Which builds does an advisory affect, and who downloaded one of them, or one that heals?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import ibis
from ibis.expr.types import Table

__all__ = ["Judged", "JudgedBuild", "first_fixes", "judge", "own_downloads"]

#: What tells one build from another, in the lake as in an advisory.
_BUILD = ("channel", "subdir", "name", "version", "build")
_COLUMNS = {
    "number": "int64",
    "advisory": "int64",
    "disclosed": "date",
    **dict.fromkeys(_BUILD, "string"),
    "affected": "boolean",
    "is_fix": "boolean",
}


class JudgedBuild(NamedTuple):
    """The verdict of one advisory on one build.

    ``is_fix`` says that the build came to mend what the advisory is about: a version from before the fault
    is unaffected too.
    """

    advisory: int
    channel: str
    subdir: str
    name: str
    version: str
    build: str
    affected: bool
    is_fix: bool


@dataclass(frozen=True)
class Judged:
    """Builds with their verdicts, of one advisory or of many.

    Attributes:
        builds: rows: number (of this row), advisory, disclosed (its day), channel, subdir, name, version,
            build, affected, is_fix.
        names: of the packages, so that an engine can skip all others where it reads.
        disclosed: the day of each advisory.
    """

    builds: Table
    names: tuple[str, ...]
    disclosed: Mapping[int, date]


def judge(verdicts: Iterable[JudgedBuild], disclosed: Mapping[int, date]) -> Judged:
    """The ``verdicts`` as a table; ``disclosed`` has the day of every advisory in them.

    Affected builds have the higher numbers: of two downloads in the same moment the worse one counts.
    """
    ordered = sorted(set(verdicts), key=lambda each: (each.affected, *each))
    rows = [
        {"number": number, "disclosed": disclosed[verdict.advisory]} | verdict._asdict()
        for number, verdict in enumerate(ordered)
    ]
    names = tuple(sorted({verdict.name for verdict in ordered}))
    return Judged(ibis.memtable(rows, schema=ibis.schema(_COLUMNS)), names, dict(disclosed))


def own_downloads(downloads: Table, judged: Judged, as_of: date) -> Table:
    """Rows: one for each download up to ``as_of`` by an installation that is known, and each advisory on it.

    advisory, name, number (of the build, as in ``judged``), client, environment (null where unsaid), day,
    time, affected.
    """
    builds = judged.builds.select("number", "advisory", "affected", *_BUILD)
    known = _named(downloads, judged, as_of).filter(lambda row: row.client.notnull())
    wanted = known.select(*_BUILD, "client", "environment", "day", "time")
    return wanted.inner_join(builds, _BUILD).select(
        "advisory", "name", "number", "client", "environment", "day", "time", "affected"
    )


def first_fixes(downloads: Table, judged: Judged, as_of: date) -> Table:
    """Rows: advisory, name, channel, subdir, day: when anybody first downloaded a build that fixes, there."""
    fixes = judged.builds.filter(judged.builds.is_fix).select("advisory", *_BUILD)
    days = _named(downloads, judged, as_of).select(*_BUILD, "day").distinct()
    found = days.inner_join(fixes, _BUILD)
    return found.group_by("advisory", "name", "channel", "subdir").aggregate(day=found.day.min())


def _named(downloads: Table, judged: Judged, as_of: date) -> Table:
    return downloads.filter(downloads.name.isin(judged.names), downloads.day <= as_of)
