"""What do ``conda-census advisories list`` and ``show`` say? One document for a person and for JSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypedDict

from conda_census.exposure.aliases import AdvisoryGroup
from conda_census.exposure.severities import Severity
from conda_census.exposure.verdicts import Judge, Subject
from conda_census.exposure.versions import ordered

__all__ = [
    "AdvisoryJson",
    "PackageJson",
    "RecordJson",
    "advisory_document",
    "advisory_documents",
    "packages_of",
]


class PackageJson(TypedDict):
    """A conda package that an advisory is about.

    ``affected`` are ranges of versions, any of which is enough; listed ones that are in none follow them.
    """

    conda_name: str
    channel: str | None
    map: str
    affected: list[str]
    fixed_in: list[str]


class RecordJson(TypedDict):
    """One record of an advisory."""

    id: str
    modified: str
    withdrawn: str | None
    packages: list[str]


class AdvisoryJson(TypedDict):
    """An advisory; ``bundled`` are conda packages that carry the affected one among others."""

    id: str
    aliases: list[str]
    summary: str
    severity: Severity
    published: str | None
    withdrawn: bool
    packages: list[PackageJson]
    bundled: list[str]
    records: list[RecordJson]


def advisory_documents(
    groups: Iterable[AdvisoryGroup],
    judge: Judge,
    package: str | None = None,
    severities: Iterable[Severity] = (),
) -> list[AdvisoryJson]:
    """The advisories about a conda package, or all, of these severities, or of any; the newest first."""
    wanted = frozenset(severities)
    found = [
        group
        for group in groups
        if (not wanted or group.severity in wanted)
        and (package is None or any(each.conda_name == package for each in judge.subjects(group)))
    ]
    documents = [advisory_document(group, judge) for group in found]
    return sorted(documents, key=lambda each: (each["published"] or "", each["id"]), reverse=True)


def advisory_document(group: AdvisoryGroup, judge: Judge) -> AdvisoryJson:
    """One advisory."""
    return AdvisoryJson(
        id=group.id,
        aliases=[name for name in group.ids if name != group.id],
        summary=group.summary,
        severity=group.severity,
        published=_time(group.published),
        withdrawn=not group.is_open,
        packages=packages_of(group, judge),
        bundled=sorted({each.conda_name for each in judge.subjects(group) if each.is_bundled}),
        records=[
            RecordJson(
                id=record.id,
                modified=_time(record.modified) or "",
                withdrawn=_time(record.withdrawn),
                packages=[f"{entry.ecosystem}:{entry.package}" for entry in record.entries],
            )
            for record in group.records
        ],
    )


def packages_of(group: AdvisoryGroup, judge: Judge) -> list[PackageJson]:
    """The conda packages that an advisory is about and can be judged of, by name."""
    found: dict[tuple[str, str | None], PackageJson] = {}
    for subject in judge.subjects(group):
        if subject.is_bundled:
            continue
        package = found.setdefault(
            (subject.conda_name, subject.channel),
            PackageJson(
                conda_name=subject.conda_name,
                channel=subject.channel,
                map=subject.map,
                affected=[],
                fixed_in=[],
            ),
        )
        package["affected"] += [text for text in _affected(subject) if text not in package["affected"]]
        package["fixed_in"] += [text for text in _fixed_in(subject) if text not in package["fixed_in"]]
    return list(found.values())


def _affected(subject: Subject) -> list[str]:
    versions = subject.versions
    beside = [text for text in subject.entry.versions if not _is_in_range(text, subject)]
    return [*map(str, versions.intervals), *(f"=={text}" for text in beside)]


def _is_in_range(version: str, subject: Subject) -> bool:
    found = ordered(version, subject.conda_name)
    return any(found in interval for interval in subject.versions.intervals)


def _fixed_in(subject: Subject) -> list[str]:
    """The versions that the record names as fixed, and that nothing else in it affects."""
    events = [event for found in subject.entry.ranges for event in found.events if event.kind == "fixed"]
    fixed = {ordered(event.version, subject.conda_name): event.version for event in events}
    return [fixed[version] for version in sorted(fixed) if version not in subject.versions]


def _time(time: datetime | None) -> str | None:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}" if time else None
