"""Theme of all charts: width, colours, type, axes and legends."""

from __future__ import annotations

from dataclasses import dataclass

import altair as alt

__all__ = [
    "DARK",
    "FONT",
    "LIGHT",
    "Look",
    "dress",
    "height_axis",
    "label_axis",
    "legend",
    "length_scale",
    "plot_px",
    "text_px",
]

#: Vega measures text with Liberation Sans, which is as wide as these; another font could be cut off.
FONT = "Arial, Helvetica, 'Liberation Sans', sans-serif"
_TEXT_PX = 12
#: Wider than most letters, so that a name fits even if none of the fonts is installed.
_LETTER_PX = 7.4
_NARROW_PX = 480
_LABEL_PX = 200
_LABEL_GAP_PX = 8
_LEGEND_ROW_PX = 22
_TITLE_PX = 15
#: The colours of a look by name, on white and on a dark screen.
LIGHT = {
    "paper": "#ffffff",
    "ink": "#17222d",
    "muted": "#586673",
    "rule": "#dce2e8",
    "accent": "#1c5a86",
    "soft": "#9fc0d6",
    "warm": "#c4883a",
    "grey": "#98a4ae",
}
DARK = {
    "paper": "#11171d",
    "ink": "#e3e8ed",
    "muted": "#99a6b2",
    "rule": "#2b3540",
    "accent": "#74b3dd",
    "soft": "#3b6583",
    "warm": "#d8a559",
    "grey": "#71808d",
}
_PADDING_PX = {"left": 2, "top": 4, "right": 14, "bottom": 2}
_ALONE_PADDING_PX = {"left": 18, "top": 16, "right": 18, "bottom": 16}


@dataclass(frozen=True)
class Look:
    """Width in pixels and colours in any SVG form: ``#1b2733`` or ``var(--ink)``.

    A standalone chart has a ``title``, a ``subtitle`` and a ``background``.
    """

    width: int
    paper: str
    ink: str
    muted: str
    rule: str
    accent: str
    soft: str
    warm: str
    grey: str
    font: str = FONT
    background: str = "transparent"
    title: str = ""
    subtitle: str = ""

    @property
    def narrow(self) -> bool:
        """Whether the chart is for a screen as narrow as a phone."""
        return self.width < _NARROW_PX


def dress(layers: list[alt.Chart], look: Look, height: int, legend_rows: int = 0) -> alt.LayerChart:
    """Return the finished chart: as wide as the look including labels, on the background of the look."""
    legend_px = _LEGEND_ROW_PX * legend_rows
    dressed: alt.LayerChart = (
        alt.LayerChart(layer=layers)
        .properties(
            width=look.width,
            height=height,
            autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
            background=look.background,
            padding={**_PADDING_PX, "top": _PADDING_PX["top"] + legend_px},
        )
        .configure(font=look.font, aria=False)  # the whole chart has one alt text
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=look.ink,
            labelFontSize=_TEXT_PX,
            titleColor=look.muted,
            titleFontSize=_TEXT_PX,
            gridColor=look.rule,
            domainColor=look.muted,
        )
        .configure_legend(labelColor=look.ink, labelFontSize=_TEXT_PX)
    )
    if look.title:
        dressed = dressed.properties(title=_title(look, legend_px)).properties(padding=_ALONE_PADDING_PX)
    return dressed


def _title(look: Look, legend_px: int) -> alt.TitleParams:
    """Return the title of the chart and its period, above the legend."""
    return alt.TitleParams(
        text=look.title,
        subtitle=look.subtitle,
        anchor="start",
        frame="bounds",
        offset=legend_px + 14,
        color=look.ink,
        subtitleColor=look.muted,
        fontSize=_TITLE_PX,
        subtitleFontSize=_TEXT_PX,
        subtitlePadding=5,
    )


def label_axis(field: str, labels: list[str], most_px: float | None = None, every: int = 1) -> alt.Y:
    """Return the axis of bar names at the left, in the given order, without any other marks.

    A name longer than ``most_px`` is cut. With ``every`` at 2, only every second name is shown.
    """
    axis = alt.Axis(
        title=None,
        values=labels[::every],
        ticks=False,
        domain=False,
        grid=False,
        labelPadding=_LABEL_GAP_PX,
        labelLimit=most_px or _LABEL_PX,
        minExtent=_label_px(labels, most_px),
    )
    return alt.Y(f"{field}:N", sort=labels, axis=axis)


def length_scale(longest: float, labels: list[str], texts: list[str], look: Look) -> alt.Scale:
    """Return the scale of horizontal bars: from 0 to the end of the text after the longest bar."""
    whole_px = plot_px(labels, look)
    bar_px = max(whole_px - text_px(texts) - _LABEL_GAP_PX, 0.2 * whole_px)
    return alt.Scale(domain=[0, (longest or 1) * whole_px / bar_px])


def plot_px(labels: list[str], look: Look, most_px: float | None = None) -> float:
    """Return the width of the part of a chart to the right of its labels."""
    padding = _ALONE_PADDING_PX if look.title else _PADDING_PX
    padding_px = padding["left"] + padding["right"]
    return look.width - _label_px(labels, most_px) - _LABEL_GAP_PX - padding_px


def height_axis(field: str) -> alt.Y:
    """Return an axis of counts from 0 upwards, with few grid lines."""
    short = "format(datum.value, '~s')"  # as a format of the axis it would write 0k
    axis = alt.Axis(title=None, ticks=False, domain=False, tickCount=4, labelExpr=short, labelPadding=6)
    return alt.Y(f"{field}:Q", axis=axis)


def legend(
    columns: int, rows: int, labels: list[str] | None = None, most_px: float | None = None
) -> alt.Legend:
    """Return the legend above the chart, aligned with the left end of the bars' ``labels``."""
    return alt.Legend(
        title=None,
        orient="none",
        legendX=-_label_px(labels, most_px) if labels else 0,
        legendY=-_LEGEND_ROW_PX * rows - 4,
        columns=columns,
        columnPadding=24,
        rowPadding=6,
        symbolType="square",
        symbolStrokeWidth=0,
        symbolOpacity=1,  # also for paler marks
    )


def _label_px(labels: list[str], most_px: float | None) -> float:
    return min(most_px or _LABEL_PX, text_px(labels))


def text_px(texts: list[str]) -> float:
    """Return the largest possible width of the texts."""
    return _LETTER_PX * max(map(len, texts), default=0)
