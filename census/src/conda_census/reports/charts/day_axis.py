"""Axis of the days of a window, with provisional days paler."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import altair as alt

from conda_census.reports.render.theme import Look
from conda_census.reports.usage.schema import Report

__all__ = ["bar_px", "day_chart", "unknown_days"]

_BESIDE_PX = 60


def day_chart(report: Report, rows: Sequence[Mapping[str, object]], look: Look) -> alt.Chart:
    """Chart ``rows``, each with its ``day``, over all their days; provisional days are paler."""
    complete = str(report.window.complete_until or "")
    values = [
        # Noon, so that the mark is in the middle of its day.
        {
            **row,
            "day": str(row["day"]),
            "time": f"{row['day']}T12:00:00Z",
            "opacity": 1.0 if str(row["day"]) <= complete else 0.5,
        }
        for row in rows
    ]
    first, last = _ends(rows)
    ends = [f"{end.isoformat()}T00:00:00Z" for end in (first, last + timedelta(days=1))]
    return alt.Chart(alt.InlineData(values=values)).encode(
        x=alt.X("time:T", axis=_axis(rows, look), scale=alt.Scale(type="utc", domain=ends)),
        opacity=alt.Opacity("opacity:Q", scale=None),
    )


def unknown_days(report: Report, rows: Sequence[Mapping[str, object]], look: Look, *values: str) -> alt.Chart:
    """Return a band over the height of the chart for each day of ``rows`` that is not known.

    Such a day has no log, or one of these ``values`` of it is null.
    """
    missing = set(map(str, report.window.days_without_log))
    bands = [
        {
            "time": f"{row['day']}T00:00:00Z",
            "end": f"{date.fromisoformat(str(row['day'])) + timedelta(days=1)}T00:00:00Z",
        }
        for row in rows
        if str(row["day"]) in missing or any(row[value] is None for value in values)
    ]
    shown = alt.Chart(alt.InlineData(values=bands)).mark_rect(color=look.rule, opacity=0.7)
    encoded: alt.Chart = shown.encode(x=alt.X("time:T"), x2="end:T")
    return encoded


def bar_px(rows: Sequence[Mapping[str, object]], look: Look) -> float:
    """Return the width of the bar of a day."""
    return max(1.0, min(28.0, 0.7 * (look.width - _BESIDE_PX) / _days(rows)))


def _axis(rows: Sequence[Mapping[str, object]], look: Look) -> alt.Axis:
    """Return an axis with a tick at the start of days, at most as many as fit and as there are days."""
    ticks = min(_days(rows), 3 if look.narrow else 6)
    return alt.Axis(title=None, grid=False, format="%-d %b", tickCount=ticks, labelFlush=True)


def _days(rows: Sequence[Mapping[str, object]]) -> int:
    first, last = _ends(rows)
    return (last - first).days + 1


def _ends(rows: Sequence[Mapping[str, object]]) -> tuple[date, date]:
    return date.fromisoformat(str(rows[0]["day"])), date.fromisoformat(str(rows[-1]["day"]))
