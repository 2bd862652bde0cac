"""Bar chart of exposed environments by class: low end, observed and high end."""

from __future__ import annotations

import altair as alt

from conda_census.exposure.assessment_schema import BandKeys, Exposure
from conda_census.reports.exposure.totals import bands_by_class
from conda_census.reports.render.numbers import count, short
from conda_census.reports.render.theme import Look, dress, label_axis, legend, length_scale

__all__ = ["exposed"]

_BAR_PX = 34
_LEAST, _OBSERVED, _MOST = "at the least", "observed", "at the most"


def exposed(exposure: Exposure, look: Look) -> alt.LayerChart:
    """Draw for each class a bar up to the low end, paler up to the high end, with a mark at the observation.

    The bar ends at the low end if the high end is not known.
    """
    bands = bands_by_class(exposure)
    has_most = exposure["exposed"]["high"] is not None
    labels = list(bands)
    texts = [_text(band, look) for band in bands.values()]
    scale = length_scale(max(map(_end, bands.values())), labels, texts, look)
    parts = [
        {"label": label, "end": end, "begin": begin, "part": part}
        for label, band in bands.items()
        for begin, end, part in ((0, band["low"], _LEAST), (band["low"], band["high"], _MOST))
        if end is not None
    ]
    ends = [
        {"label": label, "observed": band["observed"], "end": _end(band), "text": text, "part": _OBSERVED}
        for (label, band), text in zip(bands.items(), texts, strict=True)
    ]
    colour = alt.Color(
        "part:N",
        scale=alt.Scale(
            domain=[_LEAST, _OBSERVED, *([_MOST] if has_most else [])],
            range=[look.accent, look.ink, *([look.soft] if has_most else [])],
        ),
        legend=legend(columns=3, rows=1, labels=labels),
    )
    y = label_axis("label", labels)
    bars = alt.Chart(alt.InlineData(values=parts)).mark_bar(height={"band": 0.5})
    bars = bars.encode(x=alt.X("begin:Q", axis=None, scale=scale), x2="end:Q", y=y, color=colour)
    behind = alt.Chart(alt.InlineData(values=ends)).encode(y=y)
    marks = behind.mark_tick(opacity=1, thickness=3, size=_BAR_PX * 0.7)
    marks = marks.encode(x=alt.X("observed:Q", axis=None, scale=scale), color=colour)
    text = behind.mark_text(align="left", dx=9, color=look.ink, fontSize=12)
    text = text.encode(x=alt.X("end:Q", axis=None, scale=scale), text="text:N")
    return dress([bars, marks, text], look, height=_BAR_PX * len(labels), legend_rows=1)


def _text(band: BandKeys, look: Look) -> str:
    written = short if look.narrow else count
    observed, low, high = (None if edge is None else written(edge) for edge in _edges(band))
    return f"{observed} (at least {low})" if high is None else f"{observed} ({low} to {high})"


def _end(band: BandKeys) -> int:
    """Return the highest known number."""
    return max(edge or 0 for edge in _edges(band))


def _edges(band: BandKeys) -> tuple[int | None, int | None, int | None]:
    return band["observed"], band["low"], band["high"]
