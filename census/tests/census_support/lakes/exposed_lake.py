"""How does a test run the census on a lake in which some are exposed? On logs that a reader can follow."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

from census_support.inputs.osv_records import events, osv_record, write_records
from census_support.inputs.small_log import SmallLog
from census_support.processes.census_process import CensusProcess

__all__ = ["ADVISORY", "exposed_lake"]

#: By one of its records; the other one is its alias.
ADVISORY = "CVE-2024-1"
_FIRST = "/pkgs/main/linux-64/urllib3-1.0.0-py312_0.conda"
_FIXED = "/pkgs/main/linux-64/urllib3-1.1.0-py312_0.conda"
_OLD = "/pkgs/main/linux-64/urllib3-0.9.0-py312_0.conda"
_OWN = "/pkgs/main/noarch/our-tool-1.0-0.conda"
#: Day of January, installation, environment, what it fetched.
_VISITS = (
    (1, "dan", "old", _OLD),
    (2, "ada", "base", _FIRST),
    (3, "bob", "work", _FIRST),
    (4, "bob", "play", _OWN),
    (12, "cy", "test", _FIRST),
    (20, "ada", "base", _FIXED),
    (21, "cy", "test", _OWN),
    (24, "bob", "play", None),
    (25, "bob", "work", None),
)
_INDEX = "/pkgs/main/linux-64/repodata.json"


def exposed_lake(folder: Path, missing: Collection[int] = ()) -> CensusProcess:
    """``conda-census`` in a folder with a lake of January 2024, and the advisories that follow.

    ``CVE-2024-1`` of urllib3 below 1.1.0, disclosed on the 10th, was at the disclosure in ada's base, which
    was mended on the 20th, in bob's work and in dan's old, which were not; since the 12th it is in cy's test.
    bob's play may have it from the cache. Beside it ``LOW-1``, which dan alone has, ``WITHDRAWN-1``,
    ``UNMAPPED-1`` and ``BUNDLED-1``. The channel has a fix.

    One log has all days up to the 25th. If days are ``missing``, each other day has a log of its own.
    """
    census = CensusProcess(folder)
    logs = {day: SmallLog(start=datetime(2024, 1, day, 10, tzinfo=UTC)) for day in range(1, 26)}
    for number, (day, client, environment, fetched) in enumerate(_VISITS):
        for path in filter(None, (_INDEX, fetched)):
            logs[day].request(path, client=client, session=f"s{number}", environment=environment)
    if missing:
        for day, log in logs.items():
            if day not in missing:
                # Somebody without a token, so that the day has a log.
                log.request(_INDEX).write(folder / f"{day:02}.log")
    else:
        whole = SmallLog([line for log in logs.values() for line in log.lines])
        whole.write(folder / "january.log")
    _told(census, folder)
    return census


def _told(census: CensusProcess, folder: Path) -> None:
    until, all_versions = events("introduced 0", "fixed 1.1.0"), events("introduced 0")
    since = {"published": "2024-01-10T08:00:00Z", "modified": "2024-01-11T08:00:00Z"}
    records = (
        osv_record("PYSEC-1", until, package="urllib3", aliases=["CVE-2024-1"], summary="Bad.", **since),
        osv_record("GHSA-1", until, package="urllib3", aliases=["CVE-2024-1"], **since)
        | {"database_specific": {"severity": "HIGH"}},
        osv_record("LOW-1", events("introduced 0", "fixed 0.9.5"), package="urllib3", **since)
        | {"database_specific": {"severity": "LOW"}},
        osv_record("WITHDRAWN-1", all_versions, package="urllib3", withdrawn="2024-01-12T08:00:00Z", **since),
        osv_record("UNMAPPED-1", all_versions, package="nowhere", **since),
        osv_record("BUNDLED-1", all_versions, package="within", **since),
    )
    write_records(folder / "records", *records)
    (folder / "own.toml").write_text('[PyPI]\nsuite = ["within", "beside"]\n')
    builds = {
        path.rpartition("/")[2]: {
            "name": "urllib3", "version": version, "build": "py312_0", "build_number": 0,
        }
        for path, version in ((_OLD, "0.9.0"), (_FIRST, "1.0.0"), (_FIXED, "1.1.0"))
    }  # fmt: skip
    index = folder / "pkgs" / "main" / "linux-64"
    index.mkdir(parents=True)
    (index / "repodata.json").write_text(json.dumps({"packages.conda": builds}))
    for arguments in (
        ("ingest", *sorted(folder.glob("*.log"))),
        ("advisories", "import", "records"),
        ("advisories", "names", "own.toml"),
        ("advisories", "repodata", "pkgs"),
    ):
        done = census(*arguments)
        assert done.returncode == 0, done.stderr
