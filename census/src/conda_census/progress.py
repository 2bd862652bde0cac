"""How does a person see how far long work is?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from conda_census.errors import one_line
from conda_census.lake.ingest import IngestProgress

__all__ = ["shown_progress"]


@contextmanager
def shown_progress(console: Console) -> Iterator[IngestProgress]:
    """A bar of files and lines on a terminal; elsewhere one plain line for each file."""
    if not console.is_terminal:
        yield _plain(console)
        return
    columns = (
        TextColumn("reading"),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn("files  {task.fields[lines]:,} lines"),
        TimeElapsedColumn(),
    )
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None, lines=0)

        def show(*, path: Path, files_done: int, files: int, lines: int) -> None:  # noqa: ARG001
            bar.update(task, completed=files_done, total=files, lines=lines)

        yield show


def _plain(console: Console) -> IngestProgress:
    told: list[Path] = []

    def show(*, path: Path, files_done: int, files: int, lines: int) -> None:  # noqa: ARG001
        if told[-1:] == [path]:
            return
        told[:] = [path]
        console.print(
            one_line(f"reading {path} ({files_done + 1} of {files})"),
            highlight=False,
            soft_wrap=True,
            markup=False,
        )

    return show
