"""Simulated lake and the true exposure that an estimator should find in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from benchmarks.trials.simulated_tables import simulate_tables
from conda_census.engines.duckdb_engine import open_tables
from conda_census.engines.lake_tables import LakeTables
from conda_census.simulate.disclosures import channel_of, plan_disclosures
from conda_census.simulate.exposure_truth import ExposureDay, ExposureTruth
from conda_census.simulate.output_folder import SimulatedBuild, builds_of
from conda_census.simulate.scenario import Scenario

__all__ = ["ExposureTrial", "exposure_trial", "judged_builds", "told_after"]


@dataclass(frozen=True)
class ExposureTrial:
    """Lake of a population, and the truth of each advisory.

    Attributes:
        tables: of the lake, in memory.
        builds: for each advisory, by its id, all builds of its package with their true verdicts.
        truths: one for each advisory, in the order of their ids.
    """

    tables: LakeTables
    builds: dict[str, list[SimulatedBuild]]
    truths: list[ExposureTruth]


def exposure_trial(scenario: Scenario) -> ExposureTrial:
    """Make a trial of a scenario that has disclosures."""
    simulated = simulate_tables(scenario)
    truths = simulated.truth.get("exposure", [])
    return ExposureTrial(open_tables(simulated.tables), judged_builds(scenario), truths)


def judged_builds(scenario: Scenario) -> dict[str, list[SimulatedBuild]]:
    """Return for each advisory, by its id, all builds of its package with their true verdicts."""
    channel = channel_of(scenario)
    return {
        disclosure.id: builds_of(disclosure, scenario, channel)
        for disclosure in plan_disclosures(scenario, channel)
    }


def told_after(truth: ExposureTruth, days: int) -> ExposureDay | None:
    """Return the truth at the end of the given day after the disclosure; none after the last day."""
    wanted = (date.fromisoformat(truth["disclosed"]) + timedelta(days=days)).isoformat()
    return next((told for told in truth["by_day"] if told["day"] == wanted), None)
