"""Conda packages that an advisory affects, with their versions."""

from __future__ import annotations

from typing import TypedDict

from conda_census.vulnerabilities.aliases import AdvisoryGroup
from conda_census.vulnerabilities.conda_packages import PackageClass, package_class
from conda_census.vulnerabilities.conda_versions import parse_bound, parse_listed
from conda_census.vulnerabilities.matching import Matcher, Subject

__all__ = ["AdvisedPackage", "bundles_of", "packages_of"]


class AdvisedPackage(TypedDict):
    """A conda package that an advisory is about, in one channel, or in all if ``channel`` is null.

    ``map`` is the map that has it. ``affected`` has ranges of versions, and then the listed versions that are
    in no range. ``unclear`` has the reasons why other versions may be affected as well: ends of sentences
    that begin with "the record".
    """

    conda_name: str
    channel: str | None
    package_class: PackageClass
    map: str
    affected: list[str]
    fixed_in: list[str]
    unclear: list[str]


def packages_of(group: AdvisoryGroup, matcher: Matcher) -> list[AdvisedPackage]:
    """Return the conda packages that an advisory is about and that can be matched, sorted by name."""
    packages: dict[tuple[str, str | None], AdvisedPackage] = {}
    for subject in matcher.subjects(group):
        if subject.is_bundled:
            continue
        package = packages.setdefault(
            (subject.conda_name, subject.channel),
            AdvisedPackage(
                conda_name=subject.conda_name,
                channel=subject.channel,
                package_class=package_class(subject.conda_name),
                map=subject.map,
                affected=[],
                fixed_in=[],
                unclear=[],
            ),
        )
        package["unclear"] += [text for text in subject.unclear if text not in package["unclear"]]
        package["affected"] += [text for text in _affected(subject) if text not in package["affected"]]
        package["fixed_in"] += [text for text in _fixed_in(subject) if text not in package["fixed_in"]]
    return list(packages.values())


def bundles_of(group: AdvisoryGroup, matcher: Matcher) -> list[str]:
    """Return the conda packages that bundle an affected project with others, so that no version matches."""
    return sorted({subject.conda_name for subject in matcher.subjects(group) if subject.is_bundled})


def _affected(subject: Subject) -> list[str]:
    versions = subject.versions
    beside = [text for text in subject.entry.versions if not _is_in_range(text, subject)]
    return [*map(str, versions.intervals), *(f"=={text}" for text in beside)]


def _is_in_range(version: str, subject: Subject) -> bool:
    spellings = parse_listed(version, subject.conda_name, subject.entry.project.ecosystem)
    return any(spelling in interval for spelling in spellings for interval in subject.versions.intervals)


def _fixed_in(subject: Subject) -> list[str]:
    """Return the versions that the record names as fixed and does not affect otherwise."""
    events = [
        event
        for version_range in subject.entry.ranges
        for event in version_range.events
        if event.kind == "fixed"
    ]
    ecosystem = subject.entry.project.ecosystem
    fixed = {parse_bound(event.version, subject.conda_name, ecosystem): event.version for event in events}
    return [fixed[version] for version in sorted(fixed) if version not in subject.versions]
