"""Does each report say that logs could not be read, until they are?"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from census_support.inputs.small_log import SmallLog
from census_support.lakes.exposed_lake import ADVISORY, exposed_lake
from census_support.processes.census_process import CensusProcess
from conda_census.reports.render.numbers import unread_logs


def _lines(hour: int) -> bytes:
    log = SmallLog()
    for number in range(300):
        log.request(f"/main/noarch/{hour}-{number}")
    return log.content()


def _damaged() -> bytes:
    content = bytearray(gzip.compress(_lines(2)))
    content[len(content) // 2 : len(content) // 2 + 40] = b"\xff" * 40
    return bytes(content)


#: Logs that cannot be read: damaged, in another encoding, cut short, and in a format that is not known.
_UNREAD = {
    "damaged.log.gz": _damaged,
    "utf16.log": lambda: _lines(3).decode().encode("utf-16"),
    "short.log.gz": lambda: gzip.compress(_lines(4))[:-40],
    "other.log": lambda: _lines(5).replace(b'] "', b'] ~"'),
}
#: What is known to be no access log.
_NO_LOGS = {
    "notes.txt": b"remember the milk\n",
    "error.log": b"2024/01/16 23:53:20 [error] 12#12: *1 open() failed\n",
    "program": b"\x7fELF\0\0\0\n\0\0\n",
    "logs.zip": b"PK\x03\x04" + bytes(30) + b"\n",
}


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """A folder with one log."""
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "access.log").write_bytes(_lines(1))
    return folder


def _report(census: CensusProcess) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(census("report", "--json").stdout)
    return found


def _unread(census: CensusProcess) -> int:
    number = _report(census)["accounting"]["unread_logs"]
    assert json.loads(census("sources", "--json").stdout)["unread_logs"] == number
    return int(number)


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize("name", _UNREAD)
def test_a_log_that_could_not_be_read(name: str, census: CensusProcess, logs: Path, tmp_path: Path) -> None:
    """The header of the report, each number of requests and the list of sources say so."""
    (logs / name).write_bytes(_UNREAD[name]())
    census("ingest", "logs")
    report = _report(census)
    assert report["accounting"]["unread_logs"] == 1
    noted = {each["number"] for each in report["notes"] if "1 log could not be read" in each["note"]}
    assert noted >= {"accounting", "downloads", "packages", "by_day", "sessions", "installations"}
    assert unread_logs(1) in " ".join(census("report", "--html", "page.html").stdout.split())
    assert unread_logs(1) in " ".join((tmp_path / "page.html").read_text().split())
    assert f"conda-census: {unread_logs(1)}\n" in census("report", "--quiet", "--html", "page.html").stderr
    assert census("report", "--quiet", "--json").stderr == ""
    listed = census("sources")
    assert (listed.returncode, listed.stderr) == (0, f"conda-census: {unread_logs(1)}\n")
    assert [each.split(": ")[0] for each in census("sources", "--set-aside").stdout.splitlines()] == [
        str(logs / name)
    ]


@pytest.mark.takes_turns(5, among="the longest")
def test_every_other_command_says_it(tmp_path: Path) -> None:
    """Of exposures a note on who is exposed; of one's own queries and of an export a line."""
    census = exposed_lake(tmp_path)
    commands = (
        ("exposure", ADVISORY),
        ("exposures",),
        ("sql", "SELECT 1"),
        ("export", "--condastats", "out"),
    )
    for command in commands:
        done = census(*command)
        assert "could not be read" not in done.stdout + done.stderr
    (tmp_path / "damaged.log.gz").write_bytes(_damaged())
    census("ingest", "damaged.log.gz")
    for command in commands:
        done = census(*command)
        assert done.returncode == 0
        assert "1 log could not be read" in " ".join((done.stdout + done.stderr).split()), command
    quiet = census("exposure", ADVISORY, "--quiet", "--html", "exposure.html")
    assert (quiet.returncode, quiet.stdout) == (0, "")
    assert "1 log could not be read" in quiet.stderr
    found = json.loads(census("exposure", ADVISORY, "--json").stdout)
    noted = {each["number"] for each in found["notes"] if "could not be read" in each["note"]}
    assert noted == {"exposed", "prevalent", "still_downloaded"}
    assert json.loads(census("export", "--condastats", "out", "--json").stdout)["unread_logs"] == 1


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize("name", _NO_LOGS)
def test_what_is_known_to_be_no_access_log(name: str, census: CensusProcess, logs: Path) -> None:
    """It is set aside, and no report speaks of it."""
    (logs / name).write_bytes(_NO_LOGS[name])
    assert census("ingest", "logs").returncode == 0
    assert "set_aside" in census("sources", "--set-aside", "--json").stdout
    assert _unread(census) == 0
    assert "could not be read" not in census("report").stdout + census("sources").stderr


@pytest.mark.takes_turns(2)
@pytest.mark.parametrize("name", ["damaged.log.gz", "short.log.gz"])
def test_a_log_that_is_read_later(name: str, census: CensusProcess, logs: Path) -> None:
    """It is counted no more, as soon as the whole log is there in its place."""
    (logs / name).write_bytes(_UNREAD[name]())
    census("ingest", "logs")
    census("ingest", "logs")
    assert _unread(census) == 1
    (logs / name).write_bytes(gzip.compress(_lines(6)))
    assert census("ingest", "logs").returncode == 0
    assert _unread(census) == 0


@pytest.mark.takes_turns(2)
@pytest.mark.parametrize("name", ["damaged.log.gz", "short.log.gz"])
def test_a_log_in_whose_place_a_known_one_comes(name: str, census: CensusProcess, logs: Path) -> None:
    """Nothing of that one has to be read."""
    (logs / name).write_bytes(_UNREAD[name]())
    census("ingest", "logs")
    (logs / name).write_bytes((logs / "access.log").read_bytes())
    assert census("ingest", "logs").returncode == 0
    assert _unread(census) == 0


@pytest.mark.takes_turns(2)
@pytest.mark.parametrize("name", ["damaged.log.gz", "short.log.gz"])
def test_a_log_that_is_to_be_tried_again(name: str, census: CensusProcess, logs: Path) -> None:
    """With --retry it is unread no more, and the command says so; not of what is no log."""
    (logs / name).write_bytes(_UNREAD[name]())
    (logs / "notes.txt").write_bytes(_NO_LOGS["notes.txt"])
    census("ingest", "logs")
    tried = census("sources", "--retry", "logs/notes.txt")
    assert tried.stderr == "conda-census: the next ingest tries 1 again\n"
    assert _unread(census) == 1
    tried = census("sources", "--retry", f"logs/{name}")
    assert tried.stderr == (
        "conda-census: the next ingest tries 1 again; until then reports do not list it as unread\n"
    )
    assert _unread(census) == 0


def test_what_an_earlier_version_noted(census: CensusProcess, logs: Path, tmp_path: Path) -> None:
    """It did not note whether it may be a log: so it may be one."""
    (logs / "notes.txt").write_bytes(_NO_LOGS["notes.txt"])
    census("ingest", "logs")
    noted = tmp_path / "census-lake" / "set-aside.json"
    content = json.loads(noted.read_text())
    del content["sources"][0]["may_be_log"]
    noted.write_text(json.dumps(content))
    assert _unread(census) == 1


def test_a_lake_of_which_no_log_could_be_read(census: CensusProcess, logs: Path) -> None:
    """No command says that nothing was ingested, and none has a number: each says where logs are listed."""
    census("ingest", "logs")
    census("sources", "--forget", "access.log")
    told = "1 log could not be read: conda-census sources --set-aside lists it and says why"
    window = ("--since", "2024-01-16", "--until", "2024-01-17")
    commands = (
        ("report",),
        ("report", "--package", "numpy"),
        ("report", *window),
        ("export", "--condastats", "out"),
        ("export", "--condastats", "out", *window),
        ("exposure", "--package", "numpy", "--below", "2"),
    )
    assert "has been ingested yet: run conda-census ingest first" in census("report").stderr
    assert "has been ingested yet: run conda-census ingest first" in census("sql", "FROM by_day").stderr
    (logs / "damaged.log.gz").write_bytes(_damaged())
    census("ingest", "logs/damaged.log.gz")
    for command in commands:
        done = census(*command)
        assert (done.returncode, done.stdout) == (1, ""), command
        assert told in done.stderr
        assert "ingest first" not in done.stderr
        assert done.stderr.count("\n") == 1
    asked = census("sql", *window, "--csv", "FROM by_day")
    assert told in asked.stderr
    assert asked.stdout.splitlines() == ["day,sessions,installations,first_seen,downloads"]
