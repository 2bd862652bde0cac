"""A file that is no log, or a damaged one, is told once and stops nothing."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from census_support.inputs.small_log import SmallLog
from census_support.processes.census_process import CensusProcess

Result = subprocess.CompletedProcess[str]


def _damaged(log: SmallLog) -> bytes:
    content = bytearray(gzip.compress(log.content()))
    content[len(content) // 2 : len(content) // 2 + 40] = b"\xff" * 40
    return bytes(content)


def _many(requests: int = 20_000) -> SmallLog:
    log = SmallLog()
    for number in range(requests):
        log.request(f"/main/noarch/{number}")
    return log


KINDS: dict[str, Callable[[], bytes]] = {
    "odd.log": lambda: b"a line\nanother line\n",
    "one.log": lambda: b"no line end",
    "notes.txt": lambda: b"remember the milk\n",
    "program": lambda: b"\x7fELF\0\0\0\n\0\0\n",
    "damaged.log.gz": lambda: _damaged(_many()),
    "not-a-log.gz": lambda: gzip.compress(b"remember the milk\n"),
}


def _told(done: Result) -> list[str]:
    return [line for line in done.stderr.splitlines() if line.startswith("conda-census: ")]


def _listed(census: CensusProcess) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(census("sources", "--set-aside", "--json").stdout)["set_aside"]
    return found


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """A folder with one log."""
    folder = tmp_path / "logs"
    folder.mkdir()
    SmallLog().request().write(folder / "access.log")
    return folder


@pytest.mark.takes_turns(5)
@pytest.mark.parametrize("name", KINDS)
def test_what_is_no_log_beside_a_log(name: str, census: CensusProcess, logs: Path) -> None:
    """Told in the run that finds it and listed from then on; exit code 0, but for --strict."""
    (logs / name).write_bytes(KINDS[name]())
    first = census("ingest", "logs", "--json")
    assert first.returncode == 0
    assert len(_told(first)) == 1
    assert json.loads(first.stdout)["sources"] == {"read": 1, "skipped": 0, "failed": 0}
    again = census("ingest", "logs", "--json")
    assert (again.returncode, _told(again)) == (0, [])
    for done in (first, again):
        (row,) = json.loads(done.stdout)["set_aside"]
        assert row["source"] == str(logs / name)
        assert row["reason"].startswith(("not an access log: ", "a binary file, ", "damaged gzip data"))
    assert json.loads(again.stdout)["sources"] == {"read": 0, "skipped": 2, "failed": 0}
    assert [row["source"] for row in _listed(census)] == [str(logs / name)]
    assert "1 set aside: see conda-census sources --set-aside" in census("ingest", "logs").stderr
    assert census("ingest", "logs", "--strict").returncode == 1
    assert census("ingest", "logs/access.log", "--strict").returncode == 0


@pytest.mark.takes_turns(5, among="the longest")
def test_a_file_that_is_no_log_and_all_that_was_named(census: CensusProcess, logs: Path) -> None:
    """Exit code 1 in the run that finds it, for nothing was read; 0 afterwards."""
    census("ingest", "logs")
    (logs / "odd.log").write_text("a line\n")
    assert [census("ingest", "logs/odd.log").returncode for _ in range(2)] == [1, 0]


@pytest.mark.takes_turns(5, among="the longest")
def test_a_file_that_grows_and_becomes_a_log(census: CensusProcess, logs: Path) -> None:
    """It is read from its beginning, and is no longer set aside."""
    (logs / "odd.log").write_text("a line\nanother\n")
    census("ingest", "logs")
    with (logs / "odd.log").open("ab") as file:
        file.write(SmallLog().request("/a").request("/b").content())
    done = json.loads(census("ingest", "logs", "--json").stdout)
    assert (done["lines"], done["requests"], done["dropped"]) == (4, 2, {"not_in_format": 2})
    assert done["set_aside"] == []
    assert _listed(census) == []


@pytest.mark.takes_turns(5, among="the longest")
def test_a_damaged_log_that_is_repaired_in_its_middle(census: CensusProcess, logs: Path) -> None:
    """Size and both ends are the same: the time of its change tells it."""
    log = _many()
    (logs / "a.log.gz").write_bytes(_damaged(log))
    census("ingest", "logs")
    (logs / "a.log.gz").write_bytes(gzip.compress(log.content()))
    done = json.loads(census("ingest", "logs", "--json").stdout)
    assert (done["requests"], done["set_aside"]) == (20_000, [])


@pytest.mark.takes_turns(5, among="the longest")
def test_what_may_pass_stays_an_error(census: CensusProcess, logs: Path) -> None:
    """A log that is still being copied, or is missing, is told and tried at every run."""
    (logs / "cut.log.gz").write_bytes(gzip.compress(_many().content())[:-20])
    for _ in range(2):
        done = census("ingest", "logs", "missing.log", "--json")
        assert (done.returncode, len(_told(done))) == (1, 2)
        assert json.loads(done.stdout)["set_aside"] == []


@pytest.mark.takes_turns(5, among="the longest")
def test_retry(census: CensusProcess, logs: Path) -> None:
    """The next run tries again what is named, or all."""
    (logs / "a.txt").write_text("a line\n")
    (logs / "b.txt").write_text("another line\n")
    census("ingest", f"logs/../{logs.name}")
    done = census("sources", "--retry", "logs/a.txt")
    assert (done.returncode, done.stdout.count("\n")) == (0, 1)
    assert [Path(row["source"]).name for row in _listed(census)] == ["b.txt"]
    assert ["a.txt" in line for line in _told(census("ingest", "logs"))] == [True]
    assert len(_listed(census)) == 2
    census("sources", "--retry", "all")
    assert _listed(census) == []
    done = census("sources", "--retry", "logs/a.txt")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)


@pytest.mark.takes_turns(5, among="the longest")
def test_a_new_format_in_census_toml(census: CensusProcess, logs: Path, tmp_path: Path) -> None:
    """Whatever was set aside is tried again with it."""
    (logs / "own.log").write_text(
        '192.0.2.7|16/Jan/2024:10:00:00 +0000|"GET /main/x HTTP/1.1"|200|10|"conda/24"\n'
    )
    assert len(json.loads(census("ingest", "logs", "--json").stdout)["set_aside"]) == 1
    (tmp_path / "census.toml").write_text(
        "[formats.own]\n"
        'nginx = \'$remote_addr|$time_local|"$request"|$status|$body_bytes_sent|"$http_user_agent"\'\n'
    )
    census.variables["CENSUS_TOML"] = str(tmp_path / "census.toml")
    done = json.loads(census("ingest", "logs", "--json").stdout)
    assert (done["requests"], done["set_aside"]) == (1, [])


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize("content", ["", "{", "[]", '{"sources": [{}]}'])
def test_a_damaged_list(content: str, census: CensusProcess, logs: Path, tmp_path: Path) -> None:
    """One line, and what to do; done so, the run works again."""
    (logs / "notes.txt").write_text("a line\n")
    census("ingest", "logs")
    (tmp_path / "census-lake" / "set-aside.json").write_text(content)
    done = census("ingest", "logs")
    assert done.returncode == 1
    assert "set-aside.json: damaged: remove this file" in done.stderr
    assert "Traceback" not in done.stderr
    os.unlink(tmp_path / "census-lake" / "set-aside.json")  # noqa: PTH108
    assert census("ingest", "logs").returncode == 0
