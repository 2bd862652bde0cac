"""Writer for the log files of one day, from any process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from isal import isal_zlib

from conda_census.simulate.chance import generator
from conda_census.simulate.day_requests import Requests, requests_of
from conda_census.simulate.day_truth import Seen, look_at
from conda_census.simulate.disclosures import channel_of
from conda_census.simulate.lines import lines_of
from conda_census.simulate.log_formats import LOG_FORMATS
from conda_census.simulate.scenario import Scenario
from conda_census.simulate.traffic import Day, Days
from conda_census.simulate.true_population import populate

__all__ = ["DayLogs", "LogShape"]

Rows = npt.NDArray[np.int64]

#: A ``zlib.compressobj`` setting: a whole gzip whose header has no time, so that the bytes stay the same.
_GZIP = 31


@dataclass(frozen=True)
class LogShape:
    """Shape of the logs: their format, from ``LOG_FORMATS``, and the number of files for each day."""

    format_name: str = "combined"
    files_per_day: int = 1


class DayLogs:
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
