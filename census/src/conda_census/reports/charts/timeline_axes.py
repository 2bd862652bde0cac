"""Axes of a timeline: days since an event, and shares of a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final, TypeVar

import altair as alt

from conda_census.exposure.assessment_schema import CurvePoint, Exposure, StatesOn
from conda_census.reports.render.theme import Look
from conda_census.reports.render.timeline import thinned

__all__ = ["STAIRS", "days_since", "shares", "unknown_days", "whole_days"]

Day = TypeVar("Day", CurvePoint, StatesOn)

#: More points than this are not visible on a screen.
_MOST_POINTS = 330

#: A share stays the same until the day on which it changes.
STAIRS: Final = "step-after"

_QUARTERS = [0, 0.25, 0.5, 0.75, 1]


def days_since(event: str, last: int, look: Look) -> alt.X:
    """Return the axis of the field ``day``, from 0 to the end of the day ``last``."""
    axis = alt.Axis(
        title=f"days since {event}",
        titleFontWeight="normal",
        grid=False,
        format="d",
        tickCount=min(last + 1, 4 if look.narrow else 8),
        labelFlush=True,
    )
    return alt.X("day:Q", axis=axis, scale=alt.Scale(domain=[0, last + 1], nice=False))


def unknown_days(exposure: Exposure, look: Look) -> tuple[int, list[alt.Chart]]:
    """Return the last day since the disclosure that the axis needs, and a band for each day without a log.

    There are no bands if the course is known to its end. Then the axis ends when the last observation ends.
    """
    if exposure["healing_until"] in (None, exposure["as_of"]):
        return 0, []
    disclosed = date.fromisoformat(exposure["disclosed"])
    days = [(day - disclosed).days for day in exposure["window"].days_without_log]
    bands = [{"day": day, "end": day + 1} for day in days if day > 0]
    shown = alt.Chart(alt.InlineData(values=bands)).mark_rect(color=look.rule, opacity=0.7)
    last = (date.fromisoformat(exposure["as_of"]) - disclosed).days
    return last, [shown.encode(x=alt.X("day:Q"), x2="end:Q")]


def whole_days(course: Sequence[Day]) -> Iterator[tuple[int, Day]]:
    """Yield as many points as can be drawn, each from its day on; the last again at the end of its day."""
    for point in thinned(course, _MOST_POINTS):
        yield point["day"], point
    for point in course[-1:]:
        yield point["day"] + 1, point


def shares(field: str, *, stacked: bool = False) -> alt.Y:
    """Return the axis of a share, from 0 to 100 %; ``stacked`` shares add up to that."""
    axis = alt.Axis(
        title=None,
        ticks=False,
        domain=False,
        values=_QUARTERS,
        labelExpr="format(datum.value * 100, 'd') + ' %'",
        labelPadding=6,
    )
    scale = alt.Scale(domain=[0, 1], nice=False)
    return alt.Y(f"{field}:Q", axis=axis, scale=scale, stack="zero" if stacked else None)
