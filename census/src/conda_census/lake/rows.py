"""How do the requests of a batch become the rows of the lake's tables? SQL over temporary tables.

The requests of a batch stand in ``raw_requests``. Each step reads what the step before it made. Agents,
tokens and paths are decoded once for each distinct text.
"""

from __future__ import annotations

from datetime import date

import duckdb

from conda_census.decode.agents import AGENT_COLUMNS, DESCRIBE_AGENT_SQL
from conda_census.decode.artifacts import DESCRIBE_PATH_SQL
from conda_census.decode.pseudonyms import Secrets, folded_session_sql, network_sql, token_sql
from conda_census.decode.tokens import TOKENS_SQL
from conda_census.lake.tables import TABLES, TableName

__all__ = ["CREATE_RAW_REQUESTS", "DECODER_VERSION", "ROWS_SQL", "SOURCE_REQUESTS_SQL", "decode_requests"]

#: Raised when the same lines would give other rows.
DECODER_VERSION = 1

CREATE_RAW_REQUESTS = """
    CREATE TEMP TABLE raw_requests (
        source INTEGER, time TIMESTAMPTZ, method VARCHAR, path VARCHAR, status SMALLINT, bytes BIGINT,
        user_agent VARCHAR, address VARCHAR
    )
"""

# The decoding expressions read the relations user_agents, agents and paths.
_DECODE_TOKENS = f"""
    CREATE TEMP VIEW user_agents AS SELECT DISTINCT user_agent FROM raw_requests;
    CREATE TEMP TABLE decoded_user_agents AS
    SELECT * REPLACE ({token_sql("client_token", "c")} AS client_token,
                      {token_sql("session_token", "s")} AS session_token,
                      {token_sql("environment_token", "e")} AS environment_token)
    FROM ({TOKENS_SQL})
"""

_DESCRIBE_AGENTS = f"""
    CREATE TEMP VIEW agents AS SELECT DISTINCT agent FROM decoded_user_agents;
    CREATE TEMP TABLE described_agents AS {DESCRIBE_AGENT_SQL}
"""

_DESCRIBE_PATHS = f"""
    CREATE TEMP VIEW paths AS SELECT DISTINCT path FROM raw_requests;
    CREATE TEMP TABLE artifacts AS {DESCRIBE_PATH_SQL}
"""

_DAYS = "SELECT DISTINCT time::DATE::VARCHAR FROM raw_requests ORDER BY 1"

_NETWORKS = f"""
    CREATE TEMP TABLE networks AS
    SELECT day, address, {network_sql("address", "key")} AS network
    FROM (SELECT DISTINCT time::DATE AS day, address FROM raw_requests) JOIN network_keys USING (day)
"""

# Opted-out, absent and malformed requests of one agent are no one session, hence the sharing in its place.
_FOLDED_SESSION = folded_session_sql(
    "networks.network", "concat_ws(' ', ua.sharing, ua.agent, ua.plugin_version)", "raw.time"
)

_REQUESTS = f"""
    CREATE TEMP TABLE requests AS
    SELECT raw.source, raw.time, raw.time::DATE AS day, raw.method, raw.path, raw.status, raw.bytes,
           artifacts.kind, networks.network, ua.agent, ua.plugin_version, ua.sharing,
           ua.client_token AS client, ua.environment_token AS environment,
           ua.session_token IS NULL AS folded,
           coalesce(ua.session_token, {_FOLDED_SESSION}) AS session,
           ua.organizations, ua.installers, ua.machines, ua.is_malformed, ua.has_unknown_token
    FROM raw_requests AS raw
    JOIN decoded_user_agents AS ua USING (user_agent)
    JOIN artifacts USING (path)
    JOIN networks ON networks.day = raw.time::DATE AND networks.address = raw.address
"""

# A download is complete with 200. Pieces (206) of one file in one session are put together: as many whole
# files as their bytes make where the whole size is known from another answer in the batch, else one. No piece
# is larger than the whole: a 200 that is smaller than a piece was broken off, and does not tell the size.
_COMPLETED = """
    CREATE TEMP TABLE completed AS
    WITH deliveries AS (
        SELECT * FROM requests
        WHERE kind IN ('package', 'installer') AND method = 'GET' AND status IN (200, 206)
    ), whole_sizes AS (
        SELECT path, max(bytes) AS whole_bytes FROM deliveries GROUP BY path HAVING bool_or(status = 200)
    ), from_pieces AS (
        SELECT session, client, path, max(time) AS time, sum(bytes)::BIGINT AS bytes,
               max(environment) AS environment
        FROM deliveries WHERE status = 206 GROUP BY session, client, path
    ), times_whole AS (
        SELECT from_pieces.*, if(whole_bytes > 0, bytes // whole_bytes, 1) AS downloads
        FROM from_pieces LEFT JOIN whole_sizes USING (path)
    ), all_completed AS (
        SELECT session, client, environment, path, time, bytes FROM deliveries WHERE status = 200
        UNION ALL
        SELECT session, client, environment, path, time, bytes // downloads
        FROM times_whole, range(downloads) WHERE downloads > 0
    )
    SELECT all_completed.*, time::DATE AS day, artifacts.* EXCLUDE (path)
    FROM all_completed JOIN artifacts USING (path)
"""

# A session may begin before its environment exists, and so before it has a token: these requests belong to
# the environment that the session names later, where it names one only.
_SESSIONS = """
    CREATE TEMP TABLE session_rows AS
    WITH by_environment AS (
        SELECT session, folded, client, environment,
               arg_min(network, time) AS network, min(sharing) AS sharing, min(agent) AS agent,
               min(plugin_version) AS plugin_version, max(organizations) AS organizations,
               max(installers) AS installers, max(machines) AS machines,
               min(time) AS first_time, max(time) AS last_time, count(*) AS requests,
               count(*) FILTER (kind = 'index') AS index_requests,
               count(*) FILTER (kind = 'heartbeat') AS heartbeats, sum(bytes)::BIGINT AS bytes
        FROM requests GROUP BY session, folded, client, environment
    ), sole_environments AS (
        SELECT session, client, max(environment) AS sole_environment
        FROM by_environment GROUP BY session, client HAVING count(environment) = 1
    ), named AS (
        SELECT by_environment.* REPLACE (coalesce(environment, sole_environment) AS environment)
        FROM by_environment LEFT JOIN sole_environments
        ON by_environment.session = sole_environments.session
           AND by_environment.client IS NOT DISTINCT FROM sole_environments.client
    )
    SELECT session, folded, client, environment,
           arg_min(network, first_time) AS network, min(sharing) AS sharing, min(agent) AS agent,
           min(plugin_version) AS plugin_version, max(organizations) AS organizations,
           max(installers) AS installers, max(machines) AS machines,
           min(first_time) AS first_time, max(last_time) AS last_time, sum(requests)::BIGINT AS requests,
           sum(index_requests)::BIGINT AS index_requests, sum(heartbeats)::BIGINT AS heartbeats,
           sum(bytes)::BIGINT AS bytes
    FROM named GROUP BY session, folded, client, environment
"""

# Where a session names several environments, a download without a token stays without environment.
_DOWNLOAD_ENVIRONMENTS = """
    CREATE TEMP TABLE environments_of_sessions AS
    SELECT session, client, max(environment) AS sole_environment, max(organizations) AS organizations
    FROM session_rows GROUP BY session, client HAVING count(DISTINCT environment) <= 1
"""

_COMPLETED_IN_ENVIRONMENT = """
    CREATE TEMP TABLE completed_in_environment AS
    SELECT completed.* REPLACE (coalesce(environment, sole_environment) AS environment), organizations
    FROM completed LEFT JOIN environments_of_sessions AS sole
    ON completed.session = sole.session AND completed.client IS NOT DISTINCT FROM sole.client
"""


def _selected(name: TableName) -> str:
    table = next(table for table in TABLES if table.name == name)
    columns = ", ".join(f"{column.name}::{column.type} AS {column.name}" for column in table.columns)
    return f"SELECT {columns} FROM {{rows}} ORDER BY {', '.join(table.sort)}"


#: For each table but ``sources``, the rows to append, in the order in which they are written.
ROWS_SQL: dict[TableName, str] = {
    "sessions": _selected("sessions").format(
        rows=f"""(
            SELECT s.*, s.first_time::DATE AS day, coalesce(d.downloads, 0) AS downloads,
                   {", ".join(f"described_agents.{column}" for column in AGENT_COLUMNS)}
            FROM session_rows AS s JOIN described_agents USING (agent)
            LEFT JOIN (
                SELECT session, client, environment, count(*) AS downloads
                FROM completed_in_environment WHERE kind = 'package' GROUP BY ALL
            ) AS d
            ON s.session = d.session AND s.client IS NOT DISTINCT FROM d.client
               AND s.environment IS NOT DISTINCT FROM d.environment
        )"""
    ),
    "downloads": _selected("downloads").format(
        rows="(FROM completed_in_environment WHERE kind = 'package')",
    ),
    "installer_downloads": _selected("installer_downloads").format(
        rows="""(
            SELECT c.*, s.network, described_agents.tool
            FROM completed AS c
            JOIN (SELECT session, client, min(network) AS network, min(agent) AS agent
                  FROM session_rows GROUP BY session, client) AS s
            ON c.session = s.session AND c.client IS NOT DISTINCT FROM s.client
            JOIN described_agents USING (agent)
            WHERE c.kind = 'installer'
        )"""
    ),
}

#: What only the decoded requests tell about each source.
SOURCE_REQUESTS_SQL = """
    SELECT source, min(time) AS first_time, max(time) AS last_time,
           count(*) FILTER (kind = 'other') AS other_requests,
           count(*) FILTER (is_malformed) AS malformed_tokens,
           count(*) FILTER (has_unknown_token) AS unknown_tokens
    FROM requests GROUP BY source
"""


def decode_requests(connection: duckdb.DuckDBPyConnection, secrets: Secrets) -> None:
    """Make of ``raw_requests`` the temporary tables that ``ROWS_SQL`` and ``SOURCE_REQUESTS_SQL`` read.

    Raises:
        CensusError: a key cannot be read or made.
    """
    connection.execute("SET VARIABLE token_key = ?", [secrets.token_key().hex()])
    connection.execute(_DECODE_TOKENS)
    connection.execute(_DESCRIBE_AGENTS)
    connection.execute(_DESCRIBE_PATHS)
    connection.execute("CREATE TEMP TABLE network_keys (day DATE, key VARCHAR)")
    for (day,) in connection.execute(_DAYS).fetchall():
        key = secrets.network_key(date.fromisoformat(day)).hex()
        connection.execute("INSERT INTO network_keys VALUES (?, ?)", [day, key])
    connection.execute(_NETWORKS)
    connection.execute(_REQUESTS)
    connection.execute("DROP TABLE raw_requests")
    connection.execute(_COMPLETED)
    connection.execute(_SESSIONS)
    connection.execute(_DOWNLOAD_ENVIRONMENTS)
    connection.execute(_COMPLETED_IN_ENVIRONMENT)
