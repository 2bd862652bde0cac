"""Parsing of lines with the SQL of their format, run over many lines at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from conda_census.logs.fast.request_columns import Parsed, Requests
from conda_census.logs.formats import LogFormat
from conda_census.logs.line_reader import LineReader

__all__ = ["IrregularLines", "first_requests"]

_KEPT_BYTES = 16 << 20
_KEPT_LINES = 1 << 17
_READ = """
    SELECT line_number, dropped, epoch_us(time) AS time, method = 'GET' AS is_get, path, status, bytes,
           user_agent, address, request_id
    FROM ({columns}) ORDER BY line_number
"""

#: Receives the source and the line of each request, and the requests.
TakeRequests = Callable[[np.ndarray, Requests], None]
#: Receives the dropped lines of a source: their reason and their numbers.
TakeDropped = Callable[[int, str, np.ndarray], None]


@dataclass
class _Waiting:
    """Lines of one format: the source, the line numbers and the lines of each run."""

    runs: list[tuple[int, np.ndarray, pa.LargeStringArray]] = field(default_factory=list)
    size_bytes: int = 0
    lines: int = 0


class IrregularLines:
    """A buffer that keeps lines until there are enough for a statement of SQL."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, requests: TakeRequests, dropped: TakeDropped
    ) -> None:
        self._connection = connection
        self._take_requests = requests
        self._take_dropped = dropped
        self._waiting: dict[str, _Waiting] = {}

    def add(self, source: int, columns: str, first_line: int, parsed: Parsed) -> None:
        """Add the irregular lines of a block; ``first_line`` is the number of its first line."""
        if not len(parsed.rest):
            return
        waiting = self._waiting.setdefault(columns, _Waiting())
        waiting.runs.append((source, parsed.rest_lines + first_line, parsed.rest))
        waiting.size_bytes += parsed.rest.nbytes
        waiting.lines += len(parsed.rest)
        if waiting.size_bytes >= _KEPT_BYTES or waiting.lines >= _KEPT_LINES:
            self._read(columns, self._waiting.pop(columns))

    def flush(self) -> None:
        """Parse all buffered lines."""
        while self._waiting:
            self._read(*self._waiting.popitem())

    def _read(self, columns: str, waiting: _Waiting) -> None:
        sources = np.concatenate([np.full(len(lines), source, np.int32) for source, lines, _ in waiting.runs])
        numbers = np.concatenate([lines for _, lines, _ in waiting.runs])
        text = pa.chunked_array([lines for _, _, lines in waiting.runs], pa.large_string())
        table = pa.table({"line_number": pa.array(np.arange(len(text), dtype=np.int64)), "line": text})
        self._connection.register("lines", table)
        try:
            parsed: pa.Table = self._connection.sql(_READ.format(columns=columns)).to_arrow_table()
        finally:
            self._connection.unregister("lines")
        is_request = parsed["dropped"].is_null()
        kept = parsed.filter(is_request)
        places = kept["line_number"].to_numpy()
        if len(places):
            self._take_requests(sources[places], _requests(kept, numbers[places]))
        lost = parsed.filter(pc.invert(is_request))
        self._count(lost["dropped"], lost["line_number"].to_numpy(), sources, numbers)

    def _count(
        self, reasons: pa.ChunkedArray, places: np.ndarray, sources: np.ndarray, numbers: np.ndarray
    ) -> None:
        encoded = reasons.combine_chunks().dictionary_encode()
        names, codes = encoded.dictionary.to_pylist(), encoded.indices.to_numpy()
        for source in np.unique(sources[places]).tolist():
            of_source = sources[places] == source
            for code in np.unique(codes[of_source]).tolist():
                self._take_dropped(source, names[code], numbers[places[of_source & (codes == code)]])


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
        requests = connection.sql(
            f"SELECT {column} FROM ({log_format.columns(reader.first_lines)}) WHERE dropped IS NULL"
        ).to_arrow_table()
    finally:
        connection.unregister("lines")
    return requests[column].cast(pa.string()).fill_null("").combine_chunks().dictionary_encode()


def _requests(parsed: pa.Table, lines: np.ndarray) -> Requests:
    request_id = parsed["request_id"].combine_chunks()
    return Requests(
        line=lines,
        time=parsed["time"].to_numpy(),
        is_get=parsed["is_get"].to_numpy(),
        path=_texts(parsed["path"]),
        status=parsed["status"].to_numpy(),
        size_bytes=parsed["bytes"].to_numpy(),
        user_agent=_texts(parsed["user_agent"]),
        address=_texts(parsed["address"]),
        request_id=None if request_id.null_count == len(request_id) else request_id.cast(pa.string()),
    )


def _texts(column: pa.ChunkedArray) -> pa.DictionaryArray:
    return column.cast(pa.string()).fill_null("").combine_chunks().dictionary_encode()
