"""Does Spark open a lake as DuckDB does?"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import ibis
import pytest
from pyspark.sql import SparkSession

from census_support.lakes.small_lake import SmallLake
from conda_census.engines.spark_engine import open_lake
from conda_census.engines.spark_session import explained
from conda_census.errors import EngineError

pytestmark = pytest.mark.xdist_group("spark")


def test_days_times_and_pseudonyms(lake: SmallLake, spark_session: SparkSession) -> None:
    """The day comes from the folder, a time keeps its day in UTC, a pseudonym is bytes, a list a list."""
    late = datetime(2024, 1, 5, 23, 45, tzinfo=UTC)
    lake.session("2024-01-05", "s1", last_time=late, organizations=["o1", "o2"]).open()

    (row,) = open_lake(lake, spark_session).sessions.to_pyarrow().to_pylist()

    assert (row["day"], row["last_time"], row["session"]) == (date(2024, 1, 5), late, b"s1")
    assert row["organizations"] == [b"o1", b"o2"]
    assert row["bytes"] is None


def test_several_appends_are_one_table(lake: SmallLake, spark_session: SparkSession) -> None:
    """Every file that the table has when it is opened is read, and no other."""
    lake.session("2024-01-05", "s1").session("2024-02-29", "s2").open()
    before = open_lake(lake, spark_session)
    lake.session("2024-01-05", "s3").open()
    after = open_lake(lake, spark_session)

    sessions = [sorted(each.sessions.session.to_pyarrow().to_pylist()) for each in (before, after)]
    assert sessions == [[b"s1", b"s2"], [b"s1", b"s2", b"s3"]]


@pytest.mark.parametrize("name", ["with space", "it's", "a+b", "größe", "{a,b}", "#1"])
def test_a_lake_may_lie_in_any_folder(name: str, tmp_path: Path, spark_session: SparkSession) -> None:
    """A name is neither a pattern nor an address."""
    lake = SmallLake(tmp_path / name).session("2024-01-05", "s1")
    lake.open()

    assert open_lake(lake, spark_session).sessions.session.to_pyarrow().to_pylist() == [b"s1"]


def test_what_is_kept_is_computed_once(lake: SmallLake, spark_session: SparkSession) -> None:
    """A number by chance stays the same while it is kept, and afterwards there is no such table."""
    lake.session("2024-01-05", "s1").open()
    tables = open_lake(lake, spark_session)
    by_chance = tables.sessions.mutate(number=ibis.random()).select("number")

    numbers = {by_chance.to_pyarrow()["number"][0].as_py() for _ in range(2)}
    with tables.keep(by_chance) as kept, tables.keep(kept.filter(kept.number < 1)) as again:
        kept_numbers = {each.to_pyarrow()["number"][0].as_py() for each in (kept, kept, again)}

    assert len(numbers) == 2
    assert len(kept_numbers) == 1
    with pytest.raises(EngineError, match=r"TABLE_OR_VIEW_NOT_FOUND"), explained():
        kept.to_pyarrow()


def test_a_file_that_cannot_be_read(lake: SmallLake, spark_session: SparkSession) -> None:
    """As where a worker has no such folder: one line says what every worker must have."""
    lake.session("2024-01-05", "s1").open()
    tables = open_lake(lake, spark_session)
    for file in lake.files("sessions"):
        Path(file).unlink()

    with (
        pytest.raises(EngineError, match=r"^Spark cannot read a file .*every worker"),
        explained(),
    ):
        tables.sessions.to_pyarrow()


def test_a_sum_that_is_too_large(lake: SmallLake, spark_session: SparkSession) -> None:
    """It is an error in one line, and no other number."""
    for name in ("s1", "s2"):
        lake.session("2024-01-05", name, bytes=2**63 - 1)
    lake.open()
    sessions = open_lake(lake, spark_session).sessions

    with pytest.raises(EngineError, match=r"^Spark failed \(.*overflow"), explained():
        sessions.aggregate(total=sessions.bytes.sum()).to_pyarrow()
