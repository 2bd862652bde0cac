"""How long does ``conda-census report`` take on a large lake, beside hand-written SQL for the same headlines?

It simulates a lake, or takes that of ``--lake``, and runs in turn the whole command (R), the part of the
report that makes the four headlines (H), and the same numbers by SQL for DuckDB over the same files (S). The
budgets: R 10 s and 4 GB on 6.8 million installations, 10 million environments and 100 million downloads, and
H/S at most 1.2.

Run it as ``python benchmarks/report.py``; ``--help`` has the sizes.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from conda_census.engines.duckdb_engine import open_lake
from conda_census.lake.store import Lake
from conda_census.metrics.coverage.window import choose_window, within
from conda_census.metrics.environments import count_environments
from conda_census.metrics.installations import count_installations
from conda_census.metrics.installers import count_installer_downloads
from conda_census.metrics.opted_out import count_opted_out
from conda_census.metrics.population import population
from conda_census.metrics.visitors import AGENT

CENSUS = str(Path(sys.executable).with_name("conda-census"))
#: With these, 6.8 million installations have 10 million environments and 100 million downloads in 90 days.
SHAPE = "--without-plugin 0 --single 0.78 --activity 0.1 --packages-per-session 7.4 --opted-out 0.006"

HEADLINES_SQL = """
    WITH pairs AS (
        SELECT client, environment, min(first_time) AS first_time, max(last_time) AS last_time,
               max(day) AS last_day
        FROM sessions WHERE client IS NOT NULL GROUP BY ALL
    ), copied AS (
        SELECT environment FROM pairs WHERE environment IS NOT NULL GROUP BY ALL HAVING count(*) >= 3
    ), installations AS (
        SELECT client, min(first_time) AS first_time, max(last_time) AS last_time, max(last_day) AS last_day,
               count(environment) AS environments, bool_or(environment IN (FROM copied)) AS is_image
        FROM pairs GROUP BY ALL
    ), whole AS (
        SELECT max(day) AS until FROM sessions
    )
    SELECT CASE WHEN is_image THEN 'image' WHEN last_time - first_time > INTERVAL 1 HOUR THEN 'lasting'
                WHEN first_time::DATE > until - 7 THEN 'new' ELSE 'ephemeral' END AS class,
           least(environments, 5) AS environments, count(*),
           count(*) FILTER (last_day > until - 7), count(*) FILTER (last_day > until - 30)
    FROM installations, whole GROUP BY ALL
"""
VISITORS_SQL = f"""
    SELECT count(*) FILTER (is_off), count(*) FILTER (is_on), sum(installations) FROM (
        SELECT bool_or(sharing = 'off') AS is_off, bool_or(sharing = 'tokens') AS is_on,
               count(DISTINCT client) AS installations
        FROM sessions WHERE sharing IN ('off', 'tokens') GROUP BY day, network, {", ".join(AGENT)}
    )
"""
INSTALLERS_SQL = "SELECT product, platform, version, count(*) FROM installer_downloads GROUP BY ALL"


def main() -> None:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--installations", type=int, default=6_800_000)
    parser.add_argument("--lake", type=Path, help="a lake that is there already")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    print(f"python {' '.join(sys.argv)}")
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        lake = options.lake or simulated(Path(folder) / "lake", options.installations)
        opened = Lake.open(lake)
        of_each: dict[str, list[float]] = {"R": [], "H": [], "S": []}
        peaks = []
        for _ in range(options.runs):
            of_each["S"].append(_timed(lambda: _by_hand(opened)))
            of_each["H"].append(_timed(lambda: _headlines(opened)))
            seconds, peak_bytes = _whole(lake)
            of_each["R"].append(seconds)
            peaks.append(peak_bytes)
    whole, headlines, by_hand = (statistics.median(of_each[name]) for name in ("R", "H", "S"))
    print(f"R, the whole report: {whole:.1f} s, {max(peaks) / 1e9:.1f} GB")
    print(f"H, its headlines: {headlines:.1f} s; S, by hand: {by_hand:.1f} s; H/S {headlines / by_hand:.2f}")


def simulated(lake: Path, installations: int) -> Path:
    """A new lake of so many installations."""
    command = [CENSUS, "simulate", "--seed", "7", "--days", "90", "--installations", str(installations)]
    subprocess.run([*command, "--to-lake", str(lake), *SHAPE.split()], check=True, capture_output=True)
    return lake


def _timed(work: Callable[[], object]) -> float:
    started = time.monotonic()
    work()
    return time.monotonic() - started


def _by_hand(lake: Lake) -> None:
    connection = duckdb.connect()
    for name in ("sessions", "installer_downloads"):
        connection.read_parquet(lake.files(name), hive_partitioning=True).create_view(name)  # type: ignore[arg-type]
    for query in (HEADLINES_SQL, VISITORS_SQL, INSTALLERS_SQL):
        connection.execute(query).fetchall()


def _headlines(lake: Lake) -> None:
    tables = open_lake(lake)
    window = choose_window(tables)
    inside = within(tables, window)
    with tables.keep(population(tables.sessions, window)) as installations:
        count_installations(installations, window)
        count_environments(installations)
    count_opted_out(inside)
    count_installer_downloads(inside.installer_downloads)


def _whole(lake: Path) -> tuple[float, int]:
    """Seconds, and the most memory in bytes."""
    started = time.monotonic()
    process = subprocess.Popen([CENSUS, "report", "--lake", str(lake), "--json"], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"conda-census report failed with code {os.waitstatus_to_exitcode(status)}")
    return time.monotonic() - started, used.ru_maxrss * 1024


if __name__ == "__main__":
    main()
