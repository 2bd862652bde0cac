"""The end of a command's process: at once, and with all done that is to be done at the end."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

_PROGRAM = """
import atexit, sys, threading, time
from conda_census.cli.process import run_and_end

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


def test_libraries_are_told_how_to_run_unless_somebody_has() -> None:
    """Arrow keeps what it allocates, numpy starts no threads, and a person's own settings are kept."""
    program = (
        "import os, conda_census.cli as cli; cli.run_and_end = lambda main: None; cli.run(); "
        "import numpy; threads = len(os.listdir('/proc/self/task')); "
        "import pyarrow as pa; print(threads, pa.default_memory_pool().backend_name)"
    )

    def printed(**chosen: str) -> str:
        unset = ("ARROW_DEFAULT_MEMORY_POOL", "OPENBLAS_NUM_THREADS")
        environment = {name: value for name, value in os.environ.items() if name not in unset} | chosen
        command = [sys.executable, "-c", program]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    assert printed() == "1 system"
    assert printed(ARROW_DEFAULT_MEMORY_POOL="mimalloc") == "1 mimalloc"
    assert printed(OPENBLAS_NUM_THREADS="2") == "2 system"
