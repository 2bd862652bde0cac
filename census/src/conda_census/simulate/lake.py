"""Lake of a scenario without logs: rows as ingest would have made them, without any line.

Pseudonyms are random and drawn from the seed: there is no key behind them, and no token.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from conda_census.config import LATE_DELIVERY
from conda_census.decode.agents import AGENT_COLUMNS, DESCRIBE_AGENT_SQL
from conda_census.decode.web_agents import register_web_agents
from conda_census.ingest.rows import DECODER_VERSION, TableRows
from conda_census.ingest.sort_order import as_one_number
from conda_census.ingest.staging import append_staged, stage_rows
from conda_census.lake.batches import WriterBatches
from conda_census.lake.schema import TABLES, Table, TableName, delta_schema
from conda_census.lake.store import Lake
from conda_census.simulate.chance import Named, pseudonyms
from conda_census.simulate.channel import (
    EXTENSION,
    NOARCH,
    SUBDIRS,
    Channel,
    build,
    build_number,
)
from conda_census.simulate.day_requests import PLUGIN_VERSION
from conda_census.simulate.day_summary import look_at
from conda_census.simulate.disclosures import channel_of
from conda_census.simulate.output_folder import make_new_folder, publish
from conda_census.simulate.scenario import Scenario
from conda_census.simulate.traffic import INSTALLER_BYTES, OTHER_ADDRESSES, Day, Days
from conda_census.simulate.true_population import Population, populate
from conda_census.simulate.truth import Truth, Witness, write_truth
from conda_census.simulate.user_agents import AGENTS, FETCHERS, agents_on
from conda_census.simulate.visible_sessions import ABSENT, ALL_AGENTS, SHARING, Downloads, Visits, find_visits
from conda_census.steps import Steps

__all__ = ["DaysOfRows", "simulate_lake"]

Numbers = npt.NDArray[np.int64]

#: The format name of the only source of a day.
SOURCE_FORMAT = "simulated"
_BYTES = 16
_US = 1_000_000
#: More than the number of folded sessions or networks on a day.
_A_DAY_MAX = 1 << 40
#: Used as the key of the pseudonyms of a lake: there is no key, so no log can be added to the lake.
_NO_KEY = SOURCE_FORMAT
_WRITER = "simulate"
_PUBLISHED = "simulated"


def simulate_lake(scenario: Scenario, path: Path, progress: Steps) -> Truth:
    """Write a new lake, and ``truth.json`` into its folder; return the truth.

    The disclosures, if there are any, are in its folder ``simulated``.

    The rows of a day are written before the next day is made. They all join the lake at once at the end.

    Args:
        scenario: what is simulated.
        path: the folder; it is created.
        progress: is notified of each day.

    Raises:
        CensusError: the folder is not empty, or cannot be written.
    """
    make_new_folder(path, "--to-lake")
    lake, days = Lake.open_or_create(path, _NO_KEY), DaysOfRows(scenario)
    with lake.private(), WriterBatches(lake, _WRITER) as batches:
        batch = batches.write_down([], SOURCE_FORMAT)
        batch.start_staging()
        for number, rows in enumerate(days):
            progress(str(scenario.since + timedelta(days=number)), done=number, of=scenario.days)
            stage_rows(batch, number, rows)
        truth = days.truth()
        batch.end_staging([{"lines": truth["lines"], "requests": truth["lines"], "dropped": {}}])
        append_staged(lake, batch)
        batches.finish(batch)
    # Apart from the lake's own tables, one of which holds advisories.
    publish(scenario, path / _PUBLISHED)
    write_truth(truth, path)
    return truth


class DaysOfRows:
    """Rows of each day in order; afterwards the truth about them."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._population, self._channel = populate(scenario), channel_of(scenario)
        everything = (scenario, self._population, self._channel)
        self._days, self._rows, self._witness = (
            Days(*everything),
            _LakeRows(*everything),
            Witness(*everything),
        )

    def __iter__(self) -> Iterator[TableRows]:
        for number in range(self._scenario.days):
            day = self._days.day(number)
            requests = len(day.session) + len(day.fetched_s) + len(day.others_s)
            self._witness.see(look_at(day, self._population, self._channel, requests))
            yield self._rows.of_day(day)

    def truth(self) -> Truth:
        """Return the truth of the days that were iterated over."""
        return self._witness.truth()


class _LakeRows:
    """Maker of the rows of one day after the other; each depends only on the scenario."""

    def __init__(self, scenario: Scenario, population: Population, channel: Channel) -> None:
        self._scenario = scenario
        self._population = population
        self._channel = channel
        self._places = _places(channel)
        self._names = pa.array(channel.names[: len(np.unique(channel.package))])

    def of_day(self, day: Day) -> TableRows:
        """Return the rows of each table except ``request_ids``, in the order in which ingest writes them."""
        people, installation = self._population, day.installation
        agent, platform = agents_on(self._date(day), people.agent[installation], people.program[installation])
        visits, downloads = find_visits(day, self._population, agent)
        return {
            "sessions": self._sessions(day, visits),
            "downloads": self._downloads(day, visits, downloads, platform),
            "installer_downloads": self._installer_downloads(day),
            "sources": self._sources(day),
        }

    def _date(self, day: Day) -> date:
        return self._scenario.since + timedelta(days=day.number)

    def _times(self, day: Day, seconds: Numbers) -> pa.Array:
        midnight = (self._date(day) - date(1970, 1, 1)) // timedelta(seconds=1)
        return pa.array((midnight + seconds) * _US).cast(pa.timestamp("us", "UTC"))

    def _time(self, day: Day, second: int | None) -> datetime | None:
        midnight = datetime.combine(self._date(day), time(), UTC)
        return None if second is None else midnight + timedelta(seconds=second)

    def _words(self, kind: Named, numbers: Numbers) -> npt.NDArray[np.uint64]:
        return pseudonyms(self._scenario.seed, kind, numbers)

    def _networks(self, day: Day, address: Numbers) -> pa.Array:
        """Return network pseudonyms that are valid only for this day."""
        return _blobs(self._words("network", day.number * _A_DAY_MAX + OTHER_ADDRESSES + address))

    def _of_those_that_share(self, day: Day, session: Numbers) -> tuple[npt.NDArray[np.uint64], ...]:
        """Return the pseudonyms of session, client and environment."""
        token = self._population.environment_token[day.environment[session]]
        return (
            self._words("session", day.session_numbers()[session]),
            self._words("client", day.installation[session]),
            self._words("environment", token),
        )

    def _sessions(self, day: Day, visits: Visits) -> pa.Table:
        share, folded = np.flatnonzero(visits.session >= 0), np.flatnonzero(visits.session < 0)
        session, client, environment = self._of_those_that_share(day, visits.session[share])
        order = np.lexsort((visits.first_s[share], environment[:, 0], client[:, 0]))
        rest = np.argsort(visits.first_s[folded], kind="stable")
        places = np.concatenate([share[order], folded[rest]])
        folded_session = self._words("folded", day.number * _A_DAY_MAX + rest)
        rows = {
            "session": _blobs(np.concatenate([session[order], folded_session])),
            "folded": pa.array(visits.session[places] < 0),
            "client": _blobs(client[order], missing=len(rest)),
            "environment": _blobs(environment[order], missing=len(rest)),
            "network": self._networks(day, visits.address[places]),
            "sharing": _of(pa.array(SHARING), visits.sharing[places]),
            "plugin_version": _of(
                pa.array([PLUGIN_VERSION]), np.where(visits.sharing[places] < ABSENT, 0, -1)
            ),
            "first_time": self._times(day, visits.first_s[places]),
            "last_time": self._times(day, visits.last_s[places]),
            "requests": pa.array(visits.requests[places]),
            "index_requests": pa.array(visits.index_requests[places]),
            "downloads": pa.array(visits.downloads[places]),
            "heartbeats": pa.array(np.zeros(len(places), dtype=np.int64)),
            "bytes": pa.array(visits.size_bytes[places]),
        }
        rows |= {name: _no_tokens(len(places)) for name in ("organizations", "installers", "machines")}
        described, agent = _described_agents(), visits.agent[places]
        rows |= {name: _of(described[name], agent) for name in AGENT_COLUMNS}
        return self._table("sessions", day, rows)

    def _downloads(self, day: Day, visits: Visits, downloads: Downloads, platform: Numbers) -> pa.Table:
        of_session, package = day.fetched()
        order = np.argsort(as_one_number(self._places[platform[of_session], package], downloads.time_s))
        package, of_session, visit = package[order], of_session[order], downloads.visit[order]
        # Visits that share come first.
        share = visits.session[visits.session >= 0]
        session, client, environment = self._of_those_that_share(day, share)
        folded = np.arange(len(visits.session) - len(share))
        folded_session = self._words("folded", day.number * _A_DAY_MAX + folded)
        shared = np.where(visit < len(share), visit, -1)
        # Parquet keeps a dictionary unchanged only if its values are distinct.
        _, first, number_of = np.unique(client[:, 0], return_index=True, return_inverse=True)
        clients = np.append(number_of, -1)[shared]
        channels, channel = np.unique(self._channel.channels, return_inverse=True)
        releases = self._channel.releases(day.number).tolist()
        versions, version = np.unique(
            [self._channel.version_of(each, release) for each, release in enumerate(releases)],
            return_inverse=True,
        )
        number = np.array([build_number(release) for release in releases])
        builds = [
            build(each, is_noarch=noarch) for each in range(number.max() + 1) for noarch in (False, True)
        ]
        is_noarch = self._channel.is_noarch[package]
        rows = {
            "time": self._times(day, downloads.time_s[order]),
            "session": _of(_blobs(np.concatenate([session, folded_session])), visit),
            "client": _of(_blobs(client[first]), clients),
            "environment": _of(_blobs(environment), shared),
            "organizations": _no_tokens(len(package)),
            "channel": _of(pa.array(channels.tolist()), channel[package]),
            "subdir": _of(pa.array([NOARCH, *SUBDIRS]), np.where(is_noarch, 0, 1 + platform[of_session])),
            "name": _of(self._names, self._channel.package[package]),
            "version": _of(pa.array(versions.tolist()), version[package]),
            "build": _of(pa.array(builds), number[package] * 2 + is_noarch),
            "build_number": pa.array(number[package]),
            "extension": _of(pa.array([EXTENSION]), np.zeros_like(package)),
            "bytes": pa.array(downloads.size_bytes[order]),
        }
        return self._table("downloads", day, rows)

    def _installer_downloads(self, day: Day) -> pa.Table:
        installers = self._channel.installers
        products, versions, platforms, extensions = zip(*(name for name, _ in installers), strict=True)
        keys = [(products[each], platforms[each], versions[each]) for each in range(len(installers))]
        place = np.array([sorted(keys).index(key) for key in keys])
        order = np.lexsort((day.fetched_s, place[day.installer]))
        which, fetched_by = day.installer[order], day.fetched_by[order]
        rows = {
            "time": self._times(day, day.fetched_s[order]),
            "client": pa.nulls(len(order), pa.binary()),
            "network": self._networks(day, self._population.address[fetched_by]),
            "product": _of(pa.array(products), which),
            "version": _of(pa.array(versions), which),
            "platform": _of(pa.array(platforms), which),
            "extension": _of(pa.array(extensions), which),
            "bytes": pa.array(np.full(len(order), INSTALLER_BYTES)),
            "tool": _of(_described_agents()["tool"], len(AGENTS) + fetched_by % len(FETCHERS)),
        }
        return self._table("installer_downloads", day, rows)

    def _sources(self, day: Day) -> pa.Table:
        """Return one source for the day, with one line for each request: all that its log would hold."""
        seconds = np.concatenate([day.time_s, day.fetched_s, day.others_s])
        lines = len(seconds)
        first_s, last_s = (int(seconds.min()), int(seconds.max())) if lines else (None, None)
        row: dict[str, object] = {
            "day": self._date(day),
            "source": f"{SOURCE_FORMAT}/{self._date(day)}",
            "format": SOURCE_FORMAT,
            "decoder_version": DECODER_VERSION,
            "first_line": 1,
            "lines": lines,
            "requests": lines,
            "dropped": [],
            "dropped_lines": [],
            "other_requests": len(day.others_s),
            "malformed_tokens": 0,
            "unknown_tokens": 0,
            "first_time": self._time(day, first_s),
            "last_time": self._time(day, last_s),
            "batch": SOURCE_FORMAT,
            "ingested_at": self._ingested_at(),
        }
        schema = pa.schema(delta_schema(_table_named("sources")).to_arrow())
        return pa.Table.from_pylist([row], schema=schema)

    def _ingested_at(self) -> datetime:
        """Return the time at which the last day is complete."""
        after = self._scenario.since + timedelta(days=self._scenario.days)
        return datetime.combine(after, time(), UTC) + LATE_DELIVERY

    def _table(self, name: TableName, day: Day, rows: dict[str, pa.Array]) -> pa.Table:
        many = len(next(iter(rows.values())))
        rows["day"] = pa.repeat(pa.scalar(self._date(day), pa.date32()), many)
        return pa.table({column.name: rows[column.name] for column in _table_named(name).columns})


def _places(channel: Channel) -> Numbers:
    """Return the order of packages in the table ``downloads``, by platform and package."""
    keys = [
        [
            (of, NOARCH if noarch else subdir, name)
            for of, noarch, name in zip(
                channel.channels, channel.is_noarch.tolist(), channel.names, strict=True
            )
        ]
        for subdir in SUBDIRS
    ]
    numbers = {key: number for number, key in enumerate(sorted({key for row in keys for key in row}))}
    return np.array([[numbers[key] for key in row] for row in keys])


@lru_cache(maxsize=1)
def _described_agents() -> dict[str, pa.Array]:
    """Return the census's description of each agent, by column."""
    connection = duckdb.connect()
    register_web_agents(connection)
    connection.execute("CREATE TEMP TABLE agents (agent VARCHAR)")
    connection.executemany("INSERT INTO agents VALUES (?)", [[agent] for agent in ALL_AGENTS])
    rows = connection.sql(DESCRIBE_AGENT_SQL).to_arrow_table().to_pylist()
    by_agent = {row["agent"]: row for row in rows}
    columns = {name: [by_agent[agent][name] for agent in ALL_AGENTS] for name in AGENT_COLUMNS}
    return {name: pa.array(values, pa.string()) for name, values in columns.items()}


def _table_named(name: TableName) -> Table:
    return next(table for table in TABLES if table.name == name)


def _of(values: pa.Array, numbers: Numbers) -> pa.DictionaryArray:
    """Return the value of each number, as a dictionary; missing if the number is negative or the value is."""
    values = values.dictionary_encode() if values.null_count else values
    if isinstance(values, pa.DictionaryArray):
        places = np.append(values.indices.fill_null(-1).to_numpy(), -1)
        numbers, values = places[numbers], values.dictionary
    return pa.DictionaryArray.from_arrays(pa.array(numbers.astype(np.int32), mask=numbers < 0), values)


def _blobs(words: npt.NDArray[np.uint64], *, missing: int = 0) -> pa.Array:
    """Return each two words as 16 bytes, and then the missing values."""
    buffers = [None, pa.py_buffer(np.ascontiguousarray(words.astype(">u8")))]
    blobs = pa.FixedSizeBinaryArray.from_buffers(pa.binary(_BYTES), len(words), buffers).cast(pa.binary())
    return pa.concat_arrays([blobs, pa.nulls(missing, pa.binary())]) if missing else blobs


def _no_tokens(many: int) -> pa.Array:
    """Return an empty list for each."""
    return pa.ListArray.from_arrays(pa.array(np.zeros(many + 1, dtype=np.int32)), pa.array([], pa.binary()))
