"""Heat map of retention: the share of a week's installations seen in each later week."""

from __future__ import annotations

from datetime import date

import altair as alt

from conda_census.reports.render.numbers import percent, short
from conda_census.reports.render.theme import Look, dress, label_axis, plot_px
from conda_census.reports.usage.schema import Report

__all__ = ["retention"]

_HIGHEST_PX, _LOWEST_PX = 24, 7
_HIGH_PX = 560
_TEXT_HIGH_PX, _TEXT_WIDE_PX = 14, 19
_LABEL_HIGH_PX, _LABEL_WIDE_PX = 14, 26
#: Above this share the colour is so strong that text on it has the colour of the paper.
_STRONG = 0.55


def retention(report: Report, look: Look) -> alt.LayerChart:
    """Draw a row for each week of first use and a column for each later week; the colour is the share.

    The week of first use is always 100 %, so it is left out. Large enough cells hold the share in percent. If
    there are many weeks, every second or fourth has a label. An unknown share is grey, with a question mark.
    """
    cohorts = [cohort for cohort in report.retention if len(cohort.active) > 1]
    labels = [_label(cohort.week, cohort.installations, look) for cohort in cohorts]
    weeks = list(range(1, max((len(cohort.active) for cohort in cohorts), default=2)))
    cells_of_all = [
        (label, later, share.value)
        for label, cohort in zip(labels, cohorts, strict=True)
        for later, share in enumerate(cohort.active)
        if later
    ]
    rows = [
        {"label": label, "later": later, "share": share}
        for label, later, share in cells_of_all
        if share is not None
    ]
    # One of the weeks has a day without a log.
    unknown = [{"label": label, "later": later} for label, later, share in cells_of_all if share is None]
    most = max((share for *_, share in cells_of_all if share is not None), default=0.0) or 1.0
    high_px = max(_LOWEST_PX, min(_HIGHEST_PX, _HIGH_PX // max(len(labels), 1)))
    wide_px = plot_px(labels, look) / len(weeks)
    every_label, every_week = -(-_LABEL_HIGH_PX // high_px), -(-_LABEL_WIDE_PX // max(int(wide_px), 1))
    y = label_axis("label", labels, every=every_label)
    x = alt.X("later:O", sort=weeks, axis=_weeks_axis(weeks[::every_week], most, has_unknown=bool(unknown)))
    base = alt.Chart(alt.InlineData(values=rows)).encode(x=x, y=y)
    strength = alt.Scale(domain=[0, most], range=[0.04, 1])
    gap = 1 if high_px > _TEXT_HIGH_PX else 0.3
    cells = base.mark_rect(color=look.accent, stroke=look.paper, strokeWidth=gap).encode(
        fillOpacity=alt.FillOpacity("share:Q", scale=strength, legend=None)
    )
    empty = alt.Chart(alt.InlineData(values=unknown)).encode(x=x, y=y)
    layers = [cells, empty.mark_rect(color=look.rule, opacity=0.7, stroke=look.paper, strokeWidth=gap)]
    if high_px >= _TEXT_HIGH_PX and wide_px >= _TEXT_WIDE_PX:
        layers.append(empty.mark_text(text="?", fontSize=10.5, color=look.muted))
        strong = alt.datum.share > _STRONG * most
        texts = base.transform_calculate(text="format(datum.share * 100, '.0f')").mark_text(fontSize=10.5)
        layers.append(
            texts.encode(
                text="text:N", color=alt.condition(strong, alt.value(look.paper), alt.value(look.ink))
            )
        )
    return dress(layers, look, height=high_px * len(labels))


def _label(monday: date, installations: int | None, look: Look) -> str:
    name = f"{monday.day} {monday:%b %Y}"
    return name if look.narrow or installations is None else f"{name} ({short(installations)})"


def _weeks_axis(values: list[int], most: float, *, has_unknown: bool) -> alt.Axis:
    scale = f"weeks later; no colour is 0, full colour {percent(most)}"
    return alt.Axis(
        title=f"{scale}, grey is not known" if has_unknown else scale,
        titleFontWeight="normal",
        values=values,
        labelAngle=0,
        ticks=False,
        domain=False,
        labelPadding=5,
    )
