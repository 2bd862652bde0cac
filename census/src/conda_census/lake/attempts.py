"""Which source ended the census while it was read, as by taking all memory? It must not block the others.

Of each batch the file ``attempts.json`` notes which source is being read. If two attempts to read a batch
ended without a word, the source at which the last one ended is left out of the batch, and is a suspect. When
all else is read, each suspect is read alone, by another process and for nothing: if that ends too, the
source is set aside; else it is read like any other. A process may be killed by somebody, too, so that being
read when it happened is no proof.
"""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from conda_census.config import Settings
from conda_census.decode.pseudonyms import Secrets
from conda_census.errors import CensusError

__all__ = ["INTERRUPTED", "Attempts", "Suspects", "can_be_read"]

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
            if _is_no_fault_of_a_source(problem):
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
    process = multiprocessing.get_context("spawn").Process(
        target=_read_for_nothing, args=(settings, location, format_name), daemon=True
    )
    process.start()
    process.join()
    return process.exitcode == 0


def _read_for_nothing(settings: Settings, location: str, format_name: str) -> None:
    from conda_census.lake.batch_reading import Claimed, read_batch
    from conda_census.lake.batches import Batch
    from conda_census.lake.known import known_logs
    from conda_census.lake.source_rows import SourceRows
    from conda_census.lake.store import Lake
    from conda_census.lake.summary import Summary
    from conda_census.logs.fingerprints import head_of
    from conda_census.logs.formats import formats
    from conda_census.logs.sniff import format_of, read_beginning
    from conda_census.logs.sources import source_at
    from conda_census.spill_folders import spill_folder

    try:
        secrets = Secrets(settings.config_folder)
        source = source_at(location, settings.config_folder)
        beginning = read_beginning(source)
        log_format = format_of(source, beginning, formats(settings), format_name)
        head = head_of(beginning.lines, secrets.token_key())
        lake = Lake.open(settings.lake)
        with spill_folder() as folder:
            batch = Batch("trial", 1, folder, (location,), format_name, datetime.now(UTC))
            read_batch(
                lake,
                batch,
                [Claimed(0, source, head, log_format, beginning.lines)],
                known_logs(SourceRows(lake)),
                secrets,
                Summary(),
                lambda **_: None,
                settings.channels,
                keep_machines=settings.machines,
            )
    except BaseException as problem:  # noqa: BLE001 (whoever reads it for good will tell)
        os._exit(0 if _is_no_fault_of_a_source(problem) else 1)


def _is_no_fault_of_a_source(problem: BaseException) -> bool:
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
