"""Builds of vulnerable packages in the channel, with their true verdicts."""

from __future__ import annotations

from typing import NamedTuple

from conda_census.simulate.channel import Channel, build, build_number, first_day, version
from conda_census.simulate.disclosures import Disclosure
from conda_census.simulate.scenario import Scenario

__all__ = ["SimulatedBuild", "builds_of"]


class SimulatedBuild(NamedTuple):
    """Build with its true verdict, the day on which it appeared (from 0), and the bytes of its file."""

    channel: str
    subdir: str
    name: str
    version: str
    build: str
    build_number: int
    affected: bool
    day: int
    size_bytes: int


def builds_of(disclosure: Disclosure, scenario: Scenario, channel: Channel) -> list[SimulatedBuild]:
    """Return the builds that could be downloaded on one of the days, oldest first."""
    package = disclosure.package
    first, last = (int(channel.releases(day)[package]) for day in (0, scenario.days - 1))
    return [
        SimulatedBuild(
            channel=channel.channels[package],
            subdir=subdir,
            name=disclosure.name,
            version=version(release),
            build=build(release, is_noarch=bool(channel.is_noarch[package])),
            build_number=build_number(release),
            affected=release < disclosure.fix,
            day=first_day(release, int(channel.cadence[package])),
            size_bytes=int(channel.size_bytes[package]),
        )
        for release in range(min(first, disclosure.fix - 1), last + 1)
        for subdir in channel.subdirs(package)
    ]
