"""Ordering of a step that concurrent threads take one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition

__all__ = ["Turns"]


class Turns:
    """One turn for each number, from 0."""

    def __init__(self) -> None:
        self._over: set[int] = set()
        self._changed = Condition()

    @contextmanager
    def take(self, number: int) -> Iterator[Callable[[], None]]:
        """Yield a function that waits for the turn of ``number``.

        The turn ends with the block, however the block is left, so that later threads never wait for ever.
        """
        try:
            yield lambda: self._wait(number)
        finally:
            with self._changed:
                self._over.add(number)
                self._changed.notify_all()

    def _wait(self, number: int) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._over.issuperset(range(number)))
