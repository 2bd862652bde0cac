"""Order of a step that concurrent threads take."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from conda_census.ingest.background_rows import OrderedStep


def test_threads_take_the_step_in_order() -> None:
    """Also if a later thread is ready first."""
    step, taken = OrderedStep(), []
    together = Barrier(4)

    def work(number: int) -> None:
        with step.take(number) as wait:
            together.wait(timeout=10)
            wait()
            taken.append(number)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, [3, 1, 2, 0]))
    assert taken == [0, 1, 2, 3]


def test_no_thread_waits_for_one_that_has_failed() -> None:
    """Neither if it fails before its step, nor if it fails in it."""
    step = OrderedStep()

    def fail(number: int, *, waits: bool) -> None:
        with step.take(number) as wait:
            if waits:
                wait()
            raise ValueError

    for number, waits in enumerate([False, True]):
        with pytest.raises(ValueError, match=r"^$"):
            fail(number, waits=waits)
    with step.take(2) as wait:
        wait()
