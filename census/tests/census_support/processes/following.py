"""How does a test have a run of ``ingest --follow``, and stop it?"""

from __future__ import annotations

import json
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from census_support.processes.census_process import MAIN, CensusProcess

__all__ = ["Following", "following"]


@dataclass
class Following:
    """A run that follows, and the lines that it has told up to now."""

    process: subprocess.Popen[str]
    told: list[str] = field(default_factory=list)

    def wait_for(self, text: str, times: int = 1) -> None:
        """Wait until it has told this in so many lines."""
        until = time.monotonic() + 60
        while sum(text in line for line in self.told) < times:
            assert time.monotonic() < until, self.told
            assert self.process.poll() is None, self.told
            time.sleep(0.02)

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, list[dict[str, Any]]]:
        """Send the signal; the exit code, and what stands on standard output."""
        self.process.send_signal(number)
        code = self.process.wait(30)
        assert self.process.stdout is not None
        return code, [json.loads(line) for line in self.process.stdout]


@contextmanager
def following(census: CensusProcess, *arguments: str | Path, program: str = MAIN) -> Iterator[Following]:
    """A process that looks every 0.2 seconds for what has come."""
    process = census.start(
        "ingest", "--follow", "--interval", "0.2", "--verbose", *arguments, program=program
    )
    run = Following(process)

    def listen() -> None:
        assert process.stderr is not None
        run.told.extend(iter(process.stderr.readline, ""))

    listener = threading.Thread(target=listen)
    listener.start()
    try:
        yield run
    finally:
        process.kill()
        listener.join()
        process.communicate()
