"""Recommended fixes: the smallest build of a package that clears all its open advisories."""

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
    """A recommended fix.

    Attributes:
        build: the build string if all subdirs have the same one, else None.
        clears: ids of the advisories that affect some build of the package and not this one, sorted.
        subdirs: the subdirs that were asked for; the build is available for all of them.
        command: the command that installs it.
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
    """Return the open advisories about a conda package."""
    return [group for group in groups if group.is_open and name in matcher.packages(group)]


def smallest_fix(
    builds: Iterable[Build], groups: Collection[AdvisoryGroup], matcher: Matcher, held: Iterable[Build]
) -> Fix | None:
    """Return the smallest build, by version and then by number, that no open advisory of its package affects.

    The fix comes after every affected build that environments hold, because a downgrade is no update. It is
    in one of their channels, for all of their subdirs. An environment with a noarch build may be on any
    platform of the channel.

    Args:
        builds: the builds of one package that the channels have.
        groups: the advisories of the package.
        matcher: gives the status of a build.
        held: the builds of the package that environments hold. The channels may have removed them.

    Returns:
        None if no channel has such a build for all the subdirs, or if nothing is affected.
    """
    available = _candidates(builds, groups, matcher)
    held_candidates = _candidates(held, groups, matcher)
    affected = [candidate for candidate in (*available, *held_candidates) if candidate.affected_by]
    held_affected = [candidate for candidate in held_candidates if candidate.affected_by]
    if not affected:
        return None
    lowest = _lowest_version(affected, held_affected)
    channels = {candidate.build.channel for candidate in held_affected or affected}
    held_subdirs = {candidate.build.subdir for candidate in held_affected}
    releases = _releases(available)
    for (version, number, channel), release in sorted(releases.items()):
        if channel not in channels or version < lowest:
            continue
        subdirs = _subdirs_needed(held_subdirs, _subdirs(available, channel))
        if _is_clear(release) and _is_available_for(release, subdirs):
            same_version = _builds_of_version(releases, version, channel)
            return _fix(
                [candidate.build for candidate in release],
                tuple(sorted({advisory for candidate in affected for advisory in candidate.affected_by})),
                tuple(sorted(subdirs)),
                # A version is specific enough if each of its builds is clear.
                from_number=None if _is_clear(same_version) else number,
            )
    return None


@dataclass(frozen=True)
class _Candidate:
    """A build, the ids of the advisories that affect it, and whether none affects it for sure."""

    build: Build
    version: Version
    affected_by: frozenset[str]
    is_clear: bool


#: The builds of one package with the same version, build number and channel, one or more for each subdir.
_Releases = dict[tuple[Version, int, str], list[_Candidate]]


def _candidates(
    builds: Iterable[Build], groups: Collection[AdvisoryGroup], matcher: Matcher
) -> list[_Candidate]:
    candidates = (_candidate(build, groups, matcher) for build in builds)
    return [candidate for candidate in candidates if candidate is not None]


def _candidate(build: Build, groups: Collection[AdvisoryGroup], matcher: Matcher) -> _Candidate | None:
    """Return the candidate that a build makes; None if conda cannot order its version."""
    try:
        version = parse_version(build.version, build.name)
    except VersionError:
        return None
    statuses = {group.id: matcher.status(group, build) for group in groups}
    affected_by = frozenset(advisory for advisory, status in statuses.items() if status == "affected")
    is_clear = all(status == "not_affected" for status in statuses.values())
    return _Candidate(build, version, affected_by, is_clear)


def _lowest_version(affected: Iterable[_Candidate], held_affected: Collection[_Candidate]) -> Version:
    """Return the highest affected version that is held; without one, the lowest affected version."""
    if held_affected:
        return max(candidate.version for candidate in held_affected)
    return min(candidate.version for candidate in affected)


def _releases(available: Iterable[_Candidate]) -> _Releases:
    """Group the builds whose build number is known."""
    releases: _Releases = defaultdict(list)
    for candidate in available:
        build = candidate.build
        if build.build_number is not None:
            releases[candidate.version, build.build_number, build.channel].append(candidate)
    return releases


def _builds_of_version(releases: _Releases, version: Version, channel: str) -> list[_Candidate]:
    return [
        candidate
        for (other_version, _number, other_channel), release in releases.items()
        if other_version == version and other_channel == channel
        for candidate in release
    ]


def _subdirs(available: Iterable[_Candidate], channel: str) -> set[str]:
    return {candidate.build.subdir for candidate in available if candidate.build.channel == channel}


def _subdirs_needed(held: set[str], of_channel: set[str]) -> set[str]:
    """Return the platforms on which the fix must run; noarch if the channel has no platform."""
    platforms = held - {_NOARCH}
    if _NOARCH in held:
        platforms |= of_channel - {_NOARCH}
    return platforms or held


def _is_clear(candidates: Iterable[_Candidate]) -> bool:
    return all(candidate.is_clear for candidate in candidates)


def _is_available_for(release: Iterable[_Candidate], subdirs: set[str]) -> bool:
    available = {candidate.build.subdir for candidate in release}
    return _NOARCH in available or available >= subdirs


def _fix(
    builds: list[Build], clears: tuple[str, ...], subdirs: tuple[str, ...], *, from_number: int | None
) -> Fix:
    first = builds[0]
    build_strings = {build.build for build in builds}
    spec = f"{first.name}=={first.version}"
    if from_number is not None:
        spec = f'{first.name}[version="{first.version}",build_number=">={from_number}"]'
    return Fix(
        channel=first.channel,
        name=first.name,
        version=first.version,
        build=first.build if len(build_strings) == 1 else None,
        build_number=first.build_number,
        clears=clears,
        subdirs=subdirs,
        command=f"conda install '{spec}'",
    )
