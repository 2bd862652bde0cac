"""Rows of a Parquet file as JSON lines, which are read like any other log"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from conda_census.errors import LastingSourceError

__all__ = ["PARQUET_MAGIC", "rows_as_json_lines"]

PARQUET_MAGIC = b"PAR1"
_ROWS = 1 << 14


def rows_as_json_lines(parquet: BinaryIO, name: str) -> Iterator[bytes]:
    """Yield each row as a JSON object in a line, in the order of the file, several rows at a time.

    ``name`` is the file's name in errors.

    Raises:
        OSError: the file cannot be read.
        LastingSourceError: it is damaged, or holds values that are not text.
    """
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    try:
        with pq.ParquetFile(parquet) as file:
            for batch in file.iter_batches(_ROWS):
                connection.register("batch", _texts(batch))
                lines = connection.execute("SELECT to_json(batch)::VARCHAR FROM batch").fetchall()
                yield b"".join(line.encode() + b"\n" for (line,) in lines)
    except (pa.ArrowException, duckdb.Error, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # an error of the file system, not of the content: pyarrow has one kind of error for both
        raise LastingSourceError(
            f"{name}: damaged Parquet data: fetch the file again, or recover what can be "
            "and give the recovered file"
        ) from None


def _texts(batch: pa.RecordBatch) -> pa.Table:
    """Return the rows, with binary columns as texts, because the writer did not mark them as such."""
    table = pa.Table.from_batches([batch])
    schema = pa.schema(
        [field.with_type(pa.string()) if pa.types.is_binary(field.type) else field for field in table.schema]
    )
    return table.cast(schema)
