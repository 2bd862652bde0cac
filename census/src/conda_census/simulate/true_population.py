"""Simulated population: installations with a lifetime, and their environments.

The numbering has one block for each kind of installation: those that last, the containers of images, and the
runs of CI.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from conda_census.simulate.chance import generator, uniform
from conda_census.simulate.scenario import Scenario
from conda_census.simulate.user_agents import OTHER_PROGRAMS, REALISTIC_CONDA
from conda_census.simulate.working_calendar import activity_by_day, arrivals_by_day, draw_days

__all__ = ["Population", "populate"]

Days = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]

#: Lasting installations were made up to this many days before the first day, or during the logs.
_EARLIER_DAYS = 365
#: Rhythms: sessions a day, and the share of installations with each rhythm.
_RHYTHMS = ((1.0, 0.15), (0.2, 0.35), (0.03, 0.35), (0.0, 0.15))
#: Installations with several environments: two, three, four and five to twelve.
_SEVERAL = ((2, 0.5), (3, 0.25), (4, 0.12), (7, 0.13))
#: Of a realistic population: how long before the logs the first of it were made; the rate, log-normal, in
#: sessions a day; the life, Weibull, from the first day on; and how soon a new installation is used.
_REALISTIC_EARLIER_DAYS = 900
_RATE_MEDIAN_LOG, _RATE_SIGMA, _RATE_LEAST, _RATE_MAX = -2.8, 1.3, 0.01, 0.95
_LIFE_SHAPE, _LIFE_DAYS = 0.75, 420.0
_FIRST_USE_A_DAY = 1.2
_OFFICE = 50
_CONTAINERS_OF_IMAGE = 25
_DIALS = {"plugin": 11, "opted_out": 12, "office": 13, "silent": 14, "agent": 15, "clones": 17, "program": 18}


@dataclass(frozen=True)
class Population:
    """One element of each array for each installation, or for each environment.

    Attributes:
        made: the day on which the installation was made, from 0; negative if before the logs.
        last: the last day on which it may be seen.
        rate: sessions a day.
        has_plugin, opted_out: what its user agent says.
        agent: which of the agents it is, a number between 0 and 1.
        program: which of the programs of ``user_agents`` it is; only conda has the plug-in.
        address: number of its network.
        first_environment: number of its first environment; one element more than there are installations.
        environment_token: for each environment the number behind its token.
        environment_day: for each environment the day of its first session; after the last if it is silent.
        containers: number of the first installation that is a container.
        runs: number of the first installation that is a run of CI.
    """

    made: Days
    last: Days
    rate: npt.NDArray[np.float32]
    has_plugin: Truths
    opted_out: Truths
    agent: npt.NDArray[np.float32]
    program: npt.NDArray[np.int8]
    address: Numbers
    first_environment: Numbers
    environment_token: Numbers
    environment_day: Days
    containers: int
    runs: int

    def __len__(self) -> int:
        return len(self.made)


def populate(scenario: Scenario) -> Population:
    """Return the population of a scenario, the same each time."""
    random = generator(scenario.seed, 1)
    dates = _RealisticDates(scenario) if scenario.realistic else _UniformDates(scenario)
    lasting = scenario.installations
    images = round(scenario.installations * scenario.images)
    runs = round(scenario.installations * scenario.ci) * scenario.days
    whole = lasting + images + runs
    numbers = np.arange(whole)
    is_lasting, is_run = numbers < lasting, numbers >= lasting + images
    made = dates.made(whole, random)
    made[~is_lasting] = dates.made_in_window(whole - lasting, random)
    rate = dates.rates(whole, random)
    rate[~is_lasting] = 0.0
    several = random.choice([n for n, _ in _SEVERAL], whole, p=[p for _, p in _SEVERAL])
    environments = np.where(random.random(whole) < scenario.single, 1, several)
    environments[~is_lasting] = 1
    first = np.concatenate([[0], np.cumsum(environments)])
    owner = np.repeat(numbers, environments)
    # A container and a run are seen once, on the day on which they are made.
    earliest = np.maximum(made, 0)
    last = np.where(is_lasting, dates.last(earliest, random), made).astype(np.int32)
    day = dates.first_sessions(made, last, rate, first, random)
    silent = uniform(scenario.seed, _DIALS["silent"], np.arange(len(owner))) < scenario.silent
    day[silent & is_lasting[owner]] = scenario.days
    token = np.arange(len(owner))
    is_container = ~is_lasting & ~is_run
    contained = first[:-1][is_container]
    is_clone = uniform(scenario.seed, _DIALS["clones"], token) < scenario.clones
    token = np.where(is_clone & is_lasting[owner], first[owner], token)
    token[contained] = first[lasting] + np.arange(images) // _CONTAINERS_OF_IMAGE
    has_plugin = uniform(scenario.seed, _DIALS["plugin"], numbers) >= scenario.without_plugin
    has_plugin |= ~is_lasting
    opted_out = uniform(scenario.seed, _DIALS["opted_out"], numbers) < scenario.opted_out
    in_office = uniform(scenario.seed, _DIALS["office"], numbers) < scenario.shared_addresses
    return Population(
        made=made,
        last=last,
        rate=rate.astype(np.float32),
        has_plugin=has_plugin,
        opted_out=opted_out & has_plugin & is_lasting,
        agent=uniform(scenario.seed, _DIALS["agent"], numbers).astype(np.float32),
        program=_programs(scenario, has_plugin),
        address=np.where(in_office, numbers // _OFFICE, whole + numbers),
        first_environment=first,
        environment_token=token,
        environment_day=day,
        containers=lasting,
        runs=lasting + images,
    )


def _programs(scenario: Scenario, has_plugin: Truths) -> npt.NDArray[np.int8]:
    """Return the program of each installation: conda, or one of the others if it has no plug-in."""
    if not scenario.realistic:
        return np.zeros(len(has_plugin), dtype=np.int8)
    chance = uniform(scenario.seed, _DIALS["program"], np.arange(len(has_plugin)))
    numbers, shares = zip(*OTHER_PROGRAMS, strict=True)
    place = np.searchsorted(np.cumsum(shares), chance, side="right")
    programs = np.array([*numbers, REALISTIC_CONDA], dtype=np.int8)[place]
    return np.where(has_plugin, np.int8(REALISTIC_CONDA), programs)


class _UniformDates:
    """Dates and rhythms without a calendar: each day is like any other."""

    def __init__(self, scenario: Scenario) -> None:
        self._days = scenario.days

    def made(self, many: int, random: np.random.Generator) -> Days:
        """Return the days on which lasting installations were made."""
        return random.integers(-_EARLIER_DAYS, self._days, many, dtype=np.int32)

    def made_in_window(self, many: int, random: np.random.Generator) -> Days:
        """Return the days on which containers and runs of CI were made."""
        return random.integers(0, self._days, many).astype(np.int32)

    def rates(self, many: int, random: np.random.Generator) -> npt.NDArray[np.float64]:
        """Return the sessions a day of each installation."""
        rates: npt.NDArray[np.float64] = random.choice(
            [rate for rate, _ in _RHYTHMS], many, p=[p for _, p in _RHYTHMS]
        )
        return rates

    def last(self, earliest: Days, random: np.random.Generator) -> Days:  # noqa: ARG002  # nobody leaves
        """Return the last day of each installation: it stays to the end."""
        return np.full(len(earliest), self._days, dtype=np.int32)

    def first_sessions(
        self,
        made: Days,
        last: Days,
        rate: npt.NDArray[np.float64],  # noqa: ARG002  # as the realistic dates take it
        first_environment: Numbers,
        random: np.random.Generator,
    ) -> Days:
        """Return the day of the first session of each environment."""
        owner = np.repeat(np.arange(len(made)), np.diff(first_environment))
        earliest = np.maximum(made, 0)[owner]
        span = np.minimum(self._days - earliest, last[owner] + 1 - earliest)
        day: Days = (earliest + random.random(len(owner)) * span).astype(np.int32)
        return day


class _RealisticDates(_UniformDates):
    """Dates that follow the calendar, and rhythms with a heavy tail."""

    def __init__(self, scenario: Scenario) -> None:
        super().__init__(scenario)
        before = scenario.since - timedelta(days=_REALISTIC_EARLIER_DAYS)
        self._arrivals = arrivals_by_day(before, _REALISTIC_EARLIER_DAYS + scenario.days)
        self._activity = activity_by_day(scenario.since, scenario.days)

    def made(self, many: int, random: np.random.Generator) -> Days:
        """Return days that grow in number over the years, fewer on weekends."""
        return (draw_days(self._arrivals, random.random(many)) - _REALISTIC_EARLIER_DAYS).astype(np.int32)

    def made_in_window(self, many: int, random: np.random.Generator) -> Days:
        """Return days in proportion to the activity on them."""
        return draw_days(self._activity, random.random(many)).astype(np.int32)

    def rates(self, many: int, random: np.random.Generator) -> npt.NDArray[np.float64]:
        """Return log-normal rates: a few installations have most of the sessions."""
        return np.minimum(random.lognormal(_RATE_MEDIAN_LOG, _RATE_SIGMA, many), _RATE_MAX)

    def last(self, earliest: Days, random: np.random.Generator) -> Days:
        """Return last days by a Weibull distribution: many are left soon, and some stay for years."""
        lives_days = random.weibull(_LIFE_SHAPE, len(earliest)) * _LIFE_DAYS
        return np.minimum(earliest + lives_days, self._days).astype(np.int32)

    def first_sessions(
        self,
        made: Days,
        last: Days,
        rate: npt.NDArray[np.float64],
        first_environment: Numbers,
        random: np.random.Generator,
    ) -> Days:
        """Return first days in proportion to the activity on them.

        The first environment of an installation comes soon: after it was made, or by its rate if it was made
        before the logs. The others come at any time of its life.
        """
        owner = np.repeat(np.arange(len(made)), np.diff(first_environment))
        earliest, latest = np.maximum(made, 0)[owner], np.minimum(last, self._days - 1)[owner]
        elapsed = np.concatenate([[0.0], np.cumsum(self._activity)])
        begin, span = elapsed[earliest], elapsed[latest + 1] - elapsed[earliest]
        chance = random.random(len(owner))
        hazard = np.where(made[owner] >= 0, _FIRST_USE_A_DAY, np.maximum(rate[owner], _RATE_LEAST))
        # A truncated exponential distribution: nobody comes after the last day.
        soon = -np.log1p(chance * np.expm1(-hazard * span)) / hazard
        is_first = np.zeros(len(owner), dtype=bool)
        is_first[first_environment[:-1]] = True
        at = begin + np.where(is_first, soon, chance * span)
        day = np.searchsorted(elapsed, at, side="right") - 1
        days: Days = np.clip(day, earliest, latest).astype(np.int32)
        return days
