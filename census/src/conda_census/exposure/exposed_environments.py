"""How many active environments hold an affected build? At least, as observed, and at most."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis
from ibis.expr.types import BooleanValue, DateValue, Table

from conda_census.exposure.study_population import (
    PACKAGE_OF_UNIT,
    UNIT,
    StudyPopulation,
    holds_affected,
    installation_of_unit,
)
from conda_census.metrics.classes import CLASSES, InstallationClass
from conda_census.metrics.sample import Sample

__all__ = ["ACTIVE_DAYS", "NOBODY", "Band", "Exposed", "count_exposed", "exposed_by_class", "is_active"]

#: A unit is active on a day if it was seen within so many days up to it.
ACTIVE_DAYS = 30
_EDGES = ("low", "observed", "high")


@dataclass(frozen=True)
class Band:
    """Active units that hold an affected build; of a sample the sums of their weights.

    Attributes:
        low: without those that the installation's package cache could have healed unseen.
        observed: those whose own latest download is affected.
        high: with those that may have got an affected build from the package cache unseen.
    """

    low: float = 0
    observed: float = 0
    high: float = 0


@dataclass(frozen=True)
class Exposed:
    """The band of each class, and of all together.

    ``squares`` are sums over the installations of the square of their number of units, of which the margin of
    a sample is made.
    """

    by_class: dict[InstallationClass, Band]
    squares: dict[InstallationClass, Band]

    @property
    def whole(self) -> Band:
        """The sum over the classes."""
        return _sum(self.by_class)

    def of_all(self, sample: Sample) -> Exposed:
        """What a sample of installations stands for; the band is wider by the margin of the sample."""
        return Exposed(
            {name: _of_all(band, self.squares[name], sample) for name, band in self.by_class.items()},
            self.squares,
        )

    def whole_of_all(self, sample: Sample) -> Band:
        """The same of all classes together, whose margins do not add up."""
        return _of_all(self.whole, _sum(self.squares), sample)


NOBODY = Exposed(dict.fromkeys(CLASSES, Band()), dict.fromkeys(CLASSES, Band()))


def count_exposed(known: StudyPopulation, unseen_until: date | None = None) -> dict[int, Exposed]:
    """For each advisory who is exposed at the end of ``known.as_of``.

    ``unseen_until`` is the last day without a log: who got an affected build before it may have moved on
    unseen.
    """
    found = {
        advisory: Exposed(dict(NOBODY.by_class), dict(NOBODY.squares)) for advisory in known.matches.disclosed
    }
    for row in exposed_by_class(known, unseen_until).to_pyarrow().to_pylist():
        exposed = found[row["advisory"]]
        exposed.by_class[row["class"]] = Band(*(row[edge] for edge in _EDGES))
        exposed.squares[row["class"]] = Band(*(row[f"{edge}_squares"] for edge in _EDGES))
    return found


def exposed_by_class(known: StudyPopulation, unseen_until: date | None = None) -> Table:
    """Rows: advisory, class; low, observed, high, and low_squares and so on, as :class:`Exposed` has them.

    A class with nobody at all has no row.
    """
    states = _states(known)
    observed = holds_affected(states.last_affected, states.last_unaffected)
    healed, hidden = _may_be_remediated(states), _may_be_hidden(states)
    if unseen_until is not None:
        healed |= (states.last_affected.date() <= ibis.literal(unseen_until)).fill_null(False)
    marked = states.select(
        "advisory",
        "class",
        "weight",
        *UNIT,
        low=observed & ~healed,
        observed=observed,
        high=observed | hidden,
    )
    # Of several packages one is enough.
    each = marked.group_by("advisory", "class", *UNIT).aggregate(
        weight=marked.weight.max(), **{edge: marked[edge].any() for edge in _EDGES}
    )
    numbers = each.group_by("advisory", "class", installation=installation_of_unit(each)).aggregate(
        **{edge: each.weight.sum(where=each[edge]).fill_null(0.0) for edge in _EDGES}
    )
    counted = numbers.group_by("advisory", "class").aggregate(
        **{edge: numbers[edge].sum() for edge in _EDGES},
        **{f"{edge}_squares": (numbers[edge] * numbers[edge]).sum() for edge in _EDGES},
    )
    return counted.filter(counted.high > 0).order_by("advisory", "class")


def is_active(last_day: DateValue, day: DateValue) -> BooleanValue:
    """Whether who was seen on ``last_day`` last is active at the end of ``day``."""
    return day.delta(last_day, unit="day") < ACTIVE_DAYS


def _states(known: StudyPopulation) -> Table:
    """Rows: one for each package of a unit that could be exposed; what its verdict is made of.

    advisory, name, environment, owner, class, weight, last_day, last_began; last_affected, last_unaffected
    (its own downloads, null without one); in_cache (its installation downloaded an affected build),
    first_unaffected (when its installation downloaded an unaffected one first).
    """
    downloads, own, pairs = known.downloads, known.own, known.units
    caches = downloads.group_by("advisory", "name", "client").aggregate(
        in_cache=downloads.affected.any(), first_unaffected=downloads.time.min(where=~downloads.affected)
    )
    cached = pairs.inner_join(caches, "client")
    # Of a copied token all rows are of one class.
    units = cached.group_by(*PACKAGE_OF_UNIT, "class").aggregate(
        last_day=cached.last_day.max(),
        last_began=cached.last_began.max(),
        in_cache=cached.in_cache.any(),
        first_unaffected=cached.first_unaffected.min(),
        weight=cached.weight.max(),
    )
    last = own.group_by(PACKAGE_OF_UNIT).aggregate(
        last_affected=own.time.max(where=own.affected), last_unaffected=own.time.max(where=~own.affected)
    )
    states = units.left_join(last, PACKAGE_OF_UNIT, rname="{name}_own")
    return states.filter(states.in_cache, is_active(states.last_day, ibis.literal(known.as_of)))


def _may_be_remediated(states: Table) -> BooleanValue:
    """A session began when the cache held an unaffected build, and after the unit got the affected one."""
    after = (states.last_began > states.first_unaffected) & (states.last_began > states.last_affected)
    return after.fill_null(False)


def _may_be_hidden(states: Table) -> BooleanValue:
    """The unit shows no own download of the package, whose affected build lies in the cache."""
    return states.last_affected.isnull() & states.last_unaffected.isnull()


def _sum(bands: dict[InstallationClass, Band]) -> Band:
    return Band(
        low=sum(band.low for band in bands.values()),
        observed=sum(band.observed for band in bands.values()),
        high=sum(band.high for band in bands.values()),
    )


def _of_all(band: Band, squares: Band, sample: Sample) -> Band:
    return Band(
        # Those who were seen are there at the least.
        low=max(round(sample.times(band.low) - sample.margin(squares.low)), round(band.low)),
        observed=round(sample.times(band.observed)),
        high=round(sample.times(band.high) + sample.margin(squares.high)),
    )
