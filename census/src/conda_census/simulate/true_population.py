"""Simulated population: installations with a lifetime, and their environments.

The numbering has one block for each kind of installation: those that last, the containers of images, and the
runs of CI.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from conda_census.simulate.chance import generator, uniform
from conda_census.simulate.scenario import Scenario

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
_OFFICE = 50
_CONTAINERS_OF_IMAGE = 25
_DIALS = {"plugin": 11, "opted_out": 12, "office": 13, "silent": 14, "agent": 15, "clones": 17}


@dataclass(frozen=True)
class Population:
    """One element of each array for each installation, or for each environment.

    Attributes:
        made: the day on which the installation was made, from 0; negative if before the logs.
        last: the last day on which it may be seen.
        rate: sessions a day.
        has_plugin, opted_out: what its user agent says.
        agent: which of the agents it is, a number between 0 and 1.
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
    lasting = scenario.installations
    images = round(scenario.installations * scenario.images)
    runs = round(scenario.installations * scenario.ci) * scenario.days
    whole = lasting + images + runs
    numbers = np.arange(whole)
    is_lasting, is_run = numbers < lasting, numbers >= lasting + images
    made = random.integers(-_EARLIER_DAYS, scenario.days, whole, dtype=np.int32)
    made[~is_lasting] = random.integers(0, scenario.days, whole - lasting)
    rate = random.choice([rate for rate, _ in _RHYTHMS], whole, p=[p for _, p in _RHYTHMS])
    rate[~is_lasting] = 0.0
    several = random.choice([n for n, _ in _SEVERAL], whole, p=[p for _, p in _SEVERAL])
    environments = np.where(random.random(whole) < scenario.single, 1, several)
    environments[~is_lasting] = 1
    first = np.concatenate([[0], np.cumsum(environments)])
    owner = np.repeat(numbers, environments)
    # A container and a run are seen once, on the day on which they are made.
    earliest = np.maximum(made, 0)[owner]
    span = np.where(is_lasting[owner], scenario.days - earliest, 1)
    day = (earliest + random.random(len(owner)) * span).astype(np.int32)
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
        last=np.where(is_lasting, scenario.days, made).astype(np.int32),
        rate=rate.astype(np.float32),
        has_plugin=has_plugin,
        opted_out=opted_out & has_plugin & is_lasting,
        agent=uniform(scenario.seed, _DIALS["agent"], numbers).astype(np.float32),
        address=np.where(in_office, numbers // _OFFICE, whole + numbers),
        first_environment=first,
        environment_token=token,
        environment_day=day,
        containers=lasting,
        runs=lasting + images,
    )
