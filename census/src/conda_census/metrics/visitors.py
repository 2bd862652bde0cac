"""Visitors by network and day, and the number of installations that one visitor hides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ibis.expr.types import Table
from numpy.typing import NDArray

from conda_census.decode.agents import AGENT_COLUMNS
from conda_census.metrics.counts import counts

__all__ = [
    "AGENT",
    "InstallationDays",
    "NetworkDays",
    "count_installation_days",
    "count_network_days",
    "count_visitor_days",
    "installations_by_visitor_day",
    "visitor_days",
]

#: The parts of a user agent without its tokens.
AGENT = (*AGENT_COLUMNS, "plugin_version")

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class InstallationDays:
    """Sharing installations: their number, their days, and their networks on each day.

    ``network_days`` and ``network_days_squared`` are sums over the installations of the number of distinct
    (network, day) of each. ``days`` is the sum of their days.
    """

    installations: int = 0
    days: int = 0
    network_days: int = 0
    network_days_squared: int = 0

    @property
    def dispersion(self) -> float:
        """Variance over mean of an installation's network-days: 1 if they are scattered at random."""
        if not self.network_days:
            return 1.0
        mean = self.network_days / self.installations
        return max(self.network_days_squared / self.network_days - mean, 0.0)


@dataclass(frozen=True)
class NetworkDays:
    """Networks on one day, grouped by equal counts: ``networks`` is the number of networks in each group.

    ``off``: visitor-days that opted out; ``sharing``: visitor-days with installations; ``installations``: the
    sum of the installations in these. All four have one number for each kind of network.
    """

    networks: Counts
    off: Counts
    sharing: Counts
    installations: Counts


def visitor_days(sessions: Table) -> Table:
    """Return one row for each visitor-day: day, network, is_off, is_sharing, (sharing) installations.

    A visitor is a network and an agent without its tokens. One visitor may be both a user who opted out and
    one who shares.
    """
    ours = sessions.filter(sessions.sharing.isin(["off", "tokens"]))
    ours = ours.filter(ours.network.notnull())
    who = ours.select("day", "network", *AGENT, "client", is_off=ours.sharing == "off")
    # Grouping, unlike a distinct count, keeps visitors with an agent that leaves a part empty.
    people = who.distinct()
    return people.group_by("day", "network", *AGENT).aggregate(
        is_off=people.is_off.any(),
        is_sharing=(~people.is_off).any(),
        installations=people.client.count(),
    )[["day", "network", "is_off", "is_sharing", "installations"]]


def count_visitor_days(days: Table) -> dict[str, int]:
    """Count the visitor-days with sharing ``off`` and ``tokens``."""
    return counts(days.aggregate(off=days.count(where=days.is_off), tokens=days.count(where=days.is_sharing)))


def installations_by_visitor_day(days: Table) -> tuple[Counts, Counts]:
    """Return the numbers of installations per visitor-day, in order, and the visitor-days of each."""
    some = days.filter(days.installations > 0)
    sizes = some.group_by("installations").aggregate(visitor_days=some.count()).order_by("installations")
    found = sizes.to_pyarrow()
    return _numbers(found["installations"]), _numbers(found["visitor_days"])


def count_network_days(days: Table) -> NetworkDays:
    """Return the kinds of network in a fixed order."""
    networks = days.group_by("day", "network").aggregate(
        off=days.count(where=days.is_off),
        sharing=days.count(where=days.installations > 0),
        installations=days.installations.sum(),
    )
    keys = ["off", "sharing", "installations"]
    found = networks.group_by(keys).aggregate(networks=networks.count()).order_by(keys).to_pyarrow()
    return NetworkDays(**{name: _numbers(found[name]) for name in ("networks", *keys)})


def count_installation_days(sessions: Table) -> InstallationDays:
    """Count over the installations of these sessions."""
    is_known = sessions.client.notnull() & sessions.network.notnull()
    known = sessions.filter(is_known).select("client", "day", "network").distinct()
    by_day = known.group_by("client", "day").aggregate(networks=known.count())
    one = by_day.group_by("client").aggregate(days=by_day.count(), networks=by_day.networks.sum())
    found = one.aggregate(
        installations=one.count(),
        days=one.days.sum(),
        network_days=one.networks.sum(),
        network_days_squared=(one.networks * one.networks).sum(),
    )
    return InstallationDays(**counts(found))


def _numbers(column: object) -> Counts:
    return np.asarray(column, dtype=np.int64)
