"""Joining of Parquet files of one day, which records the rows of each batch.

The footer of a joined file says how many rows of each batch follow each other in it. So a batch can be taken
out of the lake after a compaction too. The name of the file has the digest of its content.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from conda_census.lake.file_names import batch_of, has_digest, named_by_digest
from conda_census.lake.parquet_files import rows_writer
from conda_census.lake.schema import TABLES, TableName, delta_schema

__all__ = ["batches_in", "join", "runs_in"]

#: Key in the footer for the batches, as ``[[WRITER/NUMBER, ROWS], …]`` in the order of the rows.
_BATCHES = b"conda_census.batches"
_ROWS_IN_GROUP = 1 << 18
_ROWS_AT_ONCE = 1 << 16
_COMPRESSION_LEVEL = 3


def join(name: TableName, files: Sequence[Path], but: Collection[str] = ()) -> Path | None:
    """Write one file beside the first, with the rows of all of them; ``but`` names batches to leave out.

    To leave out batches, the caller must first ask ``batches_in`` whether the file distinguishes them.
    Returns null, and writes nothing, if no row is left.

    Raises:
        OSError: a file cannot be read or written.
        pyarrow.ArrowException: a file is damaged.
    """
    # The leftovers of a killed compaction are recognised by this name.
    draft = files[0].with_name(f"part-00000-{uuid.uuid4()}-c000.zstd.parquet")
    schema = _schema(name)
    runs = _without([run for file in files for run in runs_in(file)], but)
    if not any(rows for _, rows in runs):
        return None
    try:
        with rows_writer(draft, schema, name, _COMPRESSION_LEVEL) as writer:
            waiting: list[pa.Table] = []
            for file in files:
                for rows in _rows(file, schema, but):
                    waiting.append(rows)
                    if sum(map(len, waiting)) >= _ROWS_IN_GROUP:
                        writer.write_table(pa.concat_tables(waiting))
                        waiting = []
            if waiting:
                writer.write_table(pa.concat_tables(waiting))
            writer.add_key_value_metadata({_BATCHES: json.dumps(runs)})
        return named_by_digest(draft)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def batches_in(file: Path) -> list[str] | None:
    """Return the batches that have rows in a file; null if an earlier version did not record them.

    Raises:
        OSError: the file cannot be read.
        pyarrow.ArrowException: it is damaged.
    """
    batches = [batch for batch, _ in runs_in(file)]
    return None if "" in batches else list(dict.fromkeys(batches))


def runs_in(file: Path) -> list[tuple[str, int]]:
    """Return the runs of rows in a file, as batch and length; the batch is empty if it is not known.

    Raises:
        OSError: the file cannot be read.
        pyarrow.ArrowException: it is damaged.
    """
    footer = pq.read_metadata(file)
    if of := batch_of(file.name):
        return [(f"{of.writer}/{of.batch}", footer.num_rows)]
    try:
        runs = [(str(batch), int(rows)) for batch, rows in json.loads((footer.metadata or {})[_BATCHES])]
    except (KeyError, ValueError, TypeError):
        runs = []
    # A tool that reordered the rows may have copied the footer, but not the digest.
    if not has_digest(file.name):
        runs = []
    return runs if runs and sum(rows for _, rows in runs) == footer.num_rows else [("", footer.num_rows)]


def _without(runs: list[tuple[str, int]], but: Collection[str]) -> list[tuple[str, int]]:
    kept: list[tuple[str, int]] = []
    for batch, rows in runs:
        if kept and kept[-1][0] == batch:
            kept[-1] = batch, kept[-1][1] + rows
        elif batch not in but:
            kept.append((batch, rows))
    return kept


def _rows(file: Path, schema: pa.Schema, but: Collection[str]) -> Iterator[pa.Table]:
    """Yield the remaining rows in portions."""
    bounds, begin = [], 0
    for batch, rows in runs_in(file):
        if batch not in but:
            bounds.append((begin, begin + rows))
        begin += rows
    at = 0
    with pq.ParquetFile(file) as opened:
        columns = [name for name in schema.names if name in opened.schema_arrow.names]
        for batch in opened.iter_batches(_ROWS_AT_ONCE, columns=columns, use_threads=False):
            rows = _as_now(pa.Table.from_batches([batch]), schema)
            for begins, ends in bounds:
                first, last = max(begins - at, 0), min(ends - at, len(rows))
                if first < last:
                    yield rows.slice(first, last - first)
            at += len(rows)
    if at != begin:
        raise pa.ArrowInvalid(f"{at} rows, and its footer says {begin}")


def _as_now(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return the rows with the table's current columns; columns that an earlier version lacks are null."""
    columns = [
        rows[field.name].cast(field.type)
        if field.name in rows.column_names
        else pa.nulls(len(rows), field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def _schema(name: TableName) -> pa.Schema:
    [table] = [table for table in TABLES if table.name == name]
    fields = [field for field in pa.schema(delta_schema(table).to_arrow()) if field.name != "day"]
    return pa.schema([field.remove_metadata() for field in fields])
