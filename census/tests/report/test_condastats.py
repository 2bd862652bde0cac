"""Do exported downloads lie where, and look as, tools for the public package data expect?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from census_support.lakes.small_lake import SmallLake
from conda_census.errors import CensusError
from conda_census.reports.listings.condastats import export_condastats, what_was_left_out
from conda_census.settings_file import Hole


def _silent(_what: str, *, done: int, of: int) -> None:
    assert done < of


def _lake(lake: SmallLake) -> SmallLake:
    for day, hour in (("2024-01-30", 3), ("2024-01-30", 3), ("2024-02-01", 23)):
        time = datetime(*map(int, day.split("-")), hour, 30, tzinfo=UTC)  # type: ignore[misc]
        lake.source(day).download(
            day,
            "numpy",
            channel="conda-forge",
            subdir="linux-64",
            version="2.0.0",
            build="py312h_0",
            time=time,
        )
    return lake


def test_a_file_for_each_day_and_month(lake: SmallLake, tmp_path: Path) -> None:
    """Also for a day without a download, if it has a log; a second export writes the same files again."""
    tables = _lake(lake).source("2024-01-31").open()
    for _ in range(2):
        exported = export_condastats(tables, tmp_path, None, None, _silent)
    assert _written(tmp_path) == [
        "conda/hourly/2024/01/2024-01-30.parquet",
        "conda/hourly/2024/01/2024-01-31.parquet",
        "conda/hourly/2024/02/2024-02-01.parquet",
        "conda/monthly/2024/2024-01.parquet",
        "conda/monthly/2024/2024-02.parquet",
    ]
    assert exported | {"folder": ""} == {
        "folder": "", "since": "2024-01-30", "until": "2024-02-01", "files": 5, "rows": 4, "downloads": 3,
        "days_without_log": [], "months_left_out": [], "likely_copies": 0, "unread_logs": 0,
        "doubtful_logs": 0,
    }  # fmt: skip
    assert what_was_left_out(exported) == ""


def test_a_day_without_a_log_and_its_month_have_no_file(lake: SmallLake, tmp_path: Path) -> None:
    """Nothing is known of their downloads: a file would say that there were none, or too few."""
    exported = export_condastats(_lake(lake).open(), tmp_path, None, None, _silent)
    assert _written(tmp_path) == [
        "conda/hourly/2024/01/2024-01-30.parquet",
        "conda/hourly/2024/02/2024-02-01.parquet",
        "conda/monthly/2024/2024-02.parquet",
    ]
    assert (exported["files"], exported["downloads"]) == (3, 3)
    assert exported["days_without_log"] == ["2024-01-31"]
    assert exported["months_left_out"] == ["2024-01"]
    assert "2024-01-31; and the month 2024-01:" in what_was_left_out(exported)


def test_a_declared_hole_has_no_file_either(lake: SmallLake, tmp_path: Path) -> None:
    """Why there is no log makes no difference; a window without the day has its months."""
    tables = replace(_lake(lake).open(), holes=(Hole(date(2024, 1, 31), date(2024, 1, 31)),))
    assert export_condastats(tables, tmp_path, None, None, _silent)["files"] == 3
    day = date(2024, 1, 30)
    assert export_condastats(tables, tmp_path, day, day, _silent)["months_left_out"] == []
    assert "conda/monthly/2024/2024-01.parquet" in _written(tmp_path)


def _written(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in (folder / "conda").rglob("*.*"))


def test_pandas_reads_what_the_public_files_hold(lake: SmallLake, tmp_path: Path) -> None:
    """Times without a zone, texts as categories, counts as whole numbers."""
    export_condastats(_lake(lake).source("2024-01-31").open(), tmp_path, None, None, _silent)

    hours = pd.read_parquet(tmp_path / "conda/hourly/2024/01/2024-01-30.parquet")
    assert hours.to_dict("records") == [
        {
            "time": pd.Timestamp("2024-01-30 03:00"),
            "data_source": "conda-forge",
            "pkg_name": "numpy",
            "pkg_version": "2.0.0",
            "pkg_platform": "linux-64",
            "pkg_python": "3.12",
            "counts": 2,
        }
    ]
    assert {str(kind) for kind in hours.dtypes[1:6]} == {"category"}
    month = pd.read_parquet(tmp_path / "conda/monthly/2024/2024-02.parquet")
    assert month[["time", "counts"]].to_dict("records") == [{"time": "2024-02", "counts": 1}]
    empty = pq.read_table(tmp_path / "conda/hourly/2024/01/2024-01-31.parquet")
    assert (len(empty), empty.schema.names) == (0, list(hours.columns))


def test_a_window_cuts_its_months(lake: SmallLake, tmp_path: Path) -> None:
    """A month holds the days of the window alone."""
    tables = _lake(lake).source("2024-01-31").open()
    day = date(2024, 1, 31)
    assert export_condastats(tables, tmp_path, day, day, _silent)["files"] == 2
    assert len(pq.read_table(tmp_path / "conda/monthly/2024/2024-01.parquet")) == 0


def test_an_empty_lake_and_a_folder_that_cannot_be_made(lake: SmallLake, tmp_path: Path) -> None:
    """Each is told with what to do."""
    for window in ((None, None), (date(2024, 1, 1), date(2024, 1, 2))):
        with pytest.raises(CensusError, match="no day to export: nothing has been ingested yet: run conda-"):
            export_condastats(lake.open(), tmp_path, *window, _silent)
    (tmp_path / "file").write_text("")
    with pytest.raises(CensusError, match="cannot make the folder"):
        export_condastats(_lake(lake).open(), tmp_path / "file", None, None, _silent)
