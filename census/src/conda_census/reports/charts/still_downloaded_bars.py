"""Stacked bars of affected versions that are still downloaded, by tool."""

from __future__ import annotations

import altair as alt

from conda_census.exposure.assessment_schema import Exposure
from conda_census.reports.charts.bars import stacked_bars
from conda_census.reports.exposure.totals import downloads_by_version
from conda_census.reports.render.theme import Look

__all__ = ["still_downloaded"]


def still_downloaded(exposure: Exposure, look: Look) -> alt.LayerChart:
    """Draw stacked bars: downloads of the last 30 days by version, split by tool."""
    return stacked_bars(downloads_by_version(exposure), look)
