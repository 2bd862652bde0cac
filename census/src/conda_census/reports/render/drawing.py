"""Rendering of charts to pictures, without a browser."""

from __future__ import annotations

import re

import altair as alt
import vl_convert
from markupsafe import escape

__all__ = ["png", "svg"]

#: Pixels of the picture for each pixel of the chart, so that it is sharp on paper.
_PNG_SCALE = 2
#: Vega gives each part of a chart a role without alt text, but only the whole chart has alt text.
_PARTS = re.compile(r' (?:role="graphics-[a-z]+"|aria-roledescription="[^"]*")')


def svg(chart: alt.LayerChart, alternative: str) -> str:
    """Return the chart as SVG, with ``alternative`` as alt text. Vega escapes the text in it."""
    drawn = vl_convert.vegalite_to_svg(_specification(chart))
    opening = f'<svg role="img" aria-label="{escape(alternative)}" '
    return _PARTS.sub("", drawn).replace("<svg ", opening, 1)


def png(chart: alt.LayerChart) -> bytes:
    """Return the chart as PNG."""
    drawn: bytes = vl_convert.vegalite_to_png(_specification(chart), scale=_PNG_SCALE)
    return drawn


def _specification(chart: alt.LayerChart) -> dict[str, object]:
    """Return the specification, unchecked: the schema check takes an eighth of the time; tests draw each."""
    found: dict[str, object] = chart.to_dict(validate=False)
    return found
