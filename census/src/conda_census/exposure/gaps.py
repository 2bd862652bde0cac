"""How long may an environment stay away and still come back? What is usual between two of its visits."""

from __future__ import annotations

from math import ceil

import ibis
from ibis.expr.types import Table

from conda_census.exposure.concerned import UNIT, Concerned
from conda_census.exposure.exposed import ACTIVE_DAYS

__all__ = ["count_gaps", "usual_gap"]

#: So much of all gaps is usual.
_SHARE = 0.95


def usual_gap(known: Concerned, share: float = _SHARE) -> int:
    """The quantile of the gaps in days, of the units of class ``lasting`` that ``known`` has.

    Where nobody came twice nothing is known, and it is as long as a unit counts as active.
    """
    rows = count_gaps(known).to_pyarrow().to_pylist()
    most = ceil(share * sum(row["times"] for row in rows))
    passed = 0
    for row in rows:
        passed += row["times"]
        if passed >= most:
            return int(row["days"])
    return ACTIVE_DAYS


def count_gaps(known: Concerned) -> Table:
    """Rows: days, times: how often the next day with a visit came so many days after one; shortest first."""
    visits = known.days.filter(known.days["class"] == "lasting")
    before = visits.day.lag().over(ibis.window(group_by=UNIT, order_by="day"))
    between = visits.mutate(before=before)
    gaps = between.filter(between.before.notnull()).select(
        days=between.day.delta(between.before, unit="day").cast("int32")
    )
    return gaps.group_by("days").aggregate(times=gaps.count()).order_by("days")
