"""Records that do not say which versions they affect, and the numbers that are then unknown.

No build matches a record that names only commits, or that lists ``<1.2`` among its versions. It would look as
if nobody were exposed. So if somebody downloaded a package and a record does not say which of its versions
are affected, counts are null, and a sentence says why.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
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

#: The first words of each sentence that says why nothing can be counted.
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
        versions: why it is not known which builds are affected. Counts are then null, except lower bounds.
        builds: which builds have a version that cannot be compared. Upper bounds are then null.
        names: packages of the advisory that nobody downloaded. If the names are right, nobody is exposed.
    """

    versions: tuple[str, ...] = ()
    builds: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.versions or self.builds)


NOTHING_UNCLEAR = UnclearRecords()


def find_unclear_records(
    group: AdvisoryGroup,
    matcher: Matcher,
    builds: Mapping[str, Collection[Build]],
    channels: Callable[[], Collection[str]],
) -> UnclearRecords:
    """Return what is not known of an advisory.

    Args:
        group: the advisory.
        matcher: gives the status of a build.
        builds: the builds that were downloaded, by the name of their package.
        channels: returns all channels from which anything was downloaded; called only if needed.
    """
    subjects = [subject for subject in matcher.subjects(group) if not subject.is_bundled]
    downloaded = [subject for subject in subjects if builds.get(subject.conda_name)]
    versions: list[str] = []
    unordered: list[str] = []
    for subject in downloaded:
        of_package = builds[subject.conda_name]
        downloaded_from = {build.channel for build in of_package}
        if subject.channel is not None and subject.channel not in downloaded_from:
            if subject.channel not in channels():
                versions.append(_other_channel(subject, downloaded_from))
            continue
        unknown = [
            build
            for build in of_package
            if _may_be_unknown(subject, build) and matcher.status(group, build) == "unknown"
        ]
        versions += _unclear_versions(subject, unknown)
        unordered += _unordered_versions(subject, unknown)
    names = [] if downloaded else _never_downloaded(subjects)
    return UnclearRecords(_distinct(versions), _distinct(unordered), tuple(names))


def _unclear_versions(subject: Subject, unknown: Collection[Build]) -> list[str]:
    if not unknown:
        return []
    return [
        f"{WHICH_ARE_AFFECTED} versions of {subject.conda_name} are affected: the record {reason}."
        for reason in subject.unclear
    ]


def _unordered_versions(subject: Subject, unknown: Iterable[Build]) -> list[str]:
    """Return a sentence on builds that cannot be compared with the affected versions of a clear record."""
    versions = sorted({build.version for build in unknown if not _has_order(build)})
    if subject.unclear or not versions:
        return []
    which = _few(subject.conda_name, versions)
    return [f"At the most is not known: {which} cannot be placed among the affected versions."]


def _never_downloaded(subjects: Iterable[Subject]) -> list[str]:
    names = list(dict.fromkeys(subject.conda_name for subject in subjects))
    return [f"Nobody downloaded a package with the name {_few('', names, ' or ')}."] if names else []


def _distinct(sentences: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sentences))


def list_downloaded_channels(downloads: Table, as_of: date) -> set[str]:
    """Return the channels from which anything was downloaded up to ``as_of``."""
    rows = downloads.filter(downloads.day <= as_of).select("channel").distinct().to_pyarrow()
    return {channel for channel in rows["channel"].to_pylist() if channel is not None}


def without_unclear_numbers(exposure: Exposure, unclear: UnclearRecords) -> Exposure:
    """Return the exposure with unknown numbers set to null, and with the sentences among its notes."""
    exposure = exposure.copy()
    notes = [ExposureNote(number="exposed", note=note) for note in (*unclear.builds, *unclear.names)]
    if unclear:
        bands = _unclear_bands(exposure["exposed"], exposure["by_class"], unclear)
        exposure["exposed"], exposure["by_class"] = bands
    if unclear.versions:
        notes = [*_notes_on_versions(unclear.versions), *notes]
        exposure["prevalent"] = exposure["incident"] = _NO_STATES
        exposure["upgraded_share"] = exposure["median_days"] = Estimate()
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
    """Return the row of a ranking with unknown numbers set to null."""
    row = row.copy()
    if unclear:
        row["exposed"] = _unclear_band(row["exposed"], unclear)
    if unclear.versions:
        row["prevalent"] = row["incident"] = _NO_STATES
        row["upgraded_share"] = row["median_days"] = Estimate()
        row["healing_until"] = None
    return row


def _may_be_unknown(subject: Subject, build: Build) -> bool:
    if subject.channel not in (None, build.channel):
        return False
    return bool(subject.unclear) or not _has_order(build)


def _has_order(build: Build) -> bool:
    try:
        parse_version(build.version, build.name)
    except VersionError:
        return False
    return has_number(build.version)


def _other_channel(subject: Subject, downloaded_from: Iterable[str]) -> str:
    names = sorted(name or "a channel without a name" for name in downloaded_from)
    channels = _few("", names)
    return (
        f"{WHICH_ARE_AFFECTED} builds of {subject.conda_name} are affected: the record is about the channel "
        f"{subject.channel}, from which nothing was downloaded. The package is from {channels}: correct the "
        "record, or ask for another one."
    )


def _few(name: str, texts: list[str], between: str = ", ") -> str:
    more = f" and {len(texts) - _FEW} more" if len(texts) > _FEW else ""
    return f"{f'{name} ' if name else ''}{between.join(texts[:_FEW])}{more}"


def _unclear_bands(
    band: BandKeys, by_class: BandByClass, unclear: UnclearRecords
) -> tuple[BandKeys, BandByClass]:
    """Return both bands. If nobody is known to be exposed, nothing is known of the classes either."""
    if unclear.versions and not band["low"]:
        unknown = BandKeys(low=None, observed=None, high=None)
        return unknown, BandByClass(lasting=unknown, ephemeral=unknown, image=unknown, new=unknown)
    return _unclear_band(band, unclear), BandByClass(
        lasting=_lower_bound(by_class["lasting"], unclear),
        ephemeral=_lower_bound(by_class["ephemeral"], unclear),
        image=_lower_bound(by_class["image"], unclear),
        new=_lower_bound(by_class["new"], unclear),
    )


def _unclear_band(band: BandKeys, unclear: UnclearRecords) -> BandKeys:
    if unclear.versions and not band["low"]:
        return BandKeys(low=None, observed=None, high=None)
    return _lower_bound(band, unclear)


def _lower_bound(band: BandKeys, unclear: UnclearRecords) -> BandKeys:
    return BandKeys(low=band["low"], observed=None if unclear.versions else band["observed"], high=None)
