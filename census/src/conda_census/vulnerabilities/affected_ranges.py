"""Affected versions of an advisory's entry, as the section *Evaluation* of the OSV schema defines them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from rattler import Version

from conda_census.vulnerabilities.conda_versions import has_number, parse_bound, parse_listed
from conda_census.vulnerabilities.osv import AffectedEntry, Event, VersionRange

__all__ = ["AffectedVersions", "Bound", "Interval", "affected_versions"]

_BEFORE_ALL = "0"
_NO_LIMIT = "*"
_FIRST = Version("0")


class Bound(NamedTuple):
    """Start or end of an interval: a version, as it is compared and as the record spells it."""

    version: Version
    text: str


@dataclass(frozen=True)
class Interval:
    """Versions from ``low`` on up to ``high``; None is no bound. ``high`` is included if ``with_high``."""

    low: Bound | None
    high: Bound | None
    with_high: bool = False

    def __contains__(self, version: Version) -> bool:
        if self.low is not None and version < self.low.version:
            return False
        if self.high is None or version < self.high.version:
            return True
        return self.with_high and version == self.high.version

    @property
    def is_empty(self) -> bool:
        """Whether no version can be in it, as between 2.0 and 1.0 or below 0."""
        if self.high is None:
            return False
        low = self.low.version if self.low else _FIRST
        return low > self.high.version or (low == self.high.version and not self.with_high)

    def __str__(self) -> str:
        bounds = [f">={self.low.text}"] if self.low else []
        if self.high:
            bounds.append(f"{'<=' if self.with_high else '<'}{self.high.text}")
        return ",".join(bounds) or "all versions"


@dataclass(frozen=True)
class AffectedVersions:
    """Versions that are in any of the intervals or listed."""

    intervals: tuple[Interval, ...]
    listed: frozenset[Version]

    def __contains__(self, version: Version) -> bool:
        return version in self.listed or any(version in interval for interval in self.intervals)

    @property
    def are_none(self) -> bool:
        """Whether no version can be among them."""
        return not self.listed and all(interval.is_empty for interval in self.intervals)

    def are_before(self, version: Version) -> bool:
        """Whether some affected version comes before this one."""
        lows = [interval.low for interval in self.intervals]
        return (
            any(low is None or low.version < version for low in lows)
            or min(
                (affected for affected in self.listed if has_number(str(affected))),
                default=version,
            )
            < version
        )


def affected_versions(entry: AffectedEntry, conda_name: str) -> AffectedVersions:
    """Return the versions of a conda package that an entry affects, in that package's order of versions.

    Evaluates ranges and listed versions as the section *Evaluation* of the OSV schema says.
    """
    place = _Place(conda_name, entry.project.ecosystem)
    intervals = (interval for version_range in entry.ranges for interval in _intervals(version_range, place))
    versions = (version for text in entry.versions for version in parse_listed(text, *place))
    return AffectedVersions(tuple(intervals), frozenset(versions))


class _Place(NamedTuple):
    """The package whose versions are compared, and the ecosystem whose spelling they have."""

    conda_name: str
    ecosystem: str


def _intervals(version_range: VersionRange, place: _Place) -> Iterator[Interval]:
    limit = _limit(version_range, place)
    start: Bound | None = None
    is_open = False
    for event, at in _in_order(version_range, place):
        if event.kind == "introduced":
            start, is_open = (start, True) if is_open else (at, True)
        elif is_open:
            is_open = False
            yield _limited(Interval(start, at, event.kind == "last_affected"), limit)
    if is_open:
        yield _limited(Interval(start, None), limit)


def _in_order(version_range: VersionRange, place: _Place) -> Iterator[tuple[Event, Bound | None]]:
    """Yield the events that open and close an interval, in order of version; None is before all versions.

    If an interval is open, an end sorts before a start at the same version: PYSEC-2023-72 has ``introduced
    3.2.0, fixed 3.2.2, introduced 3.1.1, fixed 3.2.0``.
    """
    starts = [event for event in version_range.events if _is_start(event)]
    others = [event for event in version_range.events if event.kind != "limit" and not _is_start(event)]
    bounds = sorted(((event, _bound(event, place)) for event in others), key=lambda pair: pair[1].version)
    yield from ((event, None) for event in starts)
    is_open = bool(starts)
    for _version, group in groupby(bounds, key=lambda pair: pair[1].version):
        at_once = list(group)
        if is_open:
            at_once.sort(key=lambda pair: pair[0].kind == "introduced")
        yield from at_once
        is_open = at_once[-1][0].kind == "introduced"


def _is_start(event: Event) -> bool:
    return event.kind == "introduced" and event.version == _BEFORE_ALL


def _bound(event: Event, place: _Place) -> Bound:
    return Bound(parse_bound(event.version, *place), event.version)


def _limit(version_range: VersionRange, place: _Place) -> Bound | None:
    """Return the highest limit, below which all versions must be; None without a limit."""
    limits = [event for event in version_range.events if event.kind == "limit"]
    if not limits or any(event.version == _NO_LIMIT for event in limits):
        return None
    return max(_bound(event, place) for event in limits)


def _limited(interval: Interval, limit: Bound | None) -> Interval:
    if limit is None or (interval.high is not None and interval.high.version < limit.version):
        return interval
    return Interval(interval.low, limit)
