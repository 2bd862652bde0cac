"""Comparison of each estimator with the truth of one simulated population."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from benchmarks.trials.simulated_tables import simulate_tables
from conda_census.engines.duckdb_engine import open_tables
from conda_census.engines.lake_tables import LakeTables
from conda_census.metrics.coverage.window import choose_window
from conda_census.metrics.environments import count_environments
from conda_census.metrics.installations import count_installations
from conda_census.metrics.installers import count_installer_downloads
from conda_census.metrics.intervals import Estimate
from conda_census.metrics.opted_out import count_opted_out
from conda_census.metrics.population import population
from conda_census.metrics.retention import count_retention
from conda_census.simulate.scenario import DIALS, Scenario
from conda_census.simulate.true_population import populate

__all__ = ["ESTIMATORS", "Found", "expected", "trial"]

#: The estimators. The last four have an interval; for the others every difference is bias.
ESTIMATORS = (
    "installations",
    "environments",
    "installer downloads",
    "single-environment share",
    "single-environment share, lasting",
    "opted-out share",
    "retention after a week",
)
#: A population this many times as large has, almost without chance, the shares that smaller ones sample.
_LARGE = 100
_LARGE_SEED = 1 << 40
#: Estimators for which the truth is the share in such a population.
_EXPECTED = ("single-environment share, lasting", "retention after a week")


@dataclass(frozen=True)
class Found:
    """Estimate and its truth, for installations of people that have the plug-in.

    Containers of images and runs of CI are not people's. An installation that sends nothing is one.
    """

    estimator: str
    estimate: Estimate
    truth: float

    @property
    def error(self) -> float:
        """Error of the estimate, as a share of the truth."""
        return ((self.estimate.value or 0.0) - self.truth) / self.truth if self.truth else 0.0

    @property
    def is_covered(self) -> bool | None:
        """Whether the interval contains the truth; None if there is no interval."""
        low, high = self.estimate.low, self.estimate.high
        return None if low is None or high is None else low <= self.truth <= high


def trial(scenario: Scenario, expectations: Mapping[str, float]) -> list[Found]:
    """Run all estimators on one population; ``expectations`` come from ``expected`` for such a population."""
    truths = {**_truths(scenario), **expectations}
    return [Found(name, estimate, truths[name]) for name, estimate in _estimates(scenario).items()]


def expected(scenario: Scenario) -> dict[str, float]:
    """Return the shares that no single population has exactly, from one that is ``_LARGE`` times as large.

    All its dials are off, except ``single``, which describes people and hides nothing.
    """
    off: dict[str, Any] = {name: 0.0 for name in DIALS if name != "single"}
    many = scenario.installations * _LARGE
    large = replace(scenario, installations=many, seed=scenario.seed + _LARGE_SEED, **off)
    found = _estimates(large)
    return {name: found[name].value or 0.0 for name in _EXPECTED}


def _estimates(scenario: Scenario) -> dict[str, Estimate]:
    tables = open_tables(simulate_tables(scenario).tables)
    window = choose_window(tables, None, None)
    with tables.keep(population(tables.sessions, window)) as installations:
        environments = count_environments(installations)
        # The first week holds the installations that existed before the logs.
        cohort = count_retention(installations, window)[1]
        total = count_installations(installations, window).total
    estimates = (
        Estimate(value=float(total)),
        Estimate(value=float(environments.total)),
        Estimate(value=float(_installer_downloads(tables))),
        environments.single_share,
        environments.by_class["lasting"].single_share,
        count_opted_out(tables).share,
        cohort.active[1],
    )
    return dict(zip(ESTIMATORS, estimates, strict=True))


def _installer_downloads(tables: LakeTables) -> int:
    return sum(row.downloads for row in count_installer_downloads(tables.installer_downloads))


def _truths(scenario: Scenario) -> dict[str, float]:
    people = populate(scenario)
    is_persons = np.arange(len(people)) < people.containers
    with_plugin = is_persons & people.has_plugin
    share = with_plugin & ~people.opted_out
    made_in_window = is_persons & (people.made >= 0) & (people.made < scenario.days)
    return {
        "installations": float(share.sum()),
        "environments": float(np.diff(people.first_environment)[share].sum()),
        "installer downloads": float(made_in_window.sum()),
        "single-environment share": scenario.single,
        "opted-out share": float(people.opted_out.sum() / with_plugin.sum()),
    }
