"""How does a test make a lake? A few rows by hand, written as Delta tables with the schemas of the census."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

from conda_census.engines.duckdb_engine import open_lake
from conda_census.engines.lake_tables import LakeTables
from conda_census.lake.schema import TABLES, TableName, delta_schema

_SCHEMAS = {table.name: delta_schema(table) for table in TABLES}


class SmallLake:
    """A lake in a folder. Pseudonyms are given as short words; a day is given as YYYY-MM-DD."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._rows: dict[str, list[dict[str, object]]] = {name: [] for name in _SCHEMAS}

    def session(
        self,
        day: str,
        session: str,
        client: str | None = None,
        environment: str | None = None,
        **more: object,
    ) -> SmallLake:
        """One row of sessions: one request with tokens, unless ``more`` says otherwise."""
        noon = _noon(day)
        row = {"folded": False, "sharing": "tokens", "network": "n1", "tool": "conda", "requests": 1}
        row |= {"first_time": noon, "last_time": noon, "session": session, "client": client}
        return self._add("sessions", day, row | {"environment": environment} | more)

    def download(self, day: str, name: str = "numpy", **more: object) -> SmallLake:
        """One row of downloads."""
        return self._add("downloads", day, {"time": _noon(day), "name": name} | more)

    def installer(self, day: str, tool: str | None, **more: object) -> SmallLake:
        """One row of installer_downloads: Miniconda3 latest for Linux, unless ``more`` says otherwise."""
        row = {"product": "Miniconda3", "version": "latest", "platform": "Linux-x86_64", "extension": "sh"}
        return self._add("installer_downloads", day, {"time": _noon(day), "tool": tool} | row | more)

    def source(self, day: str, **more: object) -> SmallLake:
        """One row of sources: the log of that one day, read at noon three days later."""
        start = _noon(day) - timedelta(hours=12)
        row: dict[str, object] = {"source": f"{day}.log", "lines": 1, "requests": 1, "other_requests": 0}
        row |= {"malformed_tokens": 0, "unknown_tokens": 0, "ingested_at": _noon(day) + timedelta(days=3)}
        row |= {"first_time": start, "last_time": start + timedelta(hours=23, minutes=59)}
        return self._add("sources", day, row | more)

    def source_in_vain(self, day: str, lines: int) -> SmallLake:
        """One row of sources: a log of which no line is a request."""
        row: dict[str, object] = {"lines": lines, "requests": 0, "dropped": {"no_time": lines}}
        row |= {
            "first_time": None,
            "last_time": None,
            "format": "combined",
            "first_line": 1,
            "batch": "main/1",
        }
        return self.source(day, **row)

    def open(self) -> LakeTables:
        """Writes what was added since the last time, and opens the lake."""
        for name, rows in self._rows.items():
            if rows:
                schema = pa.schema(_SCHEMAS[name].to_arrow())
                table = pa.Table.from_pylist(rows, schema=schema)
                write_deltalake(self._path(name), table, mode="append", partition_by=["day"])
                rows.clear()
        return open_lake(self)

    @property
    def hidden_columns(self) -> frozenset[str]:
        """None."""
        return frozenset()

    def files(self, name: TableName) -> list[str]:
        """The table's files, as ``lake.store.Lake`` lists them."""
        path = self._path(name)
        return [unquote(uri) for uri in DeltaTable(path).file_uris()] if path.exists() else []

    def _path(self, name: str) -> Path:
        return self.folder / name

    def _add(self, name: str, day: str, row: dict[str, object]) -> SmallLake:
        for key in ("session", "client", "environment", "network"):
            if isinstance(value := row.get(key), str):
                row[key] = value.encode()
        for key in ("organizations", "installers", "machines"):
            if isinstance(value := row.get(key), list):
                row[key] = [each.encode() for each in value]
        self._rows[name].append({"day": date.fromisoformat(day)} | row)
        return self


def _noon(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)
