"""What does an exposure say? One document of one advisory that every surface shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from conda_census.engines.lake_tables import LakeTables
from conda_census.exposure.assessment_schema import (
    AdvisoryKeys,
    BandByClass,
    BandKeys,
    CurvePoint,
    Curves,
    Exposure,
    FixKeys,
    StateKeys,
    StatesOn,
    StillDownloadedRow,
    UnknownShares,
)
from conda_census.exposure.downloaded_builds import DownloadedBuild
from conda_census.exposure.exposed_environments import Band, Exposed, count_exposed
from conda_census.exposure.exposure_notes import (
    list_limitations,
    notes_on_activity,
    notes_on_copies,
    notes_on_doubtful_logs,
    notes_on_remediation,
    notes_on_unread_logs,
)
from conda_census.exposure.follow_up import (
    EMPTY_COHORT,
    Cohort,
    States,
    count_states,
    find_inactivity_cutoffs,
    follow_cohort,
    read_cohorts,
)
from conda_census.exposure.known_numbers import Knowable
from conda_census.exposure.matches import MatchTable, find_first_fixes
from conda_census.exposure.remediation import find_cohorts
from conda_census.exposure.remediation_curves import SurvivalEstimator, estimate_remediation
from conda_census.exposure.still_downloaded import list_still_downloaded
from conda_census.exposure.study_population import StudyPopulation, choose_sample_for, study_population
from conda_census.exposure.unclear_records import NOTHING_UNCLEAR, UnclearRecords, without_unclear_numbers
from conda_census.exposure.unmapped import Unmapped
from conda_census.metrics.coverage.window import Window
from conda_census.metrics.intervals import Estimate
from conda_census.metrics.sample import Sample
from conda_census.survival.aalen_johansen import aalen_johansen
from conda_census.survival.kaplan_meier import SurvivalEstimate

__all__ = [
    "AssessmentInputs",
    "band_keys",
    "form_cohorts",
    "incident_keys",
    "make_exposure",
    "median_keys",
    "prevalent_keys",
    "remediation_until_key",
    "unknown_keys",
    "upgraded_keys",
]


@dataclass(frozen=True)
class AssessmentInputs:
    """What is known of an advisory without a question to the lake's tables.

    Attributes:
        advisory: its record.
        matches: the verdicts on the builds of the lake; of this advisory alone.
        seen: the builds of its packages that were downloaded up to the day that is asked for.
        fix: what to move to, where it is known.
        unknown: of how much no advisory says anything.
        window: the days of the lake up to the one that is asked for.
        unclear: what is not known because the record or a build cannot be matched.
    """

    advisory: AdvisoryKeys
    matches: MatchTable
    seen: Sequence[DownloadedBuild]
    fix: FixKeys | None
    unknown: Unmapped
    window: Window
    unclear: UnclearRecords = NOTHING_UNCLEAR


def make_exposure(
    tables: LakeTables,
    told: AssessmentInputs,
    as_of: date,
    estimator: SurvivalEstimator,
    sample: Sample | None = None,
) -> Exposure:
    """The exposure at the end of the day ``as_of``.

    ``estimator`` makes the curves. ``sample``: which installations are looked at, by
    default all, but of a package that nearly everybody has.
    """
    matches = told.matches
    ((advisory, disclosed),) = matches.disclosed.items()
    knowable = Knowable(told.window.days_without_log, disclosed, as_of)
    chosen = choose_sample_for(told.seen) if sample is None else sample
    with chosen.with_others(tables) as some:
        with study_population(some, matches, as_of, chosen) as known:
            exposed = count_exposed(known, knowable.unseen_until)[advisory]
            if knowable.is_remediation_known:
                at_risk_by_advisory, gaps = form_cohorts(known, told.seen, [advisory])
        if not knowable.is_remediation_known:
            until = knowable.remediation_until or as_of
            with study_population(some, matches, until, chosen) as known:
                at_risk_by_advisory, gaps = form_cohorts(known, told.seen, [advisory])
    units, gap = at_risk_by_advisory.get(advisory, EMPTY_COHORT), gaps[advisory]
    if as_of < disclosed or knowable.remediation_until is None:
        units = EMPTY_COHORT
    days = ((knowable.remediation_until or as_of) - disclosed).days
    prevalent, incident = units.only(units.is_prevalent), units.only(~units.is_prevalent)
    since_disclosure = estimate_remediation(prevalent, "disclosure", days, gap, estimator)
    exposure = Exposure(
        advisory=told.advisory,
        as_of=as_of.isoformat(),
        disclosed=disclosed.isoformat(),
        window=told.window,
        one_in=chosen.one_in,
        exposed=band_keys(exposed.whole_of_all(chosen), knowable),
        by_class=_by_class(exposed.of_all(chosen), knowable),
        prevalent=prevalent_keys(prevalent, chosen, knowable),
        incident=incident_keys(incident, chosen, knowable),
        upgraded_share=upgraded_keys(since_disclosure, knowable),
        curve=Curves(
            disclosure=_points(since_disclosure),
            fix_available=_points(estimate_remediation(prevalent, "fix_available", days, gap, estimator)),
        ),
        incident_curve=Curves(
            disclosure=_points(estimate_remediation(incident, "disclosure", days, gap, estimator)),
            fix_available=_points(estimate_remediation(incident, "fix_available", days, gap, estimator)),
        ),
        states=_states_by_day(prevalent, days, gap),
        median_days=median_keys(since_disclosure, knowable),
        healing_until=remediation_until_key(knowable),
        usual_gap_days=None if knowable.missing else gap,
        still_downloaded=_still_downloaded(tables, matches, as_of, knowable),
        fix=told.fix,
        unknown=unknown_keys(told.unknown, knowable.is_activity_known),
        cannot_see=list_limitations(matches.names),
        notes=[
            *notes_on_activity(knowable),
            *notes_on_remediation(knowable),
            *notes_on_copies(tables, told.window, as_of, "still_downloaded", "unknown"),
            *notes_on_unread_logs(tables, "exposed", "prevalent", "still_downloaded"),
            *notes_on_doubtful_logs(tables, "exposed", "prevalent", "still_downloaded"),
        ],
    )
    return without_unclear_numbers(exposure, told.unclear)


def form_cohorts(
    known: StudyPopulation, seen: Iterable[DownloadedBuild], advisories: Collection[int]
) -> tuple[dict[int, Cohort], dict[int, int]]:
    """Return who was at risk up to ``known.as_of``, and the usual gaps, of each of these advisories.

    ``seen``: the builds of their packages, also those that were first downloaded later.
    """
    by_then = [each for each in seen if each.first_day <= known.as_of]
    return read_cohorts(
        find_cohorts(known, find_first_fixes(known.matches, by_then))
    ), find_inactivity_cutoffs(known, advisories)


def upgraded_keys(curve: SurvivalEstimate, knowable: Knowable) -> Estimate:
    """What is no longer exposed on the last day to which anybody was watched; null if that is not known."""
    return _upgraded(curve) if knowable.is_remediation_known else Estimate()


def median_keys(curve: SurvivalEstimate, knowable: Knowable) -> Estimate:
    """The half-life; null if it is not reached, and without bounds if it may have been reached unseen."""
    is_told = knowable.is_remediation_known or curve.median.value is not None
    return curve.median if is_told else Estimate()


def remediation_until_key(knowable: Knowable) -> str | None:
    """The day up to which it is known who moved on."""
    return knowable.remediation_until.isoformat() if knowable.remediation_until else None


def _upgraded(curve: SurvivalEstimate) -> Estimate:
    known = [share for share in curve.shares if share.value is not None]
    if not known:
        return Estimate()
    last = known[-1]
    value, low, high = (None if share is None else 1 - share for share in (last.value, last.high, last.low))
    return Estimate(value, low, high)


def _states_by_day(units: Cohort, as_of: int, inactivity_cutoff: float) -> list[StatesOn]:
    """Who left a usual gap after the last visit fell silent; whoever was there at the end did not."""
    watched = follow_cohort(units, "disclosure", "inactivity_cutoff", as_of, inactivity_cutoff)
    fell_silent = ~watched.event & (watched.exit < as_of)
    shares = aalen_johansen(watched, fell_silent).on(range(as_of + 1))
    return [
        StatesOn(day=day, remediated=each.remediated, exposed=each.exposed, silent=each.silent)
        for day, each in enumerate(shares)
        if each.remediated is not None and each.exposed is not None and each.silent is not None
    ]


def _points(curve: SurvivalEstimate) -> list[CurvePoint]:
    return [
        CurvePoint(day=day, share=share.value, low=share.low, high=share.high)
        for day, share in enumerate(curve.shares)
        if share.value is not None
    ]


def band_keys(band: Band, knowable: Knowable) -> BandKeys:
    """As it stands in a document. A day without a log may have brought more, so nothing is the most."""
    if not knowable.is_activity_known:
        return BandKeys(low=None, observed=None, high=None)
    return BandKeys(
        low=int(band.low), observed=int(band.observed), high=None if knowable.missing else int(band.high)
    )


def _by_class(exposed: Exposed, knowable: Knowable) -> BandByClass:
    bands = exposed.by_class
    return BandByClass(
        lasting=band_keys(bands["lasting"], knowable),
        ephemeral=band_keys(bands["ephemeral"], knowable),
        image=band_keys(bands["image"], knowable),
        new=band_keys(bands["new"], knowable),
    )


def prevalent_keys(prevalent: Cohort, sample: Sample, knowable: Knowable) -> StateKeys:
    """Where they stand, as far as it is known. How many there were is known from the days before."""
    if knowable.remediation_until is None:
        return StateKeys(entered=None, remediated=None, exposed=None, silent=None)
    found = _state_keys(
        count_states(prevalent, (knowable.remediation_until - knowable.disclosed).days), sample
    )
    if not knowable.is_remediation_known:
        return StateKeys(entered=found["entered"], remediated=None, exposed=None, silent=None)
    return found


def incident_keys(incident: Cohort, sample: Sample, knowable: Knowable) -> StateKeys:
    """Where they stand, if all of them are known."""
    if not knowable.is_remediation_known:
        return StateKeys(entered=None, remediated=None, exposed=None, silent=None)
    return _state_keys(count_states(incident, (knowable.as_of - knowable.disclosed).days), sample)


def _state_keys(states: States, sample: Sample) -> StateKeys:
    found = states.of_all(sample)
    return StateKeys(
        entered=int(found.entered),
        remediated=int(found.remediated),
        exposed=int(found.exposed),
        silent=int(found.silent),
    )


def unknown_keys(unknown: Unmapped, is_activity_known: bool) -> UnknownShares:
    """As it stands in a document."""
    if not is_activity_known:
        return UnknownShares(downloads_share=None, environments_share=None)
    return UnknownShares(
        downloads_share=unknown.downloads_share, environments_share=unknown.environments_share
    )


def _still_downloaded(
    tables: LakeTables, matches: MatchTable, as_of: date, knowable: Knowable
) -> list[StillDownloadedRow]:
    return [
        StillDownloadedRow(
            channel=each.channel,
            subdir=each.subdir,
            name=each.name,
            version=each.version,
            build=each.build,
            tool=each.tool,
            downloads=each.downloads if knowable.is_activity_known else None,
        )
        for each in list_still_downloaded(tables, matches, as_of)
    ]
