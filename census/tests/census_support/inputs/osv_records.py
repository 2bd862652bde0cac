"""How does a test make OSV records? Small ones by hand, and files of them."""

from __future__ import annotations

import json
from pathlib import Path

from conda_census.vulnerabilities.input_fields import Field
from conda_census.vulnerabilities.osv import Advisory, parse_advisory

__all__ = ["advisory", "events", "osv_record", "write_records"]

Record = dict[str, object]


def events(*named: str, kind: str = "ECOSYSTEM") -> Record:
    """A range of events, each as ``introduced 1.0``."""
    pairs = [text.split(" ", 1) for text in named]
    return {"type": kind, "events": [{key: version} for key, version in pairs]}


def osv_record(
    name: str = "TEST-1",
    *ranges: Record,
    package: str = "demo",
    ecosystem: str = "PyPI",
    versions: tuple[str, ...] = (),
    **more: object,
) -> Record:
    """A record of one package; ``more`` are further fields, or others in the place of these."""
    affected = {"package": {"ecosystem": ecosystem, "name": package}, "ranges": list(ranges)}
    if versions:
        affected["versions"] = list(versions)
    return {"id": name, "modified": "2024-01-16T10:00:00Z", "affected": [affected]} | more


def advisory(name: str = "TEST-1", *ranges: Record, **more: object) -> Advisory:
    """The same, as the census reads it."""
    return parse_advisory(Field(osv_record(name, *ranges, **more), "test.json"))  # type: ignore[arg-type]


def write_records(folder: Path, *records: Record) -> Path:
    """A folder with a file of each record, named by its place and id."""
    folder.mkdir(exist_ok=True)
    for number, record in enumerate(records):
        (folder / f"{number}-{record['id']}.json").write_text(json.dumps(record))
    return folder
