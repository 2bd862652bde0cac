"""Interface between metrics and engines: the four tables of a lake as Ibis tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import ibis
import pyarrow as pa
from ibis.expr.types import Table

from conda_census.lake.records.doubts import Doubt
from conda_census.lake.schema import TableName
from conda_census.settings_file import Hole

__all__ = ["LakeFiles", "LakeTables", "table_in_memory"]


class LakeFiles(Protocol):
    """The part of a lake that an engine needs: the present Parquet files of a table.

    ``lake.store.Lake`` implements it.
    """

    @property
    def hidden_columns(self) -> frozenset[str]:
        """Return the columns that are null regardless of the files."""
        ...

    def files(self, name: TableName) -> list[str]:
        """Return the paths of the table's files; only their folder ``day=YYYY-MM-DD`` has the day."""
        ...


@dataclass(frozen=True, eq=False)
class LakeTables:
    """The tables of one lake, with the columns of ``lake.schema`` and times in UTC; equal only to itself.

    Attributes:
        keep: computes a table once, for several queries: ``with tables.keep(expression) as table``.
        lost_days: days with rows that are lost for good.
        holes: days that an operator has declared to have no log.
        unread_logs: sources that may be access logs, and that could not be read.
        doubts: doubts about logs that were read, including logs that were taken out again.
    """

    sessions: Table
    downloads: Table
    installer_downloads: Table
    sources: Table
    keep: Callable[[Table], AbstractContextManager[Table]]
    lost_days: frozenset[date] = frozenset()
    holes: tuple[Hole, ...] = ()
    unread_logs: int = 0
    doubts: tuple[Doubt, ...] = ()

    @classmethod
    def named(
        cls, table: Callable[[TableName], Table], keep: Callable[[Table], AbstractContextManager[Table]]
    ) -> LakeTables:
        """Return the tables that ``table``, such as an engine's connection, returns by name."""
        return cls(
            sessions=table("sessions"),
            downloads=table("downloads"),
            installer_downloads=table("installer_downloads"),
            sources=table("sources"),
            keep=keep,
        )


def table_in_memory(rows: Iterable[Mapping[str, object]], columns: Mapping[str, str]) -> Table:
    """Return ``rows`` as a table for any engine, with the type of each of its ``columns``."""
    # Ibis would make it of rows by pandas, which the core of the census does not install.
    schema = ibis.schema(columns)
    return ibis.memtable(pa.Table.from_pylist([*rows], schema=schema.to_pyarrow()), schema=schema)
