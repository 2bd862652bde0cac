"""Writing of a scenario: the logs of each day, and the truth next to them."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import timedelta
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread

from conda_census.errors import CensusError
from conda_census.simulate.day_logs import DayLogs, LogShape
from conda_census.simulate.day_truth import Seen
from conda_census.simulate.disclosures import channel_of
from conda_census.simulate.new_folder import make_new_folder
from conda_census.simulate.published import publish
from conda_census.simulate.scenario import Scenario
from conda_census.simulate.true_population import populate
from conda_census.simulate.truth import Truth, Witness, write_truth
from conda_census.steps import Steps

__all__ = ["simulate"]

#: From this many installation-days on, processes are worthwhile; each of them makes the population anew.
_WORTH_PROCESSES = 3_000_000


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
        yield from map(DayLogs(scenario, out, shape).write, range(scenario.days))
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


_of_this_process: list[DayLogs] = []


def _prepare(scenario: Scenario, out: Path, shape: LogShape) -> None:
    # Ctrl-C reaches all processes, and ends this one at once and silently: the first one reports it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    Thread(target=_end_with_the_first, daemon=True).start()
    _of_this_process.append(DayLogs(scenario, out, shape))


def _end_with_the_first() -> None:
    """End the worker with the first process. A pool's processes would else wait forever for a killed one."""
    if first := parent_process():
        first.join()
        os._exit(1)


def _write(number: int) -> Seen:
    return _of_this_process[0].write(number)
