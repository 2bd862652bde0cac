"""Progress of work that is done step by step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from conda_census.errors import one_line

__all__ = ["Steps", "print_step", "say_nothing", "shown_steps"]


class Steps(Protocol):
    """A callback that receives the progress of work done step by step."""

    def __call__(self, what: str, *, done: int, of: int) -> None:
        """Report the current step, and how many of all steps are done."""


def say_nothing(what: str, *, done: int, of: int) -> None:
    """Show nothing."""


@contextmanager
def shown_steps(console: Console, doing: str) -> Iterator[Steps]:
    """Show a bar of the steps on a terminal; elsewhere one plain line for each."""
    if not console.is_terminal:
        yield lambda what, *, done, of: print_step(console, doing, what, done, of)
        return
    columns = (TextColumn(doing), BarColumn(bar_width=None), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(
        *columns, TextColumn("{task.description}", markup=False), console=console, transient=True
    ) as bar:
        task = bar.add_task("", total=None)
        yield lambda what, *, done, of: bar.update(task, description=one_line(what), completed=done, total=of)


def print_step(console: Console, doing: str, what: str, done: int, of: int) -> None:
    """Print one plain line, for output that cannot be redrawn."""
    console.print(
        one_line(f"{doing} {what} ({done + 1} of {of})"), highlight=False, soft_wrap=True, markup=False
    )
