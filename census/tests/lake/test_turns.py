"""Do threads that work at once take a step in order, and does none wait for one that has failed?"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from conda_census.ingest.ordered_steps import Turns


def test_turns_are_taken_in_order() -> None:
    """Whoever is ready first."""
    turns, taken = Turns(), []
    together = Barrier(4)

    def work(number: int) -> None:
        with turns.take(number) as wait:
            together.wait(timeout=10)
            wait()
            taken.append(number)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, [3, 1, 2, 0]))
    assert taken == [0, 1, 2, 3]


def test_nobody_waits_for_one_that_has_failed() -> None:
    """Before its step or in it."""
    turns = Turns()

    def fail(number: int, *, waits: bool) -> None:
        with turns.take(number) as wait:
            if waits:
                wait()
            raise ValueError

    for number, waits in enumerate([False, True]):
        with pytest.raises(ValueError, match=r"^$"):
            fail(number, waits=waits)
    with turns.take(2) as wait:
        wait()
