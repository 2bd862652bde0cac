from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from census_support.lakes.small_lake import SmallLake
from conda_census.lake.schema import MEASURED, Table


@pytest.mark.parametrize("table", MEASURED, ids=lambda table: table.name)
def test_a_table_without_files_is_empty_and_has_its_columns(lake: SmallLake, table: Table) -> None:
    """A lake in which nothing was ever written answers every question with nothing, not with an error."""
    opened = getattr(lake.open(), table.name)

    assert opened.columns == tuple(column.name for column in table.columns)
    assert opened.count().execute() == 0


def test_the_types_are_the_same_with_and_without_files(lake: SmallLake) -> None:
    """A metric cannot tell an empty table from a full one by its types."""
    empty = lake.open()
    lake.session("2024-01-05", "s1").download("2024-01-05").installer("2024-01-05", "curl").source(
        "2024-01-05"
    )
    full = lake.open()

    for table in MEASURED:
        assert getattr(full, table.name).schema() == getattr(empty, table.name).schema()


def test_the_day_comes_from_the_folder(lake: SmallLake) -> None:
    """The day of a row is not in the Parquet file, only in the name of its folder."""
    tables = lake.session("2024-01-05", "s1").session("2024-02-29", "s2").open()

    days = tables.sessions.order_by("day").day.to_pyarrow().to_pylist()

    assert days == [date(2024, 1, 5), date(2024, 2, 29)]


def test_a_time_keeps_its_day_in_utc(lake: SmallLake, monkeypatch: pytest.MonkeyPatch) -> None:
    """A quarter to midnight in UTC is not tomorrow, wherever the operator's machine stands."""
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    late = datetime(2024, 1, 5, 23, 45, tzinfo=UTC)
    tables = lake.session("2024-01-05", "s1", last_time=late).open()

    assert tables.sessions.last_time.date().to_pyarrow().to_pylist() == [date(2024, 1, 5)]


def test_several_appends_are_one_table(lake: SmallLake) -> None:
    """Every file that the table has now is read, whichever batch wrote it."""
    lake.session("2024-01-05", "s1").open()
    tables = lake.session("2024-01-05", "s2").open()

    assert sorted(tables.sessions.session.to_pyarrow().to_pylist()) == [b"s1", b"s2"]


@pytest.mark.parametrize("name", ["with space", "it's", "a+b", "größe"])
def test_a_lake_may_lie_in_any_folder(tmp_path: Path, name: str) -> None:
    """A space is not percent-encoded, a quote does not end the name."""
    lake = SmallLake(tmp_path / name).session("2024-01-05", "s1")

    assert lake.open().sessions.session.to_pyarrow().to_pylist() == [b"s1"]


def test_what_is_kept_is_computed_once(lake: SmallLake) -> None:
    """It is a table as any other while it is needed, and gone afterwards."""
    tables = lake.session("2024-01-05", "s1").session("2024-01-06", "s2").open()
    by_day = tables.sessions.group_by("day").aggregate(sessions=tables.sessions.count())

    with tables.keep(by_day) as first, tables.keep(first.filter(first.sessions > 1)) as second:
        assert first.count().execute() == 2
        assert second.count().execute() == 0

    with pytest.raises(duckdb.CatalogException):
        first.count().execute()
