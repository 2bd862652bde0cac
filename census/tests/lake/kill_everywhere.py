"""Kill ``ingest`` wherever it is, run it again, and print what the lake tells then, and after a clean run.

Run as a program: ``python kill_everywhere.py FOLDER steps FIRST EVERY LOG…`` kills at each step, where FIRST
and EVERY choose the steps, so that several programs can share them; ``python kill_everywhere.py FOLDER
random KILLS SEED LOG…`` kills at random moments, several times before the work is done; ``python
kill_everywhere.py FOLDER conversion FIRST EVERY LAKE CONFIG`` kills the conversion of copies of an old lake
at each step. Each run is a process of its own, forked from this one, which has imported everything and done
nothing, so that hundreds of them take little time. A step is a call of a function of the census that reads
or writes the lake, or of one that changes the file system, before which the disk is not as it was at the
step before.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType

import duckdb

from conda_census.config import Settings
from conda_census.decode.pseudonyms import Secrets
from conda_census.engines.duckdb_engine import open_lake
from conda_census.ingest import conversion
from conda_census.ingest.conversion import converted
from conda_census.ingest.pipeline import ingest
from conda_census.lake import batches, compaction, store
from conda_census.lake.schema import MEASURED
from conda_census.lake.store import Lake
from conda_census.reports.json_documents import to_json
from conda_census.reports.usage.build import make_report

#: The modules that change what is on disk: between their calls a kill leaves what the call before it left.
OURS = {str(Path(module.__file__)) for module in (batches, compaction, conversion, store)}
FILE_CHANGES = {os.link, os.unlink, os.mkdir, os.rmdir, os.replace}

#: Columns that hold pseudonyms, and those that tell of the run.
PSEUDONYMS = ("session", "client", "environment", "network")
OF_THE_RUN = ("head", "fingerprint", "stored_fingerprint", "source", "batch", "ingested_at")
#: So many kills at random moments fall upon one lake before a run may end its work.
KILLS_OF_A_LAKE = 10
#: How often it is looked whether a run has ended before its kill.
_LOOK_S = 0.002


def kill_at_random(folder: Path, kills: int, seed: int, logs: list[str]) -> None:
    """Print one JSON line for each lake: how many runs were killed, what the last ones read, the report.

    The first is that of a clean run. A kill comes with even odds at any moment of the time that a clean run
    takes; one that comes too late, when all is done, is none.
    """
    chance = random.Random(seed)  # noqa: S311 (moments, no secrets)
    seconds = 0.0
    for number in itertools.count():
        settings = Settings(folder / f"lake-{number}", folder / f"config-{number}", "main")
        work = partial(ingest, logs, settings, "auto", lambda **_: None)
        killed = 0
        if number:
            while killed < min(KILLS_OF_A_LAKE, kills):
                killed += _in_child(work, chance.uniform(0, seconds)) == -signal.SIGKILL
        else:
            started = time.monotonic()
            _in_child(work)
            seconds = time.monotonic() - started
        outcome = folder / f"outcome-{number}.json"
        _in_child(partial(_finish, settings, logs, outcome, _report))
        kills -= killed
        sys.stdout.write(json.dumps({"killed": killed, **json.loads(outcome.read_text())}) + "\n")
        sys.stdout.flush()
        if not kills:
            return


def kill_at_steps(folder: Path, first: int, every: int, logs: list[str]) -> None:
    """Print one JSON line for each run: the step at which it was killed, what the runs read, the rows."""
    for step in itertools.chain([0], itertools.count(first, every)):
        settings = Settings(folder / f"lake-{step}", folder / f"config-{step}", "main")
        killed = step > 0 and _in_child(partial(_ingest, settings, logs, step)) == -signal.SIGKILL
        outcome = folder / f"outcome-{step}.json"
        _in_child(partial(_finish, settings, logs, outcome, _rows))
        run = {"step": step, "killed": killed, **json.loads(outcome.read_text())}
        sys.stdout.write(json.dumps(run) + "\n")
        sys.stdout.flush()
        if step and not killed:
            return


def kill_conversion(folder: Path, first: int, every: int, lake: Path, config: Path) -> None:
    """Print one JSON line for each copy of the lake: at which step its conversion was killed, if it was."""
    for step in itertools.count(first, every):
        settings = Settings(folder / f"converted-{step}", config, "main")
        shutil.copytree(lake, settings.lake)
        killed = _in_child(partial(_killed_at, step, settings, partial(_convert, settings))) != 0
        sys.stdout.write(json.dumps({"step": step, "killed": killed, "lake": str(settings.lake)}) + "\n")
        sys.stdout.flush()
        if not killed:
            return


def _convert(settings: Settings) -> None:
    converted(Lake.open(settings.lake), Secrets(settings.config_folder), keep_machines=True)


def _ingest(settings: Settings, logs: list[str], kill_at: int) -> None:
    _killed_at(kill_at, settings, lambda: ingest(logs, settings, "auto", lambda **_: None))


def _killed_at(kill_at: int, settings: Settings, work: Callable[[], object]) -> None:
    steps, left = 0, None

    def count(frame: FrameType, event: str, function: object) -> None:
        nonlocal steps, left
        is_ours = event == "call" and (
            frame.f_code.co_filename in OURS and not frame.f_code.co_name.startswith("<")
        )
        if is_ours or (event == "c_call" and function in FILE_CHANGES):
            found = _on_disk(settings.lake)
            steps += found != left
            left = found
            if steps == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)
    work()
    sys.setprofile(None)


def _on_disk(lake: Path) -> list[tuple[str, int]]:
    """Every file and folder, and how large it is: a run that dies leaves this and nothing else."""
    found = []
    for path in lake.rglob("*"):
        with contextlib.suppress(FileNotFoundError):  # another thread removed it
            found.append((str(path), path.lstat().st_size))
    return sorted(found)


def _finish(settings: Settings, logs: list[str], outcome: Path, told: Callable[[Lake], object]) -> None:
    """Run again, and once more: the first run brings all to its end, the second finds nothing.

    ``told`` says what the lake holds then: its report, or where that takes too long its rows.
    """
    ingest(logs, settings, "auto", lambda **_: None)
    again = ingest(logs, settings, "auto", lambda **_: None)
    left_over = [path.name for path in (settings.lake / "batches" / "main").iterdir() if path.name != "lock"]
    left_over += [path.name for path in (settings.lake / "claims").iterdir()]
    found = {"lines_again": again.lines, "left_over": left_over, "told": told(Lake.open(settings.lake))}
    outcome.write_text(json.dumps(found))


def _report(lake: Lake) -> object:
    return to_json(make_report(open_lake(lake), None, None))


def _rows(lake: Lake) -> object:
    """The rows of each table; of the pseudonyms, which no two lakes share, how many differ."""
    found = {}
    connection = duckdb.connect()
    for table in MEASURED:
        rows = connection.read_parquet(lake.files(table.name), hive_partitioning=True)  # type: ignore[arg-type]
        pseudonyms = [name for name in PSEUDONYMS if name in rows.columns]
        differ = rows.aggregate(", ".join(f"count(DISTINCT {name})" for name in pseudonyms) or "count(*)")
        rest = [f"{name}::VARCHAR" for name in rows.columns if name not in {*pseudonyms, *OF_THE_RUN}]
        found[table.name] = str(
            (differ.fetchall(), sorted(map(str, rows.project(", ".join(rest)).fetchall())))
        )
    return found


def _in_child(work: Callable[[], object], killed_after_s: float | None = None) -> int:
    """Do the work in a forked process, and return its exit code, negative for a signal."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 (the child must end here, whatever happens)
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            os._exit(1)
        os._exit(0)
    if killed_after_s is not None:
        until = time.monotonic() + killed_after_s
        while time.monotonic() < until:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status)
            time.sleep(_LOOK_S)
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    where, way, one, another = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    if way == "conversion":
        kill_conversion(where, one, another, Path(sys.argv[5]), Path(sys.argv[6]))
    else:
        kill = {"steps": kill_at_steps, "random": kill_at_random}[way]
        kill(where, one, another, sys.argv[5:])
