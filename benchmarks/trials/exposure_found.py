"""Comparison of estimated exposure with the truth of a simulated population, on some days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import inf

import numpy as np

from benchmarks.trials.exposure_trial import exposure_trial, told_after
from conda_census.engines.lake_tables import LakeTables
from conda_census.exposure.downloaded_builds import list_downloaded_builds
from conda_census.exposure.exposed_environments import Band, count_exposed
from conda_census.exposure.follow_up import (
    EMPTY_COHORT,
    Cohort,
    count_states,
    find_inactivity_cutoffs,
    read_cohorts,
)
from conda_census.exposure.matches import BuildMatch, MatchTable, find_first_fixes, match_table
from conda_census.exposure.remediation import find_cohorts
from conda_census.exposure.remediation_curves import bootstrap_estimate, estimate_remediation
from conda_census.exposure.study_population import study_population
from conda_census.metrics.intervals import Estimate
from conda_census.simulate.exposure_truth import ExposureDay, ExposureTruth
from conda_census.simulate.output_folder import SimulatedBuild
from conda_census.simulate.scenario import Scenario
from conda_census.survival.kaplan_meier import SurvivalEstimate

__all__ = ["DAYS", "FoundExposure", "FoundHalfLife", "find_exposures"]

#: Days after the disclosure on which the methods are applied.
DAYS = (7, 30, 90, 180)
_ADVISORY = 0


@dataclass(frozen=True)
class FoundHalfLife:
    """Half-life of the prevalent in days; the true one is infinite if it was not reached yet.

    ``closed_cases`` is a naive estimate: the median over only those that healed.
    """

    truth: float
    estimate: Estimate
    closed_cases: float | None

    @property
    def is_covered(self) -> bool:
        """Whether the interval contains the truth. A null end is later than the end of observation."""
        low, high = (inf if end is None else end for end in (self.estimate.low, self.estimate.high))
        return low <= self.truth <= high


@dataclass(frozen=True)
class FoundExposure:
    """Estimates for one advisory ``days`` after its disclosure, and the truth on that day.

    Attributes:
        told: the truth on that day.
        band: of the active units that hold an affected build.
        still: the true share of the prevalent that was not healed; null if there are none.
        share: the estimate of that share, with the ends of its curve on that day.
        silent_is_fixed: a naive estimate of ``still``: those who are active and exposed, out of all.
        half_life: of the prevalent.
    """

    days: int
    told: ExposureDay
    band: Band
    still: float | None
    share: Estimate
    silent_is_fixed: float | None
    half_life: FoundHalfLife

    @property
    def is_held(self) -> bool:
        """Whether the band contains the active."""
        return self.band.low <= self.told["active"] <= self.band.high

    @property
    def is_covered(self) -> bool | None:
        """Whether the interval of the share contains the truth; None if one of them is missing."""
        low, high, hair = self.share.low, self.share.high, 1e-9
        if self.still is None or low is None or high is None:
            return None
        return low - hair <= self.still <= high + hair


def find_exposures(scenario: Scenario) -> list[FoundExposure]:
    """Compare each advisory of a population on each of ``DAYS`` that lies within its logs."""
    trial = exposure_trial(scenario)
    return [
        _found(trial.tables, _match_table(trial.builds[truth["id"]], truth), truth, days, told)
        for truth in trial.truths
        for days in DAYS
        if (told := told_after(truth, days))
    ]


def _match_table(builds: list[SimulatedBuild], truth: ExposureTruth) -> MatchTable:
    verdicts = [
        BuildMatch(
            advisory=_ADVISORY,
            channel=each.channel,
            subdir=each.subdir,
            name=each.name,
            version=each.version,
            build=each.build,
            affected=each.affected,
            is_fix=not each.affected,
        )
        for each in builds
    ]
    return match_table(verdicts, {_ADVISORY: date.fromisoformat(truth["disclosed"])})


def _found(
    tables: LakeTables, matches: MatchTable, truth: ExposureTruth, days: int, told: ExposureDay
) -> FoundExposure:
    as_of = matches.disclosed[_ADVISORY] + timedelta(days=days)
    seen = list_downloaded_builds(tables.downloads, matches.names, as_of)
    with study_population(tables, matches, as_of) as known:
        band = count_exposed(known)[_ADVISORY].whole
        rows = find_cohorts(known, find_first_fixes(matches, seen))
        units = read_cohorts(rows).get(_ADVISORY, EMPTY_COHORT)
        gap = find_inactivity_cutoffs(known, [_ADVISORY])[_ADVISORY]
    prevalent = units.only(units.is_prevalent)
    curve = estimate_remediation(prevalent, "disclosure", days, gap, bootstrap_estimate)
    remaining = _remaining(truth, days)
    return FoundExposure(
        days=days,
        told=told,
        band=band,
        still=remaining[-1] if remaining else None,
        share=curve.shares[-1] if curve.shares else Estimate(),
        silent_is_fixed=count_states(prevalent, days).exposed / len(prevalent) if len(prevalent) else None,
        half_life=_half_life(prevalent, curve, remaining),
    )


def _remaining(truth: ExposureTruth, days: int) -> list[float]:
    """Return the true share of the prevalent that was not healed at the end of each day up to ``days``."""
    each_day = [told_after(truth, day) for day in range(days + 1)]
    groups = [told["prevalent"]["whole"] for told in each_day if told and told["prevalent"]]
    return [1 - group["remediated"] / group["entered"] for group in groups if group["entered"]]


def _half_life(prevalent: Cohort, curve: SurvivalEstimate, remaining: list[float]) -> FoundHalfLife:
    healed = prevalent.event[~np.isnan(prevalent.event)]
    truth = next((float(day) for day, share in enumerate(remaining) if share <= 1 / 2), inf)
    return FoundHalfLife(truth, curve.median, float(np.median(healed)) if len(healed) else None)
