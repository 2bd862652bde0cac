"""Areas by day: the remediated, exposed and silent of those exposed at the disclosure."""

from __future__ import annotations

import altair as alt

from conda_census.exposure.assessment_schema import Exposure
from conda_census.reports.charts.timeline_axes import STAIRS, days_since, shares, unknown_days, whole_days
from conda_census.reports.render.theme import Look, dress, legend

__all__ = ["states"]


def states(exposure: Exposure, look: Look) -> alt.LayerChart:
    """Draw stacked areas that add up to all that were exposed at the disclosure."""
    rows = [
        {"day": begins, "state": state, "order": order, "share": share}
        for begins, day in whole_days(exposure["states"])
        for order, (state, share) in enumerate(
            (("remediated", day["remediated"]), ("exposed", day["exposed"]), ("silent", day["silent"]))
        )
    ]
    colour = alt.Color(
        "state:N",
        scale=alt.Scale(
            domain=["remediated", "exposed", "silent"], range=[look.accent, look.warm, look.grey]
        ),
        legend=legend(columns=3, rows=1),
    )
    areas = alt.Chart(alt.InlineData(values=rows)).mark_area(
        interpolate=STAIRS, stroke=look.paper, strokeWidth=0.6
    )
    last, unknown = unknown_days(exposure, look)
    areas = areas.encode(
        x=days_since("the disclosure", max(last, exposure["states"][-1]["day"]), look),
        y=shares("share", stacked=True),
        color=colour,
        order=alt.Order("order:Q"),
    )
    return dress([*unknown, areas], look, height=230, legend_rows=1)
