"""How do the days since an event stand on an axis, and shares of a whole on the other?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

import altair as alt

from conda_census.exposure.shape import CurvePoint, StatesOn
from conda_census.report.course import thinned
from conda_census.report.look import Look

__all__ = ["STAIRS", "days_since", "shares", "whole_days"]

Day = TypeVar("Day", CurvePoint, StatesOn)

#: More than these nobody sees on a screen.
_MOST_POINTS = 330

#: A share stays as it is until the day on which it changes.
STAIRS: Final = "step-after"

_QUARTERS = [0, 0.25, 0.5, 0.75, 1]


def days_since(event: str, last: int, look: Look) -> alt.X:
    """The axis of the field ``day``, from 0 to the end of the day ``last``."""
    axis = alt.Axis(
        title=f"days since {event}",
        titleFontWeight="normal",
        grid=False,
        format="d",
        tickCount=min(last + 1, 4 if look.narrow else 8),
        labelFlush=True,
    )
    return alt.X("day:Q", axis=axis, scale=alt.Scale(domain=[0, last + 1], nice=False))


def whole_days(course: Sequence[Day]) -> Iterator[tuple[int, Day]]:
    """As many points as can be drawn, each from its day on, and the last once more where its day ends."""
    for point in thinned(course, _MOST_POINTS):
        yield point["day"], point
    for point in course[-1:]:
        yield point["day"] + 1, point


def shares(field: str, *, stacked: bool = False) -> alt.Y:
    """The axis of a share, from 0 to 100 %; ``stacked`` shares add up to that."""
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
