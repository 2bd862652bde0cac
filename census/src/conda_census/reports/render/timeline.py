"""Which days of a long course are enough to draw it, or to read it?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeVar

__all__ = ["thinned"]

Point = TypeVar("Point")


def thinned(points: Sequence[Point], most: int, also: Collection[int] = ()) -> list[Point]:
    """Of a point for each day the first, the last and every so manieth, ``most`` or one more.

    ``also`` are places that are kept whatever happens.
    """
    every = -(-len(points) // most) or 1
    last = len(points) - 1
    return [point for at, point in enumerate(points) if at % every == 0 or at == last or at in also]
