"""Which affected builds are still being downloaded, and by which tool?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from ibis.expr.types import Table

from conda_census.engines.lake_tables import LakeTables
from conda_census.exposure.exposed_environments import ACTIVE_DAYS
from conda_census.exposure.matches import BUILD, MatchTable, match_downloads

__all__ = ["StillDownloaded", "affected_downloads", "list_still_downloaded"]


@dataclass(frozen=True)
class StillDownloaded:
    """An affected build that a tool fetched lately. ``tool`` is null where it is not known."""

    advisory: int
    channel: str
    subdir: str
    name: str
    version: str
    build: str
    tool: str | None
    downloads: int


def list_still_downloaded(tables: LakeTables, matches: MatchTable, as_of: date) -> list[StillDownloaded]:
    """Those of the 30 days up to ``as_of``, by advisory and then the most downloaded first.

    All downloads count, also those of whom sharing is off.
    """
    rows = affected_downloads(tables, matches, as_of).to_pyarrow().to_pylist()
    found = [StillDownloaded(**row) for row in rows]
    return sorted(
        found, key=lambda each: (each.advisory, -each.downloads, each.name, each.version, str(each))
    )


def affected_downloads(tables: LakeTables, matches: MatchTable, as_of: date) -> Table:
    """Rows: advisory, channel, subdir, name, version, build, tool, downloads."""
    first = as_of - timedelta(days=ACTIVE_DAYS - 1)
    lately = tables.downloads.filter(tables.downloads.day >= first)
    wanted = match_downloads(lately, matches, as_of, "session")
    affected = wanted.filter(wanted.affected).select("advisory", *BUILD, "session")
    # A session may have begun on the day before, and have several rows.
    sessions = tables.sessions.filter(tables.sessions.day.between(first - timedelta(days=1), as_of))
    theirs = sessions.semi_join(affected, "session")
    tools = theirs.group_by("session").aggregate(tool=theirs.tool.max())
    rows = affected.left_join(tools, "session")
    keys = ("advisory", *BUILD, "tool")
    return rows.group_by(keys).aggregate(downloads=rows.count())
