"""Which share of the installations of a week comes back in each later week, as a heat map?"""

from __future__ import annotations

from datetime import date

import altair as alt

from conda_census.report.look import Look, dress, label_axis, plot_px
from conda_census.report.shape import Report
from conda_census.report.wording import percent, short

__all__ = ["retention"]

_HIGHEST_PX, _LOWEST_PX = 24, 7
_HIGH_PX = 560
_TEXT_HIGH_PX, _TEXT_WIDE_PX = 14, 19
_LABEL_HIGH_PX, _LABEL_WIDE_PX = 14, 26
#: Above this the colour is so strong that text on it has the colour of the paper.
_STRONG = 0.55


def retention(report: Report, look: Look) -> alt.LayerChart:
    """A row for each week of first sight, a column for each week later; the colour is the share.

    The week of first sight itself is always everybody, so it is left out. Where the cells are large enough
    they hold the share in percent; where there are many weeks, every second or fourth has its name.
    """
    cohorts = [cohort for cohort in report["retention"] if len(cohort["active"]) > 1]
    labels = [_label(cohort["week"], cohort["installations"], look) for cohort in cohorts]
    weeks = list(range(1, max((len(cohort["active"]) for cohort in cohorts), default=2)))
    rows = [
        {"label": label, "later": later, "share": share["value"]}
        for label, cohort in zip(labels, cohorts, strict=True)
        for later, share in enumerate(cohort["active"])
        if later and share["value"] is not None  # a day of one of the weeks has no log
    ]
    most = max((float(str(row["share"])) for row in rows), default=0.0) or 1.0
    high_px = max(_LOWEST_PX, min(_HIGHEST_PX, _HIGH_PX // max(len(labels), 1)))
    wide_px = plot_px(labels, look) / len(weeks)
    every_label, every_week = -(-_LABEL_HIGH_PX // high_px), -(-_LABEL_WIDE_PX // max(int(wide_px), 1))
    y = label_axis("label", labels, every=every_label)
    x = alt.X("later:O", sort=weeks, axis=_weeks_axis(weeks[::every_week], most))
    base = alt.Chart(alt.InlineData(values=rows)).encode(x=x, y=y)
    strength = alt.Scale(domain=[0, most], range=[0.04, 1])
    gap = 1 if high_px > _TEXT_HIGH_PX else 0.3
    cells = base.mark_rect(color=look.accent, stroke=look.paper, strokeWidth=gap).encode(
        fillOpacity=alt.FillOpacity("share:Q", scale=strength, legend=None)
    )
    layers = [cells]
    if high_px >= _TEXT_HIGH_PX and wide_px >= _TEXT_WIDE_PX:
        strong = alt.datum.share > _STRONG * most
        texts = base.transform_calculate(text="format(datum.share * 100, '.0f')").mark_text(fontSize=10.5)
        layers.append(
            texts.encode(
                text="text:N", color=alt.condition(strong, alt.value(look.paper), alt.value(look.ink))
            )
        )
    return dress(layers, look, height=high_px * len(labels))


def _label(week: str, installations: int | None, look: Look) -> str:
    monday = date.fromisoformat(week)
    name = f"{monday.day} {monday:%b %Y}"
    return name if look.narrow or installations is None else f"{name} ({short(installations)})"


def _weeks_axis(values: list[int], most: float) -> alt.Axis:
    return alt.Axis(
        title=f"weeks later; no colour is 0, full colour {percent(most)}",
        titleFontWeight="normal",
        values=values,
        labelAngle=0,
        ticks=False,
        domain=False,
        labelPadding=5,
    )
