"""OSV records (https://ossf.github.io/osv-schema/), with the fields on which matching depends."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal, NamedTuple, get_args

from conda_census.vulnerabilities.conda_versions import (
    VersionError,
    find_listed_fault,
    parse_bound,
    parse_listed,
)
from conda_census.vulnerabilities.input_fields import Field, FieldError
from conda_census.vulnerabilities.severity import Severity, severity_of

__all__ = [
    "CONDA",
    "CONDA_FORGE",
    "Advisory",
    "AffectedEntry",
    "Event",
    "EventKind",
    "Project",
    "VersionRange",
    "parse_advisory",
]

#: The ecosystem of conda packages, of all channels; ``conda:CHANNEL`` is that of one.
CONDA = "conda"
#: The ecosystem of this one channel in OSV.
CONDA_FORGE = "conda-forge"

EventKind = Literal["introduced", "fixed", "last_affected", "limit"]

#: Types of ranges. GIT ranges have commits, which cannot be matched with builds.
_RANGE_TYPES = ("ECOSYSTEM", "SEMVER", "GIT")
_SUMMARY_LETTERS = 160
#: The names that a conda package may have (CEP 26), in lower case.
_CONDA_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?")


@dataclass(frozen=True)
class Event:
    """A version at which the status changes. ``0`` is before all versions, a limit ``*`` is none."""

    kind: EventKind
    version: str


@dataclass(frozen=True)
class VersionRange:
    """Events in the order of the record, which may differ from the order of versions."""

    events: tuple[Event, ...]


class Project(NamedTuple):
    """A package by its name in its ecosystem."""

    ecosystem: str
    name: str


@dataclass(frozen=True)
class AffectedEntry:
    """One entry of ``affected``: a package of an ecosystem, with ranges or listed versions, or both.

    Attributes:
        unclear: the reasons why it does not give the status of each version: ends of sentences that begin
            with "the record". The versions in ``ranges`` and ``versions`` are affected nevertheless.
    """

    project: Project
    ranges: tuple[VersionRange, ...]
    versions: tuple[str, ...]
    unclear: tuple[str, ...] = ()


@dataclass(frozen=True)
class Advisory:
    """An OSV record that follows the schema.

    Its entries are parsed only when they are needed, since most records are about other packages.

    Attributes:
        record: the whole record as JSON.
        is_recorded: whether it is a record of a database, and not an ad-hoc advisory.
    """

    id: str
    modified: datetime
    published: datetime | None
    withdrawn: datetime | None
    aliases: tuple[str, ...]
    summary: str
    severity: Severity
    record: str
    is_recorded: bool = True

    @cached_property
    def entries(self) -> tuple[AffectedEntry, ...]:
        """The entries about packages. Entries that have only commits are left out.

        Raises:
            FieldError: an earlier version of the census accepted a bound that cannot be ordered.
        """
        try:
            return _entries(Field(json.loads(self.record), self.id))
        except FieldError as error:
            raise FieldError(
                f"{error}: import the record again, corrected and with a later time as modified"
            ) from None

    @cached_property
    def projects(self) -> tuple[Project, ...]:
        """The packages of the entries, in their order."""
        packages = [entry.get("package") for entry in json.loads(self.record).get("affected") or ()]
        return tuple(
            Project(package["ecosystem"], package["name"]) for package in packages if package is not None
        )


def parse_advisory(whole: Field) -> Advisory:
    """Parse the record of a file.

    A listed version that no conda package has, such as ``trunk``, is ignored if there is also a range: the
    PyPA database has 19 such records. Of tags listed beside commits, only versions count.

    Raises:
        FieldError: the first wrong field: it breaks the schema, conda cannot order the bound of a range, or a
            listed version is no version.
    """
    _expect_osv(whole)
    _entries(whole, is_new=True)
    severities = [whole["severity"], *(entry["severity"] for entry in whole["affected"].items())]
    return Advisory(
        id=whole["id"].text(),
        modified=whole["modified"].time(),
        published=whole["published"].optional_time(),
        withdrawn=whole["withdrawn"].optional_time(),
        aliases=whole["aliases"].texts(),
        summary=_summary(whole),
        severity=severity_of(severities, whole["database_specific"]),
        record=json.dumps(whole.value, ensure_ascii=False, separators=(",", ":")),
    )


def _expect_osv(whole: Field) -> None:
    content = whole.table()
    if content.get("dataType") == "CVE_RECORD":
        raise FieldError(
            f"{whole.file}: a CVE record (CVE JSON 5), not OSV: "
            "import the OSV record of the same vulnerability"
        )
    if "id" not in content and "modified" not in content:
        raise FieldError(f"{whole.file}: not an OSV record, for it has no id: name the records alone")


def _entries(whole: Field, *, is_new: bool = False) -> tuple[AffectedEntry, ...]:
    return tuple(entry for field in whole["affected"].items() if (entry := _entry(field, is_new=is_new)))


def _entry(entry: Field, *, is_new: bool) -> AffectedEntry | None:
    """Return the entry about a package; None if it names only commits of a repository.

    A fault in a new record is refused, since its author can correct it. A record in a lake may be from an
    earlier version of the census: its faults are reported as unclear.
    """
    package = entry["package"]
    ecosystem = package["ecosystem"].text() if package else ""
    ranges = tuple(
        version_range for field in entry["ranges"].items() if (version_range := _range(field, ecosystem))
    )
    texts = [(field, field.text().strip()) for field in entry["versions"].items()]
    if not package:
        return None
    project = Project(ecosystem, package["name"].text())
    if is_new and ecosystem.partition(":")[0] in (CONDA, CONDA_FORGE):
        _expect_conda_name(package["name"])
    has_commits = any(field["type"].value == "GIT" for field in entry["ranges"].items())
    versions, unclear = [], []
    for field, text in texts:
        fault = find_listed_fault(text, project.name, ecosystem)
        if fault is None or (fault.is_odd and ranges):
            versions += [text] if parse_listed(text, "", ecosystem) else []
        elif is_new and not has_commits:
            raise field.wrong(f"says {text!r}, which {fault.why}: {fault.advice}")
        else:
            unclear.append(f"lists {text!r}, which {fault.why}")
    if not ranges and not texts:
        unclear.append("names commits only" if has_commits else "names no versions")
    return AffectedEntry(project, ranges, tuple(versions), tuple(unclear))


def _expect_conda_name(name: Field) -> None:
    if not _CONDA_NAME.fullmatch(name.text().strip().lower()):
        raise name.wrong(f"says {name.text()!r}, which is no name of a conda package: correct it")


def _range(field: Field, ecosystem: str) -> VersionRange | None:
    kind = field["type"].one_of(_RANGE_TYPES)
    events = tuple(_event(event, ecosystem, are_versions=kind != "GIT") for event in field["events"].items())
    if not any(event.kind == "introduced" for event in events):
        raise field["events"].wrong("must hold an introduced")
    return VersionRange(events) if kind != "GIT" else None


def _event(event: Field, ecosystem: str, *, are_versions: bool) -> Event:
    [key, *more] = list(event.table()) or [""]
    kind = next((event_kind for event_kind in get_args(EventKind) if event_kind == key), None)
    if kind is None or more:
        raise event.wrong(f"must hold one of {', '.join(get_args(EventKind))}, and nothing else")
    version = event[kind].text().strip()
    if are_versions and (kind, version) != ("limit", "*"):
        try:
            parse_bound(version, "", ecosystem)
        except VersionError as error:
            raise event[kind].wrong(f"says {error}") from None
    return Event(kind, version)


def _summary(whole: Field) -> str:
    """Return the summary, or the first sentence of the details: the PyPA database has only these."""
    if summary := whole["summary"].optional_text():
        return " ".join(summary.split())
    details = " ".join((whole["details"].optional_text() or "").split())
    sentence = re.split(r"(?<=[.!?]) ", details, maxsplit=1)[0]
    return sentence if len(sentence) <= _SUMMARY_LETTERS else f"{sentence[: _SUMMARY_LETTERS - 1]}…"
