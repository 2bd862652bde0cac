"""Disclosures: vulnerable packages of the channel, their days, and the dates of their fixes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from conda_census.simulate.chance import generator
from conda_census.simulate.channel import (
    Channel,
    first_day,
    make_channel,
    make_realistic_channel,
    with_held_back,
)
from conda_census.simulate.scenario import MOST_DISCLOSURES, Scenario

__all__ = ["Disclosure", "channel_of", "plan_disclosures"]

#: Conda updates these at every change of an environment; here every package follows the same habit.
_AUTOMATIC = ("openssl", "ca-certificates", "certifi")
#: Chosen among the most popular packages, so that many environments hold one.
_POPULAR = MOST_DISCLOSURES + len(_AUTOMATIC) + 7
#: Disclosures happen in this part of the window, so that most of the window follows.
_EARLIEST, _LATEST = 1 / 8, 1 / 4
#: Every third disclosure gets a fix from some days before it, the others one from some days after it.
_READY = 3
_DAYS_BEFORE, _DAYS_AFTER = (1, 10), (1, 21)
_NEAR_DAYS = 4


@dataclass(frozen=True)
class Disclosure:
    """Disclosure of one vulnerable package: every version below the fix is affected.

    Attributes:
        number: from 0.
        id: of the advisory.
        package: number in the channel.
        name: of the package.
        day: the day of the disclosure, from 0.
        fix: the first release that is not affected.
        fixed_version: the version of that release.
        fix_day: the day on which the fix appears; it may be before the disclosure or after the last day.
    """

    number: int
    id: str
    package: int
    name: str
    day: int
    fix: int
    fixed_version: str
    fix_day: int


def channel_of(scenario: Scenario) -> Channel:
    """Return the channel of a scenario, with the vulnerable packages again at the end as before their fix."""
    make = make_realistic_channel if scenario.realistic else make_channel
    channel = make(scenario.seed)
    disclosures = plan_disclosures(scenario, channel)
    return with_held_back(channel, [(each.package, each.fix - 1) for each in disclosures])


def plan_disclosures(scenario: Scenario, channel: Channel) -> list[Disclosure]:
    """Return all disclosures of a scenario, the same each time."""
    random = generator(scenario.seed, 8)
    free = [number for number in range(_POPULAR) if channel.names[number] not in _AUTOMATIC]
    planned: list[Disclosure] = []
    prefix = "DEMO" if scenario.realistic else "CENSUS-SIM"
    for number in range(scenario.disclosures):
        earliest, latest = (int(scenario.days * part) for part in (_EARLIEST, _LATEST))
        day = int(random.integers(earliest, latest + 1))
        is_ready = number % _READY == _READY - 1
        low, high = _DAYS_BEFORE if is_ready else _DAYS_AFTER
        away = int(random.integers(low, high + 1))
        package, fix = _chosen(channel, free, day, -away if is_ready else away)
        free.remove(package)
        planned.append(
            Disclosure(
                number=number,
                id=f"{prefix}-{scenario.since.year}-{number + 1:04}",
                package=package,
                name=channel.names[package],
                day=day,
                fix=fix,
                fixed_version=channel.version_of(package, fix),
                fix_day=first_day(fix, int(channel.cadence[package])),
            )
        )
    return planned


def _chosen(channel: Channel, free: list[int], day: int, away: int) -> tuple[int, int]:
    """Return the most popular package with a release about ``away`` days after a day, and that release.

    A negative ``away`` means before the day.
    """
    cadence = channel.cadence[free]
    release = channel.releases(day)[free] + (away > 0)
    comes = np.array([first_day(*each) for each in zip(release.tolist(), cadence.tolist(), strict=True)])
    missed_by = np.maximum(np.abs(comes - day - away), _NEAR_DAYS)
    place = int(np.argmin(missed_by))
    return free[place], int(release[place])
