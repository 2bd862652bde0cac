"""How does a test type into a program as a person does? By a pseudo terminal."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from census_support.processes.census_process import MAIN, CensusProcess

__all__ = ["Terminal", "terminal"]

_TIMEOUT_S = 120
_TAKE_TERMINAL = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0)"


class Terminal:
    """What stands on a screen, and the keys below it."""

    def __init__(self, descriptor: int, process: subprocess.Popen[bytes]) -> None:
        self._descriptor = descriptor
        self._process = process

    def expect(self, text: str) -> str:
        """Wait until the text is on the screen, and return what came up to it."""
        shown = ""
        until = time.monotonic() + _TIMEOUT_S
        while text not in shown:
            ready, _, _ = select.select([self._descriptor], [], [], max(until - time.monotonic(), 0))
            assert ready, f"no {text!r} in {shown!r}"
            shown += self._read()
        return shown

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._descriptor, keys.encode())

    def end(self) -> tuple[str, int]:
        """Return what comes until the program ends, and its exit code."""
        shown = ""
        until = time.monotonic() + _TIMEOUT_S
        while True:
            ready, _, _ = select.select([self._descriptor], [], [], max(until - time.monotonic(), 0))
            assert ready, f"no end, after {shown!r}"
            if not (part := self._read()):
                return shown, self._process.wait(_TIMEOUT_S)
            shown += part

    def _read(self) -> str:
        try:
            return os.read(self._descriptor, 65536).decode(errors="replace").replace("\r\n", "\n")
        except OSError:  # Linux says so at the end
            return ""


@contextmanager
def terminal(census: CensusProcess, *arguments: str, program: str = MAIN) -> Iterator[Terminal]:
    """Start the census, or another program, in a terminal of its own: Ctrl-C that is typed reaches it."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", f"{_TAKE_TERMINAL}\n{program}", *arguments],
        cwd=census.folder,
        env=census.environment() | {"TERM": "dumb"},
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    try:
        yield Terminal(ours, process)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
