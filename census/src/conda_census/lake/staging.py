"""How do the rows of a batch wait on disk until they are appended, so that the logs are no longer needed?"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import duckdb
import pyarrow as pa

from conda_census.lake.batches import Batch
from conda_census.lake.reading import SourceReading
from conda_census.lake.rows import DECODER_VERSION, ROWS_SQL, SOURCE_REQUESTS_SQL
from conda_census.lake.store import Lake
from conda_census.lake.tables import TABLES, TableName

__all__ = ["ReadSource", "append_staged", "stage", "staged_counts"]


@dataclass(frozen=True)
class ReadSource:
    """A file that was read: its number in the batch, how it is named, and what was in it."""

    source: int
    path: str
    head: str
    stored_fingerprint: str
    format_name: str
    reading: SourceReading


# A log without a single request has no day of its own: it stands under the day of its reading.
_SOURCES_SQL = f"""
    SELECT coalesce(first_time, ingested_at)::DATE AS day, path AS source, size, head, fingerprint,
           stored_fingerprint, format, {DECODER_VERSION}::BIGINT AS decoder_version, first_line, lines,
           read.requests, dropped, dropped_lines, coalesce(other_requests, 0) AS other_requests,
           coalesce(malformed_tokens, 0) AS malformed_tokens, coalesce(unknown_tokens, 0) AS unknown_tokens,
           first_time, last_time, batch, ingested_at
    FROM read_sources AS read LEFT JOIN ({SOURCE_REQUESTS_SQL}) USING (source)
    ORDER BY day, first_time, path
"""


def stage(connection: duckdb.DuckDBPyConnection, batch: Batch, sources: list[ReadSource]) -> None:
    """Write the rows of all tables into the batch's folder, then say that they are complete.

    Raises:
        OSError: the folder cannot be written.
        duckdb.Error: the same, or memory and disk do not suffice.
    """
    batch.start_staging()
    for name, sql in ROWS_SQL.items():
        _write(connection, sql, batch, name)
    connection.register("read_sources", _read_sources(batch, sources))
    _write(connection, _SOURCES_SQL, batch, "sources")
    batch.end_staging()


def append_staged(lake: Lake, batch: Batch) -> None:
    """Append a batch's rows to the tables, to ``sources`` last, but for tables that have them already.

    Raises:
        LakeError: a table cannot be written.
    """
    for table in TABLES:
        connection = duckdb.connect()
        connection.execute("SET TimeZone = 'UTC'")
        rows = connection.read_parquet(str(batch.staged(table.name)))
        lake.append(table.name, rows.to_arrow_reader(), batch.writer, batch.number)


def staged_counts(batch: Batch) -> list[SourceReading]:
    """What was read of each source of a batch that is staged: lines, requests and drops."""
    rows = (
        duckdb.connect()
        .execute(
            "SELECT first_line, lines, requests, dropped FROM read_parquet(?)",
            [str(batch.staged("sources"))],
        )
        .fetchall()
    )
    return [
        SourceReading(first_line, lines, requests, dropped) for first_line, lines, requests, dropped in rows
    ]


def _write(connection: duckdb.DuckDBPyConnection, sql: str, batch: Batch, name: TableName) -> None:
    path = str(batch.staged(name)).replace("'", "''")
    connection.execute(f"COPY ({sql}) TO '{path}' (FORMAT parquet)")


def _read_sources(batch: Batch, sources: list[ReadSource]) -> pa.Table:
    rows = [
        {
            "source": source.source,
            "path": source.path,
            "head": source.head,
            "stored_fingerprint": source.stored_fingerprint,
            "format": source.format_name,
            "batch": batch.name,
            "ingested_at": batch.written_at,
            **asdict(source.reading),
            "dropped": list(source.reading.dropped.items()),
            "dropped_lines": list(source.reading.dropped_lines.items()),
        }
        for source in sources
    ]
    return pa.Table.from_pylist(rows, schema=_READ_SOURCES)


_READ_SOURCES = pa.schema(
    {
        "source": pa.int64(),
        "path": pa.string(),
        "head": pa.string(),
        "stored_fingerprint": pa.string(),
        "format": pa.string(),
        "batch": pa.string(),
        "ingested_at": pa.timestamp("us", "UTC"),
        "first_line": pa.int64(),
        "lines": pa.int64(),
        "requests": pa.int64(),
        "dropped": pa.map_(pa.string(), pa.int64()),
        "dropped_lines": pa.map_(pa.string(), pa.list_(pa.int64())),
        "size": pa.int64(),
        "fingerprint": pa.string(),
    }
)
