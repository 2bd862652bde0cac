"""Does ``conda-census compact`` run beside others, and does a kill harm nothing?"""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from census_support.inputs.small_log import START, SmallLog
from census_support.processes.census_process import CensusProcess
from conda_census.engines.duckdb_engine import open_lake
from conda_census.lake.schema import TABLES
from conda_census.lake.store import Lake
from conda_census.reports.json_documents import json_text
from conda_census.reports.listings.source_list import list_what_was_read
from conda_census.reports.usage.build import make_report

BATCHES = 6
WRITERS = ("a", "b")


def _write_logs(folder: Path) -> list[Path]:
    """A log for each batch, alternately of two days, with every kind of row."""
    folder.mkdir()
    paths = []
    for number in range(BATCHES):
        log = SmallLog(start=START + timedelta(days=number % 2, hours=number))
        for each in range(5):
            log.request(
                "/main/linux-64/numpy-1.26.4-py311_0.conda",
                client=f"c{each}",
                session=f"s{number}-{each}",
                environment=f"e{number % 3}-{each}",
            )
        log.text("garbage").request(suffix="aau/1.0.0")
        log.request("/miniconda/Miniconda3-latest-Linux-x86_64.sh", agent=f"curl/8.5.{number}")
        paths.append(log.write(folder / f"{number}.log"))
    return paths


def _told(census: CensusProcess) -> tuple[str, list[dict[str, object]]]:
    """The report, byte by byte, and what is said of every source but its batch and when it was read."""
    tables = open_lake(Lake.open(census.folder / "census-lake"))
    kept = ("source", "format", "first_line", "lines", "requests", "dropped", "first_time", "last_time")
    sources = [{name: each[name] for name in kept} for each in list_what_was_read(tables)["sources"]]
    return json_text(make_report(tables, None, None)), sources


def _left_over(lake: Path) -> list[str]:
    """Files in the folders of the tables that no table consists of."""
    opened = Lake.open(lake)
    return [
        path.name
        for table in TABLES
        for path in (lake / table.name).glob("day=*/*")
        if str(path) not in opened.files(table.name)
    ]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> CensusProcess:
    """A lake of several batches of two writers, and the folder of its keys."""
    census = CensusProcess(tmp_path_factory.mktemp("filled"))
    for number, path in enumerate(_write_logs(census.folder / "logs")):
        done = census("ingest", path, "--writer", WRITERS[number % 2])
        assert done.returncode == 0, done.stderr
    return census


@pytest.fixture
def copied(filled: CensusProcess, tmp_path: Path) -> CensusProcess:
    """A copy of it."""
    shutil.copytree(filled.folder, tmp_path, dirs_exist_ok=True)
    return CensusProcess(tmp_path)


@pytest.mark.takes_turns(5, among="the longest")
def test_what_it_prints(copied: CensusProcess) -> None:
    """JSON alone, or a line for each table; the report and the sources are what they were."""
    before = _told(copied)
    done = json.loads(copied("compact", "--keep-days", "1", "--json").stdout)
    assert done["keep_days"] == 1
    tables = {table["table"]: table for table in done["tables"]}
    assert list(tables) == [
        "sessions",
        "downloads",
        "installer_downloads",
        "request_ids",
        "line_marks",
        "sources",
    ]
    assert (tables["downloads"]["before"]["files"], tables["downloads"]["after"]["files"]) == (BATCHES, 2)
    assert tables["downloads"]["kept"] == tables["downloads"]["before"]
    assert _told(copied) == before
    again = copied("compact", "--keep-days", "0")
    assert again.stderr == ""
    assert "sources: 2 files of" in again.stdout.splitlines()[-1]
    assert "; deleted 6 files of" in again.stdout.splitlines()[-1]
    assert _told(copied) == before
    assert _left_over(copied.folder / "census-lake") == []


def test_mistakes(census: CensusProcess) -> None:
    """A lake that is not there, and a time that is none."""
    none = census("compact")
    assert (none.returncode, none.stdout) == (1, "")
    assert "no lake here: run conda-census ingest first" in none.stderr
    assert census("compact", "--keep-days", "-1").returncode == 2


@pytest.mark.takes_turns(5, among="the longest")
def test_beside_writers(filled: CensusProcess, census: CensusProcess, tmp_path: Path) -> None:
    """Two writers fill a lake while it is compacted again and again: nothing is lost or counts twice."""
    paths = _write_logs(tmp_path / "logs")
    assert census("ingest", paths[0]).returncode == 0  # a lake to begin with
    busy: dict[str, subprocess.Popen[str]] = {}
    waiting = {"a": paths[1::2], "b": paths[2::2]}
    compactions = 0
    while busy or any(waiting.values()):
        for writer, process in list(busy.items()):
            if process.poll() is not None:
                _, errors = process.communicate()
                assert process.returncode == 0, errors
                del busy[writer]
        for writer, logs in waiting.items():
            if logs and writer not in busy:
                busy[writer] = census.start("ingest", logs.pop(), "--writer", writer)
        done = census("compact", "--keep-days", "1", "--json")
        assert done.returncode == 0, done.stderr
        compactions += 1
    assert compactions > 3
    (report, sources), (expected, expected_sources) = _told(census), _told(filled)
    assert report == expected
    read, expected_read = (
        [{name: value for name, value in each.items() if name != "source"} for each in listed]
        for listed in (sources, expected_sources)
    )
    assert read == expected_read
    repeated = json.loads(census("ingest", "logs", "--json").stdout)
    assert repeated["sources"] == {"read": 0, "skipped": BATCHES, "failed": 0}


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize("moment", range(1, 9))
def test_killed(moment: int, copied: CensusProcess, tmp_path: Path) -> None:
    """Killed as it begins with a day, or a little later: nothing changes, and the next one cleans up."""
    before = _told(copied)
    process = copied.start("compact", "--verbose", "--keep-days", "0")
    assert process.stderr is not None
    told = [process.stderr.readline() for _ in range(moment)]
    assert told[-1].startswith("compacting ")
    try:
        process.wait(random.Random(moment).uniform(0, 0.08))  # noqa: S311 (a moment, not a secret)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    process.communicate()
    assert _told(copied) == before
    assert copied("compact", "--keep-days", "0").returncode == 0
    assert _told(copied) == before
    lake = tmp_path / "census-lake"
    assert _left_over(lake) == []
    assert len(Lake.open(lake).files("downloads")) == 2
