"""Progress of long work on the terminal."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from conda_census.ingest.pipeline import IngestProgress, SoFar
from conda_census.logs.sources.readable import Source
from conda_census.steps import print_step

__all__ = ["shown_progress"]


@contextmanager
def shown_progress(console: Console, *, shows: bool = True) -> Iterator[IngestProgress]:
    """Show a bar of bytes with files, lines a second and time left on a terminal; else a line for each file.

    If ``shows`` is false, nothing is shown.
    """
    if not shows:
        yield _say_nothing
        return
    if not console.is_terminal:
        yield _plain(console)
        return
    columns = (
        TextColumn("reading"),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[said]}"),
        TimeRemainingColumn(compact=True),
    )
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None, said="")
        started = time.monotonic()

        def show(*, source: Source, so_far: SoFar) -> None:  # noqa: ARG001 (its name has no room)
            a_second = so_far.lines / max(time.monotonic() - started, 1)
            files = f"{so_far.files_done} of {so_far.files} files"
            said = f"{files}  {so_far.lines:,} lines  {a_second:,.0f}/s"
            bar.update(task, completed=so_far.bytes_done, total=so_far.bytes_in_all, said=said)

        yield show


def _say_nothing(*, source: Source, so_far: SoFar) -> None:
    """Show nothing."""


def _plain(console: Console) -> IngestProgress:
    told: list[str] = []

    def show(*, source: Source, so_far: SoFar) -> None:
        name = str(source)
        if told == [name]:
            return
        told[:] = [name]
        print_step(console, "reading", name, so_far.files_done, so_far.files)

    return show
