"""Rows of the table ``sources``, cached for a run that needs them several times."""

from __future__ import annotations

import duckdb

from conda_census.lake.store import Lake

__all__ = ["SourceRows"]

_COLUMNS = (
    "source, head, size, first_line, lines, fingerprint, stored_fingerprint, batch, first_time, last_time, "
    "ingested_at, requests, dropped, other_requests, format"
)


class SourceRows:
    """The rows of all logs in the lake; files that were read once are not read again.

    After a year of hourly runs the table may consist of thousands of files, and opening them is expensive.
    """

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._files: set[str] = set()

    def now(self) -> duckdb.DuckDBPyConnection | None:
        """Return a connection with the present rows as its table ``readings``; none if there are no rows.

        Raises:
            LakeError: the table cannot be read.
        """
        files = set(self._lake.files("sources"))
        if not files:
            return None
        if self._connection is None:
            self._connection = duckdb.connect()
        if self._files - files:  # a compaction joined some of them
            self._files = set()
        if new := sorted(files - self._files):
            rows = f"SELECT {_COLUMNS} FROM read_parquet($files)"
            how = "INSERT INTO readings" if self._files else "CREATE OR REPLACE TABLE readings AS"
            self._connection.execute(f"{how} {rows}", {"files": new})
            self._files = files
        return self._connection

    def formats(self) -> dict[str, str]:
        """Return the format in which each file was read, by its fingerprint as stored.

        Raises:
            LakeError: the table cannot be read.
        """
        connection = self.now()
        if connection is None:
            return {}
        rows = connection.execute("SELECT stored_fingerprint, format FROM readings WHERE format IS NOT NULL")
        return dict(rows.fetchall())
