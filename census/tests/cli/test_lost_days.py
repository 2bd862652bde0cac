"""Do messages say how a lost day is known again, and is it if one does what they say?"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from census_support.inputs.small_log import SmallLog
from census_support.processes.census_process import MAIN, CensusProcess
from conda_census.cli.repair import lost_lines

pytestmark = pytest.mark.takes_turns(2)
DAY = "2024-01-16"


def _log() -> SmallLog:
    log = SmallLog(start=datetime(2024, 1, 16, 10, tzinfo=UTC))
    for number in range(3):
        log.request("/main/linux-64/numpy-1.26.4-py311_0.conda", client=f"c{number}", session=f"s{number}")
    return log


def _lose_day(census: CensusProcess, folder: Path) -> str:
    """Remove a file of rows of a lake whose log is not there, and repair it; return what it says."""
    next((folder / "census-lake" / "sessions" / f"day={DAY}").glob("*.parquet")).unlink()
    done = census("repair")
    assert (done.returncode, done.stdout.count("\n")) == (0, 1)
    return done.stderr


def _ingest(census: CensusProcess, content: bytes) -> int:
    """Read a log from standard input."""
    return subprocess.run(
        [sys.executable, "-c", MAIN, "ingest", "-", "--quiet"],
        cwd=census.folder,
        env=census.environment(),
        input=content,
        check=False,
    ).returncode


def _sessions(census: CensusProcess) -> object:
    return [(day["day"], day["sessions"]) for day in json.loads(census("report", "--json").stdout)["by_day"]]


def test_a_log_that_is_put_back(census: CensusProcess, tmp_path: Path) -> None:
    """Each command that tells of the day says what leads to ``repair``, and ``repair`` names the log."""
    log = _log().write(tmp_path / "a.log")
    assert census("ingest", "a.log").returncode == 0
    clean = _sessions(census)
    log.rename(tmp_path / "kept")
    told = _lose_day(census, tmp_path)
    assert f"rows of these days are lost, and reports show the days as unknown: {DAY}: put" in told
    assert f"run conda-census repair again: {log} (the file is not there any more)" in told
    checked = census("repair", "--check")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.startswith("nothing is damaged, but rows of 1 day are lost")
    assert json.loads(census("repair", "--check", "--json").stdout) == {"damaged": [], "lost": [DAY]}
    (tmp_path / "kept").rename(log)
    for command in (("sources",), ("sources", "--strict", "--json"), ("ingest", "--strict", "a.log")):
        stderr = census(*command).stderr
        assert f"unknown: {DAY}: run conda-census repair, which says which logs must come back" in stderr
        assert "read the logs" not in stderr
    done = census("repair", "--json")
    document = json.loads(done.stdout)
    assert (document["regained"], document["still_lost"], done.stderr) == ([DAY], [], "")
    assert _sessions(census) == clean
    assert census("repair").stdout == "the lake is whole: nothing to repair\n"


def test_a_log_that_came_from_standard_input(census: CensusProcess, tmp_path: Path) -> None:
    """It is taken out and read again, as the message says."""
    content = _log().content()
    assert _ingest(census, content) == 0
    clean = _sessions(census)
    told = _lose_day(census, tmp_path)
    assert "standard input (it is no file of this machine)" in told
    assert "run conda-census sources --forget LOG, and ingest it from elsewhere" in told
    assert census("sources", "--forget", "standard input").returncode == 0
    assert _ingest(census, content) == 0
    assert _sessions(census) == clean
    assert census("sources", "--strict", "--until", DAY).returncode == 0


def test_lost_lines_part_days_that_can_be_known_from_those_that_cannot() -> None:
    """Each line says what to do; many days and logs are named by their number."""
    days = {date(2024, 1, day): ["a.log (gone)"] for day in range(1, 8)}
    lines = lost_lines(days | {date(2024, 2, 1): [], date(2024, 1, 9): [f"{n}.log (gone)" for n in "bcd"]})
    assert len(lines) == 2
    assert "2024-01-05 and 3 more: put these logs back" in lines[0]
    assert "again: a.log (gone), b.log (gone), c.log (gone) and 1 more. If" in lines[0]
    assert "2024-02-01: it is not known which logs they need: read all logs into a new lake" in lines[1]
    assert lost_lines({}) == []


def test_a_repair_that_cannot_do_more_is_not_called_for(census: CensusProcess, tmp_path: Path) -> None:
    """Of a day that cannot be known again the check says what the repair says."""
    _log().write(tmp_path / "a.log")
    assert census("ingest", "a.log").returncode == 0
    lost = {"days": [DAY], "for_good": [DAY], "wanted": []}
    (tmp_path / "census-lake" / "lost.json").write_text(json.dumps(lost))
    told = census("repair").stderr
    assert f"{DAY}: it is not known which logs they need: read all logs into a new lake" in told
    checked = census("repair", "--check").stdout
    assert checked.startswith("nothing is damaged, but rows of these days are lost")
    assert "read all logs into a new lake" in checked
    assert "run conda-census repair" not in checked


def test_a_log_that_has_not_its_lines_any_more_is_named(census: CensusProcess, tmp_path: Path) -> None:
    """It is there, and was read again in vain: it is known which one a day needs."""
    log = _log().write(tmp_path / "a.log")
    assert census("ingest", "a.log").returncode == 0
    wanted = {
        "source": str(log),
        "format_name": "auto",
        "batch": "",
        "head": "",
        "first_line": 1,
        "lines": 1,
        "marks": 1,
        "digest": "0" * 32,
        "days": [DAY],
    }
    lost = {"days": [DAY], "for_good": [], "wanted": [wanted]}
    (tmp_path / "census-lake" / "lost.json").write_text(json.dumps(lost))
    told = census("repair").stderr
    assert f"again: {log} (lines that were read of it are not in it)" in told
    assert "not known which logs" not in told


def test_lost_request_ids_are_told(census: CensusProcess, tmp_path: Path) -> None:
    """Nothing else tells that a line that is delivered again counts again."""
    _log().write(tmp_path / "a.log")
    census("ingest", "a.log")
    shutil.rmtree(tmp_path / "census-lake" / "request_ids")
    done = census("repair")
    assert done.returncode == 0
    assert "request ids may be lost: a line of the last two days that is delivered again" in done.stdout


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"sessions": 1}', b"\xff\xfe{", b'{"sessions": {"id": "a", "ver']
)
def test_a_damaged_note_of_the_tables(census: CensusProcess, tmp_path: Path, content: bytes) -> None:
    """It is refused until a repair writes it anew, and says what could not be checked without it."""
    _log().write(tmp_path / "a.log")
    census("ingest", "a.log")
    before = census("report", "--json").stdout
    note = tmp_path / "census-lake" / "tables.json"
    note.write_bytes(content)
    refused = census("report")
    assert refused.returncode == 1
    assert refused.stderr.endswith("tables.json: damaged: run conda-census repair\n")
    done = census("repair")
    assert (done.returncode, done.stderr) == (0, "")
    assert "tables.json was damaged: written anew; whether each table" in done.stdout
    assert census("report", "--json").stdout == before
    assert json.loads(note.read_text()).keys() >= {"sessions", "sources"}


@pytest.mark.parametrize("content", [None, b"", b"[]", b"\xff\xfe{", b"{"])
def test_a_damaged_lake_json(census: CensusProcess, tmp_path: Path, content: bytes | None) -> None:
    """Every command names the file and says what to put in its place."""
    _log().write(tmp_path / "a.log")
    census("ingest", "a.log")
    manifest = tmp_path / "census-lake" / "lake.json"
    manifest.unlink()
    if content is None:
        manifest.mkdir()
    else:
        manifest.write_bytes(content)
    for command in (("report",), ("repair",), ("ingest", "a.log"), ("sources",), ("sql", "FROM sessions")):
        refused = census(*command)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert refused.stderr.count("\n") == 1
        assert "lake.json: " in refused.stderr
        assert "backup" in refused.stderr
