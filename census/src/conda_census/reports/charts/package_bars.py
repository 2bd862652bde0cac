"""Packages by environments, installations and downloads, as three columns of bars."""

from __future__ import annotations

from typing import Literal

import altair as alt

from conda_census.reports.render.numbers import count, plain, short
from conda_census.reports.render.theme import Look, dress, label_axis, legend, plot_px, text_px
from conda_census.reports.usage.schema import Report
from conda_census.reports.usage.totals import top_packages

__all__ = ["packages"]

_BAR_PX = 26
_BETWEEN_PX = 14
_BEHIND_PX = 6
_NARROW_LABEL_PX = 120
_MEASURES: tuple[Literal["environments", "installations", "downloads"], ...] = (
    "environments",
    "installations",
    "downloads",
)


def packages(report: Report, look: Look) -> alt.LayerChart:
    """Draw one row for each package and one column of bars for each measure, each with its own scale."""
    found = top_packages(report)
    labels = [plain(row.name) for row in found]
    most_px = _NARROW_LABEL_PX if look.narrow else None
    whole_px = plot_px(labels, look, most_px)
    column_px = whole_px / len(_MEASURES)
    rows = []
    for place, measure in enumerate(_MEASURES):
        lengths = [getattr(row, measure) for row in found]
        texts = [short(length) if look.narrow else count(length) for length in lengths]
        longest_px = max(column_px - text_px(texts) - _BETWEEN_PX - _BEHIND_PX, 0.2 * column_px)
        most = max(lengths, default=0) or 1
        for length, label, text in zip(lengths, labels, texts, strict=True):
            begin = place * column_px
            end = begin + length / most * longest_px
            rows.append({"label": label, "measure": measure, "begin": begin, "end": end, "text": text})
    # Positions in pixels: each column has its own scale on one axis.
    scale = alt.Scale(domain=[0, whole_px], nice=False)
    colours = alt.Scale(domain=list(_MEASURES), range=[look.accent, look.soft, look.warm])
    columns, legend_rows = (2, 2) if look.narrow else (3, 1)
    y = label_axis("label", labels, most_px)
    base = alt.Chart(alt.InlineData(values=rows)).encode(y=y)
    bars = base.mark_bar(height={"band": 0.66}).encode(
        x=alt.X("begin:Q", axis=None, scale=scale),
        x2="end:Q",
        color=alt.Color("measure:N", scale=colours, legend=legend(columns, legend_rows, labels, most_px)),
    )
    texts_behind = base.mark_text(align="left", dx=_BEHIND_PX, color=look.ink, fontSize=11)
    texts_behind = texts_behind.encode(x=alt.X("end:Q", axis=None, scale=scale), text="text:N")
    return dress([bars, texts_behind], look, height=_BAR_PX * len(found), legend_rows=legend_rows)
