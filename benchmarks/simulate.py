"""How fast does ``conda-census simulate`` write lines, or the rows of a lake, and in how much memory?

The budgets are 200,000 lines a second, and 24 GiB for all processes together. What follows ``--`` goes to
``conda-census simulate`` as it stands.

Run it as ``python benchmarks/simulate.py``; ``--help`` has the sizes.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LINES_A_SECOND = 200_000
PAUSE_S = 0.25


def main() -> None:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--installations", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=3)
    parser.add_argument("--to-lake", action="store_true", help="the rows of a lake in place of lines")
    parser.add_argument("more", nargs="*", help="further options of conda-census simulate, after --")
    options = parser.parse_args()
    print(f"python {' '.join(sys.argv)}")
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "made"
        command = [str(Path(sys.executable).with_name("conda-census")), "simulate", "--seed", "7"]
        command += ["--preset", "miniconda-2024q1", "--installations", str(options.installations)]
        command += ["--days", str(options.days), "--to-lake" if options.to_lake else "--out", str(place)]
        started = time.monotonic()
        process = subprocess.Popen([*command, *options.more], stdout=subprocess.PIPE, text=True)
        peak_bytes = 0
        while process.poll() is None:
            peak_bytes = max(peak_bytes, sum(map(_resident_bytes, _with_children(process.pid))))
            time.sleep(PAUSE_S)
        seconds = time.monotonic() - started
        print((process.stdout.read() if process.stdout else "").strip())
        size_bytes = sum(file.stat().st_size for file in place.rglob("*") if file.is_file())
        lines = int(_truth(place)["lines"])
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = used.ru_utime + used.ru_stime
    print(f"{seconds:.0f} s, {cpu_s:.0f} s of processors, on load {os.getloadavg()[2]:.1f}")
    print(
        f"all processes together {peak_bytes / 2**30:.1f} GiB at most, {size_bytes / 2**30:.1f} GiB written"
    )
    rate = lines / seconds
    print(f"{rate:,.0f} lines a second: {rate / LINES_A_SECOND:.2f} of the budget")
    print(f"{lines / cpu_s:,.0f} lines a second of one processor")


def _truth(place: Path) -> dict[str, int]:
    truth: dict[str, int] = json.loads((place / "truth.json").read_text())
    return truth


def _with_children(process: int) -> list[int]:
    """The process and all that it started."""
    children: list[str] = []
    for file in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            children += file.read_text().split()
    return [process, *(one for child in children for one in _with_children(int(child)))]


def _resident_bytes(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


if __name__ == "__main__":
    main()
