"""Small charts for the cards of a page: a timeline, bars and an interval, as SVG without axes.

The number and the interval on the card give the scale, so a small chart shows only a shape. An unknown day is
a gap.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

__all__ = ["bars", "course", "span"]

_WIDTH, _HEIGHT, _MARGIN = 200, 34, 2
Values = Sequence[float | None]


def course(values: Values, alternative: str) -> Markup:
    """Return a line through ``values``, one for each day from the first to the last; None is a gap.

    Return nothing if fewer than two values are known.
    """
    known = [value for value in values if value is not None]
    if len(known) < 2:  # noqa: PLR2004  a single point is no course
        return Markup("")
    top = max(known) or 1
    step = (_WIDTH - 2 * _MARGIN) / (len(values) - 1)
    runs: list[list[str]] = [[]]
    for number, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(f"{_MARGIN + number * step:.1f},{_height(value / top):.1f}")
    lines = [f'<polyline points="{" ".join(run if len(run) > 1 else run * 2)}"/>' for run in runs if run]
    return _svg("course", "".join(lines), alternative)


def bars(values: Values, alternative: str) -> Markup:
    """Return one bar for each of ``values``; None leaves its place empty. Nothing if there is no value."""
    known = [value for value in values if value is not None]
    if not known:
        return Markup("")
    top = max(known) or 1
    width = (_WIDTH - 2 * _MARGIN) / len(values)
    drawn = [
        f'<rect x="{_MARGIN + number * width:.1f}" y="{_height(value / top):.1f}" '
        f'width="{max(width - 2, 0.8):.1f}" height="{_HEIGHT - _MARGIN - _height(value / top):.1f}"/>'
        for number, value in enumerate(values)
        if value is not None
    ]
    return _svg("bars", "".join(drawn), alternative)


def span(low: float | None, value: float | None, high: float | None, alternative: str) -> Markup:
    """Return an estimate as a point on its interval, from 0 to slightly beyond the upper bound.

    Return nothing if one of the three is not known, or all are 0.
    """
    if low is None or value is None or not high:
        return Markup("")
    scale = (_WIDTH - 2 * _MARGIN) / (1.15 * high)
    places = [f"{_MARGIN + each * scale:.1f}" for each in (low, value, high)]
    middle = _HEIGHT / 2
    drawn = (
        f'<path class="axis" d="M{_MARGIN} {middle}H{_WIDTH - _MARGIN}M{_MARGIN} {middle - 5}v10"/>'
        f'<path class="interval-line" d="M{places[0]} {middle}H{places[2]}"/>'
        f'<circle cx="{places[1]}" cy="{middle}" r="4.5"/>'
    )
    return _svg("span", drawn, alternative)


def _height(share: float) -> float:
    return _HEIGHT - _MARGIN - share * (_HEIGHT - 2 * _MARGIN)


def _svg(kind: str, drawn: str, alternative: str) -> Markup:
    opening = Markup(
        '<svg class="card-chart {}" role="img" aria-label="{}" viewBox="0 0 {} {}" '
        'preserveAspectRatio="none">'
    )
    # The drawing contains only numbers.
    return opening.format(kind, alternative, _WIDTH, _HEIGHT) + Markup(drawn + "</svg>")  # noqa: S704
