"""Log files of a scenario, written by one process or several, and the truth next to them."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread

import numpy as np
import numpy.typing as npt
from isal import isal_zlib

from conda_census.errors import CensusError
from conda_census.simulate.chance import generator
from conda_census.simulate.day_requests import Requests, requests_of
from conda_census.simulate.day_summary import Seen, look_at
from conda_census.simulate.disclosures import channel_of
from conda_census.simulate.log_lines import LOG_FORMATS, lines_of
from conda_census.simulate.output_folder import make_new_folder, publish
from conda_census.simulate.scenario import Scenario
from conda_census.simulate.traffic import Day, Days
from conda_census.simulate.true_population import populate
from conda_census.simulate.truth import Truth, Witness, write_truth
from conda_census.steps import Steps

__all__ = ["LogShape", "simulate"]

Rows = npt.NDArray[np.int64]

#: From this many installation-days on, processes are worthwhile; each of them makes the population anew.
_WORTH_PROCESSES = 3_000_000
#: A ``zlib.compressobj`` setting: a whole gzip whose header has no time, so that the bytes stay the same.
_GZIP = 31


@dataclass(frozen=True)
class LogShape:
    """Shape of the logs: their format, from ``LOG_FORMATS``, and the number of files for each day."""

    format_name: str = "combined"
    files_per_day: int = 1


def simulate(
    scenario: Scenario, out: Path, shape: LogShape, progress: Steps, processes: int | None = None
) -> Truth:
    """Write the logs of a scenario into a new or empty folder, then ``truth.json``; return the truth.

    The advisories and the index of what was disclosed come before it, if anything was.

    Args:
        scenario: what is simulated; the same scenario writes the same bytes, with any number of processes.
        out: the folder; it is created.
        shape: of the logs.
        progress: is notified of each day.
        processes: how many write at once; by default one for each core if that is worthwhile.

    Raises:
        CensusError: the folder is not empty, or cannot be written; or a process was ended.
        OSError: a file cannot be written.
    """
    make_new_folder(out, "--out")
    if processes is None:
        many = scenario.installations * scenario.days >= _WORTH_PROCESSES
        processes = os.cpu_count() or 1 if many else 1
    witness = Witness(scenario, populate(scenario), channel_of(scenario))
    for number, seen in enumerate(_days(scenario, out, shape, min(processes, scenario.days))):
        progress(str(scenario.since + timedelta(days=number)), done=number, of=scenario.days)
        witness.see(seen)
    truth = witness.truth()
    publish(scenario, out)
    write_truth(truth, out)
    return truth


def _days(scenario: Scenario, out: Path, shape: LogShape, processes: int) -> Iterator[Seen]:
    """Yield what is seen of each day, in order, once its logs are written."""
    if processes == 1:
        yield from map(_DayLogs(scenario, out, shape).write, range(scenario.days))
        return
    # Not forked: the libraries have threads, which a fork would not have.
    with ProcessPoolExecutor(
        processes, get_context("spawn"), initializer=_prepare, initargs=(scenario, out, shape)
    ) as pool:
        try:
            yield from pool.map(_write, range(scenario.days))
        except BrokenProcessPool:
            raise CensusError(
                f"{out}: a process was ended from outside, as where memory runs out: remove the folder, "
                "and run it again with fewer --processes"
            ) from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


_of_this_process: list[_DayLogs] = []


def _prepare(scenario: Scenario, out: Path, shape: LogShape) -> None:
    # Ctrl-C reaches all processes, and ends this one at once and silently: the first one reports it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    Thread(target=_end_with_the_first, daemon=True).start()
    _of_this_process.append(_DayLogs(scenario, out, shape))


def _end_with_the_first() -> None:
    """End the worker with the first process. A pool's processes would else wait forever for a killed one."""
    if first := parent_process():
        first.join()
        os._exit(1)


def _write(number: int) -> Seen:
    return _of_this_process[0].write(number)


class _DayLogs:
    """Writer of the logs of a scenario into a folder, in any order of days."""

    def __init__(self, scenario: Scenario, out: Path, shape: LogShape) -> None:
        self._scenario = scenario
        self._out = out
        self._shape = shape
        self._format = LOG_FORMATS[shape.format_name]
        self._population, self._channel = populate(scenario), channel_of(scenario)
        self._days = Days(scenario, self._population, self._channel)

    def write(self, number: int) -> Seen:
        """Write the logs of a day, starting with the late lines of the day before.

        Raises:
            OSError: a file cannot be written.
        """
        day = self._days.day(number)
        requests = self._requests(day)
        parts = [(requests, np.flatnonzero(~self._is_late(requests)))]
        if self._scenario.late and number:
            before = self._requests(self._days.day(number - 1))
            parts.insert(0, (before, np.flatnonzero(self._is_late(before))))
        lines = sum(len(rows) for _, rows in parts)
        date = self._scenario.since + timedelta(days=number)
        bounds = np.linspace(0, lines, self._shape.files_per_day + 1).astype(int).tolist()
        for file, (begin, end) in enumerate(pairwise(bounds)):
            path = self._out / f"access-{date}-{file}.log.gz"
            self._write(path, _between(parts, begin, end))
        headers = self._format.header.count("\n") * self._shape.files_per_day
        return look_at(day, self._population, self._channel, lines + headers)

    def _requests(self, day: Day) -> Requests:
        return requests_of(day, self._scenario, self._population, self._channel)

    def _is_late(self, requests: Requests) -> npt.NDArray[np.bool_]:
        """Return which lines are in the log of the next day; there are none on the last day."""
        if not self._scenario.late or requests.number == self._scenario.days - 1:
            return np.zeros(len(requests), dtype=bool)
        random = generator(self._scenario.seed, 5, requests.number)
        return random.random(len(requests)) < self._scenario.late

    def _write(self, path: Path, parts: Iterator[tuple[Requests, Rows]]) -> None:
        compressor = isal_zlib.compressobj(1, isal_zlib.DEFLATED, _GZIP)
        with path.open("xb") as file:  # the folder was empty: what is there now was planted
            file.write(compressor.compress(self._format.header.encode()))
            for requests, rows in parts:
                for lines in lines_of(requests, rows, self._format, self._scenario.seed):
                    file.write(compressor.compress(lines))
            file.write(compressor.flush())


def _between(parts: list[tuple[Requests, Rows]], begin: int, end: int) -> Iterator[tuple[Requests, Rows]]:
    """Yield the rows of the parts from ``begin`` to ``end`` of their concatenation."""
    for requests, rows in parts:
        yield requests, rows[max(begin, 0) : max(end, 0)]
        begin, end = begin - len(rows), end - len(rows)
