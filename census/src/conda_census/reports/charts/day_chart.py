"""Sessions and installations by day, as bars and a line."""

from __future__ import annotations

import altair as alt

from conda_census.reports.charts.day_axis import bar_px, day_chart, unknown_days
from conda_census.reports.render.theme import Look, dress, height_axis, legend
from conda_census.reports.usage.schema import Report

__all__ = ["by_day", "first_seen"]


def by_day(report: Report, look: Look) -> alt.LayerChart:
    """Draw bars: sessions by day; a line with points: installations by day."""
    rows = list(map(vars, report.by_day))
    base = day_chart(report, rows, look)
    series = alt.Scale(domain=["sessions", "active installations"], range=[look.soft, look.accent])
    colour = alt.Color("series:N", scale=series, legend=legend(columns=2, rows=1))
    below = base.transform_calculate(series="'sessions'").encode(y=height_axis("sessions"), color=colour)
    bars = below.mark_bar(size=bar_px(rows, look))
    over = base.transform_calculate(series="'active installations'").encode(
        y=height_axis("installations"), color=colour
    )
    line = over.mark_line(strokeWidth=1.6, invalid="break-paths-filter-domains").encode(opacity=alt.value(1))
    points = over.mark_point(filled=True, size=max(6.0, min(40.0, 900 / len(rows))))
    return dress(
        [unknown_days(report, rows, look, "sessions"), bars, line, points], look, height=210, legend_rows=1
    )


def first_seen(report: Report, look: Look) -> alt.LayerChart:
    """Draw bars: installations first seen by day."""
    rows = list(map(vars, report.by_day))
    bars = day_chart(report, rows, look).mark_bar(size=bar_px(rows, look), color=look.accent)
    bars = bars.encode(y=height_axis("first_seen"))
    return dress([unknown_days(report, rows, look, "first_seen"), bars], look, height=140)
