"""How does each part of the report look as a chart? Written once, for every surface that draws."""

from __future__ import annotations

from datetime import date, timedelta

import altair as alt

from conda_census.report.look import Look, dress, height_axis, label_axis, legend, length_scale
from conda_census.report.shape import Report
from conda_census.report.wording import count, percent, plain

__all__ = ["by_day", "environments", "installer_totals", "installers"]

_BAR_PX = 30
_MOST_INSTALLERS = 10
_AGENT_KINDS = ("conda tool", "command-line fetcher", "browser", "other")


def environments(report: Report, look: Look) -> alt.LayerChart:
    """Bars: the share of installations with 1, 2, 3, 4, 5 and more environments."""
    numbers = report["environments"]["per_installation"]
    whole = sum((numbers["1"], numbers["2"], numbers["3"], numbers["4"], numbers["5+"])) or 1
    labelled = {
        "1 environment": numbers["1"],
        "2": numbers["2"],
        "3": numbers["3"],
        "4": numbers["4"],
        "5 and more": numbers["5+"],
    }
    rows = [
        {"label": label, "share": number / whole, "text": f"{percent(number / whole)} ({count(number)})"}
        for label, number in labelled.items()
    ]
    labels, texts = list(labelled), [str(row["text"]) for row in rows]
    scale = length_scale(max(labelled.values()) / whole, labels, texts, look)
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("share:Q", axis=None, scale=scale),
        y=label_axis("label", labels),
    )
    bars = base.mark_bar(color=look.accent, height={"band": 0.7})
    text = base.mark_text(align="left", dx=7, color=look.ink, fontSize=12).encode(text="text:N")
    return dress([bars, text], look, height=_BAR_PX * len(rows))


def by_day(report: Report, look: Look) -> alt.LayerChart:
    """Bars: sessions by day; a line with points: installations by day. Provisional days are paler."""
    complete = report["window"]["complete_until"] or ""
    series_rows = report["by_day"]
    rows = [
        # Noon, so that the mark stands in the middle of its day.
        {**row, "time": f"{row['day']}T12:00:00Z", "opacity": 1.0 if row["day"] <= complete else 0.5}
        for row in series_rows
    ]
    first, last = (date.fromisoformat(series_rows[end]["day"]) for end in (0, -1))
    days = (last - first).days + 1
    ends = [f"{end.isoformat()}T00:00:00Z" for end in (first, last + timedelta(days=1))]
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("time:T", axis=_day_axis(days, look), scale=alt.Scale(type="utc", domain=ends)),
        opacity=alt.Opacity("opacity:Q", scale=None),
    )
    series = alt.Scale(domain=["sessions", "installations"], range=[look.soft, look.accent])
    colour = alt.Color("series:N", scale=series, legend=legend(columns=2, rows=1))
    bar_px = max(1.0, min(28.0, 0.7 * (look.width - 60) / days))
    below = base.transform_calculate(series="'sessions'").encode(y=height_axis("sessions"), color=colour)
    bars = below.mark_bar(size=bar_px)
    over = base.transform_calculate(series="'installations'").encode(
        y=height_axis("installations"), color=colour
    )
    line = over.mark_line(strokeWidth=1.6).encode(opacity=alt.value(1))
    points = over.mark_point(filled=True, size=max(6.0, min(40.0, 900 / days)))
    return dress([bars, line, points], look, height=210, legend_rows=1)


def installers(report: Report, look: Look) -> alt.LayerChart:
    """Stacked bars: installer downloads by product and platform, split by the kind of agent."""
    totals = installer_totals(report)
    sums = [
        {"installer": name, "downloads": sum(kinds.values()), "text": count(sum(kinds.values()))}
        for name, kinds in totals.items()
    ]
    parts = [
        {"installer": name, "kind": kind, "order": order, "downloads": kinds[kind]}
        for name, kinds in totals.items()
        for order, kind in enumerate(_AGENT_KINDS)
        if kinds[kind]
    ]
    longest = max((sum(kinds.values()) for kinds in totals.values()), default=0)
    names, texts = list(totals), [str(row["text"]) for row in sums]
    scale = length_scale(longest, names, texts, look)
    colours = alt.Scale(domain=list(_AGENT_KINDS), range=[look.accent, look.soft, look.warm, look.grey])
    columns, rows = (2, 2) if look.narrow else (4, 1)
    y = label_axis("installer", names)
    bars = alt.Chart(alt.InlineData(values=parts)).mark_bar(height={"band": 0.7})
    bars = bars.encode(
        x=alt.X("downloads:Q", stack="zero", axis=None, scale=scale),
        y=y,
        color=alt.Color("kind:N", scale=colours, legend=legend(columns, rows, names)),
        order=alt.Order("order:Q"),
    )
    text = alt.Chart(alt.InlineData(values=sums)).mark_text(align="left", dx=7, color=look.ink, fontSize=12)
    text = text.encode(x=alt.X("downloads:Q", axis=None, scale=scale), y=y, text="text:N")
    return dress([bars, text], look, height=_BAR_PX * len(totals), legend_rows=rows)


def installer_totals(report: Report) -> dict[str, dict[str, int]]:
    """Downloads by product and platform and then kind of agent; most first, the smallest put together."""
    found: dict[str, dict[str, int]] = {}
    for row in report["installer_downloads"]["rows"]:
        name = plain(f"{row['product']} {row['platform']}")
        kinds = found.setdefault(name, dict.fromkeys(_AGENT_KINDS, 0))
        kinds[row["agent"] if row["agent"] in kinds else "other"] += row["downloads"]
    ordered = sorted(found.items(), key=lambda item: (-sum(item[1].values()), item[0]))
    rest = [kinds for _, kinds in ordered[_MOST_INSTALLERS:]]
    if len(rest) <= 1:
        return dict(ordered)
    together = {kind: sum(kinds[kind] for kinds in rest) for kind in _AGENT_KINDS}
    return dict([*ordered[:_MOST_INSTALLERS], (f"{len(rest)} others", together)])


def _day_axis(days: int, look: Look) -> alt.Axis:
    """A tick where a day begins, never more of them than fit or than there are days."""
    ticks = min(days, 3 if look.narrow else 6)
    return alt.Axis(title=None, grid=False, format="%-d %b", tickCount=ticks, labelFlush=True)
