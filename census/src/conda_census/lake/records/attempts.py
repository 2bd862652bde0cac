"""Which source ended the census while it was read, as by taking all memory? It must not block the others.

Of each batch the file ``attempts.json`` notes which source is being read. If two attempts to read a batch
ended without a word, the source at which the last one ended is left out of the batch, and is a suspect. When
all else is read, each suspect is read alone, by another process and for nothing: if that ends too, the
source is set aside; else it is read like any other. A process may be killed by somebody, too, so that being
read when it happened is no proof.
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

#: What DuckDB makes of Ctrl-C while it works.
INTERRUPTED = "Query interrupted"

#: So many attempts may end without a word.
_ATTEMPTS = 2
#: So often a trial may end together with the process that waits for it, before that is taken for its answer.
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
        """Read the batch inside: what ends in here by itself, or is stopped by somebody, is no such end."""
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
        """Write down which source is being read now, by its number in the batch."""
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
        """Where they lie."""
        return frozenset(_read(self._file))

    def add(self, locations: Iterable[str]) -> None:
        """Suspect the sources at these places."""
        if added := list(locations):
            _replace(self._file, {**dict.fromkeys(added, 0), **_read(self._file)})

    def begin_trial(self, location: str) -> bool:
        """Write down that a suspect is tried; false if too many trials ended without an answer."""
        trials = _read(self._file)
        number = _number(trials.get(location)) + 1
        _replace(self._file, {**trials, location: number})
        return number <= TRIALS

    def remove(self, location: str) -> None:
        """Suspect the source no more."""
        trials = {each: number for each, number in _read(self._file).items() if each != location}
        if trials:
            _replace(self._file, trials)
        else:
            self._file.unlink(missing_ok=True)


def can_be_read(settings: Settings, location: str, format_name: str) -> bool:
    """Read a source for nothing, by a process of its own, and tell whether that came to its end."""
    told = pickle.dumps((settings, location, format_name))
    # -P: a file of the folder that one stands in is no module of ours
    command = [sys.executable, "-P", "-m", "conda_census.ingest.trial_reading"]
    # Silent, whoever is killed when.
    done = subprocess.run(command, input=told, stdout=DEVNULL, stderr=DEVNULL, check=False)  # noqa: S603
    return done.returncode == 0


def is_no_fault_of_a_source(problem: BaseException) -> bool:
    """Was it told by the census, by the disk, or by the person at the keyboard?"""
    told = (CensusError, OSError, duckdb.IOException, KeyboardInterrupt, SystemExit)
    return isinstance(problem, told) or (isinstance(problem, RuntimeError) and str(problem) == INTERRUPTED)


def _read(file: Path) -> dict[str, object]:
    """What a file notes; nothing if it is not there, or was cut when the machine ended."""
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
    return [each for each in value if isinstance(each, int)] if isinstance(value, list) else []
