"""How does a test make up visits, and what is true of them? Loops over a list, which a reader can follow.

What stands here knows nothing of Ibis: the expressions of ``exposure`` are compared with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa

from conda_census.engines.duckdb_engine import open_tables
from conda_census.engines.lake_tables import LakeTables
from conda_census.exposure.matches import BuildMatch, MatchTable, match_table
from conda_census.lake.schema import MEASURED, delta_schema

__all__ = [
    "BUILDS",
    "DAY_0",
    "DISCLOSED",
    "Visit",
    "day",
    "lake_of",
    "made_up_matches",
    "true_at_risk",
    "true_exposed",
]

DAY_0 = date(2024, 1, 1)
#: The day of the disclosure, as a number.
DISCLOSED = 40
_ACTIVE_DAYS = 30
_NEW_DAYS = 7
_COPIES = 3
_HOUR_S = 3600


@dataclass(frozen=True)
class Build:
    """A build as the advisory sees it."""

    name: str
    version: str
    subdir: str
    affected: bool
    is_fix: bool


#: ``old`` came before the fault, ``bad`` and ``worse`` have it, ``good`` mends it; another is like these.
BUILDS = {
    "old": Build("numpy", "1.0", "linux-64", affected=False, is_fix=False),
    "bad": Build("numpy", "2.0", "linux-64", affected=True, is_fix=False),
    "worse": Build("numpy", "2.1", "win-64", affected=True, is_fix=False),
    "good": Build("numpy", "3.0", "linux-64", affected=False, is_fix=True),
    "bad-base": Build("numpy-base", "2.0", "linux-64", affected=True, is_fix=False),
    "good-base": Build("numpy-base", "3.0", "linux-64", affected=False, is_fix=True),
}
#: Of another package, which no advisory knows.
_OTHER = Build("scipy", "2.0", "linux-64", affected=False, is_fix=False)


@dataclass(frozen=True)
class Visit:
    """One session: on a day, so many minutes after midnight, and what it fetched one second later."""

    day: int
    client: str
    environment: str | None
    fetched: tuple[str, ...] = ()
    minute: int = 720
    tool: str | None = "conda"

    @property
    def time(self) -> int:
        """Seconds since ``DAY_0``."""
        return self.day * 86_400 + self.minute * 60


def day(number: int) -> date:
    """The day of a number."""
    return DAY_0 + timedelta(days=number)


def made_up_matches(disclosed: int = DISCLOSED) -> MatchTable:
    """One advisory, of number 7, on all builds."""
    verdicts = [
        BuildMatch(7, "main", each.subdir, each.name, each.version, "0", each.affected, each.is_fix)
        for each in BUILDS.values()
    ]
    return match_table(verdicts, {7: day(disclosed)})


def lake_of(visits: Iterable[Visit], copies_of_sessions: int = 1) -> LakeTables:
    """A lake in memory; a session that came in several batches has as many rows."""
    rows: dict[str, list[dict[str, object]]] = {table.name: [] for table in MEASURED}
    for number, visit in enumerate(visits):
        who = {
            "day": day(visit.day),
            "session": f"s{number}".encode(),
            "client": visit.client.encode(),
            "environment": visit.environment and visit.environment.encode(),
        }
        began = datetime.combine(DAY_0, datetime.min.time(), UTC) + timedelta(seconds=visit.time)
        session = who | {"first_time": began, "last_time": began + timedelta(seconds=1), "tool": visit.tool}
        rows["sessions"] += [session] * copies_of_sessions
        for name in visit.fetched:
            build = BUILDS.get(name, _OTHER)
            what = {"channel": "main", "subdir": build.subdir, "name": build.name, "build": "0"}
            what |= {"version": build.version, "time": began + timedelta(seconds=1)}
            rows["downloads"].append(who | what)
    return open_tables(
        {
            table.name: pa.Table.from_pylist(
                rows[table.name], schema=pa.schema(delta_schema(table).to_arrow())
            )
            for table in MEASURED
        }
    )


def true_exposed(visits: list[Visit], as_of: int) -> dict[str, tuple[int, int, int]]:
    """By class: low, observed, high. A class with nobody is left out."""
    known = _Known(visits, as_of)
    found: dict[str, tuple[int, int, int]] = {}
    for unit in known.units:
        edges = [_edges(known, unit, name, as_of) for name in ("numpy", "numpy-base")]
        low, observed, high = (any(each) for each in zip(*edges, strict=True))
        kind = known.class_of_unit(unit)
        so_far = found.get(kind, (0, 0, 0))
        found[kind] = (so_far[0] + low, so_far[1] + observed, so_far[2] + high)
    return {kind: numbers for kind, numbers in found.items() if numbers[2]}


def true_at_risk(visits: list[Visit], as_of: int, disclosed: int = DISCLOSED) -> list[tuple[object, ...]]:
    """Rows: class, is_prevalent, entry, event, last_visit, fix; in order of their text."""
    known = _Known(visits, as_of)
    rows = []
    for unit in known.units:
        last_visit = max(visit.day for visit in known.of(unit)) - disclosed
        packages = [
            entered
            for name in ("numpy", "numpy-base")
            if (entered := _entered(known, unit, name, disclosed)) is not None
        ]
        if not packages:
            continue
        prevalent, entry, event, fix = zip(*packages, strict=True)
        rows.append(
            (
                known.class_of_unit(unit),
                any(prevalent),
                min(entry),
                None if None in event else max(event),
                last_visit,
                max((each for each in fix if each is not None), default=None),
            )
        )
    return sorted(rows, key=str)


class _Known:
    """Visits up to a day, by unit. A unit is (environment, client), or (environment, "") where copied."""

    def __init__(self, visits: list[Visit], as_of: int) -> None:
        self.as_of = as_of
        self.visits = [visit for visit in visits if visit.day <= as_of]
        owners: dict[str, set[str]] = {}
        for visit in self.visits:
            if visit.environment is not None:
                owners.setdefault(visit.environment, set()).add(visit.client)
        self.copied = {environment for environment, clients in owners.items() if len(clients) >= _COPIES}
        self.units = sorted(
            {self.unit(visit) for visit in self.visits if visit.environment is not None}, key=str
        )

    def unit(self, visit: Visit) -> tuple[str | None, str]:
        return visit.environment, "" if visit.environment in self.copied else visit.client

    def of(self, unit: tuple[str | None, str]) -> list[Visit]:
        return [visit for visit in self.visits if visit.environment and self.unit(visit) == unit]

    def cache(self, unit: tuple[str | None, str]) -> list[Visit]:
        """What went into the package caches of its installations."""
        clients = {visit.client for visit in self.of(unit)}
        return [visit for visit in self.visits if visit.client in clients]

    def class_of_unit(self, unit: tuple[str | None, str]) -> str:
        if unit[0] in self.copied:
            return "image"
        theirs = [visit for visit in self.visits if visit.client == unit[1]]
        if any(visit.environment in self.copied for visit in theirs):
            return "image"
        if max(visit.time for visit in theirs) + 1 - min(visit.time for visit in theirs) > _HOUR_S:
            return "lasting"
        is_recent = min(visit.day for visit in theirs) > self.as_of - _NEW_DAYS
        return "new" if is_recent else "ephemeral"


def _downloads(visits: list[Visit], name: str) -> Iterator[tuple[int, int, Build]]:
    """(time, day, build) of one package."""
    for visit in visits:
        for fetched in visit.fetched:
            build = BUILDS.get(fetched, _OTHER)
            if build.name == name:
                yield visit.time + 1, visit.day, build


def _edges(known: _Known, unit: tuple[str | None, str], name: str, as_of: int) -> tuple[bool, bool, bool]:
    theirs = known.of(unit)
    if as_of - max(visit.day for visit in theirs) >= _ACTIVE_DAYS:
        return False, False, False
    own = sorted(_downloads(theirs, name), key=lambda each: (each[0], each[2].affected))
    cached = list(_downloads(known.cache(unit), name))
    if not own:
        return False, False, any(build.affected for _time, _day, build in cached)
    last_time, _day, last = own[-1]
    if not last.affected:
        return False, False, False
    healing = [time for time, _day, build in cached if not build.affected]
    healed = (
        any(visit.time > min(healing) and visit.time > last_time for visit in theirs) if healing else False
    )
    return not healed, True, True


def _entered(
    known: _Known, unit: tuple[str | None, str], name: str, disclosed: int
) -> tuple[bool, int, int | None, int | None] | None:
    """is_prevalent, entry, event, fix; or None for who never was at risk."""
    theirs = known.of(unit)
    own = sorted(_downloads(theirs, name), key=lambda each: (each[0], each[2].affected))
    fix = _fix([build.subdir for _time, _day, build in own if build.affected], known, name)
    fix = None if fix is None else fix - disclosed
    before = [each for each in own if each[1] <= disclosed]
    after = [each for each in own if each[1] > disclosed]
    days = [visit.day for visit in theirs]
    if before and before[-1][2].affected:
        event = min((on for _time, on, build in after if not build.affected), default=None)
        if disclosed - max(on for on in days if on <= disclosed) < _ACTIVE_DAYS:
            return True, 0, None if event is None else event - disclosed, fix
        back = min((on for on in days if on > disclosed), default=None)
        if back is not None and (event is None or event > back):
            return False, back - disclosed, None if event is None else event - disclosed, fix
    first = next((each for each in after if each[2].affected), None)
    if first is None:
        return None
    later = [on for time, on, build in after if not build.affected and time > first[0]]
    return False, first[1] - disclosed - 1, min(later) - disclosed if later else None, fix


def _fix(subdirs: list[str], known: _Known, name: str) -> int | None:
    """When a fix was first downloaded by anybody in one of the subdirs."""
    days = [
        on for _time, on, build in _downloads(known.visits, name) if build.is_fix and build.subdir in subdirs
    ]
    return min(days, default=None)
