"""True answers for simulated logs, counted from the population's state, not from lines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import NotRequired, TypedDict

import numpy as np
import numpy.typing as npt

from conda_census.atomic_files import replace_file
from conda_census.config import SIMULATED_TRUTH
from conda_census.simulate.channel import Channel
from conda_census.simulate.day_summary import Seen
from conda_census.simulate.exposure_truth import ExposureTruth, ExposureWitness
from conda_census.simulate.scenario import Scenario
from conda_census.simulate.true_classes import COPIED, ByClass, classes, count_classes
from conda_census.simulate.true_population import Population

__all__ = [
    "DayOfSharing",
    "InstallerDownloads",
    "Truth",
    "Witness",
    "write_truth",
]

Numbers = npt.NDArray[np.int64]

_TOP = 50
_MOST = 5


class InstallerDownloads(TypedDict):
    """Downloads of one installer in one month (``2024-01``) or one quarter (``2024-Q1``)."""

    period: str
    product: str
    version: str
    platform: str
    downloads: int


class DayOfSharing(TypedDict):
    """Sharing installations on one day: sessions, installations with one, and the new ones among these.

    An installation is new on the day of its first session in the logs.
    """

    day: str
    sessions: int
    installations: int
    new: int


class Truth(TypedDict):
    """Truth about the logs.

    ``installations``, ``by_class``, ``environments``, ``per_installation`` and ``sessions`` count those that
    share their tokens and sent something. ``opted_out`` are installations that opted out and sent something.
    ``opted_out_share`` is their share of those with the plug-in that sent something. In
    ``environments_apart`` each clone, whose token is that of another, counts by itself. ``broken_off`` are
    downloads that ended early and were logged with 200, as if they had come completely. ``exist`` counts the
    installations and environments, whether they send anything or not. ``exposure`` is present if something
    was disclosed.
    """

    installations: int
    by_class: ByClass
    environments: int
    environments_apart: int
    per_installation: dict[str, int]
    single_share: float | None
    opted_out: int
    opted_out_share: float | None
    without_plugin: int
    installer_downloads: list[InstallerDownloads]
    installer_downloads_by_quarter: list[InstallerDownloads]
    by_day: list[DayOfSharing]
    sessions: int
    downloads: int
    downloads_of_sharing: int
    broken_off: int
    packages: dict[str, int]
    lines: int
    exist: dict[str, int]
    exposure: NotRequired[list[ExposureTruth]]


class Witness:
    """Witness of the days: call ``see`` with each day in order, then ask for the ``truth``."""

    def __init__(self, scenario: Scenario, population: Population, channel: Channel) -> None:
        self._scenario = scenario
        self._population = population
        self._channel = channel
        self._first_s = np.full(len(population), np.iinfo(np.int32).max, dtype=np.int32)
        self._last_s = np.full(len(population), -1, dtype=np.int32)
        self._environment_seen = np.zeros(len(population.environment_day), dtype=bool)
        self._sessions = self._downloads = self._downloads_of_sharing = self._broken_off = self._lines = 0
        self._packages = np.zeros(int(channel.package.max()) + 1, dtype=np.int64)
        self._exposure = ExposureWitness(scenario, population, channel) if scenario.disclosures else None
        self._installers: Counter[tuple[date, int]] = Counter()
        self._by_day: list[DayOfSharing] = []

    def see(self, seen: Seen) -> None:
        """Record a day."""
        day = self._scenario.since + timedelta(days=seen.number)
        here = np.zeros(len(self._population), dtype=bool)
        here[seen.installation[seen.shares]] = True
        sessions = int(seen.shares.sum())
        self._by_day.append(
            DayOfSharing(
                day=day.isoformat(),
                sessions=sessions,
                installations=int(here.sum()),
                new=int((here & (self._last_s < 0)).sum()),
            )
        )
        np.minimum.at(self._first_s, seen.installation, seen.first_s)
        np.maximum.at(self._last_s, seen.installation, seen.last_s)
        self._environment_seen[seen.environment] = True
        if self._exposure:
            self._exposure.see(seen, self._first_s, self._last_s)
        self._sessions += sessions
        self._downloads += int(seen.downloads.sum())
        self._downloads_of_sharing += seen.downloads_of_sharing
        self._packages += seen.downloads
        self._broken_off += seen.broken_off
        self._lines += seen.lines
        self._installers.update({(day, which): int(many) for which, many in enumerate(seen.installers)})

    def truth(self) -> Truth:
        """Return the truth of all days that were seen."""
        people = self._population
        seen = self._last_s >= 0
        shares = people.has_plugin & ~people.opted_out
        counted = seen & shares
        apart = np.add.reduceat(self._environment_seen.astype(np.int64), people.first_environment[:-1])
        numbers = np.add.reduceat(self._visible().astype(np.int64), people.first_environment[:-1])
        spread = np.bincount(np.minimum(numbers[counted], _MOST), minlength=_MOST + 1)
        opted_out, with_plugin = int((seen & people.opted_out).sum()), int((seen & people.has_plugin).sum())
        named = {str(number): int(spread[number]) for number in range(1, _MOST)}
        top = np.argsort(-self._packages, kind="stable")[:_TOP].tolist()
        truth = Truth(
            installations=int(counted.sum()),
            by_class=self._by_class(counted),
            environments=int(numbers[counted].sum()),
            environments_apart=int(apart[counted].sum()),
            per_installation={**named, f"{_MOST}+": int(spread[_MOST])},
            single_share=float(spread[1] / counted.sum()) if counted.any() else None,
            opted_out=opted_out,
            opted_out_share=opted_out / with_plugin if with_plugin else None,
            without_plugin=int((seen & ~people.has_plugin).sum()),
            installer_downloads=self._installer_downloads(_month),
            installer_downloads_by_quarter=self._installer_downloads(_quarter),
            by_day=self._by_day,
            sessions=self._sessions,
            downloads=self._downloads,
            downloads_of_sharing=self._downloads_of_sharing,
            broken_off=self._broken_off,
            packages={self._channel.names[place]: int(self._packages[place]) for place in top},
            lines=self._lines,
            exist={"installations": len(people), "environments": len(people.environment_day)},
        )
        if self._exposure:
            truth["exposure"] = self._exposure.truth()
        return truth

    def _visible(self) -> npt.NDArray[np.bool_]:
        """Return the seen environments, with a clone counted as the one whose token it has.

        The token of a container's environment is that of its image; it is no clone within an installation.
        """
        people = self._population
        visible = self._environment_seen.copy()
        lasting = people.first_environment[people.containers]
        token = people.environment_token[:lasting]
        clones = np.flatnonzero(visible[:lasting] & (token != np.arange(lasting)))
        visible[clones] = False
        visible[token[clones]] = True
        return visible

    def _by_class(self, counted: np.ndarray) -> ByClass:
        people = self._population
        owner = np.repeat(np.arange(len(people)), np.diff(people.first_environment))
        visible = self._visible() & counted[owner]
        copies = np.bincount(people.environment_token[visible], minlength=len(people.environment_token))
        is_image = np.zeros(len(people), dtype=bool)
        is_image[owner[visible & (copies[people.environment_token] >= COPIED)]] = True
        of = classes(is_image, self._first_s, self._last_s, self._scenario.days - 1)
        return count_classes(of[counted])

    def _installer_downloads(self, period_of: Callable[[date], str]) -> list[InstallerDownloads]:
        counted: Counter[tuple[str, int]] = Counter()
        for (day, which), downloads in self._installers.items():
            counted[period_of(day), which] += downloads
        rows = []
        for (period, which), downloads in sorted(counted.items()):
            if not downloads:
                continue
            product, version, platform, _ = self._channel.installers[which][0]
            rows.append(
                InstallerDownloads(
                    period=period, product=product, version=version, platform=platform, downloads=downloads
                )
            )
        return rows


def write_truth(truth: Truth, folder: Path) -> None:
    """Write the truth next to the logs, or into the lake.

    Raises:
        OSError: the file cannot be written.
    """
    replace_file(folder / SIMULATED_TRUTH, f"{json.dumps(truth, indent=2)}\n".encode())


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


def _quarter(day: date) -> str:
    return f"{day:%Y}-Q{(day.month + 2) // 3}"
