"""Attempts to read a batch, to find a source that ends the census, as by taking all memory.

Such a source must not block the others. The file ``attempts.json`` of each batch records which source is
being read. If two attempts to read a batch died silently, the source at which the last one died is left out
of the batch and becomes a suspect. When all else is read, another process reads each suspect without using
the result. If that process dies too, the source is set aside; else it is read like any other. A person may
also kill a process, so the source being read at that time is not proven guilty.
"""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL

import duckdb

from conda_census.config import Settings
from conda_census.errors import CensusError

__all__ = ["INTERRUPTED", "Attempts", "Suspects", "can_be_read", "is_no_fault_of_a_source"]

#: DuckDB's error message for Ctrl-C while it works.
INTERRUPTED = "Query interrupted"

#: Number of attempts that may die silently.
_ATTEMPTS = 2
#: Number of times a trial may end together with its waiting parent process before that counts as its result.
TRIALS = 10


class Attempts:
    """The attempts to read one batch; ``folder`` is that of the batch.

    Attributes:
        left_out: numbers of the sources of the batch that are not read.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "attempts.json"
        self._ended = 0
        self._reading: int | None = None
        self.left_out: frozenset[int] = frozenset()

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Count an attempt to read the batch inside the context.

        An error or an interruption by a person inside the context is no silent death.
        """
        noted = _read(self._file)
        self._ended, self._reading = _number(noted.get("ended")), None
        self.left_out = frozenset(_numbers(noted.get("left_out")))
        if noted.get("is_under_way"):
            self._ended += 1
            if self._ended >= _ATTEMPTS and isinstance(reading := noted.get("reading"), int):
                self.left_out |= {reading}
                self._ended = 0
        try:
            self._write(is_under_way=True)
            yield
        except BaseException as problem:
            if is_no_fault_of_a_source(problem):
                self._write(is_under_way=False)
            raise
        self._ended = 0
        self._write(is_under_way=False)

    def note(self, number: int) -> None:
        """Record which source is being read now, by its number in the batch."""
        if number != self._reading:
            self._reading = number
            self._write(is_under_way=True)

    def _write(self, *, is_under_way: bool) -> None:
        content = {
            "ended": self._ended,
            "left_out": sorted(self.left_out),
            "reading": self._reading,
            "is_under_way": is_under_way,
        }
        _replace(self._file, content)


class Suspects:
    """The suspects of a writer; ``folder`` is that of its batches."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "suspects.json"

    def locations(self) -> frozenset[str]:
        """Return the locations of the suspects."""
        return frozenset(_read(self._file))

    def add(self, locations: Iterable[str]) -> None:
        """Add the sources at these locations to the suspects."""
        if added := list(locations):
            _replace(self._file, {**dict.fromkeys(added, 0), **_read(self._file)})

    def begin_trial(self, location: str) -> bool:
        """Record that a suspect is tried; return false if too many trials ended without a result."""
        trials = _read(self._file)
        count = _number(trials.get(location)) + 1
        _replace(self._file, {**trials, location: count})
        return count <= TRIALS

    def remove(self, location: str) -> None:
        """Remove the source from the suspects."""
        trials = {each: number for each, number in _read(self._file).items() if each != location}
        if trials:
            _replace(self._file, trials)
        else:
            self._file.unlink(missing_ok=True)


def can_be_read(settings: Settings, location: str, format_name: str) -> bool:
    """Return whether a separate process reads a source to its end; the reading itself is discarded."""
    task = pickle.dumps((settings, location, format_name))
    # -P: modules in the current folder are not imported in place of ours
    command = [sys.executable, "-P", "-m", "conda_census.ingest.trial_reading"]
    # The output is silenced, whichever process is killed when.
    done = subprocess.run(command, input=task, stdout=DEVNULL, stderr=DEVNULL, check=False)  # noqa: S603
    return done.returncode == 0


def is_no_fault_of_a_source(problem: BaseException) -> bool:
    """Return whether the census, the disk or the person at the keyboard caused the problem."""
    other_faults = (CensusError, OSError, duckdb.IOException, KeyboardInterrupt, SystemExit)
    return isinstance(problem, other_faults) or (
        isinstance(problem, RuntimeError) and str(problem) == INTERRUPTED
    )


def _read(file: Path) -> dict[str, object]:
    """Return the content of a record; nothing if it is missing, or was truncated when the machine crashed."""
    try:
        content = json.loads(file.read_text())
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _replace(file: Path, content: Mapping[str, object]) -> None:
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(content))
    draft.replace(file)


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _numbers(value: object) -> list[int]:
    return [item for item in value if isinstance(item, int)] if isinstance(value, list) else []
