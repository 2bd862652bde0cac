"""How do threads that work at once take one step in the order of their numbers?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition

__all__ = ["Turns"]


class Turns:
    """One turn for each number from 0 on."""

    def __init__(self) -> None:
        self._over: set[int] = set()
        self._changed = Condition()

    @contextmanager
    def take(self, number: int) -> Iterator[Callable[[], None]]:
        """The turn of ``number``: call what this gives, and all that is behind the call waits for its turn.

        Those that come later wait until the end of the block, by whatever it is left: none waits for ever.
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
