"""Which advisories expose the most active environments, and how slowly do these heal?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from math import inf

from conda_census.engines.tables import LakeTables
from conda_census.exposure.aliases import AdvisoryGroup
from conda_census.exposure.cannot_see import cannot_see
from conda_census.exposure.concerned import concerned
from conda_census.exposure.curves import BandedCurve, Survival, banded_curve
from conda_census.exposure.document import band_keys, state_keys, unknown_keys, upgraded
from conda_census.exposure.exposed import Exposed, count_exposed
from conda_census.exposure.gaps import usual_gaps
from conda_census.exposure.judged import Judged, JudgedBuild, first_fixes, judge
from conda_census.exposure.knowledge import Knowledge
from conda_census.exposure.remediation import at_risk
from conda_census.exposure.repodata import channel_builds
from conda_census.exposure.sampling import choose_sample_for_all
from conda_census.exposure.seen import SeenBuild, builds_seen, names_seen
from conda_census.exposure.severities import Severity
from conda_census.exposure.shape import Exposures, RankedAdvisory
from conda_census.exposure.tell import disclosed_on, judged_builds, unknown_lately
from conda_census.exposure.verdicts import Judge, by_name
from conda_census.exposure.watched import NOBODY_AT_RISK, AtRisk, count_states, read_at_risk
from conda_census.metrics.sample import Sample
from conda_census.metrics.window import choose_window

__all__ = ["TOP", "rank_exposures"]

#: So many advisories.
TOP = 20


def rank_exposures(
    known: Knowledge,
    tables: LakeTables,
    as_of: date,
    survival: Survival,
    *,
    top: int = TOP,
    severities: Collection[Severity] = (),
    sample: Sample | None = None,
) -> Exposures:
    """The ``top`` open advisories on the day ``as_of``, of these severities or of any.

    ``survival`` makes curves of those who are watched. ``sample``: which installations are looked at, by
    default so many that it takes less than a minute.
    """
    window = choose_window(tables, until=as_of)
    names = set(names_seen(tables.downloads, as_of))
    groups = dict(
        enumerate(
            group
            for group in known.open_advisories
            if (not severities or group.severity in severities)
            and names.intersection(known.judge.packages(group))
            and disclosed_on(group, as_of) <= as_of
        )
    )
    about = {name for group in groups.values() for name in known.judge.packages(group)}
    seen = builds_seen(tables.downloads, about, as_of, channel_builds(known.lake, about))
    judged = _judged(known, seen, as_of, groups)
    chosen = choose_sample_for_all(judged, seen) if sample is None else sample
    with chosen.with_others(tables) as some, concerned(some, judged, as_of, chosen) as asked:
        exposed = count_exposed(asked)
        units = read_at_risk(at_risk(asked, first_fixes(judged, seen)))
        counted = {number: each for number, each in exposed.items() if each.whole.high}
        first = sorted(counted, key=lambda number: (-counted[number].whole.observed, groups[number].id))[:top]
        gaps = usual_gaps(asked, first)
    ranked = []
    for number in first:
        at = units.get(number, NOBODY_AT_RISK)
        curve = banded_curve(
            at.only(at.is_prevalent),
            "disclosure",
            (as_of - judged.disclosed[number]).days,
            gaps[number],
            survival,
        )
        ranked.append(_ranked(groups[number], known.judge, counted[number], at, curve, chosen, as_of))
    return Exposures(
        as_of=as_of.isoformat(),
        window=window.keys(),
        one_in=chosen.one_in,
        open=len(known.open_advisories),
        looked_at=len(groups),
        unmapped=sum(not known.judge.packages(group) for group in known.open_advisories),
        advisories=sorted(ranked, key=_place),
        unknown=unknown_keys(unknown_lately(known, tables, window)),
        cannot_see=cannot_see(judged.names),
    )


def _judged(
    known: Knowledge, seen: Iterable[SeenBuild], as_of: date, groups: Mapping[int, AdvisoryGroup]
) -> Judged:
    builds = by_name(each.build for each in seen)
    verdicts: list[JudgedBuild] = []
    for number, group in groups.items():
        found = judged_builds(number, group, builds, known.judge)
        if any(each.affected for each in found):
            verdicts += found
    return judge(verdicts, {number: disclosed_on(group, as_of) for number, group in groups.items()})


def _ranked(
    group: AdvisoryGroup,
    judge: Judge,
    exposed: Exposed,
    units: AtRisk,
    curve: BandedCurve,
    sample: Sample,
    as_of: date,
) -> RankedAdvisory:
    days = (as_of - disclosed_on(group, as_of)).days
    prevalent, incident = units.only(units.is_prevalent), units.only(~units.is_prevalent)
    return RankedAdvisory(
        id=group.id,
        aliases=[name for name in group.ids if name != group.id],
        summary=group.summary,
        severity=group.severity,
        published=group.published.date().isoformat() if group.published else None,
        packages=list(judge.packages(group)),
        exposed=band_keys(exposed.whole_of_all(sample)),
        prevalent=state_keys(count_states(prevalent, days), sample),
        incident=state_keys(count_states(incident, days), sample),
        upgraded_share=upgraded(curve).keys(),
        median_days=curve.median.keys(),
    )


def _place(row: RankedAdvisory) -> tuple[int, float, str]:
    """One whose half-life is not known yet heals more slowly than any other."""
    median = row["median_days"]["value"]
    return -row["exposed"]["observed"], -inf if median is None else -median, row["id"]
