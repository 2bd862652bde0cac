"""Horizontal bars, plain or stacked, each followed by its number."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from conda_census.reports.render.numbers import count
from conda_census.reports.render.theme import Look, dress, label_axis, legend, length_scale

__all__ = ["plain_bars", "stacked_bars"]

_BAR_PX = 30


def plain_bars(lengths: dict[str, float], texts: Sequence[str], look: Look) -> alt.LayerChart:
    """Draw one bar for each label, in the given order, with its text."""
    labels = list(lengths)
    rows = [
        {"label": label, "length": length, "text": text}
        for (label, length), text in zip(lengths.items(), texts, strict=True)
    ]
    scale = length_scale(max(lengths.values(), default=0), labels, list(texts), look)
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("length:Q", axis=None, scale=scale),
        y=label_axis("label", labels),
    )
    bars = base.mark_bar(color=look.accent, height={"band": 0.7})
    text = base.mark_text(align="left", dx=7, color=look.ink, fontSize=12).encode(text="text:N")
    return dress([bars, text], look, height=_BAR_PX * len(rows))


def stacked_bars(totals: dict[str, dict[str, int]], look: Look) -> alt.LayerChart:
    """Draw one bar for each label, in the given order, split by up to four kinds, with its sum."""
    labels = list(totals)
    kinds = list(dict.fromkeys(kind for parts in totals.values() for kind in parts))
    sums = {label: sum(parts.values()) for label, parts in totals.items()}
    ends = [{"label": label, "number": number, "text": count(number)} for label, number in sums.items()]
    parts = [
        {"label": label, "kind": kind, "order": order, "number": totals[label][kind]}
        for label in labels
        for order, kind in enumerate(kinds)
        if totals[label][kind]
    ]
    scale = length_scale(max(sums.values(), default=0), labels, [str(row["text"]) for row in ends], look)
    colours = alt.Scale(domain=kinds, range=[look.accent, look.soft, look.warm, look.grey][: len(kinds)])
    columns, rows = (2, -(-len(kinds) // 2)) if look.narrow else (4, 1)
    y = label_axis("label", labels)
    bars = alt.Chart(alt.InlineData(values=parts)).mark_bar(height={"band": 0.7})
    bars = bars.encode(
        x=alt.X("number:Q", stack="zero", axis=None, scale=scale),
        y=y,
        color=alt.Color("kind:N", scale=colours, legend=legend(columns, rows, labels)),
        order=alt.Order("order:Q"),
    )
    text = alt.Chart(alt.InlineData(values=ends)).mark_text(align="left", dx=7, color=look.ink, fontSize=12)
    text = text.encode(x=alt.X("number:Q", axis=None, scale=scale), y=y, text="text:N")
    return dress([bars, text], look, height=_BAR_PX * len(labels), legend_rows=rows)
