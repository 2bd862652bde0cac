"""How long do ``exposure``, ``exposures`` and ``advisories import`` take on a large lake?

It simulates a lake, or takes that of ``--lake``, and makes advisories for packages that are in it: one of a
package that nearly everybody has, one of a rare one, and many together. The budgets, on 10 million
environments and 100 million downloads: one advisory in 5 s, 2,600 advisories in 60 s, and the import of 2,600
records in 20 s.

Run it as ``python benchmarks/exposure.py``; ``--help`` has the sizes.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from conda_census.engines.duckdb_engine import open_lake
from conda_census.exposure.assessment_inputs import last_day
from conda_census.exposure.downloaded_builds import list_downloaded_builds, list_downloaded_names
from conda_census.lake.store import Lake
from conda_census.vulnerabilities.conda_packages import Build
from conda_census.vulnerabilities.conda_versions import parse_version
from conda_census.vulnerabilities.matching import group_by_name
from report import CENSUS, simulated

ADVISORIES = 2600
#: That many days before the end of the data, the advisories are disclosed.
DISCLOSED = (10, 60)


def main() -> None:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--installations", type=int, default=6_800_000)
    parser.add_argument("--lake", type=Path, help="a lake that is there already; advisories come into it")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    print(f"python {' '.join(sys.argv)}")
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        lake = options.lake or simulated(Path(folder) / "lake", options.installations)
        records = Path(folder) / "records"
        popular, rare = _write_records(lake, records)
        for name, runs, command in (
            (f"advisories import of {ADVISORIES:,} records", 1, ["advisories", "import", str(records)]),
            ("exposure of a package that most have", options.runs, ["exposure", popular, "--json"]),
            ("exposure of a rare package", options.runs, ["exposure", rare, "--json"]),
            ("exposures", 1, ["exposures", "--json"]),
        ):
            measured = [_run([*command, "--lake", str(lake)]) for _ in range(runs)]
            seconds, processors = (statistics.median(each) for each in list(zip(*measured, strict=True))[:2])
            peak = max(each[2] for each in measured)
            print(
                f"{name}: {seconds:.1f} s, {processors:.1f} s of processors, {peak / 1e9:.1f} GB", flush=True
            )
        if options.lake:
            shutil.rmtree(lake / "advisories")


def _write_records(lake: Path, folder: Path) -> tuple[str, str]:
    """Records of packages that have several versions, in turn; the ids of a popular and of a rare one."""
    tables = open_lake(Lake.open(lake))
    until = last_day(tables, None)
    builds = list_downloaded_builds(tables.downloads, list_downloaded_names(tables.downloads, until), until)
    seen = group_by_name(each.build for each in builds)
    counts = tables.downloads.name.value_counts(name="downloads").to_pyarrow().to_pylist()
    by_downloads = [row["name"] for row in sorted(counts, key=lambda row: -row["downloads"])]
    several = [name for name in by_downloads if len(_versions(seen[name])) > 1]
    folder.mkdir()
    chance = random.Random(1)  # noqa: S311  (to be repeated)
    for number in range(ADVISORIES):
        name = several[number % len(several)]
        fixed = chance.choice(_versions(seen[name])[1:])
        published = until - timedelta(days=chance.randint(*DISCLOSED))
        record = {
            "id": f"BENCH-2024-{number:04}",
            "modified": f"{published}T00:00:00Z",
            "published": f"{published}T00:00:00Z",
            "affected": [
                {
                    "package": {"ecosystem": "conda", "name": name},
                    "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}],
                }
            ],
        }
        (folder / f"{number:04}.json").write_text(json.dumps(record))
    return "BENCH-2024-0000", f"BENCH-2024-{min(len(several), ADVISORIES) - 1:04}"


def _versions(builds: list[Build]) -> list[str]:
    return sorted({build.version for build in builds}, key=parse_version)


def _run(arguments: list[str]) -> tuple[float, float, int]:
    """Seconds by the clock, seconds of processors, and the most memory in bytes."""
    started = time.monotonic()
    process = subprocess.Popen([CENSUS, *arguments], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"conda-census {arguments[0]} failed with code {os.waitstatus_to_exitcode(status)}")
    return time.monotonic() - started, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024


if __name__ == "__main__":
    main()
