"""Conversion of the requests of a buffer to the rows of the lake's tables.

Requests carry the numbers of their texts and of their visit. Visits are few and become sessions in SQL.
Downloads are many and become rows by looking up their numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from conda_census.decode.agents import AGENT_COLUMNS
from conda_census.decode.pseudonyms import Secrets, folded_session_sql, network_sql
from conda_census.ingest.decoding import DecodedTexts
from conda_census.ingest.duplicates.repeated_downloads import DownloadMarks, marks_of_downloads
from conda_census.ingest.duplicates.repeated_requests import FirstSeen
from conda_census.ingest.sort_order import as_one_number, beginnings
from conda_census.lake.schema import TABLES, Table, TableName

__all__ = ["DECODER_VERSION", "SourceFacts", "TableRows", "rows_of_requests"]

#: Incremented when the same lines would give other rows.
DECODER_VERSION = 5

#: Rows of each table except ``sources``, in the order in which they are written.
TableRows = dict[TableName, pa.Table]


@dataclass(frozen=True)
class SourceFacts:
    """The facts about the sources of a buffer that only its decoded requests show.

    Attributes:
        decoded: for each source its number, first and last time, and the number of requests not understood.
        repeated: lines that were read before, by the number of their source.
        downloads: marks of the downloads, to find those that other logs had.
    """

    decoded: pa.Table
    repeated: dict[int, np.ndarray]
    downloads: DownloadMarks


_VISITS = """
    CREATE TEMP TABLE visits AS
    SELECT visit, min(user_agent_id) AS user_agent_id, arg_min(address_id, time) AS address_id,
           min(time) AS first_time, max(time) AS last_time, min(time)::DATE AS day, count(*) AS requests,
           count(*) FILTER (is_index) AS index_requests, count(*) FILTER (is_heartbeat) AS heartbeats,
           sum(bytes)::BIGINT AS bytes
    FROM requests GROUP BY visit
"""

_DAYS = "SELECT DISTINCT day::VARCHAR FROM visits ORDER BY 1"

# If the log has no address, the network is unknown: clients without an address are not one client.
_NETWORKS = f"""
    CREATE TEMP TABLE networks AS
    SELECT day, address_id, if(address = '-', NULL, {network_sql("address", "key")}) AS network
    FROM (SELECT DISTINCT day, address_id FROM visits)
    JOIN network_keys USING (day) JOIN addresses USING (address_id)
"""

# Opted-out, absent and malformed requests of one agent are not one session, so the sharing takes its place.
_FOLDED_SESSION = folded_session_sql(
    "networks.network", "concat_ws(' ', ua.sharing, ua.agent, ua.plugin_version)", "visits.first_time"
)

_NAMED_VISITS = f"""
    CREATE TEMP TABLE named_visits AS
    SELECT visits.* EXCLUDE (user_agent_id, address_id, day),
           networks.network, ua.agent, ua.plugin_version, ua.sharing,
           ua.client_token AS client, ua.environment_token AS environment,
           ua.session_token IS NULL AS folded,
           CASE WHEN ua.session_token IS NULL THEN {_FOLDED_SESSION} ELSE ua.session_token END AS session,
           ua.organizations, ua.installers, ua.machines
    FROM visits JOIN user_agents AS ua USING (user_agent_id)
    JOIN networks ON networks.day = visits.day AND networks.address_id = visits.address_id
"""

# Few sessions have more than one visit: those whose agent or environment changed. A session may begin before
# its environment exists, and so before it has a token. Its earlier visits then belong to the environment that
# it names later, if it names only one.
_LABELLED_VISITS = """
    CREATE TEMP TABLE merged_visits AS
    WITH repeated AS (
        SELECT hash(session) AS hashed FROM named_visits GROUP BY hashed HAVING count(*) > 1
    ), several AS (
        SELECT * FROM named_visits WHERE hash(session) IN (SELECT hashed FROM repeated)
    ), named AS (
        SELECT session, client, max(environment) AS environment, count(DISTINCT environment) AS environments,
               max(organizations) AS organizations
        FROM several GROUP BY session, client
    )
    SELECT v.* REPLACE (
               if(n.environments = 1, coalesce(v.environment, n.environment), v.environment) AS environment),
           if(n.environments <= 1, n.organizations, v.organizations) AS download_organizations
    FROM several AS v JOIN named AS n ON v.session = n.session AND v.client IS NOT DISTINCT FROM n.client;

    CREATE TEMP VIEW labelled_visits AS
    SELECT *, organizations AS download_organizations FROM named_visits
    WHERE visit NOT IN (SELECT visit FROM merged_visits)
    UNION ALL FROM merged_visits
"""

# A download is complete with 200. Pieces (206) of one file in one session are combined. They count as the
# number of whole files that their bytes make if another response in the batch shows the whole size, else as
# one. No partial response is larger than the whole: a 200 that is smaller was broken off, and does not show
# the size.
_COMPLETED = """
    CREATE TEMP TABLE completed AS
    WITH pieces AS (
        SELECT v.session, v.client, v.environment, v.visit, r.path_id, r.time, r.bytes
        FROM requests AS r JOIN labelled_visits AS v USING (visit)
        WHERE r.is_delivery AND r.status = 206
    ), sizes_of_pieces AS (
        SELECT * FROM whole_sizes WHERE path_id IN (SELECT path_id FROM pieces)
    ), from_pieces AS (
        SELECT coalesce(arg_max(visit, environment), min(visit)) AS visit, path_id, max(time) AS time,
               sum(bytes)::BIGINT AS bytes
        FROM pieces GROUP BY session, client, path_id
    ), times_whole AS (
        SELECT from_pieces.*, if(whole_bytes > 0, bytes // whole_bytes, 1) AS downloads
        FROM from_pieces LEFT JOIN sizes_of_pieces USING (path_id)
    )
    SELECT visit, path_id, time, bytes, source FROM requests WHERE is_delivery AND status = 200
    UNION ALL
    SELECT visit, path_id, time, bytes // downloads, NULL
    FROM times_whole, range(downloads) WHERE downloads > 0
"""

_SESSIONS = """
    WITH counted AS (
        SELECT *, coalesce(downloads, 0) AS completed
        FROM labelled_visits LEFT JOIN download_counts USING (visit)
    ), session_rows AS (
        SELECT session, folded, client, environment, network, sharing, agent, plugin_version, organizations,
               installers, machines, first_time, last_time, requests, index_requests, heartbeats, bytes,
               completed AS downloads
        FROM counted WHERE visit NOT IN (SELECT visit FROM merged_visits)
        UNION ALL
        SELECT session, folded, client, environment, arg_min(network, first_time), min(sharing), min(agent),
               min(plugin_version), max(organizations), max(installers), max(machines), min(first_time),
               max(last_time), sum(requests), sum(index_requests), sum(heartbeats), sum(bytes), sum(completed)
        FROM counted WHERE visit IN (SELECT visit FROM merged_visits)
        GROUP BY session, folded, client, environment
    )
    SELECT session_rows.* EXCLUDE (agent), first_time::DATE AS day, agent_id
    FROM session_rows JOIN agents USING (agent)
"""

_INSTALLER_DOWNLOADS = """
    SELECT installers.time, installers.time::DATE AS day, v.client, v.network, a.product, a.version,
           a.platform, a.extension, installers.bytes, d.tool
    FROM installer_deliveries AS installers JOIN labelled_visits AS v USING (visit)
    JOIN artifacts AS a USING (path_id) JOIN agents AS d USING (agent)
"""

_SOURCE_REQUESTS = """
    SELECT source, min(time) AS first_time, max(time) AS last_time,
           count(*) FILTER (is_other) AS other_requests,
           count(*) FILTER (is_malformed) AS malformed_tokens,
           count(*) FILTER (has_unknown_token) AS unknown_tokens
    FROM requests GROUP BY source
"""


def rows_of_requests(
    connection: duckdb.DuckDBPyConnection,
    decoded: DecodedTexts,
    requests: pa.Table,
    first_seen: FirstSeen,
    secrets: Secrets,
) -> tuple[TableRows, SourceFacts]:
    """Return the rows of a buffer, and the facts about its sources.

    Args:
        connection: the buffer's own cursor.
        decoded: its texts, in relations on this cursor.
        requests: its requests, as marked by ``visits``.
        first_seen: its requests with an id, without those that were read before.
        secrets: the keys for addresses.

    Raises:
        CensusError: a key cannot be read or made.
    """
    decoded.create_views()
    connection.register("requests", requests)
    connection.execute(_VISITS)
    _name_networks(connection, secrets)
    connection.execute(_NAMED_VISITS)
    connection.execute(_LABELLED_VISITS)
    connection.execute(_COMPLETED)
    completed = connection.table("completed").to_arrow_table()
    is_package = _column(connection, "SELECT kind = 'package' AS found FROM artifacts ORDER BY path_id")
    is_package = is_package[completed["path_id"].to_numpy()]
    packages, installers = completed.filter(pa.array(is_package)), completed.filter(pa.array(~is_package))
    connection.register("download_counts", _counts(packages["visit"].to_numpy()))
    connection.register("installer_deliveries", installers)
    visits = _visits(connection)
    rows: TableRows = {
        "sessions": _sessions(connection),
        "downloads": _downloads(connection, packages, visits),
        "installer_downloads": _typed(connection, "installer_downloads", _INSTALLER_DOWNLOADS, ()),
        "request_ids": first_seen.ids,
    }
    decoded = connection.sql(_SOURCE_REQUESTS).to_arrow_table()
    marks = marks_of_downloads(
        packages, beginnings(visits["session"].combine_chunks()), visits["folded"].to_numpy()
    )
    return rows, SourceFacts(decoded, first_seen.repeated, marks)


def _column(connection: duckdb.DuckDBPyConnection, sql: str) -> np.ndarray:
    return np.asarray(connection.sql(sql).fetchnumpy()["found"])


def _name_networks(connection: duckdb.DuckDBPyConnection, secrets: Secrets) -> None:
    days = [day for (day,) in connection.execute(_DAYS).fetchall()]
    keys = [secrets.network_key(date.fromisoformat(day)).hex() for day in days]
    connection.register(
        "network_keys",
        pa.table({"day": pa.array(days).cast(pa.date32()), "key": pa.array(keys, pa.string())}),
    )
    connection.execute(_NETWORKS)


def _counts(visits: np.ndarray) -> pa.Table:
    visit, downloads = np.unique(visits, return_counts=True)
    return pa.table({"visit": visit, "downloads": downloads})


def _sessions(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """Return the rows of the table ``sessions``; the fields of an agent are looked up by its number."""
    rows = _typed(connection, "sessions", _SESSIONS, AGENT_COLUMNS)
    rows = rows.take(pa.array(_order_of_sessions(rows)))
    agents = connection.sql("FROM agents ORDER BY agent_id").to_arrow_table()
    agent = rows["agent_id"].to_numpy()
    columns = {name: rows[name] for name in rows.column_names}
    columns |= {name: _looked_up(agents[name], agent) for name in AGENT_COLUMNS}
    return pa.table({column.name: columns[column.name] for column in _table("sessions").columns})


def _order_of_sessions(rows: pa.Table) -> np.ndarray:
    """Return the sort order of the table by the beginnings of its pseudonyms, which are rarely equal."""
    day, first_time = (rows[name].to_numpy().astype(np.int64) for name in ("day", "first_time"))
    client, environment = (beginnings(rows[name].combine_chunks()) for name in ("client", "environment"))
    return np.lexsort((first_time, environment, client, day))


def _typed(
    connection: duckdb.DuckDBPyConnection, name: TableName, sql: str, without: tuple[str, ...]
) -> pa.Table:
    """Return the rows of a table, each column with its type, without the columns that are looked up later.

    The rows are sorted unless some columns are left out.
    """
    table = _table(name)
    columns = [
        f"{column.name}::{column.type} AS {column.name}"
        for column in table.columns
        if column.name not in without
    ]
    more = ["agent_id"] if without else []
    order = "" if without else f"ORDER BY {', '.join(table.sort)}"
    return connection.sql(f"SELECT {', '.join(columns + more)} FROM ({sql}) {order}").to_arrow_table()


def _table(name: TableName) -> Table:
    return next(table for table in TABLES if table.name == name)


def _visits(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """Return the columns that downloads take from their visits, in the order of the visits' numbers."""
    return connection.sql("""
        SELECT session, client, environment, download_organizations::BLOB[] AS organizations, folded
        FROM labelled_visits ORDER BY visit
    """).to_arrow_table()


def _downloads(connection: duckdb.DuckDBPyConnection, completed: pa.Table, visits: pa.Table) -> pa.Table:
    """Return the rows of the table ``downloads``: numbers are sorted, and texts stay dictionaries."""
    place = _column(connection, "SELECT place AS found FROM artifacts ORDER BY path_id")
    path, visit = completed["path_id"].to_numpy(), completed["visit"].to_numpy()
    time = completed["time"].combine_chunks()
    order = np.argsort(as_one_number(place[path], time.cast(pa.int64()).to_numpy()))
    path, visit, time = path[order], visit[order], time.take(pa.array(order))
    artifacts = connection.sql("""
        SELECT channel, subdir, name, version, build, build_number, extension FROM artifacts ORDER BY path_id
    """).to_arrow_table()
    rows = {"day": pc.cast(time, pa.date32()), "time": time}
    rows |= {
        name: _looked_up(visits[name], visit)
        for name in ("session", "client", "environment", "organizations")
    }
    rows |= {name: _looked_up(artifacts[name], path) for name in artifacts.column_names}
    rows["bytes"] = completed["bytes"].combine_chunks().take(pa.array(order))
    return pa.table({column.name: rows[column.name] for column in _table("downloads").columns})


def _looked_up(values: pa.ChunkedArray, numbers: np.ndarray) -> pa.Array:
    """Return the value of each number, with texts and pseudonyms as a dictionary."""
    values = values.combine_chunks()
    if isinstance(values, pa.ChunkedArray):
        values = pa.concat_arrays(values.chunks)
    if pa.types.is_string(values.type) or pa.types.is_binary(values.type):
        values = values.dictionary_encode()
        # A missing text has no index in the dictionary.
        indices = values.indices.fill_null(-1).to_numpy()[numbers]
        return pa.DictionaryArray.from_arrays(pa.array(indices, mask=indices < 0), values.dictionary)
    return values.take(pa.array(numbers))
