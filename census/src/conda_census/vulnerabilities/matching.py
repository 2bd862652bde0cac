"""Does an advisory affect a build?

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

#: ``unknown``: no map knows the package, the version of the build has no place in conda's order, or a record
#: does not say which versions are affected.
MatchStatus = Literal["affected", "not_affected", "unknown"]

_NO_VERSION = "has ranges that no version is in"


class Carrier(NamedTuple):
    """A conda package that carries a project.

    Attributes:
        channel: the one channel of which it is; None for all.
        map: which map says so; the ecosystem where the record itself does.
        is_bundled: it carries other projects too, so that its version is not that of this one.
    """

    conda_name: str
    channel: str | None
    map: str
    is_bundled: bool


@dataclass(frozen=True)
class Subject:
    """A conda package that an entry of a record is about, as ``Carrier`` has it."""

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
        """Why it does not say of each version whether it is affected, as ``AffectedEntry`` has it."""
        if self.entry.unclear or not self.versions.are_none:
            return self.entry.unclear
        return (_NO_VERSION,)


class Matcher:
    """Gives verdicts on builds, by what names and overrides say."""

    def __init__(self, names: NameMap, overrides: Overrides | None = None) -> None:
        self._names = names
        self._overrides = overrides or Overrides()
        # The group is kept with what was found, so that its identity stays its own.
        self._subjects: dict[int, tuple[AdvisoryGroup, tuple[Subject, ...]]] = {}

    def subjects(self, group: AdvisoryGroup) -> tuple[Subject, ...]:
        """The conda packages that the standing records of an advisory are about, by name; bundles too."""
        if id(group) not in self._subjects:
            entries = [entry for record in group.active_records for entry in record.entries]
            found = [
                Subject(*carrier, entry) for entry in entries for carrier in self._carriers(entry.project)
            ]
            self._subjects[id(group)] = (group, tuple(sorted(found, key=lambda each: each.conda_name)))
        return self._subjects[id(group)][1]

    def packages(self, group: AdvisoryGroup) -> tuple[str, ...]:
        """The conda packages on whose builds there are verdicts, sorted."""
        projects = [project for record in group.active_records for project in record.projects]
        carriers = [carrier for project in projects for carrier in self._carriers(project)]
        names = {each.conda_name for each in carriers if not each.is_bundled}
        return tuple(sorted(names | self._overrides.packages(group.ids)))

    def status(self, group: AdvisoryGroup, build: Build) -> MatchStatus:
        """The verdict on one build."""
        said = self._said(group, build.name)
        return _said_of(build, said) or self._by_version(group, build.name, build.version, build.channel)

    def is_fix(self, group: AdvisoryGroup, build: Build) -> bool:
        """Whether a build came to mend what the advisory is about.

        It is unaffected, and either said to be fixed, or of a version that comes after an affected one: a
        version from before the fault is unaffected too, and so is a build that never had it.
        """
        if self.status(group, build) != "not_affected":
            return False
        about = [each for each in self._said(group, build.name) if each.is_about(build)]
        if about and about[-1].status in ("fixed", "not_affected"):
            return about[-1].status == "fixed"
        subjects = self._subjects_of(group, build.name, build.channel)
        return any(each.versions.are_before(parse_version(build.version, build.name)) for each in subjects)

    def match(
        self, group: AdvisoryGroup, builds: dict[str, list[Build]]
    ) -> Iterator[tuple[Build, MatchStatus]]:
        """The verdict on each build of the packages that an advisory is about, as ``verdict`` gives it.

        Args:
            group: the advisory.
            builds: by the name of their package, as ``by_name`` makes them.
        """
        for name in self.packages(group):
            said = self._said(group, name)
            # A version has many builds, and all have its verdict of which nothing else is said.
            by_version = cache(partial(self._by_version, group, name))
            for build in builds.get(name, ()):
                yield build, _said_of(build, said) or by_version(build.version, build.channel)

    def is_unclear(self, group: AdvisoryGroup, build: Build) -> bool:
        """Whether a record does not say of each version of the package whether it is affected."""
        return any(each.unclear for each in self._subjects_of(group, build.name, build.channel))

    def _by_version(self, group: AdvisoryGroup, name: str, version: str, channel: str) -> MatchStatus:
        if not group.is_open:
            return "not_affected"
        subjects = self._subjects_of(group, name, channel)
        if not subjects:
            return "unknown" if self._names.mapping_status(name) in ("unknown", "bundled") else "not_affected"
        try:
            number = parse_version(version, name)
        except VersionError:
            return "unknown"
        if any(number in each.versions for each in subjects):
            return "affected"
        if any(each.unclear for each in subjects):
            return "unknown"
        # Conda orders a build of the version unstable before all numbers, which clears it of nothing.
        is_placed = has_number(version) or not any(each.versions.intervals for each in subjects)
        return "not_affected" if is_placed else "unknown"

    def _said(self, group: AdvisoryGroup, name: str) -> list[Override]:
        """What is said of builds of a package; of what was withdrawn nothing counts."""
        return self._overrides.about(group.ids, name) if group.is_open else []

    def _subjects_of(self, group: AdvisoryGroup, name: str, channel: str) -> list[Subject]:
        """What tells by its version whether a build of the package is affected."""
        return [
            each
            for each in self.subjects(group)
            if each.conda_name == name and each.channel in (None, channel) and not each.is_bundled
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


def _said_of(build: Build, said: Iterable[Override]) -> MatchStatus | None:
    """What the latest statement about a build makes of it, None where none does."""
    about = [each for each in said if each.is_about(build)]
    if not about or about[-1].status == "under_investigation":
        return None
    return "affected" if about[-1].status == "affected" else "not_affected"


def group_by_name(builds: Iterable[Build]) -> dict[str, list[Build]]:
    """The distinct builds by the name of their package."""
    found: dict[str, list[Build]] = defaultdict(list)
    for build in dict.fromkeys(builds):
        found[build.name].append(build)
    return dict(found)
