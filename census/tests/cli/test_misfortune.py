"""What goes wrong around a run is told in one line, and the next run puts it right."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from census_support.inputs.small_log import SmallLog
from census_support.processes.census_process import MAIN, CensusProcess
from client_support.other_users import with_mounts
from conda_census.config import Settings
from conda_census.ingest import pipeline
from conda_census.ingest.pipeline import ingest
from conda_census.lake.store import Lake

# What a test does at the moment when the first rows are made; then the work goes on.
IN_THE_MIDDLE = """
import os, shutil, sys
from conda_census.ingest import background_rows

original = background_rows.rows_of_requests

def rows_of_requests(*arguments, **options):
    {0}
    return original(*arguments, **options)

background_rows.rows_of_requests = rows_of_requests
from conda_census.cli import main
main()
"""
LONGEST_LINE = 100 << 20
MEMORY_KIB = 400 << 10


def _log(requests: int = 20, session: str = "s") -> SmallLog:
    log = SmallLog()
    for number in range(requests):
        log.request("/main/linux-64/numpy-1.26.4-py311_0.conda", client="c", session=f"{session}{number}")
    return log


def _lines(census: CensusProcess, lake: str = "census-lake") -> dict[str, Any]:
    report = json.loads(census("report", "--lake", lake, "--json").stdout)
    return {"lines": report["accounting"]["lines"], "downloads": report["downloads"]["total"]}


@pytest.mark.takes_turns(5, among="the longest")
def test_a_full_disk(census: CensusProcess, tmp_path: Path) -> None:
    """A clear error, nothing of the batch in the tables; with room again the same command does the work."""
    _log().write(tmp_path / "first.log")
    _log(requests=60_000, session="t").write(tmp_path / "second.log")
    census("ingest", "first.log", "--lake", "made-the-keys")
    place = tmp_path / "small-disk"
    place.mkdir()
    census_command = f"'{sys.executable}' -c '{MAIN}'"
    script = f"""
        {census_command} ingest first.log --lake small-disk/lake
        dd if=/dev/zero of=small-disk/filler bs=4096 2>/dev/null
        {census_command} ingest second.log --lake small-disk/lake 2>told
        echo $? >code
        {census_command} report --lake small-disk/lake --json >between.json
        rm small-disk/filler
        {census_command} ingest second.log --lake small-disk/lake
        {census_command} report --lake small-disk/lake --json >after.json
    """
    done = subprocess.run(
        [*with_mounts(f"mount -t tmpfs -o size=24m none '{place}'"), "sh", "-c", script],
        cwd=tmp_path,
        env=census.environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    told = (tmp_path / "told").read_text()
    assert (tmp_path / "code").read_text() == "1\n", done.stderr
    assert "No space left" in told or "no space left" in told
    assert "Traceback" not in told
    between, after = (
        json.loads((tmp_path / f"{name}.json").read_text())["accounting"]["lines"]
        for name in ("between", "after")
    )
    assert (between, after) == (20, 60_020)


@pytest.mark.takes_turns(5, among="the longest")
def test_the_lake_is_removed_in_the_middle(census: CensusProcess, tmp_path: Path) -> None:
    """The run ends with a clear error and no traceback; the next makes the lake and reads the log."""
    _log().write(tmp_path / "access.log")
    done = census("ingest", "access.log", program=IN_THE_MIDDLE.format('shutil.rmtree("census-lake")'))
    assert done.returncode == 1
    assert "census-lake" in done.stderr
    assert "Traceback" not in done.stderr
    assert census("ingest", "access.log").returncode == 0
    assert _lines(census) == {"lines": 20, "downloads": 20}


@pytest.mark.takes_turns(5, among="the longest")
def test_a_log_is_deleted_while_it_is_read(census: CensusProcess, tmp_path: Path) -> None:
    """Its lines, and those of the others, are in the lake once: what is open can be read to its end."""
    _log().write(tmp_path / "access.log")
    _log(session="t").write(tmp_path / "other.log")
    program = IN_THE_MIDDLE.format('os.path.exists("access.log") and os.unlink("access.log")')
    done = census("ingest", "access.log", "other.log", program=program)
    assert "Traceback" not in done.stderr
    assert census("ingest", "other.log").returncode == 0
    assert _lines(census)["lines"] in {20, 40}
    assert _lines(census)["lines"] == (40 if done.returncode == 0 else 20), done.stderr


@pytest.mark.takes_turns(5, among="the longest")
def test_the_clock_is_set_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Years ahead, and back again: no line is lost or counted twice, and nothing is an error."""
    settings = Settings(tmp_path / "lake", tmp_path / "config", "main")
    now = datetime.now(UTC)
    for number, clock in enumerate((now + timedelta(days=900), now - timedelta(days=900), now)):

        class Clock(datetime):
            at = clock

            @classmethod
            def now(cls, tz: tzinfo | None = None) -> Clock:
                at = cls.at.astimezone(tz)
                return cls.fromtimestamp(at.timestamp(), tz)

        monkeypatch.setattr(pipeline, "datetime", Clock)
        _log(session=f"s{number}-").write(tmp_path / f"{number}.log")
        summary = ingest([str(path) for path in tmp_path.glob("*.log")], settings, "auto", lambda **_: None)
        assert (summary.lines, summary.failed) == (20, 0)
    assert sum(_rows(settings)) == 60


def _rows(settings: Settings) -> list[int]:
    return [pq.read_metadata(file).num_rows for file in Lake.open(settings.lake).files("downloads")]


@pytest.mark.takes_turns(5, among="the longest")
def test_a_line_of_100_mb_is_dropped_in_little_memory(census: CensusProcess, tmp_path: Path) -> None:
    """As too long, with the lines around it read."""
    with (tmp_path / "access.log").open("wb") as file:
        file.write(_log().content())
        for _ in range(100):
            file.write(b"x" * (LONGEST_LINE // 100))
        file.write(b"\n" + _log(session="t").content())
    program = f"""
import atexit, pathlib, sys
@atexit.register
def tell():  # what getrusage says would be that of the tests' own process, of which this one is a fork
    print(pathlib.Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0], file=sys.stderr)
{MAIN}
"""
    done = census("ingest", "access.log", "--json", program=program)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["lines"], told["requests"]) == (41, 40)
    assert told["dropped"] == {"too_long": 1}
    assert int(done.stderr.split()[-1]) < MEMORY_KIB


@pytest.mark.parametrize("command", ["report", "sources", "ingest", "repair"])
def test_the_manifest_of_a_lake_is_lost(census: CensusProcess, tmp_path: Path, command: str) -> None:
    """The error asks for the backup; it does not say that there is no lake."""
    _log().write(tmp_path / "access.log")
    census("ingest", "access.log")
    (tmp_path / "census-lake" / "lake.json").unlink()
    done = census(command, *(["access.log"] if command == "ingest" else []))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "lake.json: missing, and the lake cannot be used without it: restore your backup" in done.stderr
