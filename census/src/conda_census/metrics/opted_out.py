"""How much of the traffic comes from clients that opted out?"""

from __future__ import annotations

from dataclasses import dataclass

from ibis.expr.types import Table

from conda_census.decode.agents import AGENT_COLUMNS

__all__ = ["OptedOut", "Traffic", "count_opted_out"]

#: What a user agent says apart from its tokens.
_AGENT = (*AGENT_COLUMNS, "plugin_version")


@dataclass(frozen=True)
class Traffic:
    """Three measures of the same traffic; a visitor-day is a distinct (network, agent) on one day."""

    requests: int = 0
    sessions: int = 0
    visitor_days: int = 0


@dataclass(frozen=True)
class OptedOut:
    """The traffic with the plug-in present: opted out (``off``) and sharing (``tokens``)."""

    off: Traffic
    tokens: Traffic


def count_opted_out(sessions: Table) -> OptedOut:
    """The traffic of the window with sharing ``off`` and ``tokens``; without the plug-in it is in neither."""
    rows = traffic_by_sharing(sessions).to_pyarrow().to_pylist()
    found = {
        row["sharing"]: Traffic(int(row["requests"] or 0), int(row["sessions"]), int(row["visitor_days"]))
        for row in rows
    }
    return OptedOut(off=found.get("off", Traffic()), tokens=found.get("tokens", Traffic()))


def traffic_by_sharing(sessions: Table) -> Table:
    """Rows: sharing (off or tokens), requests, sessions, visitor_days."""
    ours = sessions.filter(sessions.sharing.isin(["off", "tokens"]))
    traffic = ours.group_by("sharing").aggregate(
        requests=ours.requests.sum(), sessions=ours.session.nunique()
    )
    # Grouping, unlike a distinct count of a tuple, keeps visitors whose agent leaves a part unsaid.
    visitors = ours.select("sharing", "day", "network", *_AGENT).distinct()
    visitor_days = visitors.group_by("sharing").aggregate(visitor_days=visitors.count())
    return traffic.join(visitor_days, "sharing").order_by("sharing")
