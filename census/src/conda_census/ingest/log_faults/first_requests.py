"""First requests of a log that an earlier run has read; its new lines may be few."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import duckdb
import numpy as np
import pyarrow as pa

from conda_census.logs.formats import LogFormat
from conda_census.logs.line_reader import LineReader

__all__ = ["first_requests"]


def first_requests(
    connection: duckdb.DuckDBPyConnection,
    log_format: LogFormat,
    beginning: Sequence[bytes],
    column: Literal["address", "user_agent"],
    lines: int | None = None,
) -> pa.DictionaryArray:
    """Return a column of the requests at a log's beginning, or in its first ``lines`` lines only."""
    reader = LineReader(log_format, beginning)
    text = pa.array(
        [line.decode("utf-8", "replace") for line in reader.first_lines[:lines]], pa.large_string()
    )
    table = pa.table({"line_number": pa.array(np.arange(len(text), dtype=np.int64)), "line": text})
    connection.register("lines", table)
    try:
        found = connection.sql(
            f"SELECT {column} FROM ({log_format.columns(reader.first_lines)}) WHERE dropped IS NULL"
        ).to_arrow_table()
    finally:
        connection.unregister("lines")
    return found[column].cast(pa.string()).fill_null("").combine_chunks().dictionary_encode()
