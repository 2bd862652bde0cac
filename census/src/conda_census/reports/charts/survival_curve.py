"""Survival curve: the share still exposed after a number of days, with its band."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from conda_census.exposure.assessment_schema import CurvePoint, Exposure
from conda_census.reports.charts.timeline_axes import STAIRS, days_since, shares, unknown_days, whole_days
from conda_census.reports.render.theme import Look, dress, legend

__all__ = ["since_disclosure", "since_fix"]

_PREVALENT, _INCIDENT = "exposed at the disclosure", "exposed since"


def since_disclosure(exposure: Exposure, look: Look) -> alt.LayerChart:
    """Draw lines with bands, by days since the disclosure."""
    curves = (exposure["curve"]["disclosure"], exposure["incident_curve"]["disclosure"])
    return _lines(*curves, "the disclosure", look, *unknown_days(exposure, look))


def since_fix(exposure: Exposure, look: Look) -> alt.LayerChart:
    """Draw lines with bands, by days since a fix for the platform was available."""
    curves = (exposure["curve"]["fix_available"], exposure["incident_curve"]["fix_available"])
    return _lines(*curves, "there was a fix", look)


def _lines(
    prevalent: list[CurvePoint],
    incident: list[CurvePoint],
    event: str,
    look: Look,
    least_last: int = 0,
    unknown: Sequence[alt.Chart] = (),
) -> alt.LayerChart:
    rows = [
        {**point, "who": who, "day": begins}
        for who, points in ((_PREVALENT, prevalent), (_INCIDENT, incident))
        for begins, point in whole_days(points)
    ]
    whose = {_PREVALENT: look.accent, _INCIDENT: look.warm}
    drawn = [who for who in whose if any(row["who"] == who for row in rows)]
    columns, legend_rows = (1, len(drawn)) if look.narrow else (2, 1)
    colour = alt.Color(
        "who:N",
        scale=alt.Scale(domain=drawn, range=[whose[who] for who in drawn]),
        legend=legend(columns, legend_rows),
    )
    last = max(points[-1]["day"] for points in (prevalent, incident) if points)
    x = days_since(event, max(last, least_last), look)
    known = [row for row in rows if row["low"] is not None and row["high"] is not None]
    bands = alt.Chart(alt.InlineData(values=known)).mark_area(interpolate=STAIRS, opacity=0.2)
    bands = bands.encode(x=x, y=shares("low"), y2="high:Q", color=colour)
    lines = alt.Chart(alt.InlineData(values=rows)).mark_line(interpolate=STAIRS, strokeWidth=2)
    lines = lines.encode(x=x, y=shares("share"), color=colour)
    return dress([*unknown, bands, lines], look, height=230, legend_rows=legend_rows)
