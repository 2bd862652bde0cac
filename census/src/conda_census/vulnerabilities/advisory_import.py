"""Import of OSV records into a lake, and the advisories of a lake."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path

import pyarrow as pa
from rattler import Version

from conda_census.errors import CensusError
from conda_census.lake.references import ADVISORIES
from conda_census.lake.schema import delta_schema
from conda_census.lake.store import Lake
from conda_census.vulnerabilities.aliases import AdvisoryGroup, group_aliases
from conda_census.vulnerabilities.conda_versions import VersionError, parse_bound
from conda_census.vulnerabilities.input_fields import Field
from conda_census.vulnerabilities.input_files import expect_content, read_input_files
from conda_census.vulnerabilities.latest_records import Imported, latest
from conda_census.vulnerabilities.osv import CONDA, Advisory, parse_advisory

__all__ = ["ad_hoc_advisory", "import_advisories", "is_recorded", "open_advisories", "read_advisories"]


def import_advisories(lake: Lake, paths: Iterable[Path]) -> Imported:
    """Import the OSV records of files, zips and folders; of one id the last modified record counts.

    All records are written at once: if a run is killed, nothing has changed.

    Raises:
        LakeError: the lake cannot be read or written.
    """
    read: list[Advisory] = []
    problems: list[CensusError] = []
    for document in read_input_files(paths):
        try:
            read.append(parse_advisory(expect_content(document)))
        except CensusError as problem:
            problems.append(problem)
    with lake.changing_references():
        merged = latest(_stored(lake), read, attrgetter("id"), attrgetter("modified"))
        if merged.new or merged.updated:
            lake.replace_reference(ADVISORIES, _rows(merged.all))
    return merged.imported(len(read), problems)


def read_advisories(lake: Lake) -> list[AdvisoryGroup]:
    """Return all advisories of the lake, each with all its records, sorted by id.

    Raises:
        LakeError: the lake cannot be read.
    """
    return group_aliases(_stored(lake))


def open_advisories(groups: Iterable[AdvisoryGroup]) -> list[AdvisoryGroup]:
    """Return the advisories that were not withdrawn."""
    return [group for group in groups if group.is_open]


def ad_hoc_advisory(conda_name: str, below: str) -> AdvisoryGroup:
    """Return an advisory without a record: it affects all versions of a conda package below one.

    Raises:
        VersionError: conda cannot order the version, or no version is below it.
        FieldError: the name is no name of a conda package.
    """
    conda_name, below = conda_name.strip().lower(), below.strip()
    if parse_bound(below, conda_name, CONDA) <= Version("0"):
        raise VersionError(f"no version is below {below!r}: give the first one that is not affected")
    name = f"{conda_name} below {below}"
    events = [{"introduced": "0"}, {"fixed": below}]
    record = {
        "id": name,
        "modified": datetime.now(UTC).isoformat(),
        "summary": name,
        "affected": [
            {
                "package": {"ecosystem": CONDA, "name": conda_name},
                "ranges": [{"type": "ECOSYSTEM", "events": events}],
            }
        ],
    }
    [group] = group_aliases([replace(parse_advisory(Field(record, name)), is_recorded=False)])
    return group


def is_recorded(group: AdvisoryGroup) -> bool:
    """Tell whether an advisory has a record, and was not made by ``ad_hoc_advisory``."""
    return any(record.is_recorded for record in group.records)


def _stored(lake: Lake) -> list[Advisory]:
    columns = ["id", "modified", "published", "withdrawn", "aliases", "summary", "severity", "record"]
    rows = lake.reference(ADVISORIES).select(columns).to_pylist()
    return [Advisory(**row | {"aliases": tuple(row["aliases"])}) for row in rows]


def _rows(records: Iterable[Advisory]) -> pa.Table:
    rows = [
        {
            "id": record.id,
            "modified": record.modified,
            "published": record.published,
            "withdrawn": record.withdrawn,
            "severity": record.severity,
            "summary": record.summary,
            "aliases": list(record.aliases),
            "packages": [":".join(project) for project in record.projects],
            "record": record.record,
        }
        for record in sorted(records, key=attrgetter("id"))
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema(delta_schema(ADVISORIES).to_arrow()))
