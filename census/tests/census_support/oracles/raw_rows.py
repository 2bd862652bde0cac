"""How does a test see what a format makes of lines?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa

from conda_census.logs.formats import LogFormat

__all__ = ["raw_rows", "raw_table"]


def raw_table(
    log_format: LogFormat, lines: Iterable[str] | pa.Array, first_lines: Sequence[bytes] = ()
) -> pa.Table:
    """The raw columns of these lines, which are numbered from 1, in the order of the lines; times as text."""
    connection = _connection()
    text = pa.array(lines, pa.large_string())
    connection.register("lines", pa.table({"line_number": range(1, len(text) + 1), "line": text}))
    columns = log_format.columns(first_lines)
    return connection.sql(
        f"SELECT * REPLACE (time::VARCHAR AS time) FROM ({columns}) ORDER BY line_number"
    ).to_arrow_table()


def raw_rows(
    log_format: LogFormat, lines: Iterable[str], first_lines: Sequence[bytes] = ()
) -> list[dict[str, Any]]:
    """The same, as one dictionary for each line."""
    rows: list[dict[str, Any]] = raw_table(log_format, lines, first_lines).to_pylist()
    return rows


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    return connection
