"""Which keys does an exposure have? They are a public interface: keys are added, never changed."""

from __future__ import annotations

from typing import TypedDict

from conda_census.exposure.automatic import PackageClass
from conda_census.metrics.intervals import Interval
from conda_census.metrics.window import WindowDays

__all__ = [
    "AdvisedPackage",
    "AdvisoryKeys",
    "BandByClass",
    "BandKeys",
    "CurvePoint",
    "Curves",
    "Exposure",
    "FixKeys",
    "StateKeys",
    "StillDownloadedRow",
    "UnknownShares",
]


class AdvisedPackage(TypedDict):
    """A conda package that the advisory is about.

    ``map`` says which map knows it, ``affected`` and ``fixed_in`` are versions as the record has them.
    """

    conda_name: str
    package_class: PackageClass
    map: str
    affected: list[str]
    fixed_in: list[str]


class AdvisoryKeys(TypedDict):
    """What the record says; ``id`` is null where there is no record yet."""

    id: str | None
    aliases: list[str]
    summary: str
    severity: str
    published: str
    packages: list[AdvisedPackage]


class BandKeys(TypedDict):
    """Active environments that hold an affected build: at the least, as observed, at the most."""

    low: int
    observed: int
    high: int


class BandByClass(TypedDict):
    """The band of each class of installation."""

    lasting: BandKeys
    ephemeral: BandKeys
    image: BandKeys
    new: BandKeys


class StateKeys(TypedDict):
    """Where the environments that entered stand; ``entered`` is the sum of the others."""

    entered: int
    remediated: int
    exposed: int
    silent: int


class CurvePoint(TypedDict):
    """So many days after the clock began, the share that is still exposed, with its band."""

    day: int
    share: float
    low: float | None
    high: float | None


class Curves(TypedDict):
    """By what day 0 is: the disclosure, or the first day on which there was a fix as well."""

    disclosure: list[CurvePoint]
    fix_available: list[CurvePoint]


class FixKeys(TypedDict):
    """The smallest build that clears all open advisories of the package, and what installs it."""

    version: str
    build: str | None
    clears: list[str]
    subdirs: list[str]
    command: str


class UnknownShares(TypedDict):
    """Of downloads, and of environments that hold at least one, the share whose package no map knows."""

    downloads_share: float | None
    environments_share: float | None


class StillDownloadedRow(TypedDict):
    """An affected build that was downloaded within the last 30 days, and by which tool."""

    channel: str
    subdir: str
    name: str
    version: str
    build: str
    tool: str | None
    downloads: int


class Exposure(TypedDict):
    """What the census says of one advisory on one day.

    ``one_in`` is 1, or one installation in so many was looked at and counts were multiplied. ``curve`` and
    ``median_days`` are of the prevalent alone, ``incident_curve`` of the incident.
    """

    advisory: AdvisoryKeys
    as_of: str
    disclosed: str
    window: WindowDays
    one_in: int
    exposed: BandKeys
    by_class: BandByClass
    prevalent: StateKeys
    incident: StateKeys
    upgraded_share: Interval
    curve: Curves
    incident_curve: Curves
    median_days: Interval
    usual_gap_days: int
    still_downloaded: list[StillDownloadedRow]
    fix: FixKeys | None
    unknown: UnknownShares
    cannot_see: list[str]
