"""Which advisories expose the most active environments, and how slowly do these heal?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import cache
from math import inf

from conda_census.engines.lake_tables import LakeTables
from conda_census.exposure.assessment import (
    band_keys,
    form_cohorts,
    healing_keys,
    incident_keys,
    median_keys,
    prevalent_keys,
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
from conda_census.survival.kaplan_meier import SurvivalEstimate
from conda_census.vulnerabilities.aliases import AdvisoryGroup
from conda_census.vulnerabilities.database import VulnerabilityDatabase
from conda_census.vulnerabilities.matching import Matcher, group_by_name
from conda_census.vulnerabilities.repodata import channel_builds
from conda_census.vulnerabilities.severity import Severity

__all__ = ["TOP", "rank_exposures"]

#: So many advisories.
TOP = 20


def rank_exposures(
    known: VulnerabilityDatabase,
    tables: LakeTables,
    as_of: date,
    estimator: SurvivalEstimator,
    *,
    top: int = TOP,
    severities: Collection[Severity] = (),
    sample: Sample | None = None,
) -> Exposures:
    """The ``top`` open advisories on the day ``as_of``, of these severities or of any.

    ``estimator`` makes the curves. ``sample``: which installations are looked at, by
    default so many that it takes less than a minute.
    """
    window = choose_window(tables, until=as_of)
    missing = window.days_without_log
    names = set(list_downloaded_names(tables.downloads, as_of))
    groups = dict(
        enumerate(
            group
            for group in known.open_advisories
            if (not severities or group.severity in severities)
            and names.intersection(known.matcher.packages(group))
            and disclosed_on(group, as_of) <= as_of
        )
    )
    about = {name for group in groups.values() for name in known.matcher.packages(group)}
    seen = list_downloaded_builds(tables.downloads, about, as_of, channel_builds(known.lake, about))
    matches = _match_table(known, seen, as_of, groups)
    unclear = _doubts(known, tables, seen, as_of, groups)
    chosen = choose_sample_for_all(matches, seen) if sample is None else sample
    with chosen.with_others(tables) as some:
        with study_population(some, matches, as_of, chosen) as asked:
            exposed = count_exposed(asked, max(missing, default=None))
            counted = {number: each for number, each in exposed.items() if each.whole.high}
            first = sorted(counted, key=lambda number: (-counted[number].whole.observed, groups[number].id))[
                :top
            ]
            units, gaps = form_cohorts(asked, seen, first)
        knowable = {number: Knowable(missing, matches.disclosed[number], as_of) for number in first}
        # Who moved on is told up to the first day without a log: one question for each such day.
        for until in sorted({each.healing_until or as_of for each in knowable.values()} - {as_of}):
            until_then = [number for number in first if knowable[number].healing_until == until]
            with study_population(some, matches, until, chosen) as asked:
                units_then, gaps_then = form_cohorts(asked, seen, until_then)
            for number in until_then:
                units[number] = units_then.get(number, EMPTY_COHORT)
                gaps[number] = gaps_then[number]
    ranked = []
    for number in first:
        known_until = knowable[number].healing_until
        at = EMPTY_COHORT if known_until is None else units.get(number, EMPTY_COHORT)
        curve = estimate_remediation(
            at.only(at.is_prevalent),
            "disclosure",
            ((known_until or as_of) - matches.disclosed[number]).days,
            gaps[number],
            estimator,
        )
        ranked.append(
            _ranked(groups[number], known.matcher, counted[number], at, curve, chosen, knowable[number])
        )
    lately = Knowable(missing, as_of, as_of)
    ranked = [without_unclear_ranked(row, unclear[number]) for number, row in zip(first, ranked, strict=True)]
    ranked += [
        _doubted(group, known.matcher, lately, unclear[number])
        for number, group in groups.items()
        if unclear[number] and number not in counted
    ]
    return Exposures(
        as_of=as_of.isoformat(),
        window=window.keys(),
        one_in=chosen.one_in,
        open=len(known.open_advisories),
        looked_at=len(groups),
        unmapped=sum(not known.matcher.packages(group) for group in known.open_advisories),
        advisories=sorted(ranked, key=_place)[:top],
        unclear=[
            UnclearAdvisory(
                id=group.id,
                packages=list(known.matcher.packages(group)),
                notes=[*unclear[number].versions, *unclear[number].builds],
            )
            for number, group in groups.items()
            if unclear[number]
        ],
        unknown=unknown_keys(count_unmapped_lately(known, tables, window), lately.is_activity_known),
        cannot_see=list_limitations(matches.names),
        notes=[
            *(note for note in notes_on_activity(lately) if note["number"] in ("exposed", "unknown")),
            *notes_on_copies(tables, window, as_of, "unknown"),
            *notes_on_unread_logs(tables, "exposed"),
            *notes_on_doubtful_logs(tables, "exposed"),
        ],
    )


def _match_table(
    known: VulnerabilityDatabase,
    seen: Iterable[DownloadedBuild],
    as_of: date,
    groups: Mapping[int, AdvisoryGroup],
) -> MatchTable:
    builds = group_by_name(each.build for each in seen)
    verdicts: list[BuildMatch] = []
    for number, group in groups.items():
        found = match_builds(number, group, builds, known.matcher)
        if any(each.affected for each in found):
            verdicts += found
    return match_table(verdicts, {number: disclosed_on(group, as_of) for number, group in groups.items()})


def _doubts(
    known: VulnerabilityDatabase,
    tables: LakeTables,
    seen: Iterable[DownloadedBuild],
    as_of: date,
    groups: Mapping[int, AdvisoryGroup],
) -> dict[int, UnclearRecords]:
    builds = group_by_name(each.build for each in seen)
    channels = cache(lambda: list_downloaded_channels(tables.downloads, as_of))
    return {
        number: find_unclear_records(group, known.matcher, builds, channels)
        for number, group in groups.items()
    }


def _doubted(
    group: AdvisoryGroup, matcher: Matcher, knowable: Knowable, unclear: UnclearRecords
) -> RankedAdvisory:
    """Return the row of an advisory to which nobody is known to be exposed, and somebody may be."""
    nothing = StateKeys(entered=None, remediated=None, exposed=None, silent=None)
    row: RankedAdvisory = {
        **named_keys(group),
        "packages": list(matcher.packages(group)),
        "exposed": band_keys(Band(), knowable),
        "prevalent": nothing,
        "incident": nothing,
        "upgraded_share": Estimate().keys(),
        "median_days": Estimate().keys(),
        "healing_until": None,
    }
    return without_unclear_ranked(row, unclear)


def _ranked(
    group: AdvisoryGroup,
    matcher: Matcher,
    exposed: Exposed,
    units: Cohort,
    curve: SurvivalEstimate,
    sample: Sample,
    knowable: Knowable,
) -> RankedAdvisory:
    prevalent, incident = units.only(units.is_prevalent), units.only(~units.is_prevalent)
    return {
        **named_keys(group),
        "packages": list(matcher.packages(group)),
        "exposed": band_keys(exposed.whole_of_all(sample), knowable),
        "prevalent": prevalent_keys(prevalent, sample, knowable),
        "incident": incident_keys(incident, sample, knowable),
        "upgraded_share": upgraded_keys(curve, knowable),
        "median_days": median_keys(curve, knowable),
        "healing_until": healing_keys(knowable),
    }


def _place(row: RankedAdvisory) -> tuple[int, float, str]:
    """One whose half-life is not known yet heals more slowly than any other.

    If it is not known who is exposed, those count who are at the least.
    """
    median, exposed = row["median_days"]["value"], row["exposed"]
    at_least = exposed["low"] if exposed["observed"] is None else exposed["observed"]
    return -(at_least or 0), -inf if median is None else -median, row["id"]
