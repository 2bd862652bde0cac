"""Which builds of some packages did anybody download, how often, and from which day on?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ibis.expr.types import Table

from conda_census.decode.build_numbers import build_number
from conda_census.engines.lake_tables import table_in_memory
from conda_census.vulnerabilities.conda_packages import Build

__all__ = [
    "DownloadedBuild",
    "count_builds",
    "downloaded_builds_table",
    "list_downloaded_builds",
    "list_downloaded_names",
]

_BUILD = Build._fields[:-1]


@dataclass(frozen=True)
class DownloadedBuild:
    """A build, the day on which anybody downloaded it first, and the number of its downloads."""

    build: Build
    first_day: date
    downloads: int


def list_downloaded_builds(
    downloads: Table, names: Iterable[str], as_of: date, listed: Iterable[Build] = ()
) -> list[DownloadedBuild]:
    """Return the builds of these packages that were downloaded up to ``as_of``, sorted.

    Args:
        downloads: of the lake.
        names: of packages.
        as_of: the last day that counts.
        listed: builds that an imported repodata lists. It knows the build number, which a build string does
            not always tell. A mirror may serve them under another channel's name.
    """
    numbers: dict[tuple[str, ...], set[int | None]] = defaultdict(set)
    for build in listed:
        for key in (_without_channel(build), build[:-1]):
            numbers[key].add(build.build_number)
    rows = count_builds(downloads, names, as_of).to_pyarrow().to_pylist()
    found = []
    for row in rows:
        # What a path does not say is empty.
        said = {column: row[column] or "" for column in _BUILD}
        told = Build(**said, build_number=build_number(said["build"]))
        known = numbers.get(told[:-1]) or numbers.get(_without_channel(told), set())
        if known:
            told = told._replace(build_number=next(iter(known)) if len(known) == 1 else None)
        found.append(DownloadedBuild(told, row["first_day"], row["downloads"]))
    return sorted(found, key=lambda each: each.build[:-1])


def count_builds(downloads: Table, names: Iterable[str], as_of: date) -> Table:
    """Rows: channel, subdir, name, version, build; first_day, downloads."""
    named = downloads.filter(downloads.name.isin(sorted(set(names))), downloads.day <= as_of)
    return named.group_by(_BUILD).aggregate(first_day=named.day.min(), downloads=named.count())


def _without_channel(build: Build) -> tuple[str, ...]:
    return (build.subdir, build.name, build.version, build.build)


def downloaded_builds_table(seen: Iterable[DownloadedBuild]) -> Table:
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
    return table_in_memory(rows, columns)


def list_downloaded_names(downloads: Table, as_of: date) -> list[str]:
    """The names of all packages that were downloaded up to ``as_of``, sorted."""
    rows = downloads.filter(downloads.day <= as_of).select("name").distinct().to_pyarrow()
    return sorted(name for name in rows["name"].to_pylist() if name is not None)
