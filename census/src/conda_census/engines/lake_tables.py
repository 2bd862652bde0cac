"""What does a metric ask? The four tables of a lake as Ibis tables, whichever engine stands behind them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from ibis.expr.types import Table

from conda_census.lake.records.doubts import Doubt
from conda_census.lake.schema import TableName
from conda_census.settings_file import Hole

__all__ = ["LakeFiles", "LakeTables"]


class LakeFiles(Protocol):
    """What an engine needs of a lake: which Parquet files a table has now. ``lake.store.Lake`` is one."""

    @property
    def hidden_columns(self) -> frozenset[str]:
        """The columns that are null whatever the files say."""
        ...

    def files(self, name: TableName) -> list[str]:
        """The paths of the table's files, each in a folder ``day=YYYY-MM-DD``, which alone holds its day."""
        ...


@dataclass(frozen=True, eq=False)
class LakeTables:
    """The tables of one lake, with the columns of ``lake.tables`` and times in UTC; equal only to itself.

    Attributes:
        keep: computes a table once, for several questions: ``with tables.keep(expression) as table``.
        lost_days: days of which rows are lost for good.
        holes: days that an operator has declared to have no log.
        unread_logs: sources that may be access logs, and that could not be read.
        doubts: what was in doubt when logs were read, also of logs that were taken out again.
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
        """The tables that ``table`` gives by their names, as the connection of an engine does."""
        return cls(
            sessions=table("sessions"),
            downloads=table("downloads"),
            installer_downloads=table("installer_downloads"),
            sources=table("sources"),
            keep=keep,
        )
