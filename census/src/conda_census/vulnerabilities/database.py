"""What does a lake know of vulnerabilities: records, names, and what people say of builds?"""

from __future__ import annotations

from dataclasses import dataclass

from conda_census.errors import CensusError
from conda_census.lake.store import Lake
from conda_census.vulnerabilities.advisory_import import known_advisories, open_advisories
from conda_census.vulnerabilities.aliases import AdvisoryGroup, find_group
from conda_census.vulnerabilities.matching import Matcher
from conda_census.vulnerabilities.names.package_names import NameMap, known_names
from conda_census.vulnerabilities.overrides import known_overrides

__all__ = ["Knowledge", "knowledge_of"]


@dataclass(frozen=True)
class Knowledge:
    """All of it, read once; ``matcher`` gives verdicts by it."""

    lake: Lake
    advisories: list[AdvisoryGroup]
    names: NameMap
    matcher: Matcher

    @property
    def open_advisories(self) -> list[AdvisoryGroup]:
        """Those that were not withdrawn."""
        return open_advisories(self.advisories)

    def advisory(self, name: str) -> AdvisoryGroup:
        """The advisory with this id or alias.

        Raises:
            CensusError: there is none.
        """
        found = find_group(self.advisories, name)
        if found is None:
            raise CensusError(
                f"{name}: no advisory of the lake: import its record with conda-census advisories import, "
                "or see conda-census advisories list"
            )
        return found


def knowledge_of(lake: Lake) -> Knowledge:
    """What ``lake`` knows.

    Raises:
        LakeError: the lake cannot be read.
    """
    names = known_names(lake)
    return Knowledge(lake, known_advisories(lake), names, Matcher(names, known_overrides(lake)))
