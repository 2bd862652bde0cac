"""Affected builds in each environment, and the installs that leave a line in the logs.

For the vulnerable packages the history of every environment is kept, one bit for each. Random choices are
drawn by counter from the number of the session, so a replay of the sessions of all days in order gives the
same result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from conda_census.simulate.chance import session_numbers, uniform
from conda_census.simulate.channel import Channel
from conda_census.simulate.disclosures import Disclosure, plan_disclosures
from conda_census.simulate.scenario import Scenario
from conda_census.simulate.true_population import Population

__all__ = ["Holdings", "Installs", "InstallsOfDays"]

Numbers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]

#: The share of environments that stay before the fix: a file pins what they install.
_HELD_BACK_SHARE = 0.05
_HABIT, _CACHE, _HELD_BACK, _SILENT_DAY = 100, 200, 300, 400
_NOTHING = -1
#: A log starts with the late lines of the day before.
_DAYS_KEPT = 2


@dataclass(frozen=True)
class Installs:
    """Installs of one day, for vulnerable packages; one element of each array for each.

    Attributes:
        session: index of the session among those of the day.
        disclosure: its number.
        entry: index of the installed build in the channel.
        is_affected: whether it is an affected build.
        leaves_line: whether it was downloaded, and not taken from the package cache.
    """

    session: Numbers
    disclosure: Numbers
    entry: Numbers
    is_affected: Truths
    leaves_line: Truths


class Holdings:
    """Holdings at the end of the last day given to ``advance``.

    Attributes:
        disclosures: all of the scenario.
        affected: for each disclosure and environment, whether it holds an affected build.
    """

    def __init__(self, scenario: Scenario, population: Population, channel: Channel) -> None:
        self.disclosures = plan_disclosures(scenario, channel)
        self._scenario = scenario
        self._channel = channel
        many, environments = len(self.disclosures), len(population.environment_day)
        self.affected = np.zeros((many, environments), dtype=bool)
        # The package cache of each installation: the newest affected and unaffected release.
        self._cached = np.full((2, many, len(population)), _NOTHING, dtype=np.int32)

    def advance(self, number: int, installation: Numbers, environment: Numbers) -> Installs:
        """Advance one day with the installation and environment of each of its sessions; return the installs.

        An environment has at most one session a day, and a cache has its content of the morning.
        """
        sessions = session_numbers(number, len(installation))
        releases = self._channel.releases(number)
        each = [
            self._advance(
                disclosure, number, int(releases[disclosure.package]), sessions, installation, environment
            )
            for disclosure in self.disclosures
        ]
        return Installs(*(np.concatenate(of) for of in zip(*each, strict=True)))

    def silent(self, population: Population) -> tuple[npt.NDArray[np.int32], Truths]:
        """Return the installs of environments that send nothing, by disclosure and environment.

        The result is the day of the only install, which nobody saw (as if from a mirror), and whether it was
        affected.
        """
        days = self._scenario.days
        silent = np.flatnonzero(population.environment_day == days)
        owner = np.searchsorted(population.first_environment, silent, side="right") - 1
        begin = np.maximum(population.made[owner], 0)
        part = uniform(self._scenario.seed, _SILENT_DAY, silent)
        on = (begin + part * (days - begin)).astype(np.int32)
        affected = np.zeros((len(self.disclosures), len(silent)), dtype=bool)
        for disclosure in self.disclosures:
            chance = uniform(self._scenario.seed, _HABIT + disclosure.number, -1 - silent)
            affected[disclosure.number] = (chance < self._habit(disclosure)) & (on < disclosure.fix_day)
        return on, affected

    def _advance(
        self,
        disclosure: Disclosure,
        number: int,
        newest: int,
        sessions: Numbers,
        installation: Numbers,
        environment: Numbers,
    ) -> tuple[npt.NDArray[np.generic], ...]:
        held = self.affected[disclosure.number]
        chance = self._habit(disclosure)
        is_fixed = newest >= disclosure.fix
        wanted = self._drawn(_HABIT, disclosure, sessions)
        is_taken = wanted < chance
        if is_fixed and number > disclosure.day:
            urged = np.flatnonzero(wanted < chance + self._scenario.urgency * (1 - chance))
            urged = urged[held[environment[urged]] & ~self._stays(disclosure, environment[urged])]
            is_taken[urged] = True
        session = np.flatnonzero(is_taken)
        owner, where = installation[session], environment[session]
        stays = self._stays(disclosure, where) if is_fixed else np.ones(len(session), dtype=bool)
        release = np.where(stays, min(newest, disclosure.fix - 1), newest)
        cached = self._cached[:, disclosure.number]
        in_cache = cached[1 - stays, owner] == release
        is_hit = in_cache & (self._drawn(_CACHE, disclosure, sessions[session]) < self._scenario.cache_hits)
        held[where] = stays
        cached[1 - stays, owner] = release
        behind = len(self._channel.names) - len(self.disclosures) + disclosure.number
        entry = np.where(stays & is_fixed, behind, disclosure.package)
        return session, np.full(len(session), disclosure.number), entry, stays, ~is_hit

    def _habit(self, disclosure: Disclosure) -> float:
        """Return the chance that an ordinary session asks for a package.

        The number of packages is geometric, and each is this package by its weight, as traffic draws them.
        """
        ends = 1 / self._scenario.packages_per_session
        other = 1 - float(self._channel.weights[disclosure.package])
        return 1 - ends * other / (1 - (1 - ends) * other)

    def _stays(self, disclosure: Disclosure, environment: Numbers) -> Truths:
        stays: Truths = self._drawn(_HELD_BACK, disclosure, environment) < _HELD_BACK_SHARE
        return stays

    def _drawn(self, purpose: int, disclosure: Disclosure, numbers: Numbers) -> npt.NDArray[np.float64]:
        return uniform(self._scenario.seed, purpose + disclosure.number, numbers)


class InstallsOfDays:
    """Replay of the sessions of all days up to the requested one, which continues from there."""

    def __init__(
        self,
        scenario: Scenario,
        population: Population,
        channel: Channel,
        sessions_of: Callable[[int], tuple[Numbers, Numbers]],
    ) -> None:
        """Start before the first day.

        ``sessions_of`` returns the installation and the environment of each session of a day.
        """
        self._begin = partial(Holdings, scenario, population, channel)
        self._sessions_of = sessions_of
        self._entries = len(channel.names)
        self._holdings = self._begin()
        self._is_found = np.zeros(self._entries, dtype=bool)
        self._is_found[[each.package for each in self._holdings.disclosures]] = True
        self._next = 0
        self._kept: dict[int, tuple[Numbers, Numbers]] = {}

    def in_place_of_draws(self, number: int, session: Numbers, package: Numbers) -> tuple[Numbers, Numbers]:
        """Return the logged downloads of a day: as drawn by chance, but vulnerable packages as installed."""
        if not self._is_found.any():
            return session, package
        drawn = ~self._is_found[package]
        installed_in, entry = self._downloads(number)
        both = np.concatenate([session[drawn], installed_in]) * self._entries
        both += np.concatenate([package[drawn], entry])
        both.sort()
        return both // self._entries, both % self._entries

    def _downloads(self, number: int) -> tuple[Numbers, Numbers]:
        if number not in self._kept and number < self._next:
            self._holdings, self._next = self._begin(), 0
        while self._next <= number:
            installs = self._holdings.advance(self._next, *self._sessions_of(self._next))
            has_line = installs.leaves_line
            self._kept[self._next] = (installs.session[has_line], installs.entry[has_line])
            self._kept.pop(self._next - _DAYS_KEPT, None)
            self._next += 1
        return self._kept[number]
