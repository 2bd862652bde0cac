"""How fast does ``conda-census ingest`` read a busy day, and how much memory does it take?

It runs in turn on the same files, several times, and prints medians and ratios:

- A: ``conda-census ingest`` into a fresh lake, the whole process,
- B: ``zcat FILES | wc -l``,
- C: GoAccess on the same lines, where it is installed and knows the format,
- D: DuckDB reading and counting two columns of the same files.

Run it as ``python benchmarks/ingest.py``; ``--help`` has the sizes.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from access_logs import Shape, write_logs

_SEPARATORS: dict[Shape, str] = {"combined": '"', "cloudfront": "\t"}
_FIELDS: dict[Shape, int] = {"combined": 7, "cloudfront": 33}
_GOACCESS: dict[Shape, str] = {"combined": "COMBINED", "cloudfront": "CLOUDFRONT"}


@dataclass(frozen=True)
class Run:
    """One run: seconds by the clock, seconds of all cores, and the most memory that it took."""

    seconds: float
    cpu_s: float
    memory_mib: float


def main() -> None:
    """Measure each shape of file and format, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=4_000_000, help="lines in all")
    parser.add_argument("--runs", type=int, default=3, help="how often each is run")
    parser.add_argument(
        "--files", type=int, nargs="*", default=[1, 8], help="numbers of files (default: 1 8)"
    )
    parser.add_argument("--formats", nargs="*", default=list(_SEPARATORS), choices=list(_SEPARATORS))
    parser.add_argument(
        "--folder", type=Path, help="where the logs are kept from run to run (default: nowhere)"
    )
    options = parser.parse_args()
    print(f"python {' '.join(sys.argv)}")
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print(
        "| format | files | A ingest | A all cores | A memory | B zcat | C GoAccess | D DuckDB | A/B | A/D |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as scratch:
        for shape in options.formats:
            for files in options.files:
                folder = (options.folder or Path(scratch)) / f"{shape}-{options.lines}-{files}"
                logs = sorted(folder.glob("*.gz")) or write_logs(folder, shape, options.lines, files)
                print(_row(shape, logs, options.lines, options.runs, Path(scratch)), flush=True)


def _row(shape: Shape, logs: list[Path], lines: int, runs: int, scratch: Path) -> str:
    contenders: dict[str, Callable[[], Run]] = {
        "A": lambda: _ingest(logs, lines, scratch),
        "B": lambda: _measured(["sh", "-c", 'zcat "$@" | wc -l', "sh", *map(str, logs)]),
        "D": lambda: _measured([sys.executable, "-c", _duckdb(shape, logs)]),
    }
    if shutil.which("goaccess"):
        contenders["C"] = lambda: _goaccess(shape, logs)
    results: dict[str, list[Run]] = {name: [] for name in contenders}
    for _ in range(runs):
        for name, run in contenders.items():
            results[name].append(run())
    seconds = {name: statistics.median(run.seconds for run in found) for name, found in results.items()}
    cpu_s = statistics.median(run.cpu_s for run in results["A"])
    memory_mib = max(run.memory_mib for run in results["A"])
    cells = [
        shape,
        str(len(logs)),
        f"{seconds['A']:.1f} s",
        f"{cpu_s:.1f} s",
        f"{memory_mib:.0f} MiB",
        f"{seconds['B']:.1f} s",
        f"{seconds['C']:.1f} s" if "C" in seconds else "not installed",
        f"{seconds['D']:.1f} s",
        f"**{seconds['A'] / seconds['B']:.2f}**",
        f"{seconds['A'] / seconds['D']:.2f}",
    ]
    return f"| {' | '.join(cells)} |"


def _ingest(logs: list[Path], lines: int, scratch: Path) -> Run:
    lake = scratch / "lake"
    shutil.rmtree(lake, ignore_errors=True)
    program = Path(sys.executable).with_name("conda-census")
    answer = scratch / "answer.json"
    with answer.open("w") as output:
        run = _measured(
            [str(program), "ingest", *map(str, logs), "--lake", str(lake), "--json"],
            output=output.fileno(),
            environment={**os.environ, "CENSUS_CONFIG": str(scratch / "keys")},
        )
    requests = json.loads(answer.read_text())["requests"]
    if requests != lines:
        raise SystemExit(f"ingest found {requests} requests, and {lines} were written")
    return run


def _duckdb(shape: Shape, logs: list[Path]) -> str:
    # The columns are given: what DuckDB finds out by itself differs with the number of files.
    names = [f"column{number:02}" for number in range(_FIELDS[shape])]
    columns = ", ".join(f"{name}: 'VARCHAR'" for name in names)
    options = f"delim='{_SEPARATORS[shape]}', quote='', escape='', header=false, null_padding=true"
    files = [str(log) for log in logs]
    counted = ("column01", "column05") if shape == "combined" else ("column07", "column10")
    sql = (
        f"SELECT count({counted[0]}), count({counted[1]}) FROM read_csv({files}, auto_detect=false, "
        f"{options}, comment='#', columns={{{columns}}})"
    )
    return f"import duckdb; print(duckdb.sql({sql!r}))"


def _goaccess(shape: Shape, logs: list[Path]) -> Run:
    command = f'zcat "$@" | goaccess - --log-format={_GOACCESS[shape]} --output=json > /dev/null'
    return _measured(["sh", "-c", command, "sh", *map(str, logs)])


def _measured(
    command: Sequence[str], output: int = subprocess.DEVNULL, environment: dict[str, str] | None = None
) -> Run:
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"failed: {' '.join(command)[:200]}")
    return Run(time.monotonic() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


if __name__ == "__main__":
    main()
