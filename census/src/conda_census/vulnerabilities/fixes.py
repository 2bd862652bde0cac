"""Which is the smallest build that clears all open advisories of a package, and how is it installed?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from rattler import Version

from conda_census.vulnerabilities.aliases import AdvisoryGroup
from conda_census.vulnerabilities.conda_packages import Build
from conda_census.vulnerabilities.conda_versions import VersionError, parse_version
from conda_census.vulnerabilities.matching import Matcher

__all__ = ["Fix", "advisories_of", "smallest_fix"]

_NOARCH = "noarch"


@dataclass(frozen=True)
class Fix:
    """What to move to.

    Attributes:
        build: the build string where it is the same in all subdirs, else None.
        clears: the advisories that some build of the package has and this one has not, by id.
        subdirs: for which it is there, of those that were asked for.
        command: what installs it.
    """

    channel: str
    name: str
    version: str
    build: str | None
    build_number: int | None
    clears: tuple[str, ...]
    subdirs: tuple[str, ...]
    command: str


def advisories_of(name: str, groups: Iterable[AdvisoryGroup], matcher: Matcher) -> list[AdvisoryGroup]:
    """The open advisories that are about a conda package."""
    return [group for group in groups if group.is_open and name in matcher.packages(group)]


def smallest_fix(
    builds: Iterable[Build], groups: Collection[AdvisoryGroup], matcher: Matcher, held: Iterable[Build]
) -> Fix | None:
    """The smallest build, by version and then by number, that no open advisory of its package affects.

    Args:
        builds: what the channels have of one package.
        groups: the advisories of the package.
        matcher: gives the verdicts.
        held: what people have of it. The build comes after every affected one of these, for to be sent back
            is no update, and is in one of their channels for all of their subdirs. Who has one of noarch may
            be on any platform. A channel may have taken away what they have.

    Returns:
        None where no channel has one for all the subdirs, or nothing is affected.
    """
    known, theirs = _candidates(builds, groups, matcher), _candidates(held, groups, matcher)
    found = [each for each in (*known, *theirs) if each.affected_by]
    sought = [each for each in theirs if each.affected_by]
    if not found:
        return None
    lowest = max((each.version for each in sought), default=min(each.version for each in found))
    channels = {each.build.channel for each in sought or found}
    subdirs = {each.build.subdir for each in sought}
    alike: dict[tuple[Version, int, str], list[_Candidate]] = defaultdict(list)
    for each in known:
        if each.build.build_number is not None:
            alike[each.version, each.build.build_number, each.build.channel].append(each)
    for (version, _, channel), those in sorted(alike.items()):
        wanted = _platforms(subdirs, (each.build for each in known if each.build.channel == channel))
        if (
            channel in channels
            and version >= lowest
            and all(each.is_clear for each in those)
            and _covers((each.build for each in those), wanted)
        ):
            of_version = [
                each for key, others in alike.items() if key[::2] == (version, channel) for each in others
            ]
            return _fix(
                [each.build for each in those],
                tuple(sorted({name for each in found for name in each.affected_by})),
                tuple(sorted(wanted)),
                by_version=all(each.is_clear for each in of_version),
            )
    return None


@dataclass(frozen=True)
class _Candidate:
    """A build, and what affects it."""

    build: Build
    version: Version
    affected_by: frozenset[str]
    is_clear: bool

    @classmethod
    def of(cls, build: Build, groups: Iterable[AdvisoryGroup], matcher: Matcher) -> _Candidate | None:
        try:
            version = parse_version(build.version, build.name)
        except VersionError:
            return None
        verdicts = {group.id: matcher.status(group, build) for group in groups}
        affected = frozenset(name for name, verdict in verdicts.items() if verdict == "affected")
        return cls(build, version, affected, all(each == "not_affected" for each in verdicts.values()))


def _candidates(
    builds: Iterable[Build], groups: Collection[AdvisoryGroup], matcher: Matcher
) -> list[_Candidate]:
    matches = (_Candidate.of(build, groups, matcher) for build in builds)
    return [each for each in matches if each is not None]


def _platforms(subdirs: Collection[str], builds: Iterable[Build]) -> set[str]:
    """The platforms on which it must run, of those of the channel; noarch where it has no other."""
    platforms = set(subdirs) - {_NOARCH}
    if _NOARCH in subdirs:
        platforms |= {build.subdir for build in builds} - {_NOARCH}
    return platforms or set(subdirs)


def _covers(builds: Iterable[Build], subdirs: Iterable[str]) -> bool:
    there = {build.subdir for build in builds}
    return _NOARCH in there or there.issuperset(subdirs)


def _fix(builds: list[Build], clears: tuple[str, ...], subdirs: tuple[str, ...], *, by_version: bool) -> Fix:
    first = builds[0]
    same = {build.build for build in builds}
    spec = f"{first.name}=={first.version}"
    if not by_version:
        spec = f'{first.name}[version="{first.version}",build_number=">={first.build_number}"]'
    return Fix(
        channel=first.channel,
        name=first.name,
        version=first.version,
        build=first.build if len(same) == 1 else None,
        build_number=first.build_number,
        clears=clears,
        subdirs=subdirs,
        command=f"conda install '{spec}'",
    )
