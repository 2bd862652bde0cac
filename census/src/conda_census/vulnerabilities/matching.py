"""Matching of advisories with builds of conda packages.

``affected = (in any range OR in the listed versions) AND NOT withdrawn AND NOT overridden for this build``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import Literal, NamedTuple

from conda_census.vulnerabilities.affected_ranges import AffectedVersions, affected_versions
from conda_census.vulnerabilities.aliases import AdvisoryGroup
from conda_census.vulnerabilities.conda_packages import Build
from conda_census.vulnerabilities.conda_versions import VersionError, has_number, parse_version
from conda_census.vulnerabilities.names.package_names import NameMap
from conda_census.vulnerabilities.osv import CONDA, CONDA_FORGE, AffectedEntry, Project
from conda_census.vulnerabilities.overrides import Override, Overrides

__all__ = ["MatchStatus", "Matcher", "Subject", "group_by_name"]

#: Status of a build for one advisory, in the words of VEX. It is ``unknown`` if no map has the package, if
#: conda cannot order the version of the build, or if a record does not say which versions are affected.
MatchStatus = Literal["affected", "not_affected", "unknown"]

_NO_VERSION = "has ranges that no version is in"


class Carrier(NamedTuple):
    """A conda package that carries a project.

    Attributes:
        channel: the only channel with which it is meant; None for all.
        map: the map that says so; the ecosystem if the record itself says so.
        is_bundled: whether it carries other projects too, so that its version is not that of this one.
    """

    conda_name: str
    channel: str | None
    map: str
    is_bundled: bool


@dataclass(frozen=True)
class Subject:
    """A conda package that an entry of a record is about, with the fields of ``Carrier``."""

    conda_name: str
    channel: str | None
    map: str
    is_bundled: bool
    entry: AffectedEntry

    @cached_property
    def versions(self) -> AffectedVersions:
        """The versions of the package that are affected."""
        return affected_versions(self.entry, self.conda_name)

    @cached_property
    def unclear(self) -> tuple[str, ...]:
        """The reasons why the entry does not give the status of each version, as in ``AffectedEntry``."""
        if self.entry.unclear or not self.versions.are_none:
            return self.entry.unclear
        return (_NO_VERSION,)


class Matcher:
    """Matches advisories with builds, by name maps, versions and overrides."""

    def __init__(self, names: NameMap, overrides: Overrides | None = None) -> None:
        self._names = names
        self._overrides = overrides or Overrides()
        # The group is kept with its subjects, so that no other group gets its identity.
        self._subjects: dict[int, tuple[AdvisoryGroup, tuple[Subject, ...]]] = {}

    def subjects(self, group: AdvisoryGroup) -> tuple[Subject, ...]:
        """Return the conda packages that active records are about, bundles too, sorted by name."""
        if id(group) not in self._subjects:
            entries = [entry for record in group.active_records for entry in record.entries]
            subjects = [
                Subject(*carrier, entry) for entry in entries for carrier in self._carriers(entry.project)
            ]
            self._subjects[id(group)] = (
                group,
                tuple(sorted(subjects, key=lambda subject: subject.conda_name)),
            )
        return self._subjects[id(group)][1]

    def packages(self, group: AdvisoryGroup) -> tuple[str, ...]:
        """Return the names of the conda packages that can be matched, sorted."""
        projects = [project for record in group.active_records for project in record.projects]
        carriers = [carrier for project in projects for carrier in self._carriers(project)]
        names = {carrier.conda_name for carrier in carriers if not carrier.is_bundled}
        return tuple(sorted(names | self._overrides.packages(group.ids)))

    def status(self, group: AdvisoryGroup, build: Build) -> MatchStatus:
        """Return the status of one build."""
        statements = self._statements(group, build.name)
        return _stated_status(build, statements) or self._status_by_version(
            group, build.name, build.version, build.channel
        )

    def is_fix(self, group: AdvisoryGroup, build: Build) -> bool:
        """Tell whether a build fixes the vulnerability.

        It is not affected, and a statement says that it is fixed, or its version comes after an affected one.
        A version from before the vulnerability is not affected either, but fixes nothing.
        """
        if self.status(group, build) != "not_affected":
            return False
        about = [statement for statement in self._statements(group, build.name) if statement.is_about(build)]
        if about and about[-1].status in ("fixed", "not_affected"):
            return about[-1].status == "fixed"
        subjects = self._subjects_of(group, build.name, build.channel)
        return any(
            subject.versions.are_before(parse_version(build.version, build.name)) for subject in subjects
        )

    def match(
        self, group: AdvisoryGroup, builds: dict[str, list[Build]]
    ) -> Iterator[tuple[Build, MatchStatus]]:
        """Yield the status of each build of the packages that an advisory is about.

        Args:
            group: the advisory.
            builds: the builds by the name of their package, from ``group_by_name``.
        """
        for name in self.packages(group):
            statements = self._statements(group, name)
            # A version has many builds, which have the same status without a statement.
            by_version = cache(partial(self._status_by_version, group, name))
            for build in builds.get(name, ()):
                yield build, _stated_status(build, statements) or by_version(build.version, build.channel)

    def is_unclear(self, group: AdvisoryGroup, build: Build) -> bool:
        """Tell whether a record does not give the status of each version of the package."""
        return any(subject.unclear for subject in self._subjects_of(group, build.name, build.channel))

    def _status_by_version(self, group: AdvisoryGroup, name: str, version: str, channel: str) -> MatchStatus:
        if not group.is_open:
            return "not_affected"
        subjects = self._subjects_of(group, name, channel)
        if not subjects:
            return "unknown" if self._names.mapping_status(name) in ("unknown", "bundled") else "not_affected"
        try:
            parsed = parse_version(version, name)
        except VersionError:
            return "unknown"
        if any(parsed in subject.versions for subject in subjects):
            return "affected"
        if any(subject.unclear for subject in subjects):
            return "unknown"
        # Conda orders the version ``unstable`` before all numbers, which does not clear it.
        is_ordered = has_number(version) or not any(subject.versions.intervals for subject in subjects)
        return "not_affected" if is_ordered else "unknown"

    def _statements(self, group: AdvisoryGroup, name: str) -> list[Override]:
        """Return the statements about builds of a package; none if the advisory was withdrawn."""
        return self._overrides.about(group.ids, name) if group.is_open else []

    def _subjects_of(self, group: AdvisoryGroup, name: str, channel: str) -> list[Subject]:
        """Return the subjects by which the version of a build is matched."""
        return [
            subject
            for subject in self.subjects(group)
            if subject.conda_name == name and subject.channel in (None, channel) and not subject.is_bundled
        ]

    def _carriers(self, project: Project) -> list[Carrier]:
        ecosystem, _, channel = project.ecosystem.partition(":")
        if ecosystem in (CONDA, CONDA_FORGE):
            # Conda writes names of packages in lower case.
            name, channel = project.name.strip().lower(), channel.strip().strip("/")
            if ecosystem == CONDA_FORGE:
                channel = CONDA_FORGE
            return [Carrier(name, channel or None, project.ecosystem, is_bundled=False)]
        return [
            Carrier(entry.conda_name, None, entry.map, is_bundled=len(entry.names) > 1)
            for entry in self._names.carriers(*project)
        ]


def _stated_status(build: Build, statements: Iterable[Override]) -> MatchStatus | None:
    """Return the status by the latest statement about a build; None without one."""
    about = [statement for statement in statements if statement.is_about(build)]
    if not about or about[-1].status == "under_investigation":
        return None
    return "affected" if about[-1].status == "affected" else "not_affected"


def group_by_name(builds: Iterable[Build]) -> dict[str, list[Build]]:
    """Group distinct builds by the name of their package."""
    by_name: dict[str, list[Build]] = defaultdict(list)
    for build in dict.fromkeys(builds):
        by_name[build.name].append(build)
    return dict(by_name)
