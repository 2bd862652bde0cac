"""Do both engines answer every question alike?"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from pyspark.sql import SparkSession

import conda_census.metrics
from census_support.lakes.exposure_questions import EXPOSURE_QUESTIONS, AskedOfExposure, asked_of_exposure
from census_support.lakes.questions import NOT_ASKED, QUESTIONS, Asked, asked, same
from census_support.lakes.small_lake import SmallLake
from conda_census.engines import duckdb_engine as duckdb
from conda_census.engines import spark_engine as spark
from conda_census.lake.schema import MEASURED
from conda_census.lake.store import Lake
from conda_census.metrics.sample import Sample
from conda_census.reports.json_documents import to_json
from conda_census.reports.listings.source_list import list_what_was_read
from conda_census.reports.usage.build import make_report

pytestmark = pytest.mark.xdist_group("spark")


@dataclass(frozen=True)
class Engines:
    """One lake, opened by both."""

    duckdb: Asked
    spark: Asked


@pytest.fixture(scope="module")
def engines(simulated: Lake, spark_session: SparkSession) -> Iterator[Engines]:
    """The lake of a made-up population."""
    by_spark = spark.open_lake(simulated, spark_session)
    with asked(duckdb.open_lake(simulated)) as one, asked(by_spark) as other:
        yield Engines(one, other)


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize("question", QUESTIONS)
def test_both_engines_give_the_same_answer(question: str, engines: Engines) -> None:
    """Of a lake that has something of everything, so that no answer is empty."""
    expected = QUESTIONS[question](engines.duckdb)

    assert expected
    assert same(QUESTIONS[question](engines.spark), expected)


@pytest.fixture(scope="module")
def exposure(engines: Engines) -> Iterator[tuple[AskedOfExposure, AskedOfExposure]]:
    """Of many advisories at once, by DuckDB and by Spark."""
    until = engines.duckdb.window.until
    assert until
    with (
        asked_of_exposure(engines.duckdb.tables, until) as one,
        asked_of_exposure(engines.spark.tables, until) as other,
    ):
        yield one, other


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize("question", EXPOSURE_QUESTIONS)
def test_both_engines_say_the_same_of_exposure(
    question: str, exposure: tuple[AskedOfExposure, AskedOfExposure]
) -> None:
    """Of the same lake, in which every advisory finds somebody."""
    one, other = exposure
    expected = EXPOSURE_QUESTIONS[question](one)

    assert expected
    assert same(EXPOSURE_QUESTIONS[question](other), expected)


def test_every_metric_is_asked() -> None:
    """A new module of ``metrics`` belongs into ``questions.py``."""
    found = pkgutil.walk_packages(conda_census.metrics.__path__, "conda_census.metrics.")
    modules = {module.name.rpartition(".")[2] for module in found if not module.ispkg}

    assert modules == QUESTIONS.keys() | NOT_ASKED.keys()


@pytest.mark.takes_turns(5, among="the longest")
def test_the_whole_report_is_the_same(engines: Engines) -> None:
    """Every key of the document, with the versions of a package among them."""
    expected: Any = to_json(make_report(engines.duckdb.tables, package="numpy"))

    assert expected["packages"]["package"]
    assert all(expected["installations"]["by_class"].values())
    assert same(to_json(make_report(engines.spark.tables, package="numpy")), expected)


@pytest.mark.takes_turns(5, among="the longest")
def test_the_report_on_a_sample_is_the_same(engines: Engines) -> None:
    """Both take the same installations, for both compare bytes as numbers without sign."""
    one_in_two = Sample(2)
    expected: Any = to_json(make_report(engines.duckdb.tables, sample=one_in_two))

    assert expected["sample"]
    assert same(to_json(make_report(engines.spark.tables, sample=one_in_two)), expected)


@pytest.mark.takes_turns(5, among="the longest")
def test_an_empty_lake_gives_the_same_report(lake: SmallLake, spark_session: SparkSession) -> None:
    """Nothing is null for one engine and 0 for the other."""
    expected: Any = to_json(make_report(lake.open()))
    by_spark = spark.open_lake(lake, spark_session)

    assert expected["window"]["since"] is None
    assert same(to_json(make_report(by_spark)), expected)
    assert same(to_json(list_what_was_read(by_spark)), to_json(list_what_was_read(lake.open())))


def test_columns_and_types_are_the_same(
    engines: Engines, lake: SmallLake, spark_session: SparkSession
) -> None:
    """With files and without, so that a metric cannot tell an engine by its types."""
    empty = spark.open_lake(lake, spark_session)

    for table in MEASURED:
        expected = getattr(engines.duckdb.tables, table.name).schema()
        assert getattr(engines.spark.tables, table.name).schema() == expected
        assert getattr(empty, table.name).schema() == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, 2), (1, 1.0), (0.5, 0.5000001), ([1], [1, 2]), ({"a": 1}, {"b": 1}), (None, 0), ((1,), [1])],
)
def test_what_is_not_the_same(one: object, other: object) -> None:
    """The comparison of these tests can fail."""
    assert not same(one, other)
    assert same(one, one)
