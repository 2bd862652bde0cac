"""From when to when is each unit watched, on which clock, and where does it stand at the end?

The answer to ``remediation.at_risk`` as arrays, of which curves are made.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import accumulate
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from ibis.expr.types import Table

from conda_census.exposure.exposed_environments import ACTIVE_DAYS
from conda_census.metrics.sample import Sample

__all__ = [
    "NOBODY_AT_RISK",
    "AtRisk",
    "Clock",
    "Leaving",
    "States",
    "Watch",
    "count_states",
    "read_at_risk",
    "watch",
]

#: What day 0 is: that of the disclosure, or the first on which there was a fix as well.
Clock = Literal["disclosure", "fix_available"]
#: Until when a unit counts as watched: a usual gap after its last visit, or the edges of what is possible.
Leaving = Literal["usual_gap", "last_visit", "as_of"]

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

Days = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class AtRisk:
    """The units that ever were at risk of one advisory; one element of each array for each.

    Attributes:
        entry, event, last_visit, fix: days since the disclosure, as ``remediation.at_risk`` has them; not a
            number where there is none.
        cluster: the number of its installation, from 0.
        is_prevalent: was it exposed at the disclosure?
        kind: the class of its installation.
        weight: of the unit, where a sample is looked at; else 1.
    """

    entry: Days
    event: Days
    last_visit: Days
    fix: Days
    cluster: Numbers
    is_prevalent: Truths
    kind: npt.NDArray[np.str_]
    weight: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.entry)

    def only(self, chosen: Truths) -> AtRisk:
        """Those that are chosen, in the same order."""
        return AtRisk(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})


_NO_DAYS = np.empty(0)
NOBODY_AT_RISK = AtRisk(
    entry=_NO_DAYS,
    event=_NO_DAYS,
    last_visit=_NO_DAYS,
    fix=_NO_DAYS,
    cluster=np.empty(0, dtype=np.int64),
    is_prevalent=np.empty(0, dtype=np.bool_),
    kind=np.empty(0, dtype=np.str_),
    weight=_NO_DAYS,
)


class Watch(NamedTuple):
    """One element for each unit that is watched at all: days on the clock, ``entry`` before ``exit``."""

    entry: Days
    exit: Days
    event: Truths
    cluster: Numbers


@dataclass(frozen=True)
class States:
    """Where those who entered stand at the end; of a sample the sums of their weights."""

    remediated: float
    exposed: float
    silent: float

    def of_all(self, sample: Sample) -> States:
        """What they stand for, in whole numbers."""
        return States(*(round(sample.times(each)) for each in (self.remediated, self.exposed, self.silent)))

    @property
    def entered(self) -> float:
        """The sum of the three."""
        return self.remediated + self.exposed + self.silent


def read_at_risk(rows: Table) -> dict[int, AtRisk]:
    """The table of ``remediation.at_risk`` by advisory; one without any unit is not in it.

    In an order of its own, the same whichever engine runs it.
    """
    table = rows.to_pyarrow().select(_ORDER).sort_by([(column, "ascending") for column in _ORDER])
    found = pc.value_counts(table["advisory"].combine_chunks())
    numbers, counts = found.field("values").to_pylist(), found.field("counts").to_pylist()
    starts = accumulate(counts, initial=0)
    return {
        number: _arrays(table.slice(start, count))
        for number, start, count in zip(numbers, starts, counts, strict=False)
    }


def watch(units: AtRisk, clock: Clock, leaving: Leaving, as_of: int, usual_gap: float) -> Watch:
    """The units on a clock, up to the day ``as_of`` after the disclosure.

    A unit leaves at its event. Without one it leaves ``usual_gap`` days after its last visit, or on the last
    day if that comes first. The clock of the fix begins with the first fixed build that the unit could have
    taken, and not before the disclosure; who never could is not on it. Who is gone before it is watched is
    left out.
    """
    ends: dict[Leaving, Days] = {
        "usual_gap": np.minimum(units.last_visit + usual_gap, as_of),
        "last_visit": units.last_visit,
        "as_of": np.full(len(units), as_of, dtype=np.float64),
    }
    event = ~np.isnan(units.event)
    start = np.maximum(units.fix, 0.0) if clock == "fix_available" else np.zeros(len(units))
    entry = np.maximum(units.entry - start, 0.0)
    leave = np.where(event, units.event, ends[leaving]) - start
    # Not a number where there was no fix, which is never greater.
    watched = leave > entry
    return Watch(entry[watched], leave[watched], event[watched], units.cluster[watched])


def count_states(units: AtRisk, as_of: int) -> States:
    """Where the units stand at the end of the day ``as_of`` after the disclosure. Silence heals nobody."""
    remediated = ~np.isnan(units.event)
    silent = ~remediated & (as_of - units.last_visit >= ACTIVE_DAYS)
    sums = (float(units.weight[each].sum()) for each in (remediated, ~remediated & ~silent, silent))
    return States(*sums)


def _arrays(table: pa.Table) -> AtRisk:
    installations = table["installation"].combine_chunks().dictionary_encode()
    return AtRisk(
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
