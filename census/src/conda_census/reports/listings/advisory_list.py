"""Documents of ``conda-census advisories list`` and ``show``, for people and for JSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypedDict

from conda_census.vulnerabilities.affected_packages import AdvisedPackage, bundles_of, packages_of
from conda_census.vulnerabilities.aliases import AdvisoryGroup
from conda_census.vulnerabilities.matching import Matcher
from conda_census.vulnerabilities.severity import Severity

__all__ = [
    "AdvisoryJson",
    "RecordJson",
    "advisory_document",
    "advisory_documents",
]


class RecordJson(TypedDict):
    """One record of an advisory."""

    id: str
    modified: str
    withdrawn: str | None
    packages: list[str]


class AdvisoryJson(TypedDict):
    """An advisory; ``bundled`` are conda packages that contain the affected one among others."""

    id: str
    aliases: list[str]
    summary: str
    severity: Severity
    published: str | None
    withdrawn: bool
    packages: list[AdvisedPackage]
    bundled: list[str]
    records: list[RecordJson]


def advisory_documents(
    groups: Iterable[AdvisoryGroup],
    matcher: Matcher,
    package: str | None = None,
    severities: Iterable[Severity] = (),
) -> list[AdvisoryJson]:
    """List advisories about one conda package or all, with these severities or any, newest first."""
    wanted = frozenset(severities)
    package = None if package is None else package.strip().lower()
    found = [
        group
        for group in groups
        if (not wanted or group.severity in wanted)
        and (package is None or any(each.conda_name == package for each in matcher.subjects(group)))
    ]
    documents = [advisory_document(group, matcher) for group in found]
    return sorted(documents, key=lambda each: (each["published"] or "", each["id"]), reverse=True)


def advisory_document(group: AdvisoryGroup, matcher: Matcher) -> AdvisoryJson:
    """Return one advisory as a document."""
    return AdvisoryJson(
        id=group.id,
        aliases=[name for name in group.ids if name != group.id],
        summary=group.summary,
        severity=group.severity,
        published=_time(group.published),
        withdrawn=not group.is_open,
        packages=packages_of(group, matcher),
        bundled=bundles_of(group, matcher),
        records=[
            RecordJson(
                id=record.id,
                modified=_time(record.modified) or "",
                withdrawn=_time(record.withdrawn),
                packages=[":".join(project) for project in record.projects],
            )
            for record in group.records
        ],
    )


def _time(time: datetime | None) -> str | None:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}" if time else None
