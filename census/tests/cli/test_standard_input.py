"""Is a log that comes from standard input read as one that lies in a file, and does nothing of it stay?"""

from __future__ import annotations

import bz2
import gzip
import json
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from census_support.inputs.small_log import SmallLog
from census_support.processes.census_process import MAIN, CensusProcess

KILLED_WHILE_READING = """
import os, signal
from conda_census.ingest import pipeline as ingest

def kill(*_arguments):
    os.kill(os.getpid(), signal.SIGKILL)

ingest.read_batch = kill
from conda_census.cli import main
main()
"""


@pytest.fixture
def temporary(census: CensusProcess, tmp_path: Path) -> Path:
    """The folder for temporary files, which nobody else uses."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    census.variables["TMPDIR"] = str(folder)
    return folder


@pytest.fixture
def log() -> SmallLog:
    """Three lines, of which one is none."""
    return SmallLog().request(client="c1", session="s1").request().text("garbage")


def send(census: CensusProcess, content: bytes, *arguments: str) -> dict[str, Any]:
    """Run ``ingest -`` with this on standard input; its summary, with what it told."""
    done = subprocess.run(
        [sys.executable, "-c", MAIN, "ingest", "-", *arguments, "--json"],
        cwd=census.folder,
        env=census.environment(),
        input=content,
        capture_output=True,
        check=False,
        timeout=120,
    )
    return {"code": done.returncode, "told": done.stderr.decode(), **json.loads(done.stdout)}


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.parametrize("compress", [bytes, gzip.compress, bz2.compress], ids=["plain", "gzip", "bzip2"])
def test_it_is_read_as_a_file_is(
    compress: Callable[[bytes], bytes], census: CensusProcess, temporary: Path, log: SmallLog
) -> None:
    """Plain or compressed; the lake names it, and no copy of it is left."""
    summary = send(census, compress(log.content()))
    assert (summary["code"], summary["lines"], summary["dropped"]) == (0, 3, {"not_in_format": 1})
    assert summary["told"] == ""
    [source] = json.loads(census("sources", "--json").stdout)["sources"]
    assert source["source"] == "standard input"
    assert list(temporary.iterdir()) == []


@pytest.mark.takes_turns(5, among="the longest")
def test_the_same_bytes_count_once(
    census: CensusProcess, temporary: Path, log: SmallLog, tmp_path: Path
) -> None:
    """Again from standard input, compressed, or as a file; and lines that came since are read."""
    assert send(census, log.content())["lines"] == 3
    for content in (log.content(), gzip.compress(log.content())):
        again = send(census, content)
        assert (again["lines"], again["sources"]["skipped"]) == (0, 1)
    assert json.loads(census("ingest", log.write(tmp_path / "a.log"), "--json").stdout)["lines"] == 0
    assert send(census, log.request().content())["lines"] == 1
    assert list(temporary.iterdir()) == []


@pytest.mark.takes_turns(5, among="the longest")
def test_beside_files(census: CensusProcess, temporary: Path, log: SmallLog, tmp_path: Path) -> None:
    """It is one source among others, however often it is named; what is no log is told."""
    other = SmallLog().request("/other").write(tmp_path / "other.log")
    summary = send(census, log.content(), str(other), "-")
    assert (summary["sources"], summary["lines"]) == ({"read": 2, "skipped": 0, "failed": 0}, 4)
    wrong = send(census, b"remember the milk\n")
    assert (wrong["code"], wrong["lines"]) == (1, 0)
    assert "conda-census: standard input: not an access log: none of its first 1 lines " in wrong["told"]
    assert send(census, b"")["sources"] == {"read": 0, "skipped": 1, "failed": 0}
    assert list(temporary.iterdir()) == []


def test_nobody_else_may_read_it(census: CensusProcess, temporary: Path, log: SmallLog) -> None:
    """While it comes, it is kept in a file with mode 0600; Ctrl-C deletes it."""
    run = subprocess.Popen(
        [sys.executable, "-c", MAIN, "ingest", "-"],
        cwd=census.folder, env=census.environment(), stdin=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    with run:
        assert run.stdin is not None
        run.stdin.write(log.content())
        run.stdin.flush()
        until = time.monotonic() + 60
        while not (kept := list(temporary.glob("conda-census-stdin-*"))) and time.monotonic() < until:
            time.sleep(0.02)
        [file] = kept
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        run.send_signal(signal.SIGINT)
        run.wait(30)
    assert list(temporary.iterdir()) == []


@pytest.mark.takes_turns(5, among="the longest")
def test_a_run_that_is_killed_loses_nothing(census: CensusProcess, temporary: Path, log: SmallLog) -> None:
    """What a pipe has given it gives no more: the next run reads what was kept, and deletes it."""
    subprocess.run(
        [sys.executable, "-c", KILLED_WHILE_READING, "ingest", "-"],
        cwd=census.folder, env=census.environment(), input=log.content(), check=False, timeout=60,
    )  # fmt: skip
    assert len(list(temporary.iterdir())) == 1
    assert json.loads(census("ingest", "nothing-new", "--json").stdout)["lines"] == 3
    assert list(temporary.iterdir()) == []


@pytest.mark.takes_turns(5, among="the longest")
def test_what_was_kept_is_gone(census: CensusProcess, temporary: Path, log: SmallLog) -> None:
    """A machine that starts anew may clean up: that is told once, and stops nothing."""
    subprocess.run(
        [sys.executable, "-c", KILLED_WHILE_READING, "ingest", "-"],
        cwd=census.folder, env=census.environment(), input=log.content(), check=False, timeout=60,
    )  # fmt: skip
    [kept] = temporary.iterdir()
    kept.unlink()
    told = send(census, log.content())
    assert (told["code"], told["lines"]) == (1, 3)
    assert "conda-census: standard input: what an earlier run was reading of it is gone" in told["told"]
    assert send(census, log.content())["code"] == 0


def test_nothing_can_come(census: CensusProcess) -> None:
    """A process without standard input is told so, in one line."""
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -c '{MAIN}' ingest - <&-"],
        cwd=census.folder, env=census.environment(), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("conda-census: standard input: nothing comes from it")


@pytest.mark.takes_turns(5, among="the longest")
def test_the_last_line_may_lack_its_end(census: CensusProcess, tmp_path: Path) -> None:
    """A pipe that has ended gives no more, whereas of a file the rest of the line may still come."""
    line = '192.0.2.7 - - [16/Jan/2024:10:00:00 +0000] "GET /main/noarch/repodata.json HTTP/1.1" 200 10'
    content = f"{line}\n{line}".encode()
    assert send(census, content, "--format", "common")["requests"] == 2
    (tmp_path / "access.log").write_bytes(content)
    of_file = census("ingest", "access.log", "--format", "common", "--lake", "other", "--json")
    assert json.loads(of_file.stdout)["requests"] == 1
