"""How does DuckDB open a lake? Each table as a view over the Parquet files that it has now."""

from __future__ import annotations

import ibis
from ibis.backends.duckdb import Backend

from conda_census.engines.tables import LakeFiles, LakeTables
from conda_census.lake.tables import MEASURED, Table

__all__ = ["open_lake"]


def open_lake(lake: LakeFiles) -> LakeTables:
    """The tables of ``lake`` as it stands now; a table without files is empty and has its columns.

    What is appended to the lake afterwards is not seen: open it again.
    """
    connection = ibis.duckdb.connect()
    connection.raw_sql("SET TimeZone = 'UTC'")
    for table in MEASURED:
        _create_view(connection, table, lake.files(table.name))
    return LakeTables(
        sessions=connection.table("sessions"),
        downloads=connection.table("downloads"),
        installer_downloads=connection.table("installer_downloads"),
        sources=connection.table("sources"),
    )


def _create_view(connection: Backend, table: Table, files: list[str]) -> None:
    select = _select_files(table, files) if files else _select_nothing(table)
    connection.raw_sql(f"CREATE VIEW {table.name} AS {select}")


def _select_files(table: Table, files: list[str]) -> str:
    columns = ", ".join(f"CAST({column.name} AS {column.type}) AS {column.name}" for column in table.columns)
    listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
    options = "hive_partitioning = true, hive_types = {'day': DATE}, union_by_name = true"
    return f"SELECT {columns} FROM read_parquet([{listed}], {options})"


def _select_nothing(table: Table) -> str:
    columns = ", ".join(f"CAST(NULL AS {column.type}) AS {column.name}" for column in table.columns)
    return f"SELECT {columns} WHERE false"
