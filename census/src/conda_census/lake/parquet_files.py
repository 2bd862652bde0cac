"""Parquet files of the lake's tables: encoding of columns and grouping of rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from conda_census.lake.sampling_panel import split_row_groups
from conda_census.lake.schema import TableName

__all__ = ["rows_writer", "write_rows"]

#: Columns of close numbers, which are stored as differences.
_DELTAS = ("time", "first_time", "last_time", "bytes", "build_number", "requests", "index_requests")
#: Tables and their columns in which values hardly ever repeat.
_ALL_DISTINCT = {("sessions", "session"), ("line_marks", "marks")}
_DICTIONARY_BYTES_MAX = 64 << 20
#: Columns with bounds for each row group, so that a reader can skip row groups.
_BOUNDED = ("time", "first_time", "last_time", "client")
#: With fewer rows, reading the whole file is as fast as finding a part of it.
_MANY_ROWS = 50_000
#: With fewer values, a dictionary is small even if it is hardly used.
_MANY_VALUES = 4096


def write_rows(rows: pa.Table, path: Path, name: TableName) -> None:
    """Write rows of a table as one file; the sampled installations get row groups of their own.

    Raises:
        OSError: the file cannot be written.
    """
    with rows_writer(path, rows.schema, name) as writer:
        for group in _row_groups(rows, name):
            writer.write_table(group)


def rows_writer(
    path: Path, schema: pa.Schema, name: TableName, compression_level: int = 1
) -> pq.ParquetWriter:
    """Return a writer for a file of a table, with encodings that suit its readers.

    Raises:
        OSError: the file cannot be made.
    """
    return pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=compression_level,
        use_dictionary=[
            field.name for field in schema if _is_text(field.type) and (name, field.name) not in _ALL_DISTINCT
        ]
        + [f"{field.name}.list.element" for field in schema if pa.types.is_list(field.type)],
        column_encoding={field.name: "DELTA_BINARY_PACKED" for field in schema if field.name in _DELTAS},
        dictionary_pagesize_limit=_DICTIONARY_BYTES_MAX,
        write_statistics=[column for column in _BOUNDED if column in schema.names],
        store_schema=False,  # readers should see plain columns, not their types in memory here
    )


def _row_groups(rows: pa.Table, name: TableName) -> list[pa.Table]:
    is_large = name in ("sessions", "downloads") and len(rows) >= _MANY_ROWS
    return [_without_unused(group) for group in (split_row_groups(rows) if is_large else [rows])]


def _without_unused(rows: pa.Table) -> pa.Table:
    """Return the rows with dictionaries reduced to used values, as dictionaries are written whole."""
    columns = {name: rows[name].combine_chunks() for name in rows.column_names}
    large = {
        name: column
        for name, column in columns.items()
        if pa.types.is_dictionary(column.type) and len(column.dictionary) > _MANY_VALUES
    }
    return pa.table(columns | {name: _renumbered(column) for name, column in large.items()})


def _renumbered(column: pa.DictionaryArray) -> pa.DictionaryArray:
    dictionary = column.dictionary
    index = column.indices.fill_null(len(dictionary)).to_numpy()
    is_used = np.zeros(len(dictionary) + 1, dtype=bool)
    is_used[index] = True
    is_used[-1] = False  # the index of missing values
    new_index = (np.cumsum(is_used) - 1).astype(np.int32)
    indices = pa.array(new_index[index], mask=index == len(dictionary))
    return pa.DictionaryArray.from_arrays(indices, dictionary.filter(pa.array(is_used[:-1])))


def _is_text(type_: pa.DataType) -> bool:
    return any(is_kind(type_) for is_kind in (pa.types.is_dictionary, pa.types.is_string, pa.types.is_binary))
