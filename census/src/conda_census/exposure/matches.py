"""Which builds does an advisory affect, and who downloaded one of them, or one that heals?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from ibis.expr.types import Table

from conda_census.engines.lake_tables import table_in_memory
from conda_census.exposure.downloaded_builds import DownloadedBuild, downloaded_builds_table

__all__ = [
    "BUILD",
    "BuildMatch",
    "MatchTable",
    "find_first_fixes",
    "match_downloads",
    "match_table",
    "select_own_downloads",
]

#: What tells one build from another, in the lake as in an advisory.
BUILD = ("channel", "subdir", "name", "version", "build")
_COLUMNS = {
    "number": "int64",
    "advisory": "int64",
    "disclosed": "date",
    **dict.fromkeys(BUILD, "string"),
    "affected": "boolean",
    "is_fix": "boolean",
}


class BuildMatch(NamedTuple):
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
class MatchTable:
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


def match_table(verdicts: Iterable[BuildMatch], disclosed: Mapping[int, date]) -> MatchTable:
    """The ``verdicts`` as a table; ``disclosed`` has the day of every advisory in them.

    Affected builds have the higher numbers: of two downloads in the same moment the worse one counts.
    """
    ordered = sorted(set(verdicts), key=lambda each: (each.affected, *each))
    rows = [
        {"number": number, "disclosed": disclosed[verdict.advisory]} | verdict._asdict()
        for number, verdict in enumerate(ordered)
    ]
    names = tuple(sorted({verdict.name for verdict in ordered}))
    return MatchTable(table_in_memory(rows, _COLUMNS), names, dict(disclosed))


def match_downloads(downloads: Table, matches: MatchTable, as_of: date, *columns: str) -> Table:
    """Rows: one for each download up to ``as_of`` and each advisory on its build.

    advisory, number (of the build, as in ``matches``), affected, what tells builds apart, and ``columns`` of
    the downloads.
    """
    builds = matches.builds.select("number", "advisory", "affected", *BUILD)
    named = downloads.filter(downloads.name.isin(matches.names), downloads.day <= as_of)
    return named.select(*BUILD, *columns).inner_join(builds, BUILD)


def select_own_downloads(downloads: Table, matches: MatchTable, as_of: date) -> Table:
    """Rows: the matched downloads: advisory, name, number, client, environment, day, time, affected.

    Also those that name no installation, which no unit and no cache will ever be found for: to leave them out
    here would be to read the pseudonyms of all other packages as well.
    """
    return match_downloads(downloads, matches, as_of, "client", "environment", "day", "time").select(
        "advisory", "name", "number", "client", "environment", "day", "time", "affected"
    )


def find_first_fixes(matches: MatchTable, seen: Iterable[DownloadedBuild]) -> Table:
    """Rows: advisory, name, channel, subdir, day: when anybody first downloaded a build that fixes, there."""
    fixes = matches.builds.filter(matches.builds.is_fix)
    found = fixes.inner_join(downloaded_builds_table(seen).select(*BUILD, "first_day"), BUILD)
    return found.group_by("advisory", "name", "channel", "subdir").aggregate(day=found.first_day.min())
