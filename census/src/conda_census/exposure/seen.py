"""Which builds of some packages did anybody download, how often, and from which day on?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import ibis
from ibis.expr.types import Table

from conda_census.exposure.builds import Build

__all__ = ["SeenBuild", "builds_seen", "count_builds", "names_seen", "seen_table"]


@dataclass(frozen=True)
class SeenBuild:
    """A build, the day on which anybody downloaded it first, and the number of its downloads."""

    build: Build
    first_day: date
    downloads: int


def builds_seen(downloads: Table, names: Iterable[str], as_of: date) -> list[SeenBuild]:
    """The builds of these packages that were downloaded up to ``as_of``, sorted."""
    rows = count_builds(downloads, names, as_of).to_pyarrow().to_pylist()
    # What a path does not say is empty.
    found = [
        SeenBuild(
            Build(
                channel=row["channel"] or "",
                subdir=row["subdir"] or "",
                name=row["name"],
                version=row["version"] or "",
                build=row["build"] or "",
                build_number=row["build_number"] or 0,
            ),
            row["first_day"],
            row["downloads"],
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: each.build)


def count_builds(downloads: Table, names: Iterable[str], as_of: date) -> Table:
    """Rows: channel, subdir, name, version, build, build_number; first_day, downloads."""
    named = downloads.filter(downloads.name.isin(sorted(set(names))), downloads.day <= as_of)
    return named.group_by(Build._fields).aggregate(first_day=named.day.min(), downloads=named.count())


def seen_table(seen: Iterable[SeenBuild]) -> Table:
    """The rows of ``count_builds``, for an engine."""
    columns = {
        **dict.fromkeys(Build._fields, "string"),
        "build_number": "int64",
        "first_day": "date",
        "downloads": "int64",
    }
    rows = [
        each.build._asdict() | {"first_day": each.first_day, "downloads": each.downloads} for each in seen
    ]
    return ibis.memtable(rows, schema=ibis.schema(columns))


def names_seen(downloads: Table, as_of: date) -> list[str]:
    """The names of all packages that were downloaded up to ``as_of``, sorted."""
    rows = downloads.filter(downloads.day <= as_of).select("name").distinct().to_pyarrow()
    return sorted(name for name in rows["name"].to_pylist() if name is not None)
