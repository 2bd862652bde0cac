"""Which packages are in use: in how many environments and installations, and how often downloaded?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from heapq import nsmallest

from ibis.expr.types import Table

__all__ = ["PackageCount", "PackageFile", "count_package", "count_packages"]


@dataclass(frozen=True)
class PackageCount:
    """A package: distinct environments and installations that downloaded it, and all downloads of it.

    An environment is a pair (environment, installation). What the cache of packages gave it is not seen.
    """

    name: str
    environments: int
    installations: int
    downloads: int


@dataclass(frozen=True)
class PackageFile:
    """The same for one version of a package in one channel for one platform."""

    channel: str
    subdir: str
    version: str
    environments: int
    installations: int
    downloads: int


def count_packages(downloads: Table, top: int) -> list[PackageCount]:
    """The packages that are among the ``top`` by environments, by installations or by downloads.

    Most environments first, then most installations, most downloads, and by name.
    """
    # All of them, once: a repository has some ten thousand names, and to count one is to read all rows.
    counted = [PackageCount(**row) for row in by_package(downloads, ("name",)).to_pyarrow().to_pylist()]
    ranked: set[PackageCount] = set()
    for measure in ("environments", "installations", "downloads"):
        ranked.update(nsmallest(top, counted, key=partial(_rank, measure)))
    return sorted(
        ranked, key=lambda each: (-each.environments, -each.installations, -each.downloads, each.name)
    )


def count_package(downloads: Table, name: str) -> list[PackageFile]:
    """All versions of a package by channel and platform, most downloads first; none if nobody fetched it."""
    keys = ("channel", "subdir", "version")
    rows = by_package(downloads.filter(downloads.name == name), keys).to_pyarrow().to_pylist()
    found = [PackageFile(**row) for row in rows]
    return sorted(found, key=lambda each: (-each.downloads, each.channel, each.subdir, each.version))


def _rank(measure: str, package: PackageCount) -> tuple[int, str]:
    return -getattr(package, measure), package.name


def by_package(downloads: Table, keys: tuple[str, ...]) -> Table:
    """Rows: the keys, environments, installations, downloads."""
    # First one row for each environment of an installation, which are far fewer than downloads.
    pairs = downloads.group_by(*keys, "client", "environment").aggregate(downloads=downloads.count())
    by_client = pairs.group_by(*keys, "client").aggregate(
        environments=pairs.count(where=pairs.client.notnull() & pairs.environment.notnull()),
        downloads=pairs.downloads.sum(),
    )
    return by_client.group_by(*keys).aggregate(
        environments=by_client.environments.sum(),
        installations=by_client.count(where=by_client.client.notnull()),
        downloads=by_client.downloads.sum(),
    )
