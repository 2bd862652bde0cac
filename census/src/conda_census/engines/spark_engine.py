"""The Spark engine, with each table as a view over its present Parquet files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
from ibis import Schema
from ibis.backends.pyspark import Backend
from ibis.expr.operations import InMemoryTable
from ibis.expr.types import Expr
from ibis.expr.types import Table as Rows
from pyspark.sql import DataFrame, SparkSession

from conda_census.engines.lake_tables import LakeFiles, LakeTables
from conda_census.lake.schema import MEASURED, ColumnType, Table

__all__ = ["SPARK_TYPES", "open_lake"]

#: Spark's names for the types of columns.
SPARK_TYPES: dict[ColumnType, str] = {
    "DATE": "DATE",
    "TIMESTAMPTZ": "TIMESTAMP",
    "BLOB": "BINARY",
    "VARCHAR": "STRING",
    "BIGINT": "BIGINT",
    "BOOLEAN": "BOOLEAN",
    "BLOB[]": "ARRAY<BINARY>",
    "VARCHAR[]": "ARRAY<STRING>",
    "MAP(VARCHAR, BIGINT)": "MAP<STRING, BIGINT>",
    "MAP(VARCHAR, BIGINT[])": "MAP<STRING, ARRAY<BIGINT>>",
}

_numbers = count(1)


def open_lake(lake: LakeFiles, session: SparkSession) -> LakeTables:
    """Return the tables of ``lake`` in their present state; a table without files is empty.

    An empty table has its columns too. Rows that are appended to the lake later are not seen: open it again.
    Several lakes may be open at the same time in one session.
    """
    # Views and settings belong to a session of this lake's own, which shares all else with the given one.
    own = session.newSession()
    # As ibis.pyspark.connect does.
    _Connection.register_options()
    connection = _Connection()
    connection.do_connect(own)
    for table in MEASURED:
        files = lake.files(table.name)
        rows = _select_files(own, table, files, lake.hidden_columns) if files else _select_nothing(own, table)
        rows.createTempView(table.name)
    return LakeTables.named(connection.table, partial(_kept, connection, own))


class _Connection(Backend):  # type: ignore[misc]
    """Ibis's own connection, but with times in UTC, and with another way to return results."""

    def get_schema(self, table_name: str, **where: Any) -> Schema:  # noqa: ANN401  as Ibis types them
        # Ibis 12 treats Spark's TIMESTAMP, which is a point in time, as a type without a time zone.
        columns = super().get_schema(table_name, **where)
        return Schema(
            {
                name: column_type.copy(timezone="UTC", scale=6) if column_type.is_timestamp() else column_type
                for name, column_type in columns.items()
            }
        )

    def to_pyarrow(self, expr: Expr, /, *, params: Any = None, limit: Any = None, **options: Any) -> pa.Table:  # noqa: ANN401  as Ibis types them
        # Only with Arrow: Ibis 12 goes through pandas, which turns nullable integers into floats.
        self._run_pre_execute_hooks(expr)
        table = expr.as_table()
        answer = self.raw_sql(self.compile(table, params=params, limit=limit, **options)).toArrow()
        return expr.__pyarrow_result__(answer.cast(table.schema().to_pyarrow()))

    def _register_in_memory_table(self, op: InMemoryTable) -> None:
        # With Arrow too, for the same reason.
        rows = op.data.to_pyarrow(op.schema)
        self._session.createDataFrame(rows).createOrReplaceTempView(op.name)


@contextmanager
def _kept(connection: Backend, session: SparkSession, rows: Rows) -> Iterator[Rows]:
    name = f"kept_{next(_numbers)}"
    # Tables in memory that an expression refers to: compiling does not register them.
    connection._run_pre_execute_hooks(rows)  # noqa: SLF001
    kept = session.sql(connection.compile(rows)).cache()
    kept.createTempView(name)
    try:
        yield connection.table(name)
    finally:
        session.catalog.dropTempView(name)
        kept.unpersist()


def _select_files(session: SparkSession, table: Table, files: list[str], hidden: frozenset[str]) -> DataFrame:
    columns = ", ".join(
        f"`{column.name}` {SPARK_TYPES[column.type]}" for column in table.columns if column.name not in hidden
    )
    # The folder of the table, because the names of its subfolders contain the day. A name is no pattern.
    reader = session.read.schema(columns).options(
        basePath=_address(Path(files[0]).parents[1]), __globPaths__=False
    )
    names = [
        f"CAST(NULL AS {SPARK_TYPES[column.type]}) AS `{column.name}`"
        if column.name in hidden
        else column.name
        for column in table.columns
    ]
    return reader.parquet(*(_address(Path(file)) for file in files)).selectExpr(*names)


def _address(path: Path) -> str:
    """Return the address of a file on this machine and the workers, for any default file system."""
    return f"file://{path.absolute()}"


def _select_nothing(session: SparkSession, table: Table) -> DataFrame:
    columns = ", ".join(
        f"CAST(NULL AS {SPARK_TYPES[column.type]}) AS `{column.name}`" for column in table.columns
    )
    return session.sql(f"SELECT {columns} WHERE false")
