"""What does an OSV record say (https://ossf.github.io/osv-schema/), as far as it bears on a verdict?"""

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
#: That of one channel, which has a name of its own in OSV.
CONDA_FORGE = "conda-forge"

EventKind = Literal["introduced", "fixed", "last_affected", "limit"]

#: Types of ranges. What GIT names are commits, which no build tells.
_RANGE_TYPES = ("ECOSYSTEM", "SEMVER", "GIT")
_SUMMARY_LETTERS = 160
#: The names that a conda package may have (CEP 26), in lower case.
_CONDA_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?")


@dataclass(frozen=True)
class Event:
    """A version at which something changes. ``0`` introduces before all versions, ``*`` limits nothing."""

    kind: EventKind
    version: str


@dataclass(frozen=True)
class VersionRange:
    """Events in the order of the record, which need not be that of their versions."""

    events: tuple[Event, ...]


class Project(NamedTuple):
    """A package as its ecosystem names it."""

    ecosystem: str
    name: str


@dataclass(frozen=True)
class AffectedEntry:
    """One entry of ``affected``: a package of an ecosystem, with ranges or listed versions, or both.

    Attributes:
        unclear: why it does not say of each version whether it is affected: ends of sentences that begin with
            "the record". What it has of ``ranges`` and ``versions`` is affected all the same.
    """

    project: Project
    ranges: tuple[VersionRange, ...]
    versions: tuple[str, ...]
    unclear: tuple[str, ...] = ()


@dataclass(frozen=True)
class Advisory:
    """An OSV record that follows the schema.

    Most of a database is about none of the packages that are asked for, so its entries are read when they are
    needed first.

    Attributes:
        record: the whole record as JSON.
        is_recorded: whether a database has it; False of what was asked for by hand.
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
        """What it says of packages. Entries without one, of commits alone, are left out.

        Raises:
            FieldError: an earlier version of the census took a bound that has no place in the order.
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
        return tuple(Project(each["ecosystem"], each["name"]) for each in packages if each is not None)


def parse_advisory(whole: Field) -> Advisory:
    """The record in a file.

    Beside a range of versions, listed ones that no conda package has, such as ``trunk``, change nothing: the
    PyPA database has 19 records that list some. Of tags listed beside commits those count that are versions.

    Raises:
        FieldError: it does not follow the schema, a range has a bound that has no place in conda's order, or
            a listed version is none: the first field that is wrong.
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
    return tuple(entry for each in whole["affected"].items() if (entry := _entry(each, is_new=is_new)))


def _entry(entry: Field, *, is_new: bool) -> AffectedEntry | None:
    """Return what the entry says of a package; None if it names commits of a repository only.

    What ``is_new`` is refused if somebody can mend it. What is in a lake may be from an earlier version of
    the census, and is told as unclear.
    """
    package = entry["package"]
    ecosystem = package["ecosystem"].text() if package else ""
    ranges = tuple(found for each in entry["ranges"].items() if (found := _range(each, ecosystem)))
    texts = [(each, each.text().strip()) for each in entry["versions"].items()]
    if not package:
        return None
    project = Project(ecosystem, package["name"].text())
    if is_new and ecosystem.partition(":")[0] in (CONDA, CONDA_FORGE):
        _expect_conda_name(package["name"])
    has_commits = any(each["type"].value == "GIT" for each in entry["ranges"].items())
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


def _range(found: Field, ecosystem: str) -> VersionRange | None:
    kind = found["type"].one_of(_RANGE_TYPES)
    events = tuple(_event(event, ecosystem, are_versions=kind != "GIT") for event in found["events"].items())
    if not any(event.kind == "introduced" for event in events):
        raise found["events"].wrong("must hold an introduced")
    return VersionRange(events) if kind != "GIT" else None


def _event(event: Field, ecosystem: str, *, are_versions: bool) -> Event:
    [key, *more] = list(event.table()) or [""]
    kind = next((known for known in get_args(EventKind) if known == key), None)
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
    """Its summary, or the first sentence of its details, which is all that the PyPA database has."""
    if summary := whole["summary"].optional_text():
        return " ".join(summary.split())
    details = " ".join((whole["details"].optional_text() or "").split())
    sentence = re.split(r"(?<=[.!?]) ", details, maxsplit=1)[0]
    return sentence if len(sentence) <= _SUMMARY_LETTERS else f"{sentence[: _SUMMARY_LETTERS - 1]}…"
