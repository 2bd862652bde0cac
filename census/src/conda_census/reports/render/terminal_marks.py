"""Bars, timelines and shares as characters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["ASCII", "BLOCKS", "Marks", "bar", "course", "shade"]


@dataclass(frozen=True)
class Marks:
    """``full`` makes bars, ``heights`` rise from low to high, ``shades`` from none to all.

    ``unknown`` is the mark of an unknown day.
    """

    full: str
    heights: str
    shades: str
    unknown: str


BLOCKS = Marks(full="█", heights="▁▂▃▄▅▆▇█", shades=" ░▒▓█", unknown="·")
ASCII = Marks(full="#", heights="_.-=+*%#", shades=" .-+#", unknown="?")


def bar(share: float | None, width: int, marks: Marks) -> str:
    """Return a bar with the length of the share, out of ``width`` characters."""
    return marks.full * round(width * min(share or 0.0, 1.0))


def course(numbers: Sequence[int | None], width: int, marks: Marks) -> str:
    """Return one character for each number, or for the mean of several, so that ``width`` is enough.

    None, which is unknown, keeps its place.
    """
    together = max(1, -(-len(numbers) // max(width, 1)))
    parts = [numbers[first : first + together] for first in range(0, len(numbers), together)]
    known = [[number for number in part if number is not None] for part in parts]
    means = [sum(part) / len(part) if part else None for part in known]
    most = max((mean for mean in means if mean is not None), default=0.0) or 1.0
    return "".join(marks.unknown if mean is None else _step(mean / most, marks.heights) for mean in means)


def shade(share: float, marks: Marks) -> str:
    """Return the shade of a share: none only if it is 0."""
    return marks.shades[0] if share <= 0 else _step(share, marks.shades[1:])


def _step(share: float, steps: str) -> str:
    return steps[min(len(steps) - 1, int(share * len(steps)))]
