"""Files of a report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from conda_census.reports.render.about import About
from conda_census.reports.usage.schema import Report
from conda_census.steps import Steps

if TYPE_CHECKING:  # drawing takes a second to import, and only if a chart is requested
    from conda_census.reports.render.chart_files import ChartKind
    from conda_census.reports.render.table_files import TableKind

__all__ = ["Wanted", "write_files"]


@dataclass(frozen=True)
class Wanted:
    """Requested files. The page is a file, all others are folders; null is not requested."""

    html: Path | None = None
    svg: Path | None = None
    png: Path | None = None
    csv: Path | None = None
    parquet: Path | None = None


def write_files(
    report: Report,
    wanted: Wanted,
    steps: Callable[[str], AbstractContextManager[Steps]],
    about: About | None = None,
) -> Iterator[Path]:
    """Write what is requested and yield the path of each once it exists; ``steps`` shows the progress.

    Raises:
        CensusError: something cannot be written.
    """
    if wanted.html:
        from conda_census.reports.usage.page import write_page

        write_page(report, wanted.html, about)
        yield wanted.html
    charts: list[tuple[Path | None, ChartKind]] = [(wanted.svg, "svg"), (wanted.png, "png")]
    for folder, chart_kind in charts:
        if folder:
            from conda_census.reports.render.chart_files import write_charts

            with steps("drawing") as progress:
                write_charts(report, folder, chart_kind, progress)
            yield folder
    tables: list[tuple[Path | None, TableKind]] = [(wanted.csv, "csv"), (wanted.parquet, "parquet")]
    for folder, table_kind in tables:
        if folder:
            from conda_census.reports.render.table_files import write_tables

            write_tables(report, folder, table_kind)
            yield folder
