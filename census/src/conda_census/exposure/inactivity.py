"""How long may an environment stay away and still come back? What is usual between two of its visits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from math import ceil

import ibis
from ibis.expr.types import Table

from conda_census.exposure.exposed_environments import ACTIVE_DAYS
from conda_census.exposure.study_population import UNIT, StudyPopulation

__all__ = ["count_gaps", "find_inactivity_cutoffs"]

#: So much of all gaps is usual.
_SHARE = 0.95


def find_inactivity_cutoffs(
    known: StudyPopulation, advisories: Collection[int], share: float = _SHARE
) -> dict[int, int]:
    """For each of these advisories the quantile of the gaps in days of ``count_gaps``.

    Where nobody came twice nothing is known, and it is as long as a unit counts as active.
    """
    rows = count_gaps(known, advisories).to_pyarrow().to_pylist()
    times: dict[int, dict[int, int]] = defaultdict(dict)
    for row in rows:
        times[row["advisory"]][row["days"]] = row["times"]
    return {advisory: _quantile(times[advisory], share) for advisory in advisories}


def count_gaps(known: StudyPopulation, advisories: Collection[int]) -> Table:
    """Rows: advisory, days, times: how often the next day with a visit came so many days after one.

    Of the units of class ``lasting`` whose installation has one that got an affected build, so that an
    advisory has the same gaps whatever else is asked for.
    """
    own = known.own.filter(known.own.affected, known.own.advisory.isin(sorted(advisories)))
    holders = own.select("advisory", "owner").distinct()
    lasting = known.days.filter(known.days["class"] == "lasting")
    visits = lasting.inner_join(holders, "owner")
    before = visits.day.lag().over(ibis.window(group_by=("advisory", *UNIT), order_by="day"))
    between = visits.mutate(before=before)
    gaps = between.filter(between.before.notnull()).select(
        "advisory", days=between.day.delta(between.before, unit="day").cast("int32")
    )
    return gaps.group_by("advisory", "days").aggregate(times=gaps.count()).order_by("advisory", "days")


def _quantile(times: dict[int, int], share: float) -> int:
    """``times`` by days, the fewest first."""
    most = ceil(share * sum(times.values()))
    passed = 0
    for days, number in times.items():
        passed += number
        if passed >= most:
            return days
    return ACTIVE_DAYS
