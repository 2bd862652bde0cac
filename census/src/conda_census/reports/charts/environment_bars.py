"""Bar chart of installations by number of environments."""

from __future__ import annotations

import altair as alt

from conda_census.reports.charts.bars import plain_bars
from conda_census.reports.render.numbers import count, percent
from conda_census.reports.render.theme import Look
from conda_census.reports.usage.schema import Report

__all__ = ["environments"]


def environments(report: Report, look: Look) -> alt.LayerChart:
    """Draw bars: the share of installations with 1, 2, 3, 4, and 5 or more environments."""
    labels = ("1 environment", "2", "3", "4", "5 and more")
    labelled = dict(zip(labels, report.environments.per_installation.values(), strict=True))
    whole = sum(labelled.values()) or 1
    shares = {label: number / whole for label, number in labelled.items()}
    texts = [f"{percent(number / whole)} ({count(number)})" for number in labelled.values()]
    return plain_bars(shares, texts, look)
