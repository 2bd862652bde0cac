"""Environments per installation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypedDict, get_args

from ibis.expr.types import Table

from conda_census.metrics.classes import CLASSES, InstallationClass
from conda_census.metrics.intervals import Estimate, wilson

__all__ = ["Environments", "PerInstallation", "Spread", "count_environments"]

#: Number of environments of an installation; the last one is also that of installations with more.
PerInstallation = Literal["1", "2", "3", "4", "5+"]
_NUMBERS: tuple[PerInstallation, ...] = get_args(PerInstallation)


@dataclass(frozen=True)
class Spread:
    """Environments of some installations.

    Attributes:
        total: Distinct pairs of environment token (e/) and installation.
        per_installation: Installations by their number of environments.
        single_share: Share of the installations with exactly one environment among those with at least one,
            with Wilson's interval.
        squares: Sum, over the installations, of the square of their number of environments.
    """

    JSON_KEYS: ClassVar[tuple[str, ...]] = ("total", "per_installation", "single_share")

    total: int
    per_installation: dict[PerInstallation, int]
    single_share: Estimate
    squares: int


@dataclass(frozen=True)
class Environments(Spread):
    """Environments of all installations, and of those of each class.

    Attributes:
        by_class: Environments of the installations of each class.
    """

    JSON_KEYS = (*Spread.JSON_KEYS, "single_share_lasting", "by_class")

    by_class: dict[InstallationClass, Spread]

    @property
    def single_share_lasting(self) -> Estimate:
        """The same share among the lasting installations."""
        return self.by_class["lasting"].single_share


def count_environments(population: Table) -> Environments:
    """Count installations of the window by number of environments."""
    rows = environments_per_installation(population).to_pyarrow().to_pylist()
    return Environments(**_spread(rows), by_class={name: Spread(**_spread(rows, name)) for name in CLASSES})


def environments_per_installation(population: Table) -> Table:
    """Return rows of (class, environments (5: 5 or more), installations, environments, squares)."""
    some = population.filter(population.environments > 0)
    most = len(_NUMBERS)
    number = (some.environments >= most).ifelse(most, some.environments)
    numbered = some.mutate(number=number)
    return (
        numbered.group_by("class", "number")
        .aggregate(
            installations=numbered.count(),
            environments=numbered.environments.sum(),
            squares=(numbered.environments * numbered.environments).sum(),
        )
        .order_by("class", "number")
    )


class _SpreadFields(TypedDict):
    total: int
    per_installation: dict[PerInstallation, int]
    single_share: Estimate
    squares: int


def _spread(rows: list[dict[str, Any]], of_class: InstallationClass | None = None) -> _SpreadFields:
    """Return the fields of the spread over the installations of a class, by default over all."""
    counts = dict.fromkeys(_NUMBERS, 0)
    total = squares = 0
    for row in rows:
        if of_class in (None, row["class"]):
            counts[_NUMBERS[row["number"] - 1]] += row["installations"]
            total += row["environments"]
            squares += row["squares"]
    single_share = wilson(counts["1"], sum(counts.values()))
    return _SpreadFields(total=total, per_installation=counts, single_share=single_share, squares=squares)
