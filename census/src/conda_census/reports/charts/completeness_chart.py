"""Bar chart of what was read for each day, and of days without a log."""

from __future__ import annotations

import altair as alt

from conda_census.reports.charts.day_axis import bar_px, day_chart
from conda_census.reports.render.theme import Look, dress, height_axis, legend
from conda_census.reports.usage.schema import Report

__all__ = ["completeness"]

_NO_LOG = ("no_log", "declared_hole")


def completeness(report: Report, look: Look) -> alt.LayerChart:
    """Draw stacked bars: requests and dropped lines by day; a mark if a day has no log."""
    days = report.completeness
    parts = [
        {"day": day.day, "kind": kind, "order": order, "lines": lines}
        for day in days
        for order, (kind, lines) in enumerate((("requests", day.requests), ("dropped", day.dropped)))
    ]
    # A kind without data does not appear in the legend.
    colours = {"requests": look.soft}
    if any(day.dropped for day in days):
        colours["dropped"] = look.warm
    if any(day.state in _NO_LOG for day in days):
        colours["no log"] = look.ink
    colour = alt.Color(
        "kind:N",
        scale=alt.Scale(domain=list(colours), range=list(colours.values())),
        legend=legend(columns=3, rows=1),
    )
    bars = day_chart(report, parts, look).mark_bar(size=bar_px(parts, look))
    bars = bars.encode(y=height_axis("lines"), color=colour, order=alt.Order("order:Q"))
    # All days are in the data, so that the axis is the same; only those without a log are drawn.
    missing = [{"day": day.day, "lines": 0, "drawn": 1 if day.state in _NO_LOG else 0} for day in days]
    marks = day_chart(report, missing, look).mark_point(
        filled=True, shape="triangle-down", size=50, yOffset=-6, color=look.ink, opacity=1
    )
    marks = marks.encode(y=height_axis("lines"), opacity=alt.Opacity("drawn:Q", scale=None))
    return dress([bars, marks], look, height=140, legend_rows=1)
