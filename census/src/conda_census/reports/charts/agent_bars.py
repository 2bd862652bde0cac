"""Bar charts of the software of installations."""

from __future__ import annotations

from collections.abc import Callable

import altair as alt

from conda_census.reports.charts.bars import plain_bars
from conda_census.reports.render.numbers import count, percent
from conda_census.reports.render.theme import Look
from conda_census.reports.usage import totals
from conda_census.reports.usage.schema import Report

__all__ = ["conda_versions", "python_versions", "systems"]


def conda_versions(report: Report, look: Look) -> alt.LayerChart:
    """Draw bars: installations by the version of conda."""
    return _bars(totals.conda_versions, report, look)


def python_versions(report: Report, look: Look) -> alt.LayerChart:
    """Draw bars: installations by the minor version of Python."""
    return _bars(totals.python_versions, report, look)


def systems(report: Report, look: Look) -> alt.LayerChart:
    """Draw bars: installations by operating system."""
    return _bars(totals.systems, report, look)


def _bars(counted: Callable[[Report], dict[str, int]], report: Report, look: Look) -> alt.LayerChart:
    numbers = counted(report)
    whole = sum(numbers.values()) or 1
    texts = [f"{percent(number / whole)} ({count(number)})" for number in numbers.values()]
    return plain_bars({label: float(number) for label, number in numbers.items()}, texts, look)
