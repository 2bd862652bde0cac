"""Traffic of the installations of a population on one day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from conda_census.simulate.chance import generator, session_numbers, uniform
from conda_census.simulate.channel import Channel
from conda_census.simulate.holdings import InstallsOfDays
from conda_census.simulate.scenario import Scenario
from conda_census.simulate.true_population import Population
from conda_census.simulate.working_calendar import activity_by_day

__all__ = [
    "DAY_S",
    "HUNG_UP",
    "INSTALLER_BYTES",
    "OTHER_ADDRESSES",
    "OTHER_BYTES",
    "SESSION_S",
    "Day",
    "Days",
]

Numbers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]

DAY_S = 86_400
#: No session takes longer.
SESSION_S = 60
INSTALLER_BYTES = 100_000_000
#: Other clients: the number of addresses, and the bytes of the answer, which says that there is nothing.
OTHER_ADDRESSES = 250
OTHER_BYTES = 153
_INDEX_REQUESTS = 2
_NOT_MODIFIED_SHARE = 0.5
_OK, _PART, _NOT_MODIFIED = 200, 206, 304
#: The status that nginx logs for a client that hung up before anything was sent.
HUNG_UP = 499
_HUNG_UP_SHARE = 0.5
_INDEX_BYTES = 4_000_000


@dataclass(frozen=True)
class Day:
    """Traffic of one day, one element of each array for each session, request or installer download.

    Attributes:
        number: the day, from 0.
        installation, environment, start_s: of each session; seconds since midnight.
        session, time_s, package, status, size_bytes, download: of each request; ``package`` is -1 and -2 for
            the index of the platform and of noarch; ``download`` is the number of its delivery, from 0, and
            -1 for none.
        fetched_by, fetched_s, installer: of each installer download: by whom, when, and which of
            the channel.
        downloads: number of packages downloaded completely, also in pieces; these deliveries have the first
            numbers.
        deliveries: number of deliveries that look like downloads, including those that ended early with a
            200.
        others_s: when each request of another client came.
    """

    number: int
    installation: Numbers
    environment: Numbers
    start_s: Numbers
    session: Numbers
    time_s: Numbers
    package: Numbers
    status: Numbers
    size_bytes: Numbers
    download: Numbers
    fetched_by: Numbers
    fetched_s: Numbers
    installer: Numbers
    downloads: int
    deliveries: int
    others_s: Numbers

    def session_numbers(self) -> Numbers:
        """Return a number for each session that no session of another day has."""
        return session_numbers(self.number, len(self.installation))

    def fetched(self) -> tuple[Numbers, Numbers]:
        """Return the session and the package of each delivery, in the order of their numbers."""
        session, package = (np.zeros(self.deliveries, dtype=np.int64) for _ in range(2))
        parts = self.download >= 0
        session[self.download[parts]] = self.session[parts]
        package[self.download[parts]] = self.package[parts]
        return session, package


@dataclass(frozen=True)
class _EndedEarly:
    """Downloads that were tried and ended early: each ``of`` one that came completely later."""

    of: Numbers
    time_s: Numbers
    status: Numbers
    size_bytes: Numbers
    delivery: Numbers


class Days:
    """Maker of one day after the other; each depends only on the scenario."""

    def __init__(self, scenario: Scenario, population: Population, channel: Channel) -> None:
        self._scenario = scenario
        self._population = population
        self._channel = channel
        self._by_day = np.argsort(population.environment_day, kind="stable")
        self._days = population.environment_day[self._by_day]
        self._by_made = np.argsort(population.made[: population.containers], kind="stable")
        self._made = population.made[self._by_made]
        self._activity = np.full(scenario.days, scenario.activity)
        if scenario.realistic:
            self._activity *= activity_by_day(scenario.since, scenario.days)
        self._cumulated = np.cumsum(channel.weights)
        self._installs = InstallsOfDays(scenario, population, channel, self._sessions_of)

    def day(self, number: int) -> Day:
        """Return the traffic of a day, from 0."""
        random = generator(self._scenario.seed, 3, number)
        installation, environment = self._sessions(number, random)
        start_s = random.integers(0, DAY_S - SESSION_S, len(installation))
        session, package = self._packages(len(installation), random)
        kept = random.random(len(package)) >= self._scenario.cache_hits
        session, package = self._installs.in_place_of_draws(number, session[kept], package[kept])
        download = np.arange(len(package))
        size_bytes = self._channel.size_bytes[package]
        is_ranged = random.random(len(package)) < self._scenario.ranged
        half = size_bytes[is_ranged] // 2
        size_bytes[is_ranged] -= half
        index = np.repeat(np.arange(len(installation)), _INDEX_REQUESTS)
        is_modified = random.random(len(index)) >= _NOT_MODIFIED_SHARE
        session_of_all = np.concatenate([session, session[is_ranged]])
        time_s = start_s[session_of_all] + random.integers(1, SESSION_S, len(session_of_all))
        early = self._ended_early(number, start_s[session], time_s[: len(session)], size_bytes, is_ranged)
        fetched_by, fetched_s, installer = self._installers(number, random)
        others = round((len(index) + len(session_of_all)) * self._scenario.other_clients)
        parts = (
            (index, start_s[index], np.tile([-1, -2], len(installation)),
             np.where(is_modified, _OK, _NOT_MODIFIED), np.where(is_modified, _INDEX_BYTES, 0),
             np.full(len(index), -1)),
            (session, time_s[: len(session)], package, np.where(is_ranged, _PART, _OK), size_bytes, download),
            (session[is_ranged], time_s[len(session) :], package[is_ranged], np.full(len(half), _PART), half,
             download[is_ranged]),
            (session[early.of], early.time_s, package[early.of], early.status, early.size_bytes,
             early.delivery),
        )  # fmt: skip
        names = ("session", "time_s", "package", "status", "size_bytes", "download")
        requests = {
            name: np.concatenate(of) for name, of in zip(names, zip(*parts, strict=True), strict=True)
        }
        return Day(
            number=number,
            installation=installation,
            environment=environment,
            start_s=start_s,
            **requests,
            fetched_by=fetched_by,
            fetched_s=fetched_s,
            installer=installer,
            downloads=len(download),
            deliveries=len(download) + int((early.delivery >= 0).sum()),
            others_s=generator(self._scenario.seed, 6, number).integers(0, DAY_S, others),
        )

    def _ended_early(
        self, number: int, start_s: Numbers, time_s: Numbers, size_bytes: Numbers, is_ranged: Truths
    ) -> _EndedEarly:
        """Return the attempts before the downloads at ``time_s`` that ended early."""
        random = generator(self._scenario.seed, 7, number)
        ends = random.random(len(time_s)) < self._scenario.interrupted
        of = np.flatnonzero(ends & ~is_ranged)
        hung_up = random.random(len(of)) < _HUNG_UP_SHARE
        delivery = np.full(len(of), -1)
        delivery[~hung_up] = len(time_s) + np.arange(int((~hung_up).sum()))
        return _EndedEarly(
            of=of,
            time_s=start_s[of] + (random.random(len(of)) * (time_s - start_s)[of]).astype(np.int64),
            status=np.where(hung_up, HUNG_UP, _OK),
            size_bytes=np.where(hung_up, 0, random.random(len(of)) * size_bytes[of]).astype(np.int64),
            delivery=delivery,
        )

    def _sessions_of(self, number: int) -> tuple[Numbers, Numbers]:
        """Return the sessions of a day as the day has them, without the rest of it."""
        return self._sessions(number, generator(self._scenario.seed, 3, number))

    def _sessions(self, number: int, random: np.random.Generator) -> tuple[Numbers, Numbers]:
        """Return each environment's first session if it falls on this day, and those of the rhythms."""
        people = self._population
        begin, end = np.searchsorted(self._days, [number, number + 1])
        first = self._by_day[begin:end]
        owners = np.searchsorted(people.first_environment, first, side="right") - 1
        lasting = people.containers
        comes = random.random(lasting, dtype=np.float32) < people.rate[:lasting] * float(
            self._activity[number]
        )
        comes &= (people.made[:lasting] <= number) & (number <= people.last[:lasting])
        again = np.flatnonzero(comes)
        begins, ends = people.first_environment[again], people.first_environment[again + 1]
        environment = begins + (random.random(len(again)) * (ends - begins)).astype(np.int64)
        is_there = people.environment_day[environment] < number
        return np.concatenate([owners, again[is_there]]), np.concatenate([first, environment[is_there]])

    def _packages(self, sessions: int, random: np.random.Generator) -> tuple[Numbers, Numbers]:
        """Return the session and the package of each download, each package once a session."""
        many = random.geometric(1 / self._scenario.packages_per_session, sessions)
        session = np.repeat(np.arange(sessions), many)
        package = np.searchsorted(self._cumulated, random.random(len(session)) * self._cumulated[-1])
        both = session * len(self._cumulated) + package
        both.sort()
        both = both[np.diff(both, prepend=-1) != 0]
        return both // len(self._cumulated), both % len(self._cumulated)

    def _installers(self, number: int, random: np.random.Generator) -> tuple[Numbers, Numbers, Numbers]:
        """Return installer downloads: each lasting installation was installed on the day it was made."""
        begin, end = np.searchsorted(self._made, [number, number + 1])
        fetched_by = self._by_made[begin:end]
        shares = np.cumsum([share for _, share in self._channel.installers])
        chance = uniform(self._scenario.seed, 16, fetched_by)
        which = np.searchsorted(shares[:-1], chance, side="right")
        return fetched_by, random.integers(0, DAY_S, len(fetched_by)), which
