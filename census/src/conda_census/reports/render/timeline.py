"""Thinning of long timelines to the days that are enough to draw or read them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeVar

__all__ = ["thinned"]

Point = TypeVar("Point")


def thinned(points: Sequence[Point], most: int, also: Collection[int] = ()) -> list[Point]:
    """Return the first, the last and every n-th of the daily points, at most ``most`` or one more.

    ``also`` are positions that are always kept.
    """
    every = -(-len(points) // most) or 1
    last = len(points) - 1
    return [point for at, point in enumerate(points) if at % every == 0 or at == last or at in also]
