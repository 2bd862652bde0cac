"""Tables behind a report as files in a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, parquet

from conda_census.reports.render.output_files import make_folder, write_whole
from conda_census.reports.usage.schema import Report
from conda_census.reports.usage.tables import flat_tables

__all__ = ["TableKind", "parquet_bytes", "write_tables"]

TableKind = Literal["csv", "parquet"]

#: What a spreadsheet takes for the start of a formula.
_FORMULA = r"^[=+\-@\t\r]"


def write_tables(report: Report, folder: Path, kind: TableKind) -> None:
    """Write one file for each table, by its name; other files in the folder stay.

    In CSV, text from a log that a spreadsheet would run as a formula gets an apostrophe before it.

    Raises:
        CensusError: the folder cannot be created, or a file in it cannot be written.
    """
    make_folder(folder)
    for name, table in flat_tables(report).items():
        write_whole(folder / f"{name}.{kind}", _WRITE[kind](table), "table")


def _csv(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    csv.write_csv(_without_formulas(table), sink)
    return _bytes(sink)


def parquet_bytes(table: pa.Table) -> bytes:
    """Return the table as a Parquet file."""
    sink = pa.BufferOutputStream()
    parquet.write_table(table, sink)
    return _bytes(sink)


_WRITE: dict[TableKind, Callable[[pa.Table], bytes]] = {"csv": _csv, "parquet": parquet_bytes}


def _bytes(sink: pa.BufferOutputStream) -> bytes:
    written: bytes = sink.getvalue().to_pybytes()
    return written


def _without_formulas(table: pa.Table) -> pa.Table:
    for place, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            texts = table.column(place)
            told = pc.if_else(
                pc.match_substring_regex(texts, _FORMULA), pc.binary_join_element_wise("'", texts, ""), texts
            )
            table = table.set_column(place, field, told)
    return table
