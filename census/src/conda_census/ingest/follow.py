"""Continuous reading of logs as they arrive, until a stop is requested."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from conda_census.errors import CensusError
from conda_census.ingest.summary import Summary

__all__ = ["Stop", "follow", "stop_on_signals"]

#: Maximum delay before a wait ends after a stop request.
_NAP_S = 0.1


@dataclass
class Stop:
    """A stop request, which a signal may make at any moment."""

    asked: bool = False

    def __call__(self) -> bool:
        """Return whether a stop was requested."""
        return self.asked

    def wait(self, seconds: float) -> None:
        """Wait this many seconds, or until a stop is requested."""
        until = time.monotonic() + seconds
        while not self.asked and (rest := until - time.monotonic()) > 0:
            time.sleep(min(rest, _NAP_S))


def follow(
    ingest: Callable[[], Summary],
    tell: Callable[[Summary], None],
    complain: Callable[[CensusError], None],
    stop: Stop,
    interval_s: float,
) -> None:
    """Call ``ingest`` repeatedly with a pause after each round, until ``stop`` is set.

    A round is reported if it read something, if a file began to wait or if a warning is new. An error is
    reported once for as long as it lasts, and each round tries again.

    Raises:
        CensusError: the first round failed: such an error will not pass by itself.
    """
    lasting: set[str] = set()
    waiting: set[str] = set()
    warnings: set[str] = set()
    is_first = True
    while not stop():
        try:
            summary = ingest()
        except CensusError as error:
            if is_first:
                raise
            summary = Summary(errors=[error])
        is_first = False
        for problem in summary.errors:
            if str(problem) not in lasting:
                complain(problem)
        lasting = {str(problem) for problem in summary.errors}
        waited, waiting = waiting, {log.sentence() for log in summary.waiting}
        warned, warnings = warnings, set(summary.warning_sentences())
        if summary.read or waiting - waited or warnings - warned:
            tell(summary)
        stop.wait(interval_s)


@contextmanager
def stop_on_signals() -> Iterator[Stop]:
    """Request a stop on SIGTERM and Ctrl-C inside the context; a second signal ends the process at once."""
    stop = Stop()

    def ask(number: int, _frame: FrameType | None) -> None:
        stop.asked = True
        signal.signal(number, signal.SIG_DFL)

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
