"""What should a census of simulated logs find? Counted from the population's own state, not from lines."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TypedDict

import numpy as np

from conda_census.simulate.channel import INSTALLERS, Channel
from conda_census.simulate.population import Population
from conda_census.simulate.scenario import Scenario
from conda_census.simulate.traffic import DAY_S, Day

__all__ = ["ByClass", "InstallerDownloads", "Truth", "Witness"]

_BRIEF_S = 3600
_NEW_DAYS = 7
_COPIED = 3
_TOP = 50
_MOST = 5


class ByClass(TypedDict):
    """Installations by the classes of the methods."""

    lasting: int
    ephemeral: int
    image: int
    new: int


class InstallerDownloads(TypedDict):
    """Downloads of one installer in one month."""

    period: str
    product: str
    version: str
    platform: str
    downloads: int


class Truth(TypedDict):
    """What is true of the logs.

    ``installations``, ``by_class``, ``environments``, ``per_installation`` and ``sessions`` are of those that
    share their tokens and sent something. ``opted_out`` are installations that opted out and sent something,
    ``opted_out_share`` is their share of those with the plug-in that sent something. ``exist`` is how many
    installations and environments there are, whether they send anything or not.
    """

    installations: int
    by_class: ByClass
    environments: int
    per_installation: dict[str, int]
    single_share: float | None
    opted_out: int
    opted_out_share: float | None
    without_plugin: int
    installer_downloads: list[InstallerDownloads]
    sessions: int
    downloads: int
    downloads_of_sharing: int
    packages: dict[str, int]
    lines: int
    exist: dict[str, int]


class Witness:
    """Sees each day as it is made: ``see`` them in their order, then ask for the ``truth``."""

    def __init__(self, scenario: Scenario, population: Population, channel: Channel) -> None:
        self._scenario = scenario
        self._population = population
        self._channel = channel
        self._first_s = np.full(len(population), np.iinfo(np.int64).max)
        self._last_s = np.full(len(population), -1)
        self._environment_seen = np.zeros(len(population.environment_day), dtype=bool)
        self._sessions = self._downloads = self._downloads_of_sharing = 0
        self._packages = np.zeros(len(channel.names), dtype=np.int64)
        self._installers: Counter[tuple[str, int]] = Counter()

    def see(self, day: Day) -> None:
        """Take note of a day."""
        people = self._population
        last_s = day.start_s.copy()
        np.maximum.at(last_s, day.session, day.time_s)
        midnight_s = day.number * DAY_S
        np.minimum.at(self._first_s, day.installation, midnight_s + day.start_s)
        np.maximum.at(self._last_s, day.installation, midnight_s + last_s)
        self._environment_seen[day.environment] = True
        shares = (people.has_plugin & ~people.opted_out)[day.installation]
        self._sessions += int(shares.sum())
        self._downloads += day.downloads
        session, package = day.fetched()
        self._downloads_of_sharing += int(shares[session].sum())
        self._packages += np.bincount(package, minlength=len(self._packages))
        month = f"{self._scenario.since + timedelta(days=day.number):%Y-%m}"
        self._installers.update((month, which) for which in day.installer.tolist())

    def truth(self, lines: int) -> Truth:
        """What is true of all days that were seen, in so many lines."""
        people = self._population
        seen = self._last_s >= 0
        shares = people.has_plugin & ~people.opted_out
        counted = seen & shares
        numbers = np.add.reduceat(self._environment_seen.astype(np.int64), people.first_environment[:-1])
        spread = np.bincount(np.minimum(numbers[counted], _MOST), minlength=_MOST + 1)
        opted_out, with_plugin = int((seen & people.opted_out).sum()), int((seen & people.has_plugin).sum())
        named = {str(number): int(spread[number]) for number in range(1, _MOST)}
        top = np.argsort(-self._packages, kind="stable")[:_TOP].tolist()
        return Truth(
            installations=int(counted.sum()),
            by_class=self._by_class(counted),
            environments=int(numbers[counted].sum()),
            per_installation={**named, f"{_MOST}+": int(spread[_MOST])},
            single_share=float(spread[1] / counted.sum()) if counted.any() else None,
            opted_out=opted_out,
            opted_out_share=opted_out / with_plugin if with_plugin else None,
            without_plugin=int((seen & ~people.has_plugin).sum()),
            installer_downloads=self._installer_downloads(),
            sessions=self._sessions,
            downloads=self._downloads,
            downloads_of_sharing=self._downloads_of_sharing,
            packages={self._channel.names[place]: int(self._packages[place]) for place in top},
            lines=lines,
            exist={"installations": len(people), "environments": len(people.environment_day)},
        )

    def _by_class(self, counted: np.ndarray) -> ByClass:
        people = self._population
        owner = np.repeat(np.arange(len(people)), np.diff(people.first_environment))
        visible = self._environment_seen & counted[owner]
        copies = np.bincount(people.environment_token[visible], minlength=len(people.environment_token))
        is_image = np.zeros(len(people), dtype=bool)
        is_image[owner[visible & (copies[people.environment_token] >= _COPIED)]] = True
        is_brief = self._last_s - self._first_s <= _BRIEF_S
        is_recent = self._first_s // DAY_S >= self._scenario.days - _NEW_DAYS
        classes = {
            "image": is_image,
            "new": ~is_image & is_brief & is_recent,
            "ephemeral": ~is_image & is_brief & ~is_recent,
            "lasting": ~is_image & ~is_brief,
        }
        found = {name: int((counted & members).sum()) for name, members in classes.items()}
        return ByClass(
            lasting=found["lasting"], ephemeral=found["ephemeral"], image=found["image"], new=found["new"]
        )

    def _installer_downloads(self) -> list[InstallerDownloads]:
        rows = []
        for (period, which), downloads in sorted(self._installers.items()):
            product, version, platform, _ = INSTALLERS[which][0]
            rows.append(
                InstallerDownloads(
                    period=period, product=product, version=version, platform=platform, downloads=downloads
                )
            )
        return rows
