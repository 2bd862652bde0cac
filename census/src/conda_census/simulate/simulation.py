"""How is a scenario written: the logs of each day, and the truth beside them?"""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
from isal import igzip

from conda_census.config import SIMULATED_TRUTH
from conda_census.simulate.chance import generator
from conda_census.simulate.channel import make_channel
from conda_census.simulate.lines import lines_of
from conda_census.simulate.new_folder import make_new_folder
from conda_census.simulate.population import populate
from conda_census.simulate.scenario import Scenario
from conda_census.simulate.traffic import Days
from conda_census.simulate.truth import Truth, Witness
from conda_census.steps import Steps

__all__ = ["simulate"]


def simulate(scenario: Scenario, out: Path, files_per_day: int, progress: Steps) -> Truth:
    """Write the logs of a scenario into a new or empty folder, and then ``truth.json``; return the truth.

    Args:
        scenario: what is simulated; the same writes the same bytes.
        out: the folder; it is made.
        files_per_day: how many files a day, each with a stretch of it.
        progress: is told each day.

    Raises:
        CensusError: the folder holds something, or cannot be written.
    """
    make_new_folder(out, "--out")
    population, channel = populate(scenario), make_channel(scenario.seed)
    days, witness = Days(scenario, population, channel), Witness(scenario, population, channel)
    lines = 0
    late: list[str] = []
    for number in range(scenario.days):
        progress(str(scenario.since + timedelta(days=number)), done=number, of=scenario.days)
        day = days.day(number)
        witness.see(day)
        today, late = _part(late, lines_of(day, scenario, population, channel), scenario, number)
        lines += len(today)
        _write(out, scenario, number, today, files_per_day)
    truth = witness.truth(lines)
    (out / SIMULATED_TRUTH).write_text(json.dumps(truth, indent=2) + "\n")
    return truth


def _part(late: list[str], lines: list[str], scenario: Scenario, number: int) -> tuple[list[str], list[str]]:
    """The lines of a day's log, which begins with what was late, and those that are late themselves."""
    if not scenario.late or number == scenario.days - 1:
        return late + lines, []
    is_late = generator(scenario.seed, 5, number).random(len(lines)) < scenario.late
    on_time = [lines[place] for place in np.flatnonzero(~is_late).tolist()]
    return late + on_time, [lines[place] for place in np.flatnonzero(is_late).tolist()]


def _write(out: Path, scenario: Scenario, number: int, lines: list[str], files_per_day: int) -> None:
    day = scenario.since + timedelta(days=number)
    bounds = np.linspace(0, len(lines), files_per_day + 1).astype(int).tolist()
    for file, (begin, end) in enumerate(pairwise(bounds)):
        content = "".join(lines[begin:end]).encode()
        # The time in a gzip's header would make other bytes each time.
        (out / f"access-{day}-{file}.log.gz").write_bytes(igzip.compress(content, compresslevel=1, mtime=0))
