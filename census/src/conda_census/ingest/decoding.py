"""Decoding of the texts of a buffer, once for each distinct user agent, path and address.

The buffers of a batch share a database that keeps the decoded paths and agents.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import duckdb
import numpy as np
import pyarrow as pa

from conda_census.decode.agents import DESCRIBE_AGENT_SQL
from conda_census.decode.artifacts import DESCRIBE_PATH_SQL
from conda_census.decode.pseudonyms import token_sql, tokens_sql
from conda_census.decode.tokens import TOKENS_SQL
from conda_census.decode.web_agents import register_web_agents
from conda_census.ingest.request_buffer import BufferedRequests

__all__ = ["DecodedTexts", "decode_paths_and_agents", "decode_user_agents", "know_nothing", "note_sizes"]

#: Status of a response that holds a whole file.
_WHOLE = 200
#: Maximum number of remembered texts, which no repository reaches. Beyond it they are forgotten.
_KNOWN_MAX = 300_000


@dataclass(frozen=True)
class DecodedTexts:
    """Relations with the decoded texts of a buffer: all on the cursor that the buffer has for itself.

    Attributes:
        user_agents: ``user_agent_id``, ``agent``, ``plugin_version``, ``sharing``, ``is_malformed``,
            ``has_unknown_token``, and the pseudonyms ``client_token``, ``session_token``,
            ``environment_token``, ``organizations``, ``installers``, ``machines``.
        agents: ``agent_id``, ``agent`` and the ``AGENT_COLUMNS`` of ``decode.agents``.
        artifacts: ``path_id``, ``place`` (in the order of downloads) and the ``ARTIFACT_COLUMNS`` of
            ``decode.artifacts``.
        addresses: ``address_id``, ``address``.
        whole_sizes: ``path_id``, ``whole_bytes``, if a response of the batch held the whole file.
    """

    user_agents: duckdb.DuckDBPyRelation
    agents: duckdb.DuckDBPyRelation
    artifacts: duckdb.DuckDBPyRelation
    addresses: duckdb.DuckDBPyRelation
    whole_sizes: duckdb.DuckDBPyRelation

    def create_views(self) -> None:
        """Give each relation its field's name in SQL."""
        for field in fields(self):
            relation: duckdb.DuckDBPyRelation = getattr(self, field.name)
            relation.create_view(field.name)


# DuckDB keeps the row order of a scan. Joining the ids by text would take as long as decoding.
_USER_AGENTS = f"""
    CREATE TEMP VIEW user_agents AS SELECT user_agent FROM user_agent_texts;
    CREATE TEMP TABLE decoded_user_agents AS
    SELECT (row_number() OVER () - 1)::INTEGER AS user_agent_id, decoded.* EXCLUDE (user_agent)
           REPLACE ({token_sql("client_token", "c")} AS client_token,
                    {token_sql("session_token", "s")} AS session_token,
                    {token_sql("environment_token", "e")} AS environment_token,
                    {tokens_sql("organizations", "o")} AS organizations,
                    {tokens_sql("installers", "i")} AS installers,
                    if(getvariable('keep_machines'), {tokens_sql("machines", "m")}, []) AS machines)
    FROM ({TOKENS_SQL}) AS decoded;
    DROP VIEW user_agents
"""

_AGENTS_OF_PART = "CREATE TEMP TABLE agent_texts AS SELECT DISTINCT agent FROM decoded_user_agents"
_AGENTS = """
    CREATE TEMP TABLE described_agents AS
    SELECT row_number() OVER () - 1 AS agent_id, known_agents.*
    FROM agent_texts JOIN known_agents USING (agent)
"""

_PATHS = """
    CREATE TEMP TABLE described_paths AS
    SELECT path_id, known_paths.* EXCLUDE (path, largest_bytes, was_whole),
           row_number() OVER (ORDER BY channel, subdir, name, version, build, path) AS place
    FROM path_texts JOIN known_paths USING (path)
"""

#: For agents and paths: their name, the SQL that describes new ones (in the relation agents or paths), and
#: the SQL that combines all texts of a buffer.
_DECODED = (
    ("agent", DESCRIBE_AGENT_SQL, _AGENTS),
    ("path", f"SELECT *, 0::BIGINT AS largest_bytes, false AS was_whole FROM ({DESCRIBE_PATH_SQL})", _PATHS),
)

_SIZES = """
    UPDATE known_paths
    SET largest_bytes = greatest(known_paths.largest_bytes, found.largest_bytes),
        was_whole = known_paths.was_whole OR found.was_whole
    FROM delivered_sizes AS found JOIN path_texts USING (path_id)
    WHERE known_paths.path = path_texts.path
      AND (known_paths.largest_bytes < found.largest_bytes OR known_paths.was_whole < found.was_whole)
"""

_WHOLE_SIZES = """
    SELECT path_id, largest_bytes AS whole_bytes
    FROM path_texts JOIN known_paths USING (path) WHERE was_whole
"""


def know_nothing(database: duckdb.DuckDBPyConnection) -> None:
    """Prepare an empty database for the buffers of a batch."""
    register_web_agents(database)


def decode_user_agents(
    connection: duckdb.DuckDBPyConnection, requests: BufferedRequests, *, keep_machines: bool
) -> None:
    """Decode the user agents of a buffer, for :func:`decode_paths_and_agents`.

    The connection is a cursor of the database prepared by :func:`know_nothing`. Its variable ``token_key``
    holds the key for tokens in hexadecimal. Machines are left out unless ``keep_machines`` is true.
    """
    for name, texts in (
        ("user_agent", requests.user_agents),
        ("path", requests.paths),
        ("address", requests.addresses),
    ):
        numbers = pa.array(np.arange(len(texts), dtype=np.int32))
        connection.register(f"{name}_texts", pa.table({f"{name}_id": numbers, name: texts}))
    connection.execute("SET VARIABLE keep_machines = ?", [keep_machines])
    connection.execute(_USER_AGENTS)


def decode_paths_and_agents(connection: duckdb.DuckDBPyConnection) -> DecodedTexts:
    """Decode the paths and agents of a buffer whose user agents are decoded, and return all its texts.

    Buffers are processed one after the other, so that each reuses the texts decoded for earlier buffers.
    """
    connection.execute(_AGENTS_OF_PART)
    for name, describe, put_together in _DECODED:
        known, new, texts = f"known_{name}s", f"{name}s", f"SELECT {name} FROM {name}_texts"
        # Compiling the patterns takes as long as using them, so this statement also creates the table of
        # remembered texts.
        if not connection.execute("FROM duckdb_tables() WHERE table_name = ?", [known]).fetchall():
            connection.execute(f"CREATE TEMP TABLE {new} AS {texts}")
            connection.execute(f"CREATE TABLE {known} AS {describe}")
        else:
            if len(connection.table(known)) > _KNOWN_MAX:
                connection.execute(f"DELETE FROM {known}")
            connection.execute(f"CREATE TEMP TABLE {new} AS {texts} ANTI JOIN {known} USING ({name})")
            if len(connection.table(new)):
                connection.execute(f"INSERT INTO {known} {describe}")
        connection.execute(f"DROP TABLE {new}")
        connection.execute(put_together)
    return DecodedTexts(
        user_agents=connection.table("decoded_user_agents"),
        agents=connection.table("described_agents"),
        artifacts=connection.table("described_paths"),
        addresses=connection.table("address_texts"),
        whole_sizes=connection.sql(_WHOLE_SIZES),
    )


def note_sizes(connection: duckdb.DuckDBPyConnection, requests: pa.Table) -> None:
    """Record the response sizes of each path of a buffer, from its requests as marked by ``visits``.

    No partial response is larger than the file, so a smaller whole response was broken off.
    """
    is_delivery = requests["is_delivery"].to_numpy()
    path, size, status = (requests[name].to_numpy()[is_delivery] for name in ("path_id", "bytes", "status"))
    paths = np.flatnonzero(np.bincount(path))
    largest = np.zeros(paths.max(initial=-1) + 1, dtype=np.int64)
    np.maximum.at(largest, path, size)
    was_whole = np.zeros(len(largest), dtype=bool)
    was_whole[path[status == _WHOLE]] = True
    sizes = pa.table({"path_id": paths, "largest_bytes": largest[paths], "was_whole": was_whole[paths]})
    connection.register("delivered_sizes", sizes)
    connection.execute(_SIZES)
