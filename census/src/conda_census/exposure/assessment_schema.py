"""Which keys does an exposure have? They are a public interface: keys are added, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from conda_census.metrics.coverage.window import Window
from conda_census.metrics.intervals import Estimate
from conda_census.vulnerabilities.affected_packages import AdvisedPackage

__all__ = [
    "AdvisoryKeys",
    "BandByClass",
    "BandKeys",
    "CurvePoint",
    "Curves",
    "Exposure",
    "ExposureNote",
    "Exposures",
    "FixKeys",
    "NamedAdvisory",
    "RankedAdvisory",
    "StateKeys",
    "StatesOn",
    "StillDownloadedRow",
    "UnclearAdvisory",
    "UnknownShares",
]


class NamedAdvisory(TypedDict):
    """The names, summary, severity and date of an advisory."""

    id: str
    aliases: list[str]
    summary: str
    severity: str
    published: str | None


class AdvisoryKeys(NamedAdvisory):
    """What the record says; ``id`` says what was asked for where there is no record yet.

    ``bundled`` are conda packages that carry the affected one among others, of which nothing can be said.
    """

    packages: list[AdvisedPackage]
    withdrawn: bool
    bundled: list[str]


class BandKeys(TypedDict):
    """Active environments that hold an affected build: at the least, as observed, at the most.

    Null if days without a log, or a record that nobody can evaluate, leave it unknown.
    """

    low: int | None
    observed: int | None
    high: int | None


class BandByClass(TypedDict):
    """The band of each class of installation."""

    lasting: BandKeys
    ephemeral: BandKeys
    image: BandKeys
    new: BandKeys


class StateKeys(TypedDict):
    """Where the environments that entered stand; ``entered`` is the sum of the others.

    Null if days without a log leave it unknown.
    """

    entered: int | None
    remediated: int | None
    exposed: int | None
    silent: int | None


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


class StatesOn(TypedDict):
    """So many days after the disclosure, the shares of those exposed then: they add up to 1."""

    day: int
    remediated: float
    exposed: float
    silent: float


class FixKeys(TypedDict):
    """The smallest build that clears all open advisories of the package, and what installs it.

    ``build`` is null where it is not the same on all platforms.
    """

    channel: str
    version: str
    build: str | None
    clears: list[str]
    subdirs: list[str]
    command: str


class UnknownShares(TypedDict):
    """Of downloads, and of environments that hold at least one, the share whose package nobody knows.

    Neither a map does nor a record that names the conda package itself. Null of nothing, and if one of the
    last 30 days has no log.
    """

    downloads_share: float | None
    environments_share: float | None


@dataclass(frozen=True)
class ExposureNote:
    """Reason why a number is unknown or may be wrong.

    Attributes:
        number: Name of the number in this document.
        note: One sentence.
    """

    number: str
    note: str


class RankedAdvisory(NamedAdvisory):
    """One advisory among others: how many are exposed to it, and how fast they heal.

    ``healing_until`` as in :class:`Exposure`.
    """

    packages: list[str]
    exposed: BandKeys
    prevalent: StateKeys
    incident: StateKeys
    upgraded_share: Estimate
    median_days: Estimate
    healing_until: str | None


class UnclearAdvisory(TypedDict):
    """An advisory of which nobody can say whom it exposes; ``notes`` say why."""

    id: str
    packages: list[str]
    notes: list[str]


class Exposures(TypedDict):
    """All advisories that expose somebody, the most exposed environments first, then the slowest to heal.

    Those that may expose somebody, of which that is not known, are among them; ``unclear`` has all of these.

    ``looked_at`` of ``open`` advisories are about a package that was downloaded, and from ``unmapped`` of
    them nothing leads to a conda package at all.
    """

    as_of: str
    window: Window
    one_in: int
    open: int
    looked_at: int
    unmapped: int
    advisories: list[RankedAdvisory]
    unclear: list[UnclearAdvisory]
    unknown: UnknownShares
    cannot_see: list[str]
    notes: list[ExposureNote]


class StillDownloadedRow(TypedDict):
    """An affected build that was downloaded within the last 30 days, and by which tool.

    ``downloads`` is null if one of these days has no log: there may have been more.
    """

    channel: str
    subdir: str
    name: str
    version: str
    build: str
    tool: str | None
    downloads: int | None


class Exposure(TypedDict):
    """What the census says of one advisory on one day.

    ``one_in`` is 1, or one installation in so many was looked at and counts were multiplied. ``curve``,
    ``median_days`` and ``states`` are of the prevalent alone, ``incident_curve`` of the incident.

    ``healing_until`` is the day up to which it is known who moved on: ``as_of``, or the day before the first
    day without a log after the disclosure. Curves and ``states`` end there, and ``median_days`` is told if it
    was reached by then. It is null if it is not known who was exposed at the disclosure.
    """

    advisory: AdvisoryKeys
    as_of: str
    disclosed: str
    window: Window
    one_in: int
    exposed: BandKeys
    by_class: BandByClass
    prevalent: StateKeys
    incident: StateKeys
    upgraded_share: Estimate
    curve: Curves
    incident_curve: Curves
    states: list[StatesOn]
    median_days: Estimate
    healing_until: str | None
    usual_gap_days: int | None
    still_downloaded: list[StillDownloadedRow]
    fix: FixKeys | None
    unknown: UnknownShares
    cannot_see: list[str]
    notes: list[ExposureNote]
