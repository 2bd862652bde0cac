"""Staging of a batch's rows until they are in the tables and the logs are not needed.

The files of a batch are written in the form of the tables and need only a name there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from conda_census.ingest.duplicates.known_logs import KnownRun, stored_marks
from conda_census.ingest.rows import DECODER_VERSION, TableRows
from conda_census.ingest.source_reading import SourceReading
from conda_census.lake.batches import Batch
from conda_census.lake.file_names import named_by_digest
from conda_census.lake.parquet_files import write_rows
from conda_census.lake.records.doubts import read_doubts
from conda_census.lake.records.ledger import Totals, totals_of_files
from conda_census.lake.schema import TABLES, TableName
from conda_census.lake.store import Lake
from conda_census.logs.sources.files import name_as_text

__all__ = [
    "ReadSource",
    "append_staged",
    "damaged_files",
    "is_begun",
    "stage_rows",
    "stage_sources",
]


@dataclass(frozen=True)
class ReadSource:
    """A source that was read: its number in the batch, its name, and its content."""

    source: int
    name: str
    head: str
    stored_fingerprint: str
    format_name: str
    reading: SourceReading

    def run(self) -> KnownRun:
        """Return the lines that were taken, with their marks."""
        reading = self.reading
        base, marks = reading.marked.line_marks() if reading.marked else (0, None)
        return KnownRun(self.name, reading.first_line, reading.reached(), base, marks)


# A source may be in several buffers. A log without a single request has no day of its own and gets the day of
# its reading.
_SOURCES_SQL = f"""
    WITH found AS (
        SELECT source, min(first_time) AS first_time, max(last_time) AS last_time,
               sum(other_requests) AS other_requests, sum(malformed_tokens) AS malformed_tokens,
               sum(unknown_tokens) AS unknown_tokens
        FROM source_requests GROUP BY source
    )
    SELECT coalesce(first_time, ingested_at)::DATE AS day, name AS source, size, head, fingerprint,
           stored_fingerprint, format, {DECODER_VERSION}::BIGINT AS decoder_version, first_line, lines,
           read.requests, dropped, dropped_lines, coalesce(other_requests, 0)::BIGINT AS other_requests,
           coalesce(malformed_tokens, 0)::BIGINT AS malformed_tokens,
           coalesce(unknown_tokens, 0)::BIGINT AS unknown_tokens, first_time, last_time, batch, ingested_at
    FROM read_sources AS read LEFT JOIN found USING (source)
    ORDER BY day, first_time, name
"""


def stage_rows(batch: Batch, buffer: int, rows: TableRows) -> list[Path]:
    """Write the rows of a buffer into the batch's folder, and return the files.

    Raises:
        OSError: the folder cannot be written.
    """
    return [file for name, table in rows.items() for file in _write(table, batch, name, buffer)]


def stage_sources(
    connection: duckdb.DuckDBPyConnection,
    batch: Batch,
    sources: list[ReadSource],
    decoded: pa.Table,
    key: bytes,
) -> None:
    """Write the reading of each source, then mark all rows of the batch as complete.

    Raises:
        OSError: the folder cannot be written.
    """
    connection.register("read_sources", _read_sources(batch, sources))
    connection.register("source_requests", decoded)
    rows = connection.sql(_SOURCES_SQL).to_arrow_table()
    _write(rows, batch, "sources", 0)
    days = dict(zip(rows["source"].to_pylist(), rows["day"].to_pylist(), strict=True))
    _write(_line_marks(batch, sources, days, key), batch, "line_marks", 0)
    batch.end_staging([source.reading.counts() for source in sources])


def append_staged(lake: Lake, batch: Batch) -> None:
    """Append a batch's rows to the tables that do not have them, ``sources`` last.

    Raises:
        LakeError: a table cannot be written.
    """
    files = batch.staged_files()
    for table in TABLES:
        # The sessions always get a commit, so that a batch is known from two tables.
        if table.name in files or table.name == "sessions":
            lake.append(
                table.name,
                batch.staged / table.name,
                files.get(table.name, []),
                batch.writer,
                batch.number,
                _brought(lake, batch, files) if table.name == "sources" else None,
                # If the rows of sources are lost, this note names their logs.
                {
                    "batch": batch.name,
                    "log_format": batch.format_name,
                    "logs": name_as_text("\n".join(batch.locations)),
                }
                if table.name == "sessions"
                else None,
            )


def _brought(lake: Lake, batch: Batch, files: dict[str, list[str]]) -> Totals:
    """Return what a batch brings to all tables; rows of sources may still be staged."""
    totals = totals_of_files(
        (table, next(path for path in (place, staged) if path.exists()))
        for table in files
        for file in files[table]
        for place, staged in [(lake.path / table / file, batch.staged / table / file)]
    )
    return replace(totals, doubts=sum(doubt.batch == batch.name for doubt in read_doubts(lake.path)))


def damaged_files(lake: Lake, batch: Batch) -> list[Path]:
    """Return the unreadable files of a batch, staged or already in their tables.

    Raises:
        LakeError: a table cannot be read.
    """
    files = batch.staged_files()
    return [
        file
        for table in TABLES
        if table.name in files and not _has(lake, table.name, batch)
        for name in files[table.name]
        if not _is_readable(file := _where(lake, batch, table.name, name))
    ]


def is_begun(lake: Lake, batch: Batch) -> bool:
    """Return whether a table has rows of the batch.

    Raises:
        LakeError: a table cannot be read.
    """
    return any(_has(lake, table.name, batch) for table in TABLES)


def _has(lake: Lake, table: TableName, batch: Batch) -> bool:
    return lake.last_batch(table, batch.writer) >= batch.number


def _where(lake: Lake, batch: Batch, table: TableName, name: str) -> Path:
    staged = batch.staged / table / name
    return staged if staged.exists() else lake.path / table / name


def _is_readable(file: Path) -> bool:
    """Return whether all rows of a file can be read.

    It is called for few files: only those of an interrupted batch.
    """
    try:
        with pq.ParquetFile(file) as parquet:
            for _ in parquet.iter_batches():
                pass
    except (OSError, pa.ArrowException):
        return False
    return True


def _write(rows: pa.Table, batch: Batch, name: TableName, buffer: int) -> list[Path]:
    """Write one file for each day, as Delta requires for partitions; only the folder's name has the day."""
    files = []
    days = pc.unique(rows["day"]).to_pylist()
    for day in days:
        of_day = rows if len(days) == 1 else rows.filter(pc.equal(rows["day"], pa.scalar(day, pa.date32())))
        folder = batch.staged / name / f"day={day}"
        for missing in (folder.parent, folder):  # never the lake, which somebody may have removed meanwhile
            missing.mkdir(exist_ok=True)
        path = folder / f"{batch.writer}-{batch.number:08}-{buffer:04}.parquet"
        write_rows(of_day.drop_columns("day"), path, name)
        files.append(named_by_digest(path))
    return files


def _read_sources(batch: Batch, sources: list[ReadSource]) -> pa.Table:
    rows = [
        {
            "source": source.source,
            "name": source.name,
            "head": source.head,
            "stored_fingerprint": source.stored_fingerprint,
            "format": source.format_name,
            "batch": batch.name,
            "ingested_at": batch.written_at,
            "first_line": source.reading.first_line,
            "lines": source.reading.lines,
            "requests": source.reading.requests,
            "size": source.reading.size,
            "fingerprint": source.reading.fingerprint,
            "dropped": list(source.reading.dropped.items()),
            "dropped_lines": list(source.reading.dropped_lines.items()),
        }
        for source in sources
    ]
    return pa.Table.from_pylist(rows, schema=_READ_SOURCES)


def _line_marks(batch: Batch, sources: list[ReadSource], days: dict[str, date], key: bytes) -> pa.Table:
    rows = [
        {
            "day": days[source.name],
            "batch": batch.name,
            "source": source.name,
            "first_line": source.reading.first_line,
            "marks": stored_marks(batch.name, source.run(), key),
        }
        for source in sources
    ]
    return pa.Table.from_pylist(rows, schema=_LINE_MARKS)


_LINE_MARKS = pa.schema(
    {
        "day": pa.date32(),
        "batch": pa.string(),
        "source": pa.string(),
        "first_line": pa.int64(),
        "marks": pa.binary(),
    }
)
_READ_SOURCES = pa.schema(
    {
        "source": pa.int64(),
        "name": pa.string(),
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
