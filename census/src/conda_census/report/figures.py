"""Which charts does a report have? Their names are those of the files that ``--svg`` and ``--png`` write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import altair as alt

from conda_census.report import alternatives, charts
from conda_census.report.look import Look
from conda_census.report.shape import Report

__all__ = ["FIGURES", "Figure", "figures_of"]


@dataclass(frozen=True)
class Figure:
    """One chart.

    Attributes:
        name: how it is called in the page and as a file.
        title: what it shows.
        has_data: whether there is something to draw.
        draw: the chart.
        alternative: its figures in words.
    """

    name: str
    title: str
    has_data: Callable[[Report], bool]
    draw: Callable[[Report, Look], alt.LayerChart]
    alternative: Callable[[Report], str]


#: In the order of the page.
FIGURES = (
    Figure(
        "environments",
        "Installations by their number of environments",
        lambda report: report["environments"]["total"] > 0,
        charts.environments,
        alternatives.environments,
    ),
    Figure(
        "by_day",
        "Sessions and installations by day; provisional days are paler",
        lambda report: len(report["by_day"]) > 1,  # a single day has no course
        charts.by_day,
        alternatives.by_day,
    ),
    Figure(
        "installers",
        "Installer downloads by platform and kind of agent",
        lambda report: report["installer_downloads"]["total"] > 0,
        charts.installers,
        alternatives.installers,
    ),
)


def figures_of(report: Report) -> list[Figure]:
    """Those of which there is something to draw."""
    return [figure for figure in FIGURES if figure.has_data(report)]
