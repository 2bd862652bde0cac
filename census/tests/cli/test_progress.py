"""Is it shown how far the work is: on a terminal in one line, elsewhere in plain lines?"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from census_support.inputs.small_log import SmallLog
from census_support.processes.census_process import MAIN, CensusProcess


def _logs(folder: Path) -> None:
    for number in range(3):
        log = SmallLog()
        for request in range(20_000):
            names = {"client": f"c{request % 100}", "session": f"s{number}-{request // 10}"}
            log.request(address=f"198.51.100.{request % 100}", **names)
        log.write(folder / f"access-{number}.log")


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.parametrize("columns", [60, 120])
def test_on_a_terminal(census: CensusProcess, tmp_path: Path, columns: int) -> None:
    """Files, lines, lines a second and the time left, in one line of a narrow window too."""
    _logs(tmp_path)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-c", MAIN, "ingest", ".", "--json"],
        cwd=tmp_path,
        env=census.environment() | {"TERM": "xterm"},
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", _all_of(ours))
    assert process.wait(timeout=60) == 0
    lines = {line.strip() for line in re.split(r"[\r\n]+", shown)} - {""}
    assert all(line.startswith("reading ") for line in lines), lines
    assert all(len(line) <= columns for line in lines)
    assert any(
        re.search(r"[12] of 3 files  [1-9][0-9,]* lines  [1-9][0-9,]*/s \d\d:\d\d$", line) for line in lines
    )


def _all_of(terminal: int) -> str:
    content = b""
    while True:
        try:
            read = os.read(terminal, 1 << 16)
        except OSError:  # Linux: the other end is closed
            read = b""
        if not read:
            os.close(terminal)
            return content.decode()
        content += read


@pytest.mark.takes_turns(5, among="the longest")
def test_elsewhere(census: CensusProcess, tmp_path: Path) -> None:
    """If asked for, one plain line for each file, without anything that moves, and how long it took."""
    _logs(tmp_path)
    done = census("ingest", ".", "--json", "--verbose")
    *lines, last = done.stderr.splitlines()
    assert re.search(r"ingest: \d+\.\d s$", last)
    assert lines == [
        f"reading {tmp_path / name} ({number} of 3)"
        for number, name in enumerate(("access-0.log", "access-1.log", "access-2.log"), 1)
    ]
