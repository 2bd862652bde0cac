"""How near does an exposure come to the truth of one simulated population, on some days after it is known?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import inf

import numpy as np

from conda_census.engines.lake_tables import LakeTables
from conda_census.exposure.curves import BandedCurve, banded_curve
from conda_census.exposure.downloaded_builds import builds_seen
from conda_census.exposure.exposed_environments import Band, count_exposed
from conda_census.exposure.follow_up import NOBODY_AT_RISK, AtRisk, count_states, read_at_risk
from conda_census.exposure.inactivity import usual_gaps
from conda_census.exposure.matches import Judged, JudgedBuild, first_fixes, judge
from conda_census.exposure.remediation import at_risk
from conda_census.exposure.study_population import concerned
from conda_census.exposure.survival_estimates import healing
from conda_census.metrics.intervals import Estimate
from conda_census.simulate.exposure_trial import exposure_trial, told_after
from conda_census.simulate.exposure_truth import ExposureDay, ExposureTruth
from conda_census.simulate.scenario import Scenario
from conda_census.simulate.vulnerable_builds import SimulatedBuild

__all__ = ["DAYS", "FoundExposure", "FoundHalfLife", "find_exposures"]

#: After the disclosure, on which the methods look.
DAYS = (7, 30, 90, 180)
_ADVISORY = 0


@dataclass(frozen=True)
class FoundHalfLife:
    """Of the prevalent, in days; of the truth endless where it was not reached yet.

    ``closed_cases`` is what a naive estimate says: the median of those alone who healed.
    """

    truth: float
    estimate: Estimate
    closed_cases: float | None

    @property
    def is_covered(self) -> bool:
        """Does the interval hold the truth? A null of it is later than anybody was watched."""
        low, high = (inf if end is None else end for end in (self.estimate.low, self.estimate.high))
        return low <= self.truth <= high


@dataclass(frozen=True)
class FoundExposure:
    """What is said of one advisory as of so many ``days`` after its disclosure, and what is true then.

    Attributes:
        told: what is true on that day.
        band: of the active units that hold an affected build.
        still: in truth, the share of the prevalent that was not healed; null where there are none.
        share: of them, with the ends of its curve on that day.
        silent_is_fixed: what a naive estimate of ``still`` says: those who are active and exposed, of all.
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
        """Does the band hold the active?"""
        return self.band.low <= self.told["active"] <= self.band.high

    @property
    def is_covered(self) -> bool | None:
        """Does the interval of the share hold the truth? None where one of them is not there."""
        low, high, hair = self.share.low, self.share.high, 1e-9
        if self.still is None or low is None or high is None:
            return None
        return low - hair <= self.still <= high + hair


def find_exposures(scenario: Scenario) -> list[FoundExposure]:
    """Of each advisory of a population on each of ``DAYS`` that lies within its logs."""
    trial = exposure_trial(scenario)
    return [
        _found(trial.tables, _judged(trial.builds[truth["id"]], truth), truth, days, told)
        for truth in trial.truths
        for days in DAYS
        if (told := told_after(truth, days))
    ]


def _judged(builds: list[SimulatedBuild], truth: ExposureTruth) -> Judged:
    verdicts = [
        JudgedBuild(
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
    return judge(verdicts, {_ADVISORY: date.fromisoformat(truth["disclosed"])})


def _found(
    tables: LakeTables, judged: Judged, truth: ExposureTruth, days: int, told: ExposureDay
) -> FoundExposure:
    as_of = judged.disclosed[_ADVISORY] + timedelta(days=days)
    seen = builds_seen(tables.downloads, judged.names, as_of)
    with concerned(tables, judged, as_of) as known:
        band = count_exposed(known)[_ADVISORY].whole
        rows = at_risk(known, first_fixes(judged, seen))
        units = read_at_risk(rows).get(_ADVISORY, NOBODY_AT_RISK)
        gap = usual_gaps(known, [_ADVISORY])[_ADVISORY]
    prevalent = units.only(units.is_prevalent)
    curve = banded_curve(prevalent, "disclosure", days, gap, healing)
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
    """In truth, which share of the prevalent was not healed at the end of each day up to one."""
    each_day = [told_after(truth, day) for day in range(days + 1)]
    groups = [told["prevalent"]["whole"] for told in each_day if told and told["prevalent"]]
    return [1 - group["remediated"] / group["entered"] for group in groups if group["entered"]]


def _half_life(prevalent: AtRisk, curve: BandedCurve, remaining: list[float]) -> FoundHalfLife:
    healed = prevalent.event[~np.isnan(prevalent.event)]
    truth = next((float(day) for day, share in enumerate(remaining) if share <= 1 / 2), inf)
    return FoundHalfLife(truth, curve.median, float(np.median(healed)) if len(healed) else None)
