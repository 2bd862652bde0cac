"""Packages by number of environments, installations and downloads."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from heapq import nsmallest
from typing import Any

from ibis.expr.types import Table

from conda_census.errors import CensusError

__all__ = [
    "PackageCount",
    "PackageCounts",
    "PackageError",
    "PackageFile",
    "count_package",
    "count_packages",
    "expect_package",
]


@dataclass(frozen=True)
class PackageCount:
    """Use of one package. Packages that conda takes from its local cache are not seen.

    Attributes:
        name: Name of the package.
        environments: Distinct pairs of environment and installation that downloaded the package.
        installations: Distinct installations that downloaded the package.
        downloads: All complete downloads of the package, with and without tokens.
    """

    name: str
    environments: int
    installations: int
    downloads: int


@dataclass(frozen=True)
class PackageFile:
    """Use of one version of a package in one channel for one platform.

    Attributes:
        channel: Name of the channel.
        subdir: Platform, such as linux-64.
        version: Version of the package.
        environments: Distinct pairs of environment and installation that downloaded the version.
        installations: Distinct installations that downloaded the version.
        downloads: All complete downloads of the version, with and without tokens.
    """

    channel: str
    subdir: str
    version: str
    environments: int
    installations: int
    downloads: int


@dataclass(frozen=True)
class PackageCounts:
    """Packages of the window.

    Attributes:
        top: Packages that are among the first by environments, installations or downloads, most first.
        name: Name of the requested package; null if none was requested.
        package: All versions of the requested package by channel and platform; null if none was requested.
    """

    top: list[PackageCount]
    name: str | None
    package: list[PackageFile] | None


class PackageError(CensusError):
    """Nobody downloaded the package."""


def expect_package(downloads: Table, name: str) -> None:
    """Check that somebody downloaded the package.

    Raises:
        PackageError: nobody did; it lists the packages with the closest names.
    """
    if downloads.filter(downloads.name == name).limit(1).to_pyarrow().num_rows:
        return
    names = [row for row in downloads.select("name").distinct().to_pyarrow()["name"].to_pylist() if row]
    nearest = get_close_matches(name, sorted(names), n=3, cutoff=0.6)
    advice = (
        f"did you mean {' or '.join(nearest)}?" if nearest else "see conda-census report for those that were"
    )
    raise PackageError(f"{name}: nobody downloaded a package of this name in these days: {advice}")


def count_packages(downloads: Table, top: int, sampled: Table | None = None) -> list[PackageCount]:
    """Return the packages that are among the ``top`` by environments, by installations or by downloads.

    They are sorted by environments, installations and downloads, most first, then by name. ``sampled`` are
    the downloads in which environments and installations are counted, by default all.
    """
    # Count all of them once: a repository has some ten thousand names, and counting one reads all rows.
    counted = [PackageCount(**row) for row in _counted(downloads, sampled, ("name",))]
    ranked: set[PackageCount] = set()
    for measure in ("environments", "installations", "downloads"):
        ranked.update(nsmallest(top, counted, key=partial(_rank, measure)))
    return sorted(
        ranked, key=lambda each: (-each.environments, -each.installations, -each.downloads, each.name)
    )


def count_package(downloads: Table, name: str, sampled: Table | None = None) -> list[PackageFile]:
    """Count all versions of a package by channel and platform, most downloads first; none if nobody did."""
    keys = ("channel", "subdir", "version")
    of_name = downloads.filter(downloads.name == name)
    of_sample = None if sampled is None else sampled.filter(sampled.name == name)
    found = [PackageFile(**row) for row in _counted(of_name, of_sample, keys)]
    return sorted(found, key=lambda each: (-each.downloads, each.channel, each.subdir, each.version))


def _counted(downloads: Table, sampled: Table | None, keys: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return rows of (the keys, environments, installations, downloads)."""
    users = users_by_package(downloads if sampled is None else sampled, keys).to_pyarrow().to_pylist()
    of_key = {tuple(row[key] for key in keys): row for row in users}
    nobody = {"environments": 0, "installations": 0}
    fetched = downloads_by_package(downloads, keys).to_pyarrow().to_pylist()
    return [nobody | of_key.get(tuple(row[key] for key in keys), {}) | row for row in fetched]


def _rank(measure: str, package: PackageCount) -> tuple[int, str]:
    return -getattr(package, measure), package.name


def downloads_by_package(downloads: Table, keys: tuple[str, ...]) -> Table:
    """Return rows of (the keys, downloads)."""
    return downloads.group_by(*keys).aggregate(downloads=downloads.count())


def users_by_package(downloads: Table, keys: tuple[str, ...]) -> Table:
    """Return rows of (the keys, environments, installations) of downloads that name their installation."""
    known = downloads.filter(downloads.client.notnull())
    # First reduce to one row for each environment of an installation, which are far fewer than downloads.
    pairs = known.select(*keys, "client", "environment").distinct()
    by_client = pairs.group_by(*keys, "client").aggregate(environments=pairs.environment.count())
    return by_client.group_by(*keys).aggregate(
        environments=by_client.environments.sum(), installations=by_client.count()
    )
