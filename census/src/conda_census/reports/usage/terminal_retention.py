"""Retention in a terminal: a shaded table, as wide as the space allows."""

from __future__ import annotations

from rich.text import Text

from conda_census.metrics.retention import Cohort
from conda_census.reports.render.terminal_marks import Marks, shade

__all__ = ["MOST_COHORTS", "shaded"]

#: A terminal shows the last cohorts only, at most this many.
MOST_COHORTS = 13
_LABEL = len("2024-01-01 ")


def shaded(cohorts: list[Cohort], width: int, marks: Marks) -> list[Text]:
    """Return a line for each week of first use and a cell for each later week, below a line of week numbers.

    A cell is a shade and the share in percent if it fits into ``width``, else one or two shade characters.
    """
    shown = [cohort for cohort in cohorts if len(cohort.active) > 1][-MOST_COHORTS:]
    weeks = max((len(cohort.active) - 1 for cohort in shown), default=0)
    room = width - _LABEL
    cell = next((cell for cell in (4, 2, 1) if cell * weeks <= room), 1)
    weeks = min(weeks, room // cell)
    shares = [[share.value for share in cohort.active[1 : weeks + 1]] for cohort in shown]
    most = max((share for row in shares for share in row if share is not None), default=0.0) or 1.0
    lines = [Text("weeks on".ljust(_LABEL) + _heading(weeks, cell))]
    for cohort, row in zip(shown, shares, strict=True):
        cells = "".join(_cell(share, most, cell, marks) for share in row)
        lines.append(Text.assemble(cohort.week.isoformat().ljust(_LABEL), (cells.rstrip(), "cyan")))
    return lines


def _heading(weeks: int, cell: int) -> str:
    """Return the numbers of the weeks, every fourth if a cell is narrow."""
    every = 1 if cell == 4 else 4  # noqa: PLR2004  the widest
    numbers = [str(week) if (week - 1) % every == 0 else "" for week in range(1, weeks + 1)]
    width = cell * every
    return "".join(f"{number:>2}".ljust(width) for number in numbers if number)[: weeks * cell].rstrip()


def _cell(share: float | None, most: float, cell: int, marks: Marks) -> str:
    if share is None:  # a day of one of the weeks has no log
        return (marks.unknown * min(cell, 2)).ljust(cell)
    colour = shade(share / most, marks)
    return f"{colour}{share * 100:<2.0f} " if cell == 4 else colour * cell  # noqa: PLR2004  the widest
