"""Charts of a report as files in a folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal

from conda_census.reports.render.chart import Figure
from conda_census.reports.render.drawing import png, svg
from conda_census.reports.render.numbers import days
from conda_census.reports.render.output_files import make_folder, remove_own, write_whole
from conda_census.reports.render.theme import LIGHT, Look
from conda_census.reports.usage.chart_registry import FIGURES, figures_of
from conda_census.reports.usage.schema import Report
from conda_census.steps import Steps

__all__ = ["ChartKind", "write_charts"]

ChartKind = Literal["svg", "png"]

_WIDTH_PX = 800


def write_charts(report: Report, folder: Path, kind: ChartKind, progress: Steps) -> None:
    """Write one file for each chart, by its name, each with its title on white.

    Other files in the folder stay, but a chart of an earlier report that this one lacks is removed.

    Raises:
        CensusError: the folder cannot be created, or a file in it cannot be written.
    """
    make_folder(folder)
    figures = figures_of(report)
    for done, figure in enumerate(figures):
        file = folder / f"{figure.name}.{kind}"
        progress(file.name, done=done, of=len(figures))
        write_whole(file, _DRAW[kind](figure, report), "chart")
    for name in {figure.name for figure in FIGURES} - {figure.name for figure in figures}:
        remove_own(folder / f"{name}.{kind}")


def _svg(figure: Figure[Report], report: Report) -> bytes:
    return svg(figure.draw(report, _look(figure, report)), figure.alternative(report)).encode()


def _png(figure: Figure[Report], report: Report) -> bytes:
    return png(figure.draw(report, _look(figure, report)))


_DRAW: dict[ChartKind, Callable[[Figure[Report], Report], bytes]] = {"svg": _svg, "png": _png}


def _look(figure: Figure[Report], report: Report) -> Look:
    """Return the look of a file, which needs its own title and dates."""
    titled = Look(width=_WIDTH_PX, **LIGHT, title=figure.title, subtitle=days(report.window))
    return replace(titled, background=titled.paper)
