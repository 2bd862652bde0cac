"""Sessions that a census can distinguish on a day: those with a token, else one an hour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from conda_census.ingest.sort_order import as_one_number
from conda_census.simulate.traffic import INSTALLER_BYTES, OTHER_ADDRESSES, OTHER_BYTES, Day
from conda_census.simulate.true_population import Population
from conda_census.simulate.user_agents import AGENTS, FETCHERS, OTHER_CLIENTS

__all__ = ["ABSENT", "ALL_AGENTS", "OFF", "SHARING", "TOKENS", "Downloads", "Visits", "find_visits"]

Numbers = npt.NDArray[np.int64]

#: Agents by their numbers here.
ALL_AGENTS = (*AGENTS, *FETCHERS, *OTHER_CLIENTS)
SHARING = ("tokens", "off", "absent")
TOKENS, OFF, ABSENT = range(len(SHARING))
_HOUR_S = 3600


@dataclass(frozen=True)
class Visits:
    """One element of each array for each visit; those that share come first, in the order of their sessions.

    Attributes:
        session: number of the session on its day, -1 if requests were folded.
        agent: number in ``ALL_AGENTS``.
        sharing: number in ``SHARING``.
        address: number of its network, those of other clients from -1 downwards.
        first_s, last_s: of its requests, seconds since midnight.
        requests, index_requests, downloads, size_bytes: totals.
    """

    session: Numbers
    agent: Numbers
    sharing: Numbers
    address: Numbers
    first_s: Numbers
    last_s: Numbers
    requests: Numbers
    index_requests: Numbers
    downloads: Numbers
    size_bytes: Numbers


@dataclass(frozen=True)
class Downloads:
    """One element of each array for each delivery of a package: its visit, its last second, and its bytes."""

    visit: Numbers
    time_s: Numbers
    size_bytes: Numbers


def find_visits(day: Day, population: Population, agent: Numbers) -> tuple[Visits, Downloads]:
    """Return the visits of a day and its deliveries; ``agent`` is the agent of each session.

    Requests without a session token fold as in ingest: those of one agent, of one address, in one hour. If a
    file came in pieces, each session has its own download, whatever it is folded into.
    """
    sharing = np.where(population.has_plugin, np.where(population.opted_out, OFF, TOKENS), ABSENT)
    of_session = sharing[day.installation]
    fetchers, others = day.fetched_by % len(FETCHERS), np.arange(len(day.others_s))
    request_agent = _joined(
        agent[day.session], len(AGENTS) + fetchers, len(AGENTS) + len(FETCHERS) + others % len(OTHER_CLIENTS)
    )
    request_sharing = _joined(of_session[day.session], fetchers * 0 + ABSENT, others * 0 + ABSENT)
    addresses = population.address
    address = _joined(
        addresses[day.installation][day.session], addresses[day.fetched_by], -1 - others % OTHER_ADDRESSES
    )
    time_s = _joined(day.time_s, day.fetched_s, day.others_s)
    size_bytes = _joined(day.size_bytes, fetchers * 0 + INSTALLER_BYTES, others * 0 + OTHER_BYTES)
    visit, shared = _visit_of_each(day, of_session == TOKENS, request_agent, request_sharing, address, time_s)
    some = _one_of_each(visit)
    parts = day.download >= 0
    download_visit = _of_each(day.download[parts], visit[: len(parts)][parts], day.deliveries)
    last_s, download_s = (np.zeros(many, dtype=np.int64) for many in (len(some), day.deliveries))
    first_s = np.full(len(some), np.iinfo(np.int64).max)
    np.minimum.at(first_s, visit, time_s)
    np.maximum.at(last_s, visit, time_s)
    np.maximum.at(download_s, day.download[parts], day.time_s[parts])
    visits = Visits(
        session=_joined(shared, np.full(len(some) - len(shared), -1)),
        agent=request_agent[some],
        sharing=request_sharing[some],
        address=address[some],
        first_s=first_s,
        last_s=last_s,
        requests=np.bincount(visit, minlength=len(some)),
        index_requests=np.bincount(visit[: len(day.package)][day.package < 0], minlength=len(some)),
        downloads=np.bincount(download_visit, minlength=len(some)),
        size_bytes=_sums(visit, size_bytes, len(some)),
    )
    sizes = _sums(day.download[parts], day.size_bytes[parts], day.deliveries)
    return visits, Downloads(download_visit, download_s, sizes)


def _visit_of_each(
    day: Day,
    shares: npt.NDArray[np.bool_],
    agent: Numbers,
    sharing: Numbers,
    address: Numbers,
    time_s: Numbers,
) -> tuple[Numbers, Numbers]:
    """Return each request's visit number, and the sessions that share, which have the first numbers."""
    shared = np.flatnonzero(shares)
    number = np.cumsum(shares) - 1
    visit = np.full(len(time_s), -1)
    visit[: len(day.session)] = np.where(shares[day.session], number[day.session], -1)
    folded = np.flatnonzero(visit < 0)
    keys = as_one_number(
        address[folded], agent[folded] * len(SHARING) + sharing[folded], time_s[folded] // _HOUR_S
    )
    visit[folded] = len(shared) + np.unique(keys, return_inverse=True)[1]
    return visit, shared


def _one_of_each(visit: Numbers) -> Numbers:
    """Return the index of the first request of each visit."""
    return _of_each(visit[::-1], np.arange(len(visit))[::-1], int(visit.max(initial=-1)) + 1)


def _of_each(numbers: Numbers, values: Numbers, many: int) -> Numbers:
    """Return the last value for each number."""
    found = np.zeros(many, dtype=np.int64)
    found[numbers] = values
    return found


def _sums(numbers: Numbers, values: Numbers, many: int) -> Numbers:
    """Return the sum for each number. It is exact below 2 ** 53."""
    return np.bincount(numbers, weights=values, minlength=many).astype(np.int64)


def _joined(*arrays: npt.NDArray[np.signedinteger[Any]]) -> Numbers:
    return np.concatenate(arrays).astype(np.int64, copy=False)
