"""How do the rows of a Parquet file become lines, so that they are read as any log is?"""

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
    """Each row as an object of JSON in a line, in the order of the file; some rows at once.

    ``name`` is what an error calls it.

    Raises:
        OSError: the file cannot be read.
        LastingSourceError: it is damaged, or holds what is no text.
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
            raise  # the file's system, not its content: pyarrow has one kind of error for both
        raise LastingSourceError(
            f"{name}: damaged Parquet data: fetch the file again, or recover what can be "
            "and give the recovered file"
        ) from None


def _texts(batch: pa.RecordBatch) -> pa.Table:
    """The rows, with texts that the writer did not mark as such."""
    table = pa.Table.from_batches([batch])
    schema = pa.schema(
        [field.with_type(pa.string()) if pa.types.is_binary(field.type) else field for field in table.schema]
    )
    return table.cast(schema)
