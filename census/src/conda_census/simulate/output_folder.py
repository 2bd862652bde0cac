"""Output folder of a simulation, with advisories and a channel index next to the logs."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from conda_census.atomic_files import replace_file
from conda_census.config import SIMULATED_FOLDERS
from conda_census.errors import CensusError
from conda_census.simulate.channel import EXTENSION, Channel, build, build_number, first_day
from conda_census.simulate.disclosures import Disclosure, channel_of, plan_disclosures
from conda_census.simulate.scenario import Scenario

__all__ = ["SimulatedBuild", "builds_of", "make_new_folder", "publish"]

_ADVISORIES, _REPODATA = SIMULATED_FOLDERS
#: The severities of the first, second and third disclosure, and so on: critical, high and medium.
_SEVERITIES = (
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H",
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:N/I:L/A:L",
)


class SimulatedBuild(NamedTuple):
    """Build with its true verdict, the day on which it appeared (from 0), and the bytes of its file."""

    channel: str
    subdir: str
    name: str
    version: str
    build: str
    build_number: int
    affected: bool
    day: int
    size_bytes: int


def make_new_folder(folder: Path, option: str) -> None:
    """Create the folder that an option names.

    Raises:
        CensusError: the folder is not empty, or cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = next(folder.iterdir(), None)
    except OSError as error:
        raise CensusError(
            f"{folder}: cannot be written ({error.strerror}): choose another {option}"
        ) from None
    if held:
        raise CensusError(f"{folder}: not empty (it holds {held.name}): name a new folder with {option}")


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


def builds_of(disclosure: Disclosure, scenario: Scenario, channel: Channel) -> list[SimulatedBuild]:
    """Return the builds that could be downloaded on one of the days, oldest first."""
    package = disclosure.package
    first, last = (int(channel.releases(day)[package]) for day in (0, scenario.days - 1))
    return [
        SimulatedBuild(
            channel=channel.channels[package],
            subdir=subdir,
            name=disclosure.name,
            version=channel.version_of(package, release),
            build=build(release, is_noarch=bool(channel.is_noarch[package])),
            build_number=build_number(release),
            affected=release < disclosure.fix,
            day=first_day(release, int(channel.cadence[package])),
            size_bytes=int(channel.size_bytes[package]),
        )
        for release in range(min(first, disclosure.fix - 1), last + 1)
        for subdir in channel.subdirs(package)
    ]


def _record(scenario: Scenario, disclosure: Disclosure) -> dict[str, Any]:
    """Return the record by the OSV schema. A fix that comes after the last day is not in the record."""
    is_out = disclosure.fix_day < scenario.days
    modified = max(disclosure.day, disclosure.fix_day) if is_out else disclosure.day
    fixed = [{"fixed": disclosure.fixed_version}] if is_out else []
    severity = _SEVERITIES[disclosure.number % len(_SEVERITIES) if scenario.realistic else 0]
    return {
        "schema_version": "1.6.0",
        "id": disclosure.id,
        "modified": _midnight(scenario, modified),
        "published": _midnight(scenario, disclosure.day),
        "summary": f"A made-up vulnerability of {disclosure.name}",
        "severity": [{"type": "CVSS_V3", "score": severity}],
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
