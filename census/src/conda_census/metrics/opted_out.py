"""Opt-outs: their share of the installations and of the traffic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ibis.expr.types import Table

from conda_census.engines.lake_tables import LakeTables
from conda_census.metrics.intervals import Estimate, ratio
from conda_census.metrics.opted_out_share import Rarefaction, estimate_share
from conda_census.metrics.visitors import (
    InstallationDays,
    count_installation_days,
    count_network_days,
    count_visitor_days,
    installations_by_visitor_day,
    visitor_days,
)

__all__ = ["Calibration", "NaiveShares", "OptedOut", "Traffic", "count_opted_out"]


@dataclass(frozen=True)
class Traffic:
    """The same traffic by three measures.

    Attributes:
        requests: Requests.
        sessions: Sessions, with and without a session token.
        visitor_days: Visitor-days: distinct pairs of network and agent on one day.
    """

    requests: int = 0
    sessions: int = 0
    visitor_days: int = 0


@dataclass(frozen=True)
class NaiveShares:
    """Share off / (off + tokens) of the traffic by three measures; null if there is no such traffic.

    Attributes:
        requests: Share of the requests.
        sessions: Share of the sessions.
        visitor_days: Share of the visitor-days.
    """

    requests: float | None
    sessions: float | None
    visitor_days: float | None


@dataclass(frozen=True)
class Calibration:
    """Values of the installations that share tokens, from which the opted-out share is estimated.

    Attributes:
        installation_days: Distinct pairs of installation and day.
        per_visitor_day: Installation-days for each visitor-day; null if nobody shares.
        per_installation_day: Installations for each installation-day; null if nobody shares.
        dispersion: Variance of the network-days of an installation, divided by their mean.
    """

    installation_days: int
    per_visitor_day: float | None
    per_installation_day: float | None
    dispersion: float


@dataclass(frozen=True)
class OptedOut:
    """Opted-out share of the installations, and the traffic that it is estimated from.

    Attributes:
        share: Share of the installations with the plug-in that opted out, as an estimate.
        off: Traffic of clients with the plug-in that opted out.
        tokens: Traffic of clients with the plug-in that share tokens.
        calibration: Values of the installations that share tokens.
    """

    JSON_KEYS: ClassVar = ("share", "naive", "off", "tokens", "calibration")

    share: Estimate
    off: Traffic
    tokens: Traffic
    calibration: Calibration

    @property
    def naive(self) -> NaiveShares:
        """Opted-out shares of the traffic, which are no shares of installations."""
        off, tokens = self.off, self.tokens
        return NaiveShares(
            requests=ratio(off.requests, off.requests + tokens.requests),
            sessions=ratio(off.sessions, off.sessions + tokens.sessions),
            visitor_days=ratio(off.visitor_days, off.visitor_days + tokens.visitor_days),
        )


def count_opted_out(tables: LakeTables, sampled: Table | None = None) -> OptedOut:
    """Estimate the opted-out share of these sessions. Those without the plug-in are in none of the numbers.

    ``sampled``: sessions of whole installations, if ``tables`` has only those of some networks.
    """
    days = count_installation_days(tables.sessions if sampled is None else sampled)
    with tables.keep(visitor_days(tables.sessions)) as visitors:
        numbers = count_visitor_days(visitors)
        curve = Rarefaction(*installations_by_visitor_day(visitors))
        networks = count_network_days(visitors)
    traffic = {row["sharing"]: row for row in traffic_by_sharing(tables.sessions).to_pyarrow().to_pylist()}
    return OptedOut(
        share=estimate_share(curve, networks, days),
        off=_traffic(traffic.get("off"), numbers["off"]),
        tokens=_traffic(traffic.get("tokens"), numbers["tokens"]),
        calibration=_calibration(days, numbers["tokens"]),
    )


def traffic_by_sharing(sessions: Table) -> Table:
    """Return rows of (sharing (off or tokens), requests, sessions)."""
    ours = sessions.filter(sessions.sharing.isin(["off", "tokens"]))
    traffic = ours.group_by("sharing").aggregate(
        requests=ours.requests.sum(), sessions=ours.session.nunique()
    )
    return traffic.order_by("sharing")


def _traffic(row: dict[str, int] | None, visitor_days: int) -> Traffic:
    return Traffic(int(row["requests"] or 0), int(row["sessions"]), visitor_days) if row else Traffic()


def _calibration(days: InstallationDays, visitor_days: int) -> Calibration:
    return Calibration(
        installation_days=days.days,
        per_visitor_day=ratio(days.days, visitor_days),
        per_installation_day=ratio(days.installations, days.days),
        dispersion=days.dispersion,
    )
