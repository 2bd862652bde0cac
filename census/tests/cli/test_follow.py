"""Does ``ingest --follow`` read what arrives, until it is told to stop?"""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from census_support.inputs.small_log import START, SmallLog
from census_support.processes.census_process import CensusProcess
from census_support.processes.following import following
from conda_census.errors import LakeError
from conda_census.lake.batches import WriterBatches
from conda_census.lake.store import Lake

# Is told on standard error when it begins to read, and takes its time.
SLOW_PROGRAM = """
import sys, time
from conda_census.ingest import background_rows

rows_of_requests = background_rows.rows_of_requests

def take_time(*arguments):
    print("working", file=sys.stderr, flush=True)
    time.sleep(2)
    return rows_of_requests(*arguments)

background_rows.rows_of_requests = take_time
from conda_census.cli import main
main()
"""


def listed(census: CensusProcess) -> list[dict[str, Any]]:
    """What ``sources`` says of the lake."""
    sources: list[dict[str, Any]] = json.loads(census("sources", "--json").stdout)["sources"]
    return sources


@pytest.mark.takes_turns(5, among="the longest")
def test_what_arrives_is_read(census: CensusProcess, tmp_path: Path) -> None:
    """New files, and what a file has more; each round that read something is told; SIGTERM gives 0."""
    logs = tmp_path / "logs"
    logs.mkdir()
    growing = SmallLog().request(client="c1", session="s1")
    growing.write(logs / "growing.log")
    with following(census, "logs", "late*.log", "--json") as run:
        run.wait_for("growing.log (1 of 1)")
        SmallLog().request("/other").text("garbage").write(logs / "new.log")
        run.wait_for("new.log (1 of 1)")
        growing.request().request().write(logs / "growing.log")
        run.wait_for("growing.log (1 of 1)", times=2)
        SmallLog().request("/late").write(tmp_path / "late.1.log")
        run.wait_for("late.1.log (1 of 1)")
        code, summaries = run.stop()
    assert code == 0
    assert [(summary["lines"], summary["sources"]["read"]) for summary in summaries] == [
        (1, 1), (2, 1), (2, 1), (1, 1)
    ]  # fmt: skip
    lines = [
        (Path(source["source"]).name, source["first_line"], source["lines"]) for source in listed(census)
    ]
    assert sorted(lines) == [
        ("growing.log", 1, 1), ("growing.log", 2, 2), ("late.1.log", 1, 1), ("new.log", 1, 2)
    ]  # fmt: skip
    assert json.loads(census("ingest", "logs", "late.1.log", "--json").stdout)["lines"] == 0


@pytest.mark.takes_turns(5, among="the longest")
def test_a_copy_in_progress_counts_once(census: CensusProcess, tmp_path: Path) -> None:
    """As logrotate makes it before it truncates the log: it waits, and is told once."""
    logs = tmp_path / "logs"
    logs.mkdir()
    live, copy, log = logs / "access.log", logs / "access.log.1", SmallLog()
    for number in range(40):
        log.request(f"/{number}", client="c1", session=f"s{number}")
    log.write(live)
    content = live.read_bytes()
    with following(census, "logs", "--json") as run:
        run.wait_for("access.log (1 of 1)")
        for share in (0.2, 0.5, 0.8):
            copy.write_bytes(content[: int(share * len(content))])
            run.wait_for("access.log.1: holds the beginning of a log that was read: it waits")
            time.sleep(0.5)
        assert len([line for line in run.told if "holds the beginning" in line]) == 1
        with live.open("ab") as file:  # the server goes on meanwhile
            file.write(b"".join(content.splitlines(keepends=True)[:1]).replace(b"/0 ", b"/late "))
        run.wait_for("access.log (", times=2)
        time.sleep(0.5)
        copy.write_bytes(live.read_bytes())
        live.write_bytes(SmallLog().request("/new", client="c2", session="new").content())
        run.wait_for("access.log (", times=3)
        code, summaries = run.stop()
    assert code == 0
    assert sum(summary["lines"] for summary in summaries) == 42
    waiting = [len(summary["waiting"]) for summary in summaries]
    assert (waiting[:2], waiting[-1]) == ([0, 1], 0)
    assert json.loads(census("ingest", "logs", "--json").stdout)["lines"] == 0


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_batch_under_way_is_finished(number: int, census: CensusProcess, tmp_path: Path) -> None:
    """A signal in the middle of the work: its rows get into the lake, and nothing is left to be done."""
    SmallLog().request().text("garbage").write(tmp_path / "a.log")
    with following(census, "a.log", "--json", program=SLOW_PROGRAM) as run:
        run.wait_for("working")
        code, summaries = run.stop(number)
    assert (code, [summary["lines"] for summary in summaries]) == (0, [2])
    assert [path.name for path in tmp_path.glob("census-lake/batches/main/*")] == ["lock"]
    assert [source["lines"] for source in listed(census)] == [2]


@pytest.mark.takes_turns(5, among="the longest")
def test_what_is_wrong_is_told_once_and_tried_again(census: CensusProcess, tmp_path: Path) -> None:
    """A missing file is read when it comes; what is no log stays told, and does not stop the rest."""
    (tmp_path / "notes.txt").write_text("remember the milk\n")
    with following(census, "notes.txt", "missing.log") as run:
        run.wait_for("missing.log: no such file")
        time.sleep(1)
        assert [line.split(":")[0] for line in run.told] == ["conda-census", "conda-census"]
        SmallLog().request().write(tmp_path / "missing.log")
        run.wait_for("1 lines = 1 requests")
        assert run.stop()[0] == 0
    assert len([line for line in run.told if "notes.txt: not an access log" in line]) == 1
    assert len(listed(census)) == 1


@pytest.mark.takes_turns(5, among="the longest")
def test_a_lake_that_cannot_be_written_for_a_while(census: CensusProcess, tmp_path: Path) -> None:
    """Another process of the same writer, or a full disk, passes: the next round does the work."""
    SmallLog().request().write(tmp_path / "a.log")
    with following(census, "*.log") as run:
        run.wait_for("1 lines = 1 requests")
        lake = Lake.open(tmp_path / "census-lake")
        with _in_the_place_of_the_writer(lake):
            SmallLog().request("/2").write(tmp_path / "b.log")
            run.wait_for("another ingest is running as writer main")
        run.wait_for("1 lines = 1 requests", times=2)
        assert run.stop()[0] == 0
    assert len(listed(census)) == 2


@contextmanager
def _in_the_place_of_the_writer(lake: Lake) -> Iterator[None]:
    """Holds the writer's lock, as another process of its name would, as soon as no round has it."""
    until = time.monotonic() + 30
    with ExitStack() as stack:
        while True:
            try:
                stack.enter_context(WriterBatches(lake, "main"))
                break
            except LakeError:
                assert time.monotonic() < until
        yield


@pytest.mark.takes_turns(5, among="the longest")
def test_shares_that_moved_are_told_once(census: CensusProcess, tmp_path: Path) -> None:
    """In the round that read them, and not in those after it."""
    yesterday, today = SmallLog(), SmallLog(start=START + timedelta(days=1))
    for _ in range(100):
        yesterday.request()
    for _ in range(20):
        today.request().text("garbage")
    yesterday.write(tmp_path / "1.log")
    with following(census, "*.log") as run:
        run.wait_for("100 lines")
        today.write(tmp_path / "2.log")
        run.wait_for("40 lines")
        time.sleep(1)
        assert run.stop()[0] == 0
    assert len([line for line in run.told if "conda-census: not_in_format: 50.00%" in line]) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-", "--follow"], "- cannot be followed: standard input ends"),
        (["a.log", "--follow", "--strict"], "a run with --follow ends only when you stop it"),
        (["a.log", "--follow", "--interval", "0"], "Invalid value for '--interval'"),
    ],
)
def test_wrong_usage(arguments: list[str], message: str, census: CensusProcess) -> None:
    """Exit code 2, and why."""
    done = census("ingest", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in " ".join(done.stderr.replace("│", "").split())


def test_a_first_round_that_cannot_be_made(census: CensusProcess, tmp_path: Path) -> None:
    """What will not pass by itself ends the run, as without --follow."""
    SmallLog().request().write(tmp_path / "a.log")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "something").write_text("")
    done = census("ingest", "a.log", "--follow", "--lake", "full")
    assert done.returncode == 1
    assert "not a lake, and not empty either" in done.stderr
