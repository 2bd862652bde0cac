"""Follow-up of a cohort: survival data, states on the last day, and the inactivity cutoff.

Arrays made from the table of ``remediation.find_cohorts``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, fields
from itertools import accumulate
from math import ceil
from typing import Literal

import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from ibis.expr.types import Table

from conda_census.exposure.exposed_environments import ACTIVE_DAYS
from conda_census.exposure.study_population import UNIT, StudyPopulation
from conda_census.metrics.sample import Sample
from conda_census.survival.survival_data import Days, Numbers, SurvivalData, Truths

__all__ = [
    "EMPTY_COHORT",
    "CensoringRule",
    "Cohort",
    "States",
    "TimeOrigin",
    "count_gaps",
    "count_states",
    "find_inactivity_cutoffs",
    "follow_cohort",
    "read_cohorts",
]

#: Day 0 of the survival times: the disclosure, or the first day after it on which there was a fix.
TimeOrigin = Literal["disclosure", "fix_available"]
#: The day on which a unit without an event is censored: the inactivity cutoff after its last visit, or one of
#: the two bounds of what is possible.
CensoringRule = Literal["inactivity_cutoff", "last_visit", "as_of"]

_ORDER = [
    "advisory",
    "installation",
    "class",
    "is_prevalent",
    "entry",
    "event",
    "last_visit",
    "fix",
    "weight",
]


@dataclass(frozen=True)
class Cohort:
    """The units that ever were at risk of one advisory: arrays with one element for each unit.

    Attributes:
        entry, event, last_visit, fix: float64, days since the disclosure, as in the table of
            ``remediation.find_cohorts``; NaN if there is none.
        cluster: int64, the number of its installation, from 0.
        is_prevalent: bool, whether it was exposed at the disclosure.
        kind: str, the class of its installation.
        weight: float64, its weight in a sample of installations; 1 without a sample.
    """

    entry: Days
    event: Days
    last_visit: Days
    fix: Days
    cluster: Numbers
    is_prevalent: Truths
    kind: npt.NDArray[np.str_]
    weight: Days

    def __len__(self) -> int:
        return len(self.entry)

    def only(self, is_chosen: Truths) -> Cohort:
        """Return the units for which ``is_chosen`` is true, in the same order."""
        return Cohort(**{field.name: getattr(self, field.name)[is_chosen] for field in fields(self)})


_NO_DAYS = np.empty(0)
EMPTY_COHORT = Cohort(
    entry=_NO_DAYS,
    event=_NO_DAYS,
    last_visit=_NO_DAYS,
    fix=_NO_DAYS,
    cluster=np.empty(0, dtype=np.int64),
    is_prevalent=np.empty(0, dtype=np.bool_),
    kind=np.empty(0, dtype=np.str_),
    weight=_NO_DAYS,
)


@dataclass(frozen=True)
class States:
    """Number of units in each state on the last day; the sum of their weights in a sample."""

    remediated: float
    exposed: float
    silent: float

    def of_all(self, sample: Sample) -> States:
        """Return the estimate for all installations, in whole numbers."""
        remediated, exposed, silent = (
            round(sample.times(units)) for units in (self.remediated, self.exposed, self.silent)
        )
        return States(remediated, exposed, silent)

    @property
    def entered(self) -> float:
        """The number of all units, which is the sum of the three."""
        return self.remediated + self.exposed + self.silent


def read_cohorts(rows: Table) -> dict[int, Cohort]:
    """Run the query of ``remediation.find_cohorts``, and return the cohort of each advisory.

    An advisory without any unit is left out. The units have the same order on all engines.
    """
    table = rows.to_pyarrow().select(_ORDER).sort_by([(column, "ascending") for column in _ORDER])
    sizes = pc.value_counts(table["advisory"].combine_chunks())
    advisories, lengths = sizes.field("values").to_pylist(), sizes.field("counts").to_pylist()
    starts = accumulate(lengths, initial=0)
    return {
        advisory: _to_arrays(table.slice(start, length))
        for advisory, start, length in zip(advisories, starts, lengths, strict=False)
    }


def follow_cohort(
    cohort: Cohort, origin: TimeOrigin, rule: CensoringRule, as_of: int, inactivity_cutoff: float
) -> SurvivalData:
    """Return the survival data of a cohort up to the day ``as_of``.

    A unit exits at its event, or is censored without one. With the origin ``fix_available`` a unit's time
    begins with the first fixed build that it could have downloaded, and not before the disclosure; a unit
    for which there was no fix is left out. So is one that exits before it enters.

    Args:
        cohort: the units.
        origin: day 0 of the survival times.
        rule: the day on which a unit without an event is censored.
        as_of: the last day, in days since the disclosure.
        inactivity_cutoff: in days; an environment may come back after so many days without a visit.
    """
    censored_on: dict[CensoringRule, Days] = {
        "inactivity_cutoff": np.minimum(cohort.last_visit + inactivity_cutoff, as_of),
        "last_visit": cohort.last_visit,
        "as_of": np.full(len(cohort), as_of, dtype=np.float64),
    }
    event = ~np.isnan(cohort.event)
    start = np.maximum(cohort.fix, 0.0) if origin == "fix_available" else np.zeros(len(cohort))
    entry = np.maximum(cohort.entry - start, 0.0)
    exit_day = np.where(event, cohort.event, censored_on[rule]) - start
    # Without a fix the exit is NaN, which is never greater.
    is_at_risk = exit_day > entry
    return SurvivalData(
        entry[is_at_risk], exit_day[is_at_risk], event[is_at_risk], cohort.cluster[is_at_risk]
    )


def count_states(cohort: Cohort, as_of: int) -> States:
    """Count the units in each state at the end of the day ``as_of``, in days since the disclosure.

    A silent unit is not counted as remediated.
    """
    remediated = ~np.isnan(cohort.event)
    silent = ~remediated & (as_of - cohort.last_visit >= ACTIVE_DAYS)
    exposed = ~remediated & ~silent
    return States(*(float(cohort.weight[state].sum()) for state in (remediated, exposed, silent)))


def _to_arrays(table: pa.Table) -> Cohort:
    installations = table["installation"].combine_chunks().dictionary_encode()
    return Cohort(
        entry=_days(table["entry"]),
        event=_days(table["event"]),
        last_visit=_days(table["last_visit"]),
        fix=_days(table["fix"]),
        cluster=installations.indices.to_numpy().astype(np.int64),
        is_prevalent=table["is_prevalent"].to_numpy(),
        kind=table["class"].to_numpy().astype(np.str_),
        weight=table["weight"].to_numpy(),
    )


def _days(column: pa.ChunkedArray) -> Days:
    days: Days = column.cast(pa.float64()).fill_null(np.nan).to_numpy()
    return days


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
