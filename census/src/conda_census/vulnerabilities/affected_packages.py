"""Which conda packages is an advisory about, in which versions?"""

from __future__ import annotations

from typing import TypedDict

from conda_census.vulnerabilities.aliases import AdvisoryGroup
from conda_census.vulnerabilities.conda_packages import PackageClass, package_class
from conda_census.vulnerabilities.conda_versions import parse_bound, parse_listed
from conda_census.vulnerabilities.matching import Matcher, Subject

__all__ = ["AdvisedPackage", "bundles_of", "packages_of"]


class AdvisedPackage(TypedDict):
    """A conda package that an advisory is about, in one channel or, where it is null, in all.

    ``map`` says which map knows it. ``affected`` are ranges of versions, any of which is enough; listed ones
    that are in none follow them. ``unclear`` says why others may be affected as well: ends of sentences that
    begin with "the record".
    """

    conda_name: str
    channel: str | None
    package_class: PackageClass
    map: str
    affected: list[str]
    fixed_in: list[str]
    unclear: list[str]


def packages_of(group: AdvisoryGroup, matcher: Matcher) -> list[AdvisedPackage]:
    """The conda packages that an advisory is about and can be matched, by name."""
    found: dict[tuple[str, str | None], AdvisedPackage] = {}
    for subject in matcher.subjects(group):
        if subject.is_bundled:
            continue
        package = found.setdefault(
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
    return list(found.values())


def bundles_of(group: AdvisoryGroup, matcher: Matcher) -> list[str]:
    """The conda packages that carry what an advisory is about among others, of which no version tells."""
    return sorted({subject.conda_name for subject in matcher.subjects(group) if subject.is_bundled})


def _affected(subject: Subject) -> list[str]:
    versions = subject.versions
    beside = [text for text in subject.entry.versions if not _is_in_range(text, subject)]
    return [*map(str, versions.intervals), *(f"=={text}" for text in beside)]


def _is_in_range(version: str, subject: Subject) -> bool:
    found = parse_listed(version, subject.conda_name, subject.entry.project.ecosystem)
    return any(each in interval for each in found for interval in subject.versions.intervals)


def _fixed_in(subject: Subject) -> list[str]:
    """The versions that the record names as fixed, and that nothing else in it affects."""
    events = [event for found in subject.entry.ranges for event in found.events if event.kind == "fixed"]
    ecosystem = subject.entry.project.ecosystem
    fixed = {parse_bound(event.version, subject.conda_name, ecosystem): event.version for event in events}
    return [fixed[version] for version in sorted(fixed) if version not in subject.versions]
