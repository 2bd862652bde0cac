"""What does an exposure say? One document of one advisory that every surface shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from conda_census.engines.tables import LakeTables
from conda_census.exposure.cannot_see import cannot_see
from conda_census.exposure.competing import aalen_johansen
from conda_census.exposure.concerned import Concerned, concerned
from conda_census.exposure.curves import BandedCurve, Survival, banded_curve
from conda_census.exposure.exposed import Band, Exposed, count_exposed
from conda_census.exposure.gaps import usual_gaps
from conda_census.exposure.judged import Judged, first_fixes
from conda_census.exposure.remediation import at_risk
from conda_census.exposure.sampling import choose_sample_for
from conda_census.exposure.seen import SeenBuild
from conda_census.exposure.shape import (
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
from conda_census.exposure.still_downloaded import list_still_downloaded
from conda_census.exposure.units import Units
from conda_census.exposure.unknown import Unknown
from conda_census.exposure.watched import NOBODY_AT_RISK, AtRisk, States, count_states, read_at_risk, watch
from conda_census.metrics.intervals import Estimate
from conda_census.metrics.sample import Sample
from conda_census.metrics.window import Window

__all__ = ["Told", "band_keys", "make_exposure", "state_keys", "unknown_keys", "upgraded"]


@dataclass(frozen=True)
class Told:
    """What is known of an advisory without a question to the lake's tables.

    Attributes:
        advisory: its record.
        judged: the verdicts on the builds of the lake; of this advisory alone.
        seen: the builds of its packages that were downloaded up to the day that is asked for.
        fix: what to move to, where it is known.
        unknown: of how much no advisory says anything.
        window: the days of the lake up to the one that is asked for.
    """

    advisory: AdvisoryKeys
    judged: Judged
    seen: Sequence[SeenBuild]
    fix: FixKeys | None
    unknown: Unknown
    window: Window


def make_exposure(
    tables: LakeTables, told: Told, as_of: date, survival: Survival, sample: Sample | None = None
) -> Exposure:
    """The exposure at the end of the day ``as_of``.

    ``survival`` makes curves of those who are watched. ``sample``: which installations are looked at, by
    default all, but of a package that nearly everybody has.
    """
    judged = told.judged
    ((advisory, disclosed),) = judged.disclosed.items()
    chosen = choose_sample_for(told.seen) if sample is None else sample
    with chosen.with_others(tables) as some, concerned(some, judged, as_of, chosen) as known:
        exposed = count_exposed(known)[advisory]
        units = _at_risk(known, told.seen, advisory, disclosed)
        gap = usual_gaps(known, [advisory])[advisory]
    days = (as_of - disclosed).days
    prevalent, incident = units.only(units.is_prevalent), units.only(~units.is_prevalent)
    since_disclosure = banded_curve(prevalent, "disclosure", days, gap, survival)
    return Exposure(
        advisory=told.advisory,
        as_of=as_of.isoformat(),
        disclosed=disclosed.isoformat(),
        window=told.window.keys(),
        one_in=chosen.one_in,
        exposed=band_keys(exposed.whole_of_all(chosen)),
        by_class=_by_class(exposed.of_all(chosen)),
        prevalent=state_keys(count_states(prevalent, days), chosen),
        incident=state_keys(count_states(incident, days), chosen),
        upgraded_share=upgraded(since_disclosure).keys(),
        curve=Curves(
            disclosure=_points(since_disclosure),
            fix_available=_points(banded_curve(prevalent, "fix_available", days, gap, survival)),
        ),
        incident_curve=Curves(
            disclosure=_points(banded_curve(incident, "disclosure", days, gap, survival)),
            fix_available=_points(banded_curve(incident, "fix_available", days, gap, survival)),
        ),
        states=_states_by_day(prevalent, days, gap),
        median_days=since_disclosure.median.keys(),
        usual_gap_days=gap,
        still_downloaded=_still_downloaded(tables, judged, as_of),
        fix=told.fix,
        unknown=unknown_keys(told.unknown),
        cannot_see=cannot_see(judged.names),
    )


def _at_risk(known: Concerned, seen: Sequence[SeenBuild], advisory: int, disclosed: date) -> AtRisk:
    """Nobody, where the day that is asked for lies before the disclosure."""
    if known.as_of < disclosed:
        return NOBODY_AT_RISK
    return read_at_risk(at_risk(known, first_fixes(known.judged, seen))).get(advisory, NOBODY_AT_RISK)


def upgraded(curve: BandedCurve) -> Estimate:
    """What is no longer exposed on the last day to which anybody was watched."""
    known = [share for share in curve.shares if share.value is not None]
    if not known:
        return Estimate()
    last = known[-1]
    value, low, high = (None if share is None else 1 - share for share in (last.value, last.high, last.low))
    return Estimate(value, low, high)


def _states_by_day(units: AtRisk, as_of: int, usual_gap: float) -> list[StatesOn]:
    """Who left a usual gap after the last visit fell silent; whoever was there at the end did not."""
    watched = watch(units, "disclosure", "usual_gap", as_of, usual_gap)
    fell_silent = ~watched.event & (watched.exit < as_of)
    shares = aalen_johansen(Units(*watched), fell_silent).on(range(as_of + 1))
    return [
        StatesOn(day=day, remediated=each.remediated, exposed=each.exposed, silent=each.silent)
        for day, each in enumerate(shares)
        if each.remediated is not None and each.exposed is not None and each.silent is not None
    ]


def _points(curve: BandedCurve) -> list[CurvePoint]:
    return [
        CurvePoint(day=day, share=share.value, low=share.low, high=share.high)
        for day, share in enumerate(curve.shares)
        if share.value is not None
    ]


def band_keys(band: Band) -> BandKeys:
    """As it stands in a document."""
    return BandKeys(low=int(band.low), observed=int(band.observed), high=int(band.high))


def _by_class(exposed: Exposed) -> BandByClass:
    bands = exposed.by_class
    return BandByClass(
        lasting=band_keys(bands["lasting"]),
        ephemeral=band_keys(bands["ephemeral"]),
        image=band_keys(bands["image"]),
        new=band_keys(bands["new"]),
    )


def state_keys(states: States, sample: Sample) -> StateKeys:
    """As they stand in a document: what the sample stands for."""
    found = states.of_all(sample)
    return StateKeys(
        entered=int(found.entered),
        remediated=int(found.remediated),
        exposed=int(found.exposed),
        silent=int(found.silent),
    )


def unknown_keys(unknown: Unknown) -> UnknownShares:
    """As it stands in a document."""
    return UnknownShares(
        downloads_share=unknown.downloads_share, environments_share=unknown.environments_share
    )


def _still_downloaded(tables: LakeTables, judged: Judged, as_of: date) -> list[StillDownloadedRow]:
    return [
        StillDownloadedRow(
            channel=each.channel,
            subdir=each.subdir,
            name=each.name,
            version=each.version,
            build=each.build,
            tool=each.tool,
            downloads=each.downloads,
        )
        for each in list_still_downloaded(tables, judged, as_of)
    ]
