"""How do the days since an event stand on an axis, and shares of a whole on the other?"""

from __future__ import annotations

from typing import Final

import altair as alt

from conda_census.report.look import Look

__all__ = ["MOST_POINTS", "STAIRS", "days_since", "shares"]

#: More than these nobody sees on a screen.
MOST_POINTS = 330

#: A share stays as it is until the day on which it changes.
STAIRS: Final = "step-after"

_QUARTERS = [0, 0.25, 0.5, 0.75, 1]


def days_since(event: str, last: int, look: Look) -> alt.X:
    """The axis of the field ``day``, from 0 to ``last``."""
    axis = alt.Axis(
        title=f"days since {event}",
        titleFontWeight="normal",
        grid=False,
        format="d",
        tickMinStep=1,
        tickCount=4 if look.narrow else 8,
        labelFlush=True,
    )
    return alt.X("day:Q", axis=axis, scale=alt.Scale(domain=[0, last], nice=False))


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
