"""What does the plug-in add to a conda command?

    python benchmarks/client_overhead.py [--runs N] [--python PYTHON]

One conda is run as whole processes in turn: with the plug-in, without its entry point, and without it once
more, which shows how much of a difference is noise. Then the plug-in's own part is timed within a process.
The conda is the 24.7.1 that conda-lock carries, or that of any Python that can import conda.
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
import threading
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from e2e.conda_client import make_installation  # noqa: E402
from e2e.distributions import unpack_conda  # noqa: E402

Arm = Literal["with", "without", "again"]
ARMS: tuple[Arm, ...] = ("with", "without", "again")
COMMANDS = (("info", "--json"), ("config", "--show", "channels"), ("search", "tiny"))
BUDGET_MS = 5.0
RUNS = 60
WARM_UP = 2
RESAMPLES = 4000
PLUG_IN = "anaconda_anon_usage"

#: The plug-in's part alone, in a process that has imported what any command of conda imports. It is not there
#: as a plug-in, for then conda would have loaded it before the clock is read.
IN_PROCESS = """
import gc, time
import conda.cli.main, conda.cli.conda_argparse, conda.gateways.connection.session, conda.plugins.manager
from conda.base.context import context, reset_context
reset_context()
context.channels, context.user_agent, context.root_prefix
gc.collect()  # or garbage of what was before would be collected on the plug-in's time
def read():
    return time.process_time_ns(), time.perf_counter_ns()
def print_since(begin):
    print(*((now - then) / 1e6 for then, now in zip(begin, read())))
begin = read()
from anaconda_anon_usage import plugin
print_since(begin)
reset_context()  # conda reads its files after it has imported its plug-ins
context.channels, context.user_agent, context.root_prefix
begin = read()
(command,) = plugin.conda_pre_commands()
command.action("install")
print_since(begin)
begin = read()
from anaconda_anon_usage import request_headers
agent = request_headers.choose_user_agent("{host}", "/noarch/repodata.json")
print_since(begin)
assert " c/" in agent.encode().decode()
"""
STEPS = ("import of the plug-in", "before the command", "first user agent")


@dataclass(frozen=True)
class Cost:
    """What one process took."""

    wall_ms: float
    cpu_ms: float
    """User and system time."""


@dataclass(frozen=True)
class Difference:
    """By how many milliseconds one thing takes more than another, with its interval at 95 %."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Bench:
    """A Python with conda, and the variables with which each arm runs it."""

    python: Path
    host: str
    """Of the channel that it is configured for."""
    environ: dict[Arm, dict[str, str]]

    def run(self, arm: Arm, *arguments: str) -> Cost:
        """Run Python once, as an arm of the comparison, and return what it took."""
        begin = time.perf_counter()
        process = subprocess.Popen(
            [self.python, *arguments],
            env=self.environ[arm],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise SystemExit(f"{' '.join(arguments)} failed; run it by hand:\n{self.output(arm, *arguments)}")
        return Cost(wall_s * 1000, (usage.ru_utime + usage.ru_stime) * 1000)

    def output(self, arm: Arm, *arguments: str) -> str:
        """What Python prints, both of its streams."""
        done = subprocess.run(
            [self.python, *arguments],
            env=self.environ[arm],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.stdout


def main(arguments: Sequence[str]) -> int:
    """Measure and print; the exit code is 1 where the budget is surely not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "--runs", type=int, default=RUNS, help="of each command in each arm (default: %(default)s)"
    )
    parser.add_argument(
        "--python", type=Path, help="one that can import conda (default: the conda of conda-lock)"
    )
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, _channel() as url:
        bench = _bench(Path(folder), url, asked.python)
        _check(bench)
        _print_machine(bench, asked.runs)
        return _measure(bench, asked.runs)


def _measure(bench: Bench, runs: int) -> int:
    costs = _costs(bench, runs)
    over = False
    print(
        f"\n{'whole process, median ms':<36}{'with':>8}{'without':>9}  "
        f"{'added, and its 95 % interval':<30}ratio  noise"
    )
    for command in COMMANDS:
        for clock in ("cpu", "wall"):
            values = {arm: [getattr(cost, f"{clock}_ms") for cost in costs[command, arm]] for arm in ARMS}
            added = _difference(values["with"], values["without"])
            noise = _difference(values["again"], values["without"])
            with_it, without = (statistics.median(values[arm]) for arm in ("with", "without"))
            print(
                f"{' '.join(('conda', *command)) + ', ' + clock:<36}{with_it:>8.1f}{without:>9.1f}  "
                f"{_interval(added):<30}{with_it / without:<7.3f}{_interval(noise)}"
            )
            over |= clock == "cpu" and added.low > BUDGET_MS
    over |= _print_in_process(bench, runs) > BUDGET_MS
    print(f"\nbudget: {BUDGET_MS:g} ms of CPU time: {'NOT KEPT' if over else 'kept'}")
    return int(over)


def _costs(bench: Bench, runs: int) -> dict[tuple[tuple[str, ...], Arm], list[Cost]]:
    """Run the arms in each order in turn, so that what changes with time hits all of them alike."""
    costs: dict[tuple[tuple[str, ...], Arm], list[Cost]] = {(c, arm): [] for c in COMMANDS for arm in ARMS}
    for number in range(-WARM_UP, runs):
        for command in COMMANDS:
            first = number % len(ARMS)
            for arm in ARMS[first:] + ARMS[:first]:
                cost = bench.run(arm, "-m", "conda", *command)
                if number >= 0:
                    costs[command, arm].append(cost)
    return costs


def _print_in_process(bench: Bench, runs: int) -> float:
    """Print what each step takes, and return the CPU time of all in milliseconds."""
    code = IN_PROCESS.replace("{host}", bench.host)
    cpu_ms: dict[str, list[float]] = {step: [] for step in (*STEPS, "together")}
    wall_ms: dict[str, list[float]] = {step: [] for step in cpu_ms}
    for _ in range(runs):
        rows = [
            [float(word) for word in line.split()]
            for line in bench.output("without", "-c", code).splitlines()
        ]
        for step, (cpu, wall) in zip(STEPS, rows, strict=True):
            cpu_ms[step].append(cpu)
            wall_ms[step].append(wall)
        cpu_ms["together"].append(sum(cpu for cpu, _ in rows))
        wall_ms["together"].append(sum(wall for _, wall in rows))
    print(f"\n{'within a process, median ms':<36}{'cpu':>8}{'wall':>9}")
    for step, values in cpu_ms.items():
        print(f"{step:<36}{statistics.median(values):>8.2f}{statistics.median(wall_ms[step]):>9.2f}")
    return statistics.median(cpu_ms["together"])


def _difference(these: list[float], those: list[float]) -> Difference:
    """The median of what each run of `these` took more than its neighbour, with a bootstrap interval."""
    pairs = [one - other for one, other in zip(these, those, strict=True)]
    chance = random.Random(0)  # noqa: S311  no secret, and the same each time
    medians = sorted(statistics.median(chance.choices(pairs, k=len(pairs))) for _ in range(RESAMPLES))
    return Difference(statistics.median(pairs), medians[RESAMPLES // 40], medians[-RESAMPLES // 40])


def _interval(difference: Difference) -> str:
    return f"{difference.median:+.2f} [{difference.low:+.2f}, {difference.high:+.2f}]"


def _print_machine(bench: Bench, runs: int) -> None:
    code = "import sys, conda; print(sys.version.split()[0], conda.__version__)"
    python, conda = bench.output("without", "-c", code).split()
    print("command: python benchmarks/client_overhead.py", *sys.argv[1:])
    print(f"machine: {os.cpu_count()} cores, {platform.machine()}, {platform.system()} {platform.release()}")
    print(f"         Python {python}, conda {conda}; load {os.getloadavg()[0]:.1f} at the beginning")
    print(f"sizes:   {runs} runs of each; {RESAMPLES} bootstrap samples of the median paired difference")


def _check(bench: Bench) -> None:
    """Refuse a Python whose conda has the plug-in anyway, or has no conda."""
    for arm, wanted in (("with", True), ("without", False)):
        said = bench.output(arm, "-m", "conda", "info", "--json")  # type: ignore[arg-type]
        try:
            has = " aau/" in json.loads(said)["user_agent"]
        except (ValueError, KeyError):
            raise SystemExit(f"{bench.python} cannot run conda:\n{said}") from None
        if has != wanted:
            raise SystemExit(
                f"{bench.python}: the plug-in is {'' if has else 'not '}there {arm} its entry point"
            )


def _bench(folder: Path, url: str, python: Path | None) -> Bench:
    home = folder / "home"
    home.mkdir()
    condarc = f"channels: ['{url}']\ndefault_channels: []\nlocal_repodata_ttl: 0\n"
    if python is None:
        python = _root_of_conda_lock(folder, home) / "bin" / "python"
    (home / ".condarc").write_text(condarc, encoding="utf-8")
    plug_in = _unpacked_wheel(folder)
    without = folder / "without"
    shutil.copytree(plug_in, without, ignore=shutil.ignore_patterns("*.dist-info"))
    variables = {
        "HOME": str(home),
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "CONDA_NUMBER_CHANNEL_NOTICES": "0",
        "CONDA_PKGS_DIRS": str(folder / "pkgs"),
        "CONDA_REPORT_ERRORS": "false",
        "CONDA_SAT_SOLVER": "pysat",
        "CONDA_SOLVER": "classic",
        "CONDA_SUBDIR": "linux-64",
    }
    paths: dict[Arm, Path] = {"with": plug_in, "without": without, "again": without}
    host = url.partition("://")[2]
    return Bench(python, host, {arm: {**variables, "PYTHONPATH": str(path)} for arm, path in paths.items()})


def _root_of_conda_lock(folder: Path, home: Path) -> Path:
    conda_package = unpack_conda(folder / "conda-package")
    return make_installation("root", folder, home, conda_package, "", plug_in=False).root_prefix


def _unpacked_wheel(folder: Path) -> Path:
    """Build the plug-in's wheel and unpack it, as an installer does."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
    subprocess.run(command, cwd=ROOT / "client", capture_output=True, check=True)
    (wheel,) = folder.glob(f"{PLUG_IN}-*.whl")
    target = folder / "with"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


@contextmanager
def _channel() -> Iterator[str]:
    """Serve a channel of one package on loopback."""
    index = {
        "name": "tiny",
        "version": "1.0",
        "build": "0",
        "build_number": 0,
        "depends": [],
        "subdir": "noarch",
    }
    bodies = {
        f"/{subdir}/repodata.json": json.dumps(
            {"info": {"subdir": subdir}, "packages": packages, "packages.conda": {}, "repodata_version": 1}
        ).encode()
        for subdir, packages in (("noarch", {"tiny-1.0-0.tar.bz2": index}), ("linux-64", {}))
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = bodies.get(self.path)
            self.send_response(200 if body else 404)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
