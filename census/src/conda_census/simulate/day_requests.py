"""Requests in the logs of a day, in order of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from conda_census.simulate.chance import generator, tokens
from conda_census.simulate.channel import NOARCH, SUBDIRS, Channel
from conda_census.simulate.scenario import Scenario
from conda_census.simulate.traffic import DAY_S, INSTALLER_BYTES, OTHER_ADDRESSES, OTHER_BYTES, Day
from conda_census.simulate.true_population import Population
from conda_census.simulate.user_agents import AGENTS, FETCHERS, OTHER_CLIENTS, REALISTIC_CONDA, agents_on

__all__ = ["PLUGIN_VERSION", "Requests", "requests_of", "texts"]

Numbers = npt.NDArray[np.int64]

#: The version of the plug-in.
PLUGIN_VERSION = "1.0.0"
_OK, _NOT_FOUND = 200, 404
_OTHER_PAGES = 97
_IPV4_BITS = 24


@dataclass(frozen=True)
class Requests:
    """Requests of a day; each array has one element for each line of its log, in order of time.

    Attributes:
        day: the day, UTC.
        number: a number for the day that no other day has.
        second: since midnight.
        sender: index into ``addresses`` and ``user_agents``; negative for a line that is no request.
        path: index into ``paths``.
        status, size_bytes: of the answer.
        addresses, user_agents: of each sender.
        paths: of each file.
    """

    day: date
    number: int
    second: npt.NDArray[np.int32]
    sender: npt.NDArray[np.int32]
    path: npt.NDArray[np.int32]
    status: npt.NDArray[np.int32]
    size_bytes: Numbers
    addresses: pa.LargeStringArray
    user_agents: pa.LargeStringArray
    paths: pa.LargeStringArray

    def __len__(self) -> int:
        return len(self.second)


def requests_of(day: Day, scenario: Scenario, population: Population, channel: Channel) -> Requests:
    """Return the lines of a day's log: sessions, installer downloads, other clients, and garbage."""
    today = scenario.since + timedelta(days=day.number)
    program = population.program[day.installation]
    agent, platform = agents_on(today, population.agent[day.installation], program)
    sessions, fetches, others = len(day.installation), len(day.fetched_by), len(day.others_s)
    garbage = round(len(day.session) * scenario.garbage)
    paths = _paths(day.number, channel)
    one_platform = len(channel.names) + len(_INDEXES)
    installers, pages = len(SUBDIRS) * one_platform, len(SUBDIRS) * one_platform + len(channel.installers)
    other = np.arange(others)
    # Programs other than conda begin with conda-forge, whose indexes follow those of pkgs/main.
    other_channel = np.where(program > REALISTIC_CONDA, len(_INDEXES) // 2, 0)
    index = len(channel.names) - 1 - day.package + other_channel[day.session]
    second = np.concatenate(
        [
            day.time_s,
            day.fetched_s,
            day.others_s,
            generator(scenario.seed, 4, day.number).integers(0, DAY_S, garbage),
        ]
    ).astype(np.int32)
    order = np.argsort(second, kind="stable")

    def ordered(*parts: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.int32]:
        return np.concatenate([part.astype(np.int32, copy=False) for part in parts])[order]

    nothing = np.zeros(garbage, dtype=np.int32)
    return Requests(
        day=today,
        number=day.number,
        second=second[order],
        sender=ordered(
            day.session,
            sessions + np.arange(fetches),
            sessions + fetches + other,
            -1 - np.arange(garbage, dtype=np.int32),
        ),
        # The indexes, whose numbers are negative, follow the packages of their platform.
        path=ordered(
            platform[day.session] * one_platform + np.where(day.package < 0, index, day.package),
            installers + day.installer,
            pages + other % _OTHER_PAGES,
            nothing,
        ),
        status=ordered(day.status, np.full(fetches, _OK), np.full(others, _NOT_FOUND), nothing),
        size_bytes=np.concatenate(
            [day.size_bytes, np.full(fetches, INSTALLER_BYTES), np.full(others, OTHER_BYTES), nothing]
        )[order],
        addresses=pa.concat_arrays(
            [
                _addresses(population.address[np.concatenate([day.installation, day.fetched_by])]),
                texts([f"203.0.113.{place}" for place in range(OTHER_ADDRESSES)]).take(
                    pa.array(other % OTHER_ADDRESSES)
                ),
            ]
        ),
        user_agents=pa.concat_arrays(
            [
                _user_agents(day, scenario, population, agent),
                texts(FETCHERS).take(pa.array(day.fetched_by % len(FETCHERS))),
                texts(OTHER_CLIENTS).take(pa.array(other % len(OTHER_CLIENTS))),
            ]
        ),
        paths=texts(paths),
    )


def texts(of: list[str] | tuple[str, ...]) -> pa.LargeStringArray:
    """Return these texts as an array; the user agents of a day may take more than 2 GB."""
    return pa.array(of, pa.large_string())


def _paths(day: int, channel: Channel) -> list[str]:
    of_platforms = [
        [*of_platform, *(index.format(subdir=subdir) for index in _INDEXES)]
        for of_platform, subdir in zip(channel.paths(day), SUBDIRS, strict=True)
    ]
    packages = [path for of_platform in of_platforms for path in of_platform]
    installers = [
        f"/{'archive' if product == 'Anaconda3' else 'miniconda'}/{product}-{version}-{platform}.{extension}"
        for (product, version, platform, extension), _ in channel.installers
    ]
    return [*packages, *installers, *(f"/page-{page}" for page in range(_OTHER_PAGES))]


def _user_agents(day: Day, scenario: Scenario, population: Population, agent: Numbers) -> pa.LargeStringArray:
    """Return the user agent of each session."""
    has_plugin, opted_out = (
        values[day.installation] for values in (population.has_plugin, population.opted_out)
    )
    sharing, silent = np.flatnonzero(has_plugin & ~opted_out), np.flatnonzero(~has_plugin | opted_out)
    agents = texts(AGENTS)
    token = population.environment_token[day.environment[sharing]]
    with_tokens = pc.binary_join_element_wise(
        agents.take(pa.array(agent[sharing])),
        _text(f" aau/{PLUGIN_VERSION} c/"),
        tokens(scenario.seed, "client", day.installation[sharing]),
        _text(" s/"),
        tokens(scenario.seed, "session", day.session_numbers()[sharing]),
        _text(" e/"),
        tokens(scenario.seed, "environment", token),
        _text(""),
    )
    suffixes = texts(["", f" aau/{PLUGIN_VERSION}"]).take(pa.array(opted_out[silent].astype(np.int8)))
    without = pc.binary_join_element_wise(agents.take(pa.array(agent[silent])), suffixes, _text(""))
    places = np.argsort(np.concatenate([sharing, silent]))
    return pa.concat_arrays([with_tokens, without]).take(pa.array(places))


def _addresses(numbers: Numbers) -> pa.LargeStringArray:
    """Return private addresses: there are 16 million of them, but fewer than a thousand for documentation."""
    octets, words = _octets(), _words()
    is_private = numbers < 1 << _IPV4_BITS
    private, rest = numbers[is_private], numbers[~is_private]
    of_four = pc.binary_join_element_wise(
        _text("10"), *(octets.take(pa.array(private >> shift & 255)) for shift in (16, 8, 0)), _text(".")
    )
    of_six = pc.binary_join_element_wise(
        _text("2001:db8:"), *(words.take(pa.array(rest >> shift & 65535)) for shift in (16, 0)), _text(":")
    )
    places = np.argsort(np.concatenate([np.flatnonzero(is_private), np.flatnonzero(~is_private)]))
    return pa.concat_arrays([of_four, of_six]).take(pa.array(places))


def _text(value: str) -> pa.LargeStringScalar:
    return pa.scalar(value, pa.large_string())


def _octets() -> pa.LargeStringArray:
    return texts([str(octet) for octet in range(256)])


@lru_cache(maxsize=1)
def _words() -> pa.LargeStringArray:
    return texts([f"{word:x}" for word in range(1 << 16)])


_INDEXES = tuple(
    f"/{channel}/{subdir}/repodata.json.zst"
    for channel in ("pkgs/main", "conda-forge")
    for subdir in ("{subdir}", NOARCH)
)
