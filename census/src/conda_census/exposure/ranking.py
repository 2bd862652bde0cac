"""Ranking of advisories by exposed environments, and by how slowly these are remediated."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from math import inf

from conda_census.engines.lake_tables import LakeTables
from conda_census.exposure.assessment import (
    band_keys,
    form_cohorts,
    incident_keys,
    median_keys,
    prevalent_keys,
    remediation_until_key,
    unknown_keys,
    upgraded_keys,
)
from conda_census.exposure.assessment_inputs import (
    count_unmapped_lately,
    disclosed_on,
    match_builds,
    named_keys,
)
from conda_census.exposure.assessment_schema import Exposures, RankedAdvisory, StateKeys, UnclearAdvisory
from conda_census.exposure.downloaded_builds import (
    DownloadedBuild,
    list_downloaded_builds,
    list_downloaded_names,
)
from conda_census.exposure.exposed_environments import Band, Exposed, count_exposed
from conda_census.exposure.exposure_notes import (
    list_limitations,
    notes_on_activity,
    notes_on_copies,
    notes_on_doubtful_logs,
    notes_on_unread_logs,
)
from conda_census.exposure.follow_up import EMPTY_COHORT, Cohort
from conda_census.exposure.known_numbers import Knowable
from conda_census.exposure.matches import BuildMatch, MatchTable, match_table
from conda_census.exposure.remediation_curves import SurvivalEstimator, estimate_remediation
from conda_census.exposure.study_population import choose_sample_for_all, study_population
from conda_census.exposure.unclear_records import (
    UnclearRecords,
    find_unclear_records,
    list_downloaded_channels,
    without_unclear_ranked,
)
from conda_census.metrics.coverage.window import choose_window
from conda_census.metrics.intervals import Estimate
from conda_census.metrics.sample import Sample
from conda_census.vulnerabilities.aliases import AdvisoryGroup
from conda_census.vulnerabilities.database import VulnerabilityDatabase
from conda_census.vulnerabilities.matching import Matcher, group_by_name
from conda_census.vulnerabilities.repodata import channel_builds
from conda_census.vulnerabilities.severity import Severity

__all__ = ["TOP", "rank_exposures"]

#: Number of advisories in a ranking.
TOP = 20


def rank_exposures(
    database: VulnerabilityDatabase,
    tables: LakeTables,
    as_of: date,
    estimator: SurvivalEstimator,
    *,
    top: int = TOP,
    severities: Collection[Severity] = (),
    sample: Sample | None = None,
) -> Exposures:
    """Rank the open advisories by exposed environments at the end of the day ``as_of``.

    Args:
        database: the advisories.
        tables: the lake.
        as_of: the last day that counts.
        estimator: one of ``remediation_curves``.
        top: the number of advisories in the ranking.
        severities: advisories of other severities are left out; all are in if this is empty.
        sample: the installations that are looked at; by default as many as take less than a minute.
    """
    window = choose_window(tables, until=as_of)
    missing = window.days_without_log
    candidates = _candidates(database, tables, as_of, severities)
    groups, unclear = candidates.groups, candidates.unclear
    chosen = choose_sample_for_all(candidates.matches, candidates.downloaded) if sample is None else sample
    exposing, measured = _measure(tables, candidates, as_of, missing, chosen, top)
    lately = Knowable(missing, as_of, as_of)
    rows = [
        without_unclear_ranked(
            _row(groups[advisory], database.matcher, measures, chosen, estimator), unclear[advisory]
        )
        for advisory, measures in measured.items()
    ]
    rows += [
        _row_of_unclear(group, database.matcher, lately, unclear[advisory])
        for advisory, group in groups.items()
        if unclear[advisory] and advisory not in exposing
    ]
    return Exposures(
        as_of=as_of.isoformat(),
        window=window,
        one_in=chosen.one_in,
        open=len(database.open_advisories),
        looked_at=len(groups),
        unmapped=sum(not database.matcher.packages(group) for group in database.open_advisories),
        advisories=sorted(rows, key=_rank)[:top],
        unclear=[
            UnclearAdvisory(
                id=group.id,
                packages=list(database.matcher.packages(group)),
                notes=[*unclear[advisory].versions, *unclear[advisory].builds],
            )
            for advisory, group in groups.items()
            if unclear[advisory]
        ],
        unknown=unknown_keys(count_unmapped_lately(database, tables, window), lately.is_activity_known),
        cannot_see=list_limitations(candidates.matches.names),
        notes=[
            *(note for note in notes_on_activity(lately) if note.number in ("exposed", "unknown")),
            *notes_on_copies(tables, window, as_of, "unknown"),
            *notes_on_unread_logs(tables, "exposed"),
            *notes_on_doubtful_logs(tables, "exposed"),
        ],
    )


@dataclass(frozen=True)
class _Candidates:
    """The advisories about packages that were downloaded, by their numbers in the match table."""

    groups: dict[int, AdvisoryGroup]
    downloaded: list[DownloadedBuild]
    matches: MatchTable
    unclear: dict[int, UnclearRecords]


@dataclass(frozen=True)
class _Measures:
    """The measures of one advisory.

    ``cohort`` is empty if remediation is not known at all, and else followed up to
    ``knowable.remediation_until``. ``inactivity_cutoff`` is in days.
    """

    exposed: Exposed
    cohort: Cohort
    inactivity_cutoff: int
    knowable: Knowable


def _candidates(
    database: VulnerabilityDatabase, tables: LakeTables, as_of: date, severities: Collection[Severity]
) -> _Candidates:
    downloaded_names = set(list_downloaded_names(tables.downloads, as_of))
    groups = dict(
        enumerate(
            group
            for group in database.open_advisories
            if (not severities or group.severity in severities)
            and downloaded_names.intersection(database.matcher.packages(group))
            and disclosed_on(group, as_of) <= as_of
        )
    )
    names = {name for group in groups.values() for name in database.matcher.packages(group)}
    downloaded = list_downloaded_builds(tables.downloads, names, as_of, channel_builds(database.lake, names))
    return _Candidates(
        groups,
        downloaded,
        _match_table(database.matcher, downloaded, as_of, groups),
        _find_unclear(database.matcher, tables, downloaded, as_of, groups),
    )


def _match_table(
    matcher: Matcher, downloaded: Iterable[DownloadedBuild], as_of: date, groups: Mapping[int, AdvisoryGroup]
) -> MatchTable:
    """Match the advisories that affect some build that was downloaded."""
    builds = group_by_name(entry.build for entry in downloaded)
    matches: list[BuildMatch] = []
    for advisory, group in groups.items():
        of_advisory = match_builds(advisory, group, builds, matcher)
        if any(match.affected for match in of_advisory):
            matches += of_advisory
    return match_table(matches, {advisory: disclosed_on(group, as_of) for advisory, group in groups.items()})


def _find_unclear(
    matcher: Matcher,
    tables: LakeTables,
    downloaded: Iterable[DownloadedBuild],
    as_of: date,
    groups: Mapping[int, AdvisoryGroup],
) -> dict[int, UnclearRecords]:
    builds = group_by_name(entry.build for entry in downloaded)
    channels = cache(lambda: list_downloaded_channels(tables.downloads, as_of))
    return {
        advisory: find_unclear_records(group, matcher, builds, channels) for advisory, group in groups.items()
    }


def _measure(
    tables: LakeTables,
    candidates: _Candidates,
    as_of: date,
    missing: Collection[date],
    sample: Sample,
    top: int,
) -> tuple[set[int], dict[int, _Measures]]:
    """Return the advisories that may expose somebody, and the measures of the ``top`` most exposing ones."""
    matches, downloaded = candidates.matches, candidates.downloaded
    with sample.with_others(tables) as sampled:
        with study_population(sampled, matches, as_of, sample) as population:
            exposed = count_exposed(population, max(missing, default=None))
            most_exposing = _most_exposing(exposed, candidates.groups, top)
            cohorts, cutoffs = form_cohorts(population, downloaded, most_exposing)
        knowable = {
            advisory: Knowable(missing, matches.disclosed[advisory], as_of) for advisory in most_exposing
        }
        # Remediation is known up to the first day without a log: one question for each such day.
        for until in sorted({days.remediation_until or as_of for days in knowable.values()} - {as_of}):
            known_until = [advisory for advisory, days in knowable.items() if days.remediation_until == until]
            with study_population(sampled, matches, until, sample) as population:
                cohorts_then, cutoffs_then = form_cohorts(population, downloaded, known_until)
            cohorts |= {advisory: cohorts_then.get(advisory, EMPTY_COHORT) for advisory in known_until}
            cutoffs |= cutoffs_then
    for advisory, days in knowable.items():
        if days.remediation_until is None:
            cohorts[advisory] = EMPTY_COHORT
    measured = {
        advisory: _Measures(
            exposed[advisory],
            cohorts.get(advisory, EMPTY_COHORT),
            cutoffs[advisory],
            knowable[advisory],
        )
        for advisory in most_exposing
    }
    return {advisory for advisory, counts in exposed.items() if counts.whole.high}, measured


def _most_exposing(
    exposed: Mapping[int, Exposed], groups: Mapping[int, AdvisoryGroup], top: int
) -> list[int]:
    exposing = [advisory for advisory, counts in exposed.items() if counts.whole.high]
    exposing.sort(key=lambda advisory: (-exposed[advisory].whole.observed, groups[advisory].id))
    return exposing[:top]


def _row(
    group: AdvisoryGroup, matcher: Matcher, measures: _Measures, sample: Sample, estimator: SurvivalEstimator
) -> RankedAdvisory:
    cohort, knowable = measures.cohort, measures.knowable
    prevalent, incident = cohort.only(cohort.is_prevalent), cohort.only(~cohort.is_prevalent)
    last_day = ((knowable.remediation_until or knowable.as_of) - knowable.disclosed).days
    curve = estimate_remediation(prevalent, "disclosure", last_day, measures.inactivity_cutoff, estimator)
    return {
        **named_keys(group),
        "packages": list(matcher.packages(group)),
        "exposed": band_keys(measures.exposed.whole_of_all(sample), knowable),
        "prevalent": prevalent_keys(prevalent, sample, knowable),
        "incident": incident_keys(incident, sample, knowable),
        "upgraded_share": upgraded_keys(curve, knowable),
        "median_days": median_keys(curve, knowable),
        "healing_until": remediation_until_key(knowable),
    }


def _row_of_unclear(
    group: AdvisoryGroup, matcher: Matcher, knowable: Knowable, unclear: UnclearRecords
) -> RankedAdvisory:
    """Return the row of an advisory that is not known to expose anybody, but may."""
    nothing = StateKeys(entered=None, remediated=None, exposed=None, silent=None)
    row: RankedAdvisory = {
        **named_keys(group),
        "packages": list(matcher.packages(group)),
        "exposed": band_keys(Band(), knowable),
        "prevalent": nothing,
        "incident": nothing,
        "upgraded_share": Estimate(),
        "median_days": Estimate(),
        "healing_until": None,
    }
    return without_unclear_ranked(row, unclear)


def _rank(row: RankedAdvisory) -> tuple[int, float, str]:
    """Return the sort key: the most exposed first, then the longest half-life.

    A half-life that is not known yet is longer than any other. If the number of exposed is not known, its
    lower bound counts.
    """
    median, exposed = row["median_days"].value, row["exposed"]
    at_least = exposed["low"] if exposed["observed"] is None else exposed["observed"]
    return -(at_least or 0), -inf if median is None else -median, row["id"]
