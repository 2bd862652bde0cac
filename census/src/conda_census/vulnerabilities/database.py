"""Vulnerability database of a lake: advisories, name maps and overrides."""

from __future__ import annotations

from dataclasses import dataclass

from conda_census.errors import CensusError
from conda_census.lake.store import Lake
from conda_census.vulnerabilities.advisory_import import open_advisories, read_advisories
from conda_census.vulnerabilities.aliases import AdvisoryGroup, find_group
from conda_census.vulnerabilities.matching import Matcher
from conda_census.vulnerabilities.names.package_names import NameMap, read_names
from conda_census.vulnerabilities.overrides import read_overrides

__all__ = ["VulnerabilityDatabase", "read_database"]


@dataclass(frozen=True)
class VulnerabilityDatabase:
    """Advisories and names of a lake, read once, with the matcher that uses them and the overrides."""

    lake: Lake
    advisories: list[AdvisoryGroup]
    names: NameMap
    matcher: Matcher

    @property
    def open_advisories(self) -> list[AdvisoryGroup]:
        """The advisories that were not withdrawn."""
        return open_advisories(self.advisories)

    def advisory(self, name: str) -> AdvisoryGroup:
        """Return the advisory with this id or alias.

        Raises:
            CensusError: the lake has no such advisory.
        """
        group = find_group(self.advisories, name)
        if group is None:
            raise CensusError(
                f"{name}: no advisory of the lake: import its record with conda-census advisories import, "
                "or see conda-census advisories list"
            )
        return group


def read_database(lake: Lake) -> VulnerabilityDatabase:
    """Read the vulnerability database of a lake.

    Raises:
        LakeError: the lake cannot be read.
    """
    names = read_names(lake)
    return VulnerabilityDatabase(lake, read_advisories(lake), names, Matcher(names, read_overrides(lake)))
