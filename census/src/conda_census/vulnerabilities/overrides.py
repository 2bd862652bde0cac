"""Overrides: statements about builds that their versions do not show, and which of them counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

import pyarrow as pa

from conda_census.lake.references import OVERRIDES
from conda_census.lake.schema import delta_schema
from conda_census.lake.store import Lake
from conda_census.vulnerabilities.conda_packages import Build
from conda_census.vulnerabilities.conda_versions import VersionError, parse_version

__all__ = [
    "STATUSES",
    "Override",
    "Overrides",
    "Status",
    "list_overrides",
    "read_overrides",
    "store_overrides",
]

#: The words of OpenVEX. ``under_investigation`` overrides nothing.
Status = Literal["not_affected", "fixed", "affected", "under_investigation"]
STATUSES: tuple[Status, ...] = get_args(Status)


@dataclass(frozen=True)
class Override:
    """One statement about builds of a package and one advisory. A field that is None restricts nothing.

    Attributes:
        advisory: an id or alias of the advisory.
        from_build_number: the statement is about ``build`` and all builds of the version from this number on.
        justification: a word of OpenVEX for the reason why a build is not affected.
        statement: a reason or an advice, for a reader.
        said_at: the time of the statement; of several about a build the latest counts.
    """

    advisory: str
    conda_name: str
    version: str | None
    build: str | None
    from_build_number: int | None
    subdir: str | None
    channel: str | None
    status: Status
    justification: str | None
    statement: str | None
    said_at: datetime
    author: str

    def is_about(self, build: Build) -> bool:
        """Tell whether the statement is about this build."""
        return (
            self.conda_name == build.name
            and self.subdir in (None, build.subdir)
            and self.channel in (None, build.channel)
            and (self.version is None or _is_same(self.version, build.version, build.name))
            and self._has_build(build)
        )

    def _has_build(self, build: Build) -> bool:
        if self.from_build_number is not None:
            if build.build_number is None:
                # A build with an unknown number may be affected, and is never cleared.
                if self.status == "affected":
                    return True
            elif build.build_number >= self.from_build_number:
                return True
        return self.build == build.build or (self.build is None and self.from_build_number is None)


class Overrides:
    """All statements, by their package."""

    def __init__(self, overrides: Iterable[Override] = ()) -> None:
        self._by_name: dict[str, list[Override]] = defaultdict(list)
        self._packages: dict[str, set[str]] = defaultdict(set)
        for override in sorted(overrides, key=lambda override: override.said_at):
            self._by_name[override.conda_name].append(override)
            self._packages[override.advisory].add(override.conda_name)

    def packages(self, ids: Collection[str]) -> set[str]:
        """Return the conda packages with a statement about an advisory, which has these ids."""
        return {name for advisory in ids for name in self._packages.get(advisory, ())}

    def about(self, ids: Collection[str], conda_name: str) -> list[Override]:
        """Return the statements about an advisory, by any of its ids, and a package; the latest is last."""
        return [override for override in self._by_name.get(conda_name, ()) if override.advisory in ids]


def read_overrides(lake: Lake) -> Overrides:
    """Read the statements of the lake.

    Raises:
        LakeError: the lake cannot be read.
    """
    return Overrides(list_overrides(lake))


def list_overrides(lake: Lake) -> list[Override]:
    """Return all statements of the lake, sorted by advisory.

    Raises:
        LakeError: the lake cannot be read.
    """
    rows = lake.reference(OVERRIDES).to_pylist()
    return [Override(**row | {"said_at": row["said_at"].astimezone(UTC)}) for row in rows]


def store_overrides(lake: Lake, overrides: Iterable[Override]) -> None:
    """Replace all statements of the lake.

    Raises:
        LakeError: the lake cannot be written.
    """
    rows = sorted(
        (asdict(override) for override in overrides), key=lambda row: (row["advisory"], row["conda_name"])
    )
    schema = pa.schema(delta_schema(OVERRIDES).to_arrow())
    lake.replace_reference(OVERRIDES, pa.Table.from_pylist(rows, schema=schema))


def _is_same(version: str, other: str, conda_name: str) -> bool:
    if version == other:
        return True
    try:
        return bool(parse_version(version, conda_name) == parse_version(other, conda_name))
    except VersionError:
        return False
