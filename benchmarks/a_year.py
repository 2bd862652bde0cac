"""Does a day's log take longer to ingest into a lake that holds a year than into an empty one?

It ingests 365 days, one run for each as a timer does, and then in turn the next day into a copy of that
lake and the same day into a fresh lake. The budget is 1.2 times.

Run it as ``python benchmarks/a_year.py``; ``--help`` has the sizes.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from access_logs import write_logs

DAYS = 365


def main() -> None:
    """Measure, and print one line for each step."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=20_000, help="lines of each day of the year")
    parser.add_argument("--last", type=int, default=1_000_000, help="lines of the day that is measured")
    parser.add_argument("--runs", type=int, default=5, help="how often that day is ingested into each")
    parser.add_argument("--compact", action="store_true", help="compact the year's lake before")
    options = parser.parse_args()
    print(f"python {' '.join(sys.argv)}")
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        year = scratch / "year"
        started = time.monotonic()
        for day in range(DAYS):
            (log,) = write_logs(scratch / "days", "combined", options.lines, 1, day)
            _ingest(scratch, year, log.rename(scratch / f"day-{day}.log.gz"))
        print(f"{DAYS} days of {options.lines:,} lines: {time.monotonic() - started:.0f} s", flush=True)
        if options.compact:
            _census(scratch, "compact", "--lake", str(year))
        (log,) = write_logs(scratch / "last", "combined", options.last, 1, DAYS)
        into_year, into_fresh = [], []
        lake = scratch / "lake"
        for _ in range(options.runs):
            shutil.rmtree(lake, ignore_errors=True)
            into_fresh.append(_ingest(scratch, lake, log))
            shutil.rmtree(lake, ignore_errors=True)
            shutil.copytree(year, lake)
            into_year.append(_ingest(scratch, lake, log))
        fresh, held = statistics.median(into_fresh), statistics.median(into_year)
        print(f"day {DAYS + 1} of {options.last:,} lines, median of {options.runs}")
        print(f"into a fresh lake {fresh:.2f} s, into the year's {held:.2f} s: ratio {held / fresh:.2f}")


def _ingest(scratch: Path, lake: Path, log: Path) -> float:
    started = time.monotonic()
    _census(scratch, "ingest", str(log), "--lake", str(lake), "--json")
    return time.monotonic() - started


def _census(scratch: Path, *arguments: str) -> None:
    subprocess.run(
        [str(Path(sys.executable).with_name("conda-census")), *arguments],
        env={**os.environ, "CENSUS_CONFIG": str(scratch / "keys")},
        capture_output=True,
        check=True,
    )


if __name__ == "__main__":
    main()
