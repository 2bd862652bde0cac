"""Stacked bars of installer downloads."""

from __future__ import annotations

import altair as alt

from conda_census.reports.charts.bars import stacked_bars
from conda_census.reports.render.theme import Look
from conda_census.reports.usage import totals
from conda_census.reports.usage.schema import Report

__all__ = ["installers", "installers_by_period"]


def installers(report: Report, look: Look) -> alt.LayerChart:
    """Draw stacked bars: installer downloads by product and platform, split by the kind of agent."""
    return stacked_bars(totals.installer_totals(report), look)


def installers_by_period(report: Report, look: Look) -> alt.LayerChart:
    """Draw stacked bars: installer downloads by quarter or month, split by product."""
    return stacked_bars(totals.installers_by_period(report), look)
