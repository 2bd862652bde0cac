"""How do bars, courses and shares look as characters?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["ASCII", "BLOCKS", "Marks", "bar", "course", "shade"]


@dataclass(frozen=True)
class Marks:
    """``full`` makes bars, ``heights`` rise from little to much, ``shades`` from none to all."""

    full: str
    heights: str
    shades: str


BLOCKS = Marks(full="█", heights="▁▂▃▄▅▆▇█", shades=" ░▒▓█")
ASCII = Marks(full="#", heights="_.-=+*%#", shades=" .-+#")


def bar(share: float | None, width: int, marks: Marks) -> str:
    """A bar that is as long as the share of ``width`` characters."""
    return marks.full * round(width * min(share or 0.0, 1.0))


def course(numbers: Sequence[int], width: int, marks: Marks) -> str:
    """One character for each number, or for the mean of so many that ``width`` characters are enough."""
    together = max(1, -(-len(numbers) // max(width, 1)))
    parts = [numbers[first : first + together] for first in range(0, len(numbers), together)]
    means = [sum(part) / len(part) for part in parts]
    most = max(means, default=0.0) or 1.0
    return "".join(_step(mean / most, marks.heights) for mean in means)


def shade(share: float, marks: Marks) -> str:
    """The shade of a share: none only where it is 0."""
    return marks.shades[0] if share <= 0 else _step(share, marks.shades[1:])


def _step(share: float, steps: str) -> str:
    return steps[min(len(steps) - 1, int(share * len(steps)))]
