"""How does the traffic of a day look in a log? Lines of the combined format, in the order of time."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from conda_census.simulate.agents import AGENTS, FETCHERS, OTHER_CLIENTS, agents_on
from conda_census.simulate.chance import generator, tokens
from conda_census.simulate.channel import INSTALLERS, SUBDIRS, Channel
from conda_census.simulate.population import Population
from conda_census.simulate.scenario import Scenario
from conda_census.simulate.traffic import DAY_S, INSTALLER_BYTES, OTHER_ADDRESSES, OTHER_BYTES, Day

__all__ = ["PLUGIN_VERSION", "lines_of"]

#: Of the plug-in.
PLUGIN_VERSION = "1.0.0"
_GARBAGE = ("\x16\x03\x01\x02", "-", '192.0.2.1 - - [not a time] "GET / HTTP/1.1" 200 1 "-" "-"')


def lines_of(day: Day, scenario: Scenario, population: Population, channel: Channel) -> list[str]:
    """The lines of a day, each with its end, in the order of time."""
    today = scenario.since + timedelta(days=day.number)
    date_part = f" - - [{today:%d/%b/%Y}:"
    clock = [date_part + time for time in _clock()]
    addresses = [_address(number) for number in population.address[day.installation].tolist()]
    user_agents, platforms = _user_agents(day, scenario, population, today)
    paths = [
        [*of_platform, "/pkgs/main/noarch/repodata.json.zst", f"/pkgs/main/{subdir}/repodata.json.zst"]
        for of_platform, subdir in zip(channel.paths(day.number), SUBDIRS, strict=True)
    ]
    requests = [
        f'{addresses[session]}{clock[second]}"GET {paths[platforms[session]][package]} HTTP/1.1" {status} '
        f'{size} "-" "{user_agents[session]}"\n'
        for session, second, package, status, size in zip(
            day.session.tolist(),
            day.time_s.tolist(),
            day.package.tolist(),
            day.status.tolist(),
            day.size_bytes.tolist(),
            strict=True,
        )
    ]
    installers = [
        f'{_address(address)}{clock[second]}"GET {_INSTALLER_PATHS[which]} HTTP/1.1" 200 '
        f'{INSTALLER_BYTES} "-" "{FETCHERS[number % len(FETCHERS)]}"\n'
        for number, address, second, which in zip(
            day.fetched_by.tolist(),
            population.address[day.fetched_by].tolist(),
            day.fetched_s.tolist(),
            day.installer.tolist(),
            strict=True,
        )
    ]
    others, seconds = _others(day, scenario, clock)
    lines = requests + installers + others
    order = np.argsort(np.concatenate([day.time_s, day.fetched_s, seconds]), kind="stable")
    return [lines[place] for place in order.tolist()]


def _user_agents(
    day: Day, scenario: Scenario, population: Population, today: date
) -> tuple[list[str], list[int]]:
    """The user agent of each session, and the platform of its installation."""
    agents, platforms = agents_on(today, population.agent[day.installation])
    numbers = day.session_numbers()
    clients = tokens(scenario.seed, "client", day.installation).to_pylist()
    sessions = tokens(scenario.seed, "session", numbers).to_pylist()
    environment = population.environment_token[day.environment]
    environments = tokens(scenario.seed, "environment", environment).to_pylist()
    has_plugin = population.has_plugin[day.installation].tolist()
    opted_out = population.opted_out[day.installation].tolist()
    suffixes = [
        f" aau/{PLUGIN_VERSION}" + ("" if off else f" c/{client} s/{session} e/{environment}")
        if plugin
        else ""
        for plugin, off, client, session, environment in zip(
            has_plugin, opted_out, clients, sessions, environments, strict=True
        )
    ]
    whole = [AGENTS[agent] + suffix for agent, suffix in zip(agents.tolist(), suffixes, strict=True)]
    return whole, platforms.tolist()


def _others(day: Day, scenario: Scenario, clock: list[str]) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Lines of other clients, and garbage, with their seconds."""
    random = generator(scenario.seed, 4, day.number)
    lines = [
        f'203.0.113.{place % OTHER_ADDRESSES}{clock[second]}"GET /page-{place % 97} HTTP/1.1" 404 '
        f'{OTHER_BYTES} "-" "{OTHER_CLIENTS[place % len(OTHER_CLIENTS)]}"\n'
        for place, second in enumerate(day.others_s.tolist())
    ]
    garbage = round(len(day.session) * scenario.garbage)
    lines += [_GARBAGE[place % len(_GARBAGE)] + "\n" for place in range(garbage)]
    return lines, np.concatenate([day.others_s, random.integers(0, DAY_S, garbage)])


def _address(number: int) -> str:
    """A private address; there are 16 million of them, and documentation has fewer than a thousand."""
    if number < 1 << 24:
        return f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
    return f"2001:db8::{number >> 16:x}:{number & 65535:x}"


@lru_cache(maxsize=1)
def _clock() -> list[str]:
    """The time of each second of a day, as it stands behind the date."""
    return [f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02} +0000] " for second in range(DAY_S)]


_INSTALLER_PATHS = [
    f"/{'archive' if product == 'Anaconda3' else 'miniconda'}/{product}-{version}-{platform}.{extension}"
    for (product, version, platform, extension), _ in INSTALLERS
]
