"""The DuckDB engine, with each table as a view over its present Parquet files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import count

import ibis
import pyarrow as pa
from ibis.backends.duckdb import Backend
from ibis.expr.types import Table as Rows

from conda_census.engines.lake_tables import LakeFiles, LakeTables
from conda_census.lake.schema import MEASURED, Table, TableName
from conda_census.spill_folders import spill_folder_of_process

__all__ = ["open_lake", "open_tables", "quoted", "select_columns", "select_table"]

_numbers = count(1)


def open_lake(lake: LakeFiles) -> LakeTables:
    """Return the tables of ``lake`` in their present state; a table without files is empty.

    An empty table has its columns too. Rows that are appended to the lake later are not seen: open it again.
    """
    connection = _connect()
    for table in MEASURED:
        _create_view(connection, table, lake.files(table.name), lake.hidden_columns)
    return LakeTables.named(connection.table, partial(_kept, connection))


def open_tables(tables: Mapping[TableName, pa.Table]) -> LakeTables:
    """Return tables in memory, each with the columns that ``lake.schema`` names, including ``day``."""
    connection = _connect()
    for table in MEASURED:
        connection.con.register("rows_in_memory", tables[table.name])
        connection.raw_sql(f"CREATE TABLE {table.name} AS SELECT {select_columns(table)} FROM rows_in_memory")
        connection.con.unregister("rows_in_memory")
    return LakeTables.named(connection.table, partial(_kept, connection))


def _connect() -> Backend:
    connection = ibis.duckdb.connect()
    connection.raw_sql("SET TimeZone = 'UTC'")
    connection.raw_sql(f"SET temp_directory = {quoted(str(spill_folder_of_process()))}")
    # Without this, DuckDB draws on the standard output if Python runs without a script file.
    connection.raw_sql("SET enable_progress_bar = false")
    # Queries that need an order sort explicitly. Keeping the order of the files would occupy only one core.
    connection.raw_sql("SET preserve_insertion_order = false")
    return connection


@contextmanager
def _kept(connection: Backend, rows: Rows) -> Iterator[Rows]:
    # Done by hand: Ibis 12 cannot drop the tables of its own cache(), because sqlglot 30 writes the statement
    # without the name.
    name = f"kept_{next(_numbers)}"
    # Tables in memory that an expression refers to: compiling does not register them.
    connection._run_pre_execute_hooks(rows)  # noqa: SLF001
    connection.raw_sql(f"CREATE TEMP TABLE {name} AS {connection.compile(rows)}")
    try:
        yield connection.table(name)
    finally:
        connection.raw_sql(f"DROP TABLE {name}")


def _create_view(connection: Backend, table: Table, files: list[str], hidden: frozenset[str]) -> None:
    connection.raw_sql(f"CREATE VIEW {table.name} AS {select_table(table, files, hidden)}")


def select_table(table: Table, files: list[str], hidden: frozenset[str]) -> str:
    """Return SQL that selects the rows of ``table`` from ``files``, with the columns ``hidden`` null."""
    return _select_files(table, files, hidden) if files else _select_nothing(table)


def quoted(text: str) -> str:
    """Return text as a string literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def _select_files(table: Table, files: list[str], hidden: frozenset[str]) -> str:
    listed = ", ".join(map(quoted, files))
    options = "hive_partitioning = true, hive_types = {'day': DATE}, union_by_name = true"
    return f"SELECT {select_columns(table, hidden)} FROM read_parquet([{listed}], {options})"


def select_columns(table: Table, hidden: frozenset[str] = frozenset()) -> str:
    """Return SQL for the columns of ``table``, with those in ``hidden`` null."""
    return ", ".join(
        f"CAST({'NULL' if column.name in hidden else column.name} AS {column.type}) AS {column.name}"
        for column in table.columns
    )


def _select_nothing(table: Table) -> str:
    columns = ", ".join(f"CAST(NULL AS {column.type}) AS {column.name}" for column in table.columns)
    return f"SELECT {columns} WHERE false"
