"""Does each later report say what was in doubt when a log was read?"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from census_support.inputs.small_log import SmallLog
from census_support.lakes.exposed_lake import ADVISORY, exposed_lake
from census_support.processes.census_process import CensusProcess
from conda_census.metrics.coverage.doubtful_logs import DoubtfulLogs
from conda_census.reports.render.numbers import doubtful_logs, doubts_by_kind

REQUESTS = 300


def _lines(hour: int, *, address: str | None = None) -> list[str]:
    """Requests of many installations, each with an index and a package of a size of its own."""
    log = SmallLog()
    log.start = log.start.replace(hour=hour)
    for number in range(REQUESTS // 2):
        names = {"client": f"c{hour}{number}", "session": f"s{hour}{number}"}
        its_own = address or f"198.51.100.{number % 250}"
        log.request(address=its_own, **names)
        package = f"/conda-forge/linux-64/zlib-1.3.1-h{number}_0.conda"
        log.request(package, size=7000 + number, address=its_own, **names)
    return log.lines


def _content(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _moved(line: str) -> str:
    """The referer and the user agent change places."""
    begin, _, agent = line.rpartition(' "-" ')
    return f'{begin} {agent} "-"'


def _proxied(line: str, number: int) -> str:
    return f'{line} "203.0.113.{number % 250}"'


def _run_together(line: str) -> str:
    """A user agent with something else in place of its blanks."""
    begin, _, agent = line[:-1].rpartition('"')
    return f'{begin}"{agent.replace(" ", "_")}"'


@dataclass(frozen=True)
class Doubtful:
    """A log in doubt: its bytes, what that is about, words of the reason, and numbers with a note."""

    content: Callable[[], bytes]
    about: str
    reason: str
    numbers: frozenset[str]


_TOKENS = frozenset({"installations", "environments", "active", "opted_out"})
_ADDRESSES = frozenset({"opted_out", "naive", "without_token"})
DOUBTFUL = {
    "behind the data": Doubtful(
        lambda: gzip.compress(_content(_lines(2))) + b"no more of it",
        "unread",
        "13 bytes behind its compressed data",
        frozenset({"installations", "downloads", "by_day", "sessions"}),
    ),
    "a proxy": Doubtful(
        lambda: _content(_lines(3, address="10.0.0.1")), "addresses", "one private address", _ADDRESSES
    ),
    "an agent that moves": Doubtful(
        lambda: _content([*_lines(4), *map(_moved, _lines(5))]),
        "tokens",
        "the user agent is in another field",
        _TOKENS,
    ),
    "an address that moves": Doubtful(
        lambda: _content([*_lines(6), *map(_proxied, _lines(7, address="10.0.0.1"), range(REQUESTS))]),
        "addresses",
        "the clients' addresses are in an added field",
        _ADDRESSES,
    ),
    "agents run together": Doubtful(
        lambda: _content(list(map(_run_together, _lines(8)))),
        "tokens",
        "something else in place of blanks",
        _TOKENS,
    ),
}


DAMAGED = (
    *(b"", b"{", b"[]", b"\xff", b"[" * 9999),
    *(b'{"doubts": 1}', b'{"doubts": [{}]}', b'{"doubts": [7]}', b'{"doubts": null}'),
)


@pytest.fixture
def lake(census: CensusProcess, tmp_path: Path) -> CensusProcess:
    """A lake with one log of which nothing is in doubt."""
    (tmp_path / "access.log").write_bytes(_content(_lines(1)))
    census("ingest", "access.log")
    return census


def _report(census: CensusProcess, *options: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(census("report", "--json", *options).stdout)
    return found


def _about(report: dict[str, Any]) -> dict[str, int]:
    """How many logs are in doubt, by what the doubt is about."""
    return {about: logs for about, logs in report["accounting"]["doubtful_logs"].items() if logs}


def _noted(report: dict[str, Any], before: dict[str, Any]) -> set[str]:
    return {each["number"] for each in report["notes"] if each not in before["notes"]}


@pytest.mark.takes_turns(5)
@pytest.mark.parametrize("name", DOUBTFUL)
def test_a_doubt_is_told_until_the_log_is_taken_out(lake: CensusProcess, tmp_path: Path, name: str) -> None:
    """By the report on each number that it makes wrong, and by `sources` with the log."""
    doubtful, before = DOUBTFUL[name], _report(lake)
    assert (_about(before), lake("sources").stderr) == ({}, "")
    log = tmp_path / "doubtful.log"
    log.write_bytes(doubtful.content())
    lake("ingest", log.name)
    report = _report(lake)
    assert _about(report) == {doubtful.about: 1}
    assert _noted(report, before) >= {"accounting", *doubtful.numbers}
    [sentence] = doubts_by_kind(DoubtfulLogs(**report["accounting"]["doubtful_logs"]))
    for shown in (lake("report", "--html", "page.html").stdout, (tmp_path / "page.html").read_text()):
        assert sentence[1:] in unescape(" ".join(shown.split()))
    assert sentence in lake("report", "--html", "page.html").stderr
    [doubt] = json.loads(lake("sources", "--json").stdout)["doubts"]
    assert doubt["source"] == str(log)
    assert doubtful.reason in doubt["reason"]
    listed = lake("sources")
    assert (listed.returncode, listed.stderr) == (0, f"conda-census: {log}: {doubt['reason']}\n")
    assert doubtful_logs(1) in lake("sql", "SELECT 1").stderr
    assert lake("compact").returncode == 0
    assert _report(lake)["notes"] == report["notes"]
    lake("sources", "--forget", log.name)
    assert _report(lake)["notes"] == before["notes"]
    assert lake("sources").stderr == ""


def test_a_copy_of_a_part_counts_as_a_copy(lake: CensusProcess, tmp_path: Path) -> None:
    """As long as both are there: not if the original was taken out."""
    assert _report(lake)["accounting"]["likely_copies"] == 0
    (tmp_path / "part.log").write_bytes(_content(_lines(1)[20:]))
    lake("ingest", "part.log")
    report = _report(lake)
    assert (report["accounting"]["likely_copies"], _about(report)) == (1, {})
    assert "1 log looks like a copy of another one" in lake("sql", "SELECT 1").stderr
    assert "part.log: 140 of 140 downloads were read before" in lake("sources").stderr
    lake("sources", "--forget", "access.log")
    assert _report(lake)["accounting"]["likely_copies"] == 0
    assert lake("sources").stderr == ""


def test_a_copy_with_parts_of_seconds_counts_as_a_copy(lake: CensusProcess, tmp_path: Path) -> None:
    """Another format may tell the time of the same requests more exactly."""
    assert _report(lake)["accounting"]["likely_copies"] == 0
    rows = []
    for number, line in enumerate(_lines(1)):
        address, _, rest = line.partition(" - - [")
        time, _, rest = rest.partition('] "GET ')
        path, _, rest = rest.partition(' HTTP/1.1" 200 ')
        size, _, agent = rest[:-1].partition(' "-" "')
        at = datetime.strptime(time, "%d/%b/%Y:%H:%M:%S %z").timestamp() + number % 10 / 10
        request = {"remote_ip": address, "method": "GET", "uri": path, "headers": {"User-Agent": [agent]}}
        rows.append(json.dumps({"ts": at, "request": request, "status": 200, "size": int(size)}))
    (tmp_path / "caddy.log").write_bytes(_content(rows))
    assert "150 of 150 downloads were read before" in lake("ingest", "caddy.log").stderr
    assert _report(lake)["accounting"]["likely_copies"] == 1
    assert "150 of 150 downloads were read before" in lake("sources").stderr


def test_a_doubt_counts_for_its_days_only(lake: CensusProcess, tmp_path: Path) -> None:
    """A window in which the log has no line is not in doubt."""
    log = SmallLog()
    log.start = log.start.replace(day=log.start.day + 1)
    for number in range(REQUESTS):
        log.request(client=f"d{number}", session=f"t{number}", address="10.0.0.1")
    (tmp_path / "next.log").write_bytes(log.content())
    lake("ingest", "next.log")
    day = f"{log.start:%Y-%m-%d}"
    assert _about(_report(lake, "--since", day)) == {"addresses": 1}
    before = _report(lake, "--until", f"{log.start.replace(day=log.start.day - 1):%Y-%m-%d}")
    assert _about(before) == {}


@pytest.mark.takes_turns(5, among="the longest")
def test_many_doubts_of_one_kind_are_told_together(lake: CensusProcess, tmp_path: Path) -> None:
    """One line for a reason, with the first logs."""
    for hour in range(10, 15):
        (tmp_path / f"{hour}.log").write_bytes(_content(_lines(hour, address="10.0.0.1")))
        lake("ingest", f"{hour}.log")
    assert _about(_report(lake)) == {"addresses": 5}
    [line] = lake("sources").stderr.splitlines()
    assert f"{tmp_path / '12.log'} and 2 more: nearly all requests come from" in line


@pytest.mark.takes_turns(5, among="the longest")
def test_of_exposures_and_exports_a_doubt_is_told_as_well(tmp_path: Path) -> None:
    """If it is about tokens or about data that was not read."""
    census = exposed_lake(tmp_path)
    commands = (("exposure", ADVISORY), ("exposures",), ("export", "--condastats", "out"))
    assert not any("may not show all" in _said(census, command) for command in commands)
    (tmp_path / "doubtful.log.gz").write_bytes(DOUBTFUL["behind the data"].content())
    census("ingest", "doubtful.log.gz")
    for command, words in zip(
        commands, ("may not show all", "may not show all", doubtful_logs(1)), strict=True
    ):
        assert words in _said(census, command), command
    found = json.loads(census("exposure", ADVISORY, "--json").stdout)
    noted = {each["number"] for each in found["notes"] if "may not show all" in each["note"]}
    assert noted == {"exposed", "prevalent", "still_downloaded"}


def _said(census: CensusProcess, command: tuple[str, ...]) -> str:
    done = census(*command)
    assert done.returncode == 0
    return " ".join((done.stdout + done.stderr).split())


@pytest.mark.takes_turns(5)
@pytest.mark.parametrize("content", DAMAGED)
def test_a_damaged_list_of_doubts(lake: CensusProcess, tmp_path: Path, content: bytes) -> None:
    """It is an error of one line, which names the file, until a repair goes on without it and says so."""
    place = tmp_path / "census-lake" / "doubts.json"
    place.write_bytes(content)
    (tmp_path / "doubtful.log").write_bytes(DOUBTFUL["a proxy"].content())
    for command in (
        *(("report",), ("sources",), ("sql", "SELECT 1"), ("repair", "--check")),
        *(("ingest", "doubtful.log"), ("exposures",), ("compact",)),
    ):
        done = lake(*command)
        assert done.returncode == 1, command
        assert "census-lake/doubts.json: damaged: restore it" in done.stderr, command
        assert done.stderr.count("\n") == 1
    assert "reports no longer say all that was in doubt" in lake("repair").stdout
    assert lake("ingest", "doubtful.log").returncode == 0
    assert _about(_report(lake)) == {"addresses": 1}
    assert place.stat().st_mode & 0o777 == 0o600
    assert lake("repair").stdout == "the lake is whole: nothing to repair\n"


@pytest.mark.parametrize("content", [None, b'{"doubts": []}'], ids=["removed", "emptied"])
def test_a_lost_list_of_doubts(lake: CensusProcess, tmp_path: Path, content: bytes | None) -> None:
    """The lake knows how many doubts it keeps: no report is made of fewer before a repair has said so."""
    place = tmp_path / "census-lake" / "doubts.json"
    for name in ("a proxy", "an agent that moves"):
        (tmp_path / "doubtful.log").write_bytes(DOUBTFUL[name].content())
        lake("ingest", "doubtful.log")
    kept = place.read_bytes()
    place.unlink()
    if content is not None:
        place.write_bytes(content)
    refused = lake("report")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "doubts.json, which says what was in doubt when logs were read, is missing" in refused.stderr
    assert lake("repair", "--check").returncode == 1
    place.write_bytes(kept)
    assert _about(_report(lake)) == {"addresses": 1, "tokens": 1}
    place.unlink()
    assert "reports no longer say all that was in doubt" in lake("repair").stdout
    assert _about(_report(lake)) == {}
    assert lake("repair", "--check").returncode == 0


def test_a_doubt_about_days_before_the_window(lake: CensusProcess, tmp_path: Path) -> None:
    """Numbers that look back to them have a note, and the header says it."""
    log = SmallLog()
    log.start = log.start.replace(day=log.start.day - 1)
    for number in range(REQUESTS):
        log.request(client=f"c1{number % 150}", session=f"b{number}")
    (tmp_path / "before.log").write_bytes(_content(list(map(_run_together, log.lines))))
    day = "2024-01-16"
    before = _report(lake, "--since", day)
    lake("ingest", "before.log")
    report = _report(lake, "--since", day)
    assert _about(report) == {"before_window": 1}
    assert _noted(report, before) >= {"accounting", "active", "by_class", "first_seen", "retention"}
    assert "tokens or lines of 1 log before the window are missing" in " ".join(
        lake("report", "--since", day).stdout.split()
    )
    assert _about(_report(lake)) == {"tokens": 1}


def test_a_day_on_which_tokens_are_hidden_is_no_zero(lake: CensusProcess, tmp_path: Path) -> None:
    """If nobody shows a token on it: it is not known who came."""
    log = SmallLog()
    log.start = log.start.replace(day=log.start.day + 1)
    for number in range(REQUESTS):
        log.request(client=f"c1{number % 150}", session=f"b{number}")
    (tmp_path / "next.log").write_bytes(_content(list(map(_run_together, log.lines))))
    lake("ingest", "next.log")
    report = _report(lake)
    before, hidden = report["by_day"]
    assert (before["installations"], hidden["installations"], hidden["first_seen"]) == (150, None, None)
    assert hidden["sessions"] > 0
    assert (report["installations"]["active"]["1"], report["installations"]["active"]["7"]) == (None, 150)
    assert lake("report", "--html", "page.html").returncode == 0
    assert "at least: tokens of 1 log are hidden" in (tmp_path / "page.html").read_text()
    assert "is also a day whose logs hide tokens" in " ".join(lake("report").stdout.split())
    lake("sources", "--forget", "access.log")
    later = SmallLog(start=log.start.replace(day=log.start.day + 1))
    for number in range(REQUESTS):
        later.request(client="c1", session=f"l{number}")
    (tmp_path / "later.log").write_bytes(_content(list(map(_run_together, later.lines))))
    lake("ingest", "later.log")
    assert [day["installations"] for day in _report(lake)["by_day"]] == [None, None]
    assert lake("report", "--html", "page.html").returncode == 0


def test_a_doubt_about_a_log_outside_of_the_window_of_a_query(census: CensusProcess, tmp_path: Path) -> None:
    """The tables of a query hold the whole lake, so that it is told with any window."""
    doubtful = gzip.compress(_content(_lines(2))) + b"no more of it"
    (tmp_path / "doubtful.log.gz").write_bytes(doubtful)
    later = [line.replace("16/Jan/", "17/Jan/") for line in _lines(3)]
    (tmp_path / "later.log").write_bytes(_content(later))
    census("ingest", "doubtful.log.gz", "later.log")
    assert _about(_report(census, "--since", "2024-01-17")) == {"before_window": 1}
    told = census("sql", "--since", "2024-01-17", "select count(*) from downloads").stderr
    assert told == f"conda-census: {doubtful_logs(1)}\n"
