"""The end of a command's process: at once, and with all done that is to be done at the end."""

from __future__ import annotations

import subprocess
import sys

import pytest

_PROGRAM = """
import atexit, sys, threading, time
from conda_census.cli.ending import run_and_end

class Slow:
    def __del__(self):
        print("was freed")

def at_work():
    time.sleep(0.3)
    print("thread has ended")

slow = Slow()
atexit.register(print, "function of atexit")

def main():
    print("main", end=" ")
    {0}

run_and_end(main)
"""


@pytest.mark.parametrize(
    ("last", "code", "output"),
    [
        ("pass", 0, "main function of atexit\n"),
        ("sys.exit()", 0, "main function of atexit\n"),
        ("sys.exit(0)", 0, "main function of atexit\n"),
        ("sys.exit(2)", 2, "main function of atexit\n"),
        ("sys.stdout.flush(); sys.stdout = None", 0, "main "),
        ("sys.exit('no')", 1, "main function of atexit\nwas freed\n"),
        ("1 / 0", 1, "main function of atexit\nwas freed\n"),
        (
            "threading.Thread(target=at_work).start()",
            0,
            "main thread has ended\nfunction of atexit\nwas freed\n",
        ),
        ("threading.Thread(target=at_work, daemon=True).start()", 0, "main function of atexit\n"),
    ],
)
def test_what_is_done_at_the_end(last: str, code: int, output: str) -> None:
    """Only what frees memory is left out, and not where the interpreter may be needed."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(last)], capture_output=True, text=True, check=False
    )
    assert done.returncode == code
    assert done.stdout == output
    assert ("ZeroDivisionError" in done.stderr) == ("/" in last)
    assert ("no\n" in done.stderr) == ("no" in last)
