"""What of an exposure is not known because a record, a channel or a build cannot be matched.

In a record that names commits only, or lists ``<1.2`` among its versions, no build can be found. That would
look as if nobody were exposed. So if somebody downloaded a package of which a record does not say which
versions are affected, what would be counted is null, and a sentence says why.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from ibis.expr.types import Table

from conda_census.exposure.assessment_schema import (
    BandByClass,
    BandKeys,
    Curves,
    Exposure,
    ExposureNote,
    RankedAdvisory,
    StateKeys,
)
from conda_census.metrics.intervals import Estimate
from conda_census.vulnerabilities.aliases import AdvisoryGroup
from conda_census.vulnerabilities.conda_packages import Build
from conda_census.vulnerabilities.conda_versions import VersionError, has_number, parse_version
from conda_census.vulnerabilities.matching import Matcher, Subject

__all__ = [
    "NOTHING_UNCLEAR",
    "WHICH_ARE_AFFECTED",
    "UnclearRecords",
    "find_unclear_records",
    "list_downloaded_channels",
    "without_unclear_numbers",
    "without_unclear_ranked",
]

#: How each sentence begins that says why nothing can be counted.
WHICH_ARE_AFFECTED = "Not known which"
_COUNTED = (
    *("exposed", "by_class", "prevalent", "incident", "upgraded_share", "curve", "incident_curve"),
    *("states", "median_days"),
)
_FEW = 3
_NO_STATES = StateKeys(entered=None, remediated=None, exposed=None, silent=None)


@dataclass(frozen=True)
class UnclearRecords:
    """Sentences on what is not known of an advisory.

    Attributes:
        versions: why it is not known which builds are affected: nothing can be counted, but at the least.
        builds: which builds have a version of which nothing can be said: at the most is not known.
        names: packages of the advisory that nobody downloaded: nobody is exposed, if the names are right.
    """

    versions: tuple[str, ...] = ()
    builds: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.versions or self.builds)


NOTHING_UNCLEAR = UnclearRecords()


@dataclass
class _Found:
    versions: list[str] = field(default_factory=list)
    builds: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


def find_unclear_records(
    group: AdvisoryGroup,
    matcher: Matcher,
    builds: Mapping[str, Collection[Build]],
    channels: Callable[[], Collection[str]],
) -> UnclearRecords:
    """Return what is not known of an advisory.

    Args:
        group: the advisory.
        matcher: gives the verdicts.
        builds: those that were downloaded, by the name of their package.
        channels: returns all channels from which anything was downloaded; asked only if it is needed.
    """
    found = _Found()
    subjects = [each for each in matcher.subjects(group) if not each.is_bundled]
    for subject in subjects:
        theirs = builds.get(subject.conda_name, ())
        if not theirs:
            continue
        seen_in = {build.channel for build in theirs}
        if subject.channel is not None and subject.channel not in seen_in:
            if subject.channel not in channels():
                found.versions.append(_other_channel(subject, seen_in))
            continue
        unknown = [
            build
            for build in theirs
            if _may_be_unknown(subject, build) and matcher.status(group, build) == "unknown"
        ]
        if unknown and subject.unclear:
            found.versions += [
                f"{WHICH_ARE_AFFECTED} versions of {subject.conda_name} are affected: the record {why}."
                for why in subject.unclear
            ]
        elif placeless := sorted({build.version for build in unknown if not _has_place(build)}):
            found.builds.append(
                f"At the most is not known: {_few(subject.conda_name, placeless)} cannot be placed among the "
                "affected versions."
            )
    if subjects and not any(builds.get(each.conda_name) for each in subjects):
        names = list(dict.fromkeys(each.conda_name for each in subjects))
        found.names.append(f"Nobody downloaded a package with the name {_few('', names, ' or ')}.")
    return UnclearRecords(
        *(tuple(dict.fromkeys(each)) for each in (found.versions, found.builds, found.names))
    )


def list_downloaded_channels(downloads: Table, as_of: date) -> set[str]:
    """Return the channels from which anything was downloaded up to ``as_of``."""
    rows = downloads.filter(downloads.day <= as_of).select("channel").distinct().to_pyarrow()
    return {channel for channel in rows["channel"].to_pylist() if channel is not None}


def without_unclear_numbers(exposure: Exposure, unclear: UnclearRecords) -> Exposure:
    """Return an exposure in which what is not known is null, with the sentences among its notes."""
    exposure = exposure.copy()
    notes = [ExposureNote(number="exposed", note=note) for note in (*unclear.builds, *unclear.names)]
    if unclear:
        bands = _doubted(exposure["exposed"], exposure["by_class"], unclear)
        exposure["exposed"], exposure["by_class"] = bands
    if unclear.versions:
        notes = [*_notes_on_versions(unclear.versions), *notes]
        exposure["prevalent"] = exposure["incident"] = _NO_STATES
        exposure["upgraded_share"] = exposure["median_days"] = Estimate().keys()
        exposure["curve"] = exposure["incident_curve"] = Curves(disclosure=[], fix_available=[])
        exposure["states"] = []
        exposure["healing_until"] = exposure["usual_gap_days"] = exposure["fix"] = None
    exposure["notes"] = [*notes, *exposure["notes"]]
    return exposure


def _notes_on_versions(sentences: Iterable[str]) -> list[ExposureNote]:
    return [
        *(ExposureNote(number=number, note=note) for note in sentences for number in _COUNTED),
        ExposureNote(number="still_downloaded", note="Builds that may be affected are not in the list."),
        ExposureNote(number="fix", note="Not known: nobody can say which builds are not affected."),
    ]


def without_unclear_ranked(row: RankedAdvisory, unclear: UnclearRecords) -> RankedAdvisory:
    """Return a row of a ranking in which what is not known is null."""
    row = row.copy()
    if unclear:
        row["exposed"] = _band(row["exposed"], unclear)
    if unclear.versions:
        row["prevalent"] = row["incident"] = _NO_STATES
        row["upgraded_share"] = row["median_days"] = Estimate().keys()
        row["healing_until"] = None
    return row


def _may_be_unknown(subject: Subject, build: Build) -> bool:
    if subject.channel not in (None, build.channel):
        return False
    return bool(subject.unclear) or not _has_place(build)


def _has_place(build: Build) -> bool:
    try:
        parse_version(build.version, build.name)
    except VersionError:
        return False
    return has_number(build.version)


def _other_channel(subject: Subject, seen_in: Iterable[str]) -> str:
    channels = _few("", sorted(name or "a channel without a name" for name in seen_in))
    return (
        f"{WHICH_ARE_AFFECTED} builds of {subject.conda_name} are affected: the record is about the channel "
        f"{subject.channel}, from which nothing was downloaded. The package is from {channels}: correct the "
        "record, or ask for another one."
    )


def _few(name: str, texts: list[str], between: str = ", ") -> str:
    more = f" and {len(texts) - _FEW} more" if len(texts) > _FEW else ""
    return f"{f'{name} ' if name else ''}{between.join(texts[:_FEW])}{more}"


def _doubted(band: BandKeys, by_class: BandByClass, unclear: UnclearRecords) -> tuple[BandKeys, BandByClass]:
    """Return both bands. If nobody is known to be exposed, that is no bound of a class either."""
    if unclear.versions and not band["low"]:
        nobody_knows = BandKeys(low=None, observed=None, high=None)
        return nobody_knows, BandByClass(
            lasting=nobody_knows, ephemeral=nobody_knows, image=nobody_knows, new=nobody_knows
        )
    return _band(band, unclear), BandByClass(
        lasting=_cut(by_class["lasting"], unclear),
        ephemeral=_cut(by_class["ephemeral"], unclear),
        image=_cut(by_class["image"], unclear),
        new=_cut(by_class["new"], unclear),
    )


def _band(band: BandKeys, unclear: UnclearRecords) -> BandKeys:
    if unclear.versions and not band["low"]:
        return BandKeys(low=None, observed=None, high=None)
    return _cut(band, unclear)


def _cut(band: BandKeys, unclear: UnclearRecords) -> BandKeys:
    return BandKeys(low=band["low"], observed=None if unclear.versions else band["observed"], high=None)
