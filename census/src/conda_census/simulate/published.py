"""Advisories and channel index published next to simulated logs."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from conda_census.atomic_files import replace_file
from conda_census.config import SIMULATED_FOLDERS
from conda_census.simulate.channel import EXTENSION
from conda_census.simulate.disclosures import Disclosure, channel_of, plan_disclosures
from conda_census.simulate.scenario import Scenario
from conda_census.simulate.vulnerable_builds import SimulatedBuild, builds_of

__all__ = ["publish"]

_ADVISORIES, _REPODATA = SIMULATED_FOLDERS
#: Severity: anybody can do anything over the network.
_SEVERITY = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"


def publish(scenario: Scenario, folder: Path) -> None:
    """Write ``advisories/ID.json`` (OSV) and ``repodata/CHANNEL/SUBDIR/repodata.json``, as of the last day.

    Write nothing if nothing was disclosed. The index holds the vulnerable packages, in every build that could
    be downloaded on one of the days.

    Raises:
        OSError: a file cannot be written.
    """
    channel = channel_of(scenario)
    indexes: dict[tuple[str, str], dict[str, Any]] = {}
    for disclosure in plan_disclosures(scenario, channel):
        _write(folder / _ADVISORIES / f"{disclosure.id}.json", _record(scenario, disclosure))
        for each in builds_of(disclosure, scenario, channel):
            files = indexes.setdefault((each.channel, each.subdir), {})
            files[f"{each.name}-{each.version}-{each.build}.{EXTENSION}"] = _entry(scenario, each)
    for (of, subdir), files in sorted(indexes.items()):
        index = {
            "info": {"subdir": subdir},
            "packages": {},
            f"packages.{EXTENSION}": dict(sorted(files.items())),
            "repodata_version": 1,
        }
        _write(folder / _REPODATA / of / subdir / "repodata.json", index)


def _record(scenario: Scenario, disclosure: Disclosure) -> dict[str, Any]:
    """Return the record by the OSV schema. A fix that comes after the last day is not in the record."""
    is_out = disclosure.fix_day < scenario.days
    modified = max(disclosure.day, disclosure.fix_day) if is_out else disclosure.day
    fixed = [{"fixed": disclosure.fixed_version}] if is_out else []
    return {
        "schema_version": "1.6.0",
        "id": disclosure.id,
        "modified": _midnight(scenario, modified),
        "published": _midnight(scenario, disclosure.day),
        "summary": f"A made-up vulnerability of {disclosure.name}",
        "severity": [{"type": "CVSS_V3", "score": _SEVERITY}],
        "affected": [
            {
                "package": {"ecosystem": "conda", "name": disclosure.name},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, *fixed]}],
            }
        ],
    }


def _entry(scenario: Scenario, each: SimulatedBuild) -> dict[str, Any]:
    out = scenario.since + timedelta(days=each.day)
    return {
        "build": each.build,
        "build_number": each.build_number,
        "depends": [],
        "name": each.name,
        "size": each.size_bytes,
        "subdir": each.subdir,
        "timestamp": (out - date(1970, 1, 1)) // timedelta(milliseconds=1),
        "version": each.version,
    }


def _midnight(scenario: Scenario, day: int) -> str:
    midnight = datetime.combine(scenario.since + timedelta(days=day), time(), UTC)
    return midnight.isoformat().replace("+00:00", "Z")


def _write(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, f"{json.dumps(content, indent=2)}\n".encode())
