"""Which questions can a lake be asked? Each module of ``metrics``, asked as the report asks it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, is_dataclass, replace

import numpy as np
from ibis.expr.types import Table

from conda_census.engines.lake_tables import LakeTables
from conda_census.lake.records.doubts import Doubt
from conda_census.metrics.activity import read_activity
from conda_census.metrics.agent_shares import count_agents
from conda_census.metrics.coverage.accounting import account
from conda_census.metrics.coverage.completeness import count_days
from conda_census.metrics.coverage.copied_logs import count_copies, likely_copies, repeated_logs
from conda_census.metrics.coverage.doubtful_logs import doubts_about_logs
from conda_census.metrics.coverage.known_days import read_spans
from conda_census.metrics.coverage.log_sources import list_sources
from conda_census.metrics.coverage.window import Window, choose_window, within
from conda_census.metrics.day_totals import count_by_day
from conda_census.metrics.downloads import count_downloads
from conda_census.metrics.environments import count_environments
from conda_census.metrics.installations import count_installations
from conda_census.metrics.installers import count_installer_downloads
from conda_census.metrics.opted_out import count_opted_out
from conda_census.metrics.organization_counts import count_organizations
from conda_census.metrics.packages import count_package, count_packages
from conda_census.metrics.population import population
from conda_census.metrics.public_downloads import COLUMNS, public_downloads
from conda_census.metrics.retention import count_retention
from conda_census.metrics.sample import Sample
from conda_census.metrics.sessions import count_sessions
from conda_census.metrics.visitors import (
    count_installation_days,
    count_network_days,
    count_visitor_days,
    installations_by_visitor_day,
    visitor_days,
)

__all__ = ["NOT_ASKED", "QUESTIONS", "Asked", "asked", "same"]


@dataclass(frozen=True)
class Asked:
    """What a question may look at: the whole lake, the window, what lies in it, and its installations."""

    tables: LakeTables
    inside: LakeTables
    installations: Table
    window: Window


def _visitors(lake: Asked) -> object:
    days = visitor_days(lake.inside.sessions)
    return (
        _rows(days, ["day", "network", "installations", "is_off", "is_sharing"]),
        count_visitor_days(days),
        installations_by_visitor_day(days),
        count_network_days(days),
        count_installation_days(lake.inside.sessions),
    )


def _sample(lake: Asked) -> object:
    some, networks = Sample(4).of_installations(lake.inside), Sample(4).of_networks(lake.inside)
    return (
        count_sessions(some.sessions),
        count_packages(lake.inside.downloads, 3, some.downloads),
        count_opted_out(networks, some.sessions),
    )


def _activity(lake: Asked) -> object:
    activity = read_activity(lake.tables.sessions, lake.tables.downloads)
    return sorted(activity.days.items()), sorted(activity.hours.items())


def _copies(lake: Asked) -> object:
    """Of a lake that has each log twice: no other has copies."""
    sources, downloads = lake.inside.sources, lake.inside.downloads
    copied = sources.mutate(source=sources.source + ".copy")
    return likely_copies(sources.union(copied), downloads.union(downloads))


def _doubts(lake: Asked) -> object:
    """Of a lake in which something is in doubt about each log, and all downloads are there twice."""
    names = lake.inside.sources.select("batch", "source").to_pyarrow().to_pylist()
    rows = sorted((row["batch"], row["source"]) for row in names)
    doubts = [Doubt(*row, "repeated", "twice") for row in rows] + [
        Doubt(*row, "tokens", "cut") for row in rows
    ]
    gone = Doubt("main/99", "no such log", "tokens", "cut")
    alone = replace(lake.inside, doubts=(*doubts, gone))
    twice = replace(alone, downloads=alone.downloads.union(alone.downloads))
    return doubts_about_logs(alone, "tokens"), repeated_logs(alone), repeated_logs(twice), count_copies(twice)


QUESTIONS: dict[str, Callable[[Asked], object]] = {
    "activity": _activity,
    "accounting": lambda lake: account(lake.inside.sources),
    "agent_shares": lambda lake: count_agents(lake.inside.sessions),
    "day_totals": lambda lake: count_by_day(lake.inside.sessions, lake.inside.downloads, lake.installations),
    "completeness": lambda lake: count_days(lake.tables, lake.window),
    "copied_logs": _copies,
    "doubtful_logs": _doubts,
    "downloads": lambda lake: count_downloads(lake.inside.downloads),
    "environments": lambda lake: count_environments(lake.installations),
    "installations": lambda lake: count_installations(lake.installations, lake.window),
    "installers": lambda lake: count_installer_downloads(lake.inside.installer_downloads),
    "known_days": lambda lake: sorted(read_spans(lake.tables.sources)),
    "opted_out": lambda lake: count_opted_out(lake.inside),
    "organization_counts": lambda lake: count_organizations(
        lake.inside.sessions, lake.inside.downloads, {"acme": b"o1", "globex": b"o2", "none": b"o3"}
    ),
    "packages": lambda lake: (
        count_packages(lake.inside.downloads, 3),
        count_package(lake.inside.downloads, "numpy"),
    ),
    "sample": _sample,
    "population": lambda lake: _rows(population(lake.tables.sessions, lake.window), ["client"]),
    "public_downloads": lambda lake: (
        _rows(public_downloads(lake.inside.downloads, "hour"), list(COLUMNS)),
        _rows(public_downloads(lake.inside.downloads, "month"), list(COLUMNS)),
    ),
    "retention": lambda lake: count_retention(lake.installations, lake.window),
    "sessions": lambda lake: count_sessions(lake.inside.sessions),
    "log_sources": lambda lake: list_sources(lake.inside.sources),
    "visitors": _visitors,
    "window": lambda lake: choose_window(lake.tables),
}

#: What asks a lake nothing of its own, and why.
NOT_ASKED = {
    "classes": "the rules of population",
    "counts": "how a table of one row is read",
    "intervals": "arithmetic",
    "silent_days": "the numbers of activity",
    "silent_hours": "the numbers of activity",
    "opted_out_share": "arithmetic",
}


@contextmanager
def asked(tables: LakeTables, window: Window | None = None) -> Iterator[Asked]:
    """A lake of which all questions can be asked; by default of all its days."""
    window = window or choose_window(tables)
    with tables.keep(population(tables.sessions, window)) as installations:
        yield Asked(tables, within(tables, window), installations, window)


def same(one: object, other: object) -> bool:
    """Whether two answers are the same, floating numbers to one part in a thousand million."""
    if is_dataclass(one) and not isinstance(one, type):
        return type(one) is type(other) and same(asdict(one), asdict(other))  # type: ignore[call-overload]
    if isinstance(one, np.ndarray):
        return isinstance(other, np.ndarray) and same(one.tolist(), other.tolist())
    if isinstance(one, dict):
        return (
            isinstance(other, dict)
            and list(one) == list(other)
            and all(same(value, other[key]) for key, value in one.items())
        )
    if isinstance(one, list | tuple):
        return (
            type(one) is type(other)
            and len(one) == len(other)  # type: ignore[arg-type]
            and all(map(same, one, other))  # type: ignore[arg-type,call-overload]
        )
    if isinstance(one, float):
        return isinstance(other, float) and math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return type(one) is type(other) and one == other


def _rows(table: Table, order: list[str]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = table.order_by(order).to_pyarrow().to_pylist()
    return rows
