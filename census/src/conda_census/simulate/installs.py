"""Requests of a day's sessions for vulnerable packages, for any day."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt

from conda_census.simulate.channel import Channel
from conda_census.simulate.holdings import Holdings
from conda_census.simulate.scenario import Scenario
from conda_census.simulate.true_population import Population

__all__ = ["InstallsOfDays"]

Numbers = npt.NDArray[np.int64]

#: A log starts with the late lines of the day before.
_DAYS_KEPT = 2


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
