"""What does ``conda-census simulate`` take, and what does it print?"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from census_support.processes.census_process import CensusProcess

SMALL = ("simulate", "--installations", "30", "--days", "2")


def test_logs_and_their_truth(census: CensusProcess) -> None:
    """In the format that was asked for; with ``--json`` the truth is printed."""
    run = census(*SMALL, "--out", "logs", "--format", "s3", "--files-per-day", "2", "--json")
    names = sorted(file.name for file in (census.folder / "logs").iterdir())
    assert names == [
        "access-2024-01-01-0.log.gz",
        "access-2024-01-01-1.log.gz",
        "access-2024-01-02-0.log.gz",
        "access-2024-01-02-1.log.gz",
        "truth.json",
    ]
    assert json.loads(run.stdout) == json.loads((census.folder / "logs/truth.json").read_text())


@pytest.mark.takes_turns(5, among="the longest")
def test_a_lake_and_its_report(census: CensusProcess) -> None:
    """Without a log."""
    run = census(*SMALL, "--to-lake", "lake")
    truth = json.loads((census.folder / "lake/truth.json").read_text())
    told = f"wrote {truth['lines']:,} requests of 2 days, and lake/truth.json\n"
    assert (run.returncode, run.stdout) == (0, told)
    report = json.loads(census("report", "--lake", "lake", "--json").stdout)
    assert report["installations"]["total"] == truth["installations"] > 0


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "give one of the two"),
        (("--out", "logs", "--to-lake", "lake"), "give one of the two"),
        (("--out", "logs", "--format", "parquet"), "choose one of combined, "),
        (("--out", "logs", "--preset", "nobody"), "choose one of plain, "),
        (("--out", "logs", "--clones", "1.5"), "--clones"),
    ],
)
def test_what_is_wrong_usage(options: tuple[str, ...], told: str, census: CensusProcess) -> None:
    """It is said, and nothing is written."""
    run = census(*SMALL, *options)
    assert run.returncode == 2
    assert told in run.stderr
    assert not (census.folder / "logs").exists()
    assert not (census.folder / "lake").exists()


@pytest.mark.takes_turns(5, among="the longest")
def test_a_process_that_is_killed_ends_the_run_in_one_line(census: CensusProcess) -> None:
    """As the system does where memory runs out."""
    process = _start(census)
    (writer, *_) = _children(process.pid)
    os.kill(writer, signal.SIGKILL)
    _, errors = process.communicate(timeout=60)

    assert process.returncode == 1
    told = [line for line in errors.splitlines() if line.startswith("conda-census: ")]
    assert told[-1].startswith("conda-census: logs: a process was ended from outside")


@pytest.mark.takes_turns(5, among="the longest")
def test_no_process_outlives_the_first(census: CensusProcess) -> None:
    """However that one ends."""
    process = _start(census)
    writers = _children(process.pid)
    assert len(writers) == 2
    process.kill()
    process.communicate(timeout=60)
    deadline = time.monotonic() + 30
    while any(Path(f"/proc/{writer}").exists() for writer in writers):
        time.sleep(0.1)
        assert time.monotonic() < deadline


def _start(census: CensusProcess) -> subprocess.Popen[str]:
    """A run of two processes that has written a day, and has many before it."""
    process = census.start(
        *("simulate", "--installations", "20000", "--days", "300", "--out", "logs", "--processes", "2")
    )
    while not list((census.folder / "logs").glob("*.gz")):
        time.sleep(0.1)
        assert process.poll() is None
    return process


def _children(process: int) -> list[int]:
    """The processes that write: started to spawn, and not to watch over what is shared."""
    children = [
        child
        for file in Path(f"/proc/{process}/task").glob("*/children")
        for child in file.read_text().split()
    ]
    return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


def test_the_help_lists_the_options_in_groups(census: CensusProcess) -> None:
    """Thirty options in one list are too many to read."""
    text = census("simulate", "--help").stdout
    headings = ["Population:", "Output:", "Vulnerabilities:", "Dials:", "Options:"]
    assert [line for line in text.splitlines() if line in headings] == headings
    assert text.index("Dials:") < text.index("--cache-hits") < text.index("\nOptions:") < text.index("--json")
