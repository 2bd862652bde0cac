from __future__ import annotations

import csv
from pathlib import Path

import pytest
from pyarrow import parquet

from census_support.lakes.small_lake import SmallLake
from conda_census.errors import CensusError
from conda_census.reports.render.table_files import TableKind, write_tables
from conda_census.reports.usage.build import Report, make_report
from conda_census.reports.usage.tables import flat_tables


def test_csv_and_parquet_say_the_same(report: Report, tmp_path: Path) -> None:
    """Every table is there in both, with the same columns and as many rows."""
    write_tables(report, tmp_path / "tables", "csv")
    write_tables(report, tmp_path / "tables", "parquet")

    names = sorted(file.stem for file in (tmp_path / "tables").glob("*.csv"))
    assert names == sorted(file.stem for file in (tmp_path / "tables").glob("*.parquet"))
    assert names == sorted(flat_tables(report))
    for name in names:
        with (tmp_path / "tables" / f"{name}.csv").open(newline="") as file:
            heading, *rows = csv.reader(file)
        table = parquet.read_table(tmp_path / "tables" / f"{name}.parquet")
        assert (heading, len(rows)) == (table.column_names, table.num_rows)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_only_own_files_are_overwritten(report: Report, tmp_path: Path, kind: TableKind) -> None:
    """A stranger's file stays as it is, an older table is replaced whole, and no draft is left."""
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / f"by_day.{kind}").write_text("an older table")

    write_tables(report, tmp_path, kind)

    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert b"older" not in (tmp_path / f"by_day.{kind}").read_bytes()
    assert {file.name for file in tmp_path.iterdir() if not file.is_dir()} == {
        "notes.txt",
        *(f"{name}.{kind}" for name in flat_tables(report)),
    }


def test_a_name_from_a_log_is_no_formula(lake: SmallLake, tmp_path: Path) -> None:
    """A spreadsheet that opens the CSV runs nothing; Parquet has the name as it was."""
    lake.installer("2024-01-01", "curl", product='=HYPERLINK("x")', platform="-1", version="2024.1")
    report = make_report(lake.open())

    write_tables(report, tmp_path, "csv")
    write_tables(report, tmp_path, "parquet")

    with (tmp_path / "installers.csv").open(newline="") as file:
        row = next(csv.DictReader(file))
    assert (row["product"], row["platform"], row["version"]) == ('\'=HYPERLINK("x")', "'-1", "2024.1")
    assert parquet.read_table(tmp_path / "installers.parquet")["product"].to_pylist() == ['=HYPERLINK("x")']


def test_a_folder_that_cannot_be_made_is_one_clear_line(report: Report, tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "tables").write_text("a file")

    with pytest.raises(CensusError, match=r"tables: cannot make the folder .*: choose another one"):
        write_tables(report, tmp_path / "tables", "csv")
