"""Environments per installation."""

from __future__ import annotations

from dataclasses import dataclass

from ibis.expr.types import Table

from conda_census.metrics.classes import CLASSES, InstallationClass
from conda_census.metrics.intervals import Estimate, wilson

__all__ = ["MOST_ENVIRONMENTS", "Environments", "Spread", "count_environments"]

#: Installations with at least this many environments are counted together.
MOST_ENVIRONMENTS = 5


@dataclass(frozen=True)
class Spread:
    """``total`` pairs (environment, installation), and their distribution.

    ``per_installation``: installations by their number of pairs; 5 means 5 or more. ``single_share``: the
    share with exactly one, among the installations with at least one. ``squares``: the sum over the
    installations of the square of their number.
    """

    total: int
    squares: int
    per_installation: dict[int, int]

    @property
    def single_share(self) -> Estimate:
        """The share of installations with one environment, with Wilson's interval."""
        return wilson(self.per_installation[1], sum(self.per_installation.values()))


@dataclass(frozen=True)
class Environments:
    """Distribution over all installations, and over those of each class."""

    whole: Spread
    by_class: dict[InstallationClass, Spread]


def count_environments(population: Table) -> Environments:
    """Count installations of the window by number of environments."""
    rows = environments_per_installation(population).to_pyarrow().to_pylist()
    return Environments(
        whole=_spread(rows),
        by_class={name: _spread([row for row in rows if row["class"] == name]) for name in CLASSES},
    )


def environments_per_installation(population: Table) -> Table:
    """Return rows of (class, environments (5: 5 or more), installations, environments, squares)."""
    some = population.filter(population.environments > 0)
    number = (some.environments >= MOST_ENVIRONMENTS).ifelse(MOST_ENVIRONMENTS, some.environments)
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


def _spread(rows: list[dict[str, int]]) -> Spread:
    per_installation = dict.fromkeys(range(1, MOST_ENVIRONMENTS + 1), 0)
    for row in rows:
        per_installation[row["number"]] += row["installations"]
    total, squares = (sum(row[name] for row in rows) for name in ("environments", "squares"))
    return Spread(total, squares, per_installation)
