"""One Spark for all tests of the engines: it is slow to start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from pyspark.sql import SparkSession

from census_support.lakes.simulated_lake import simulated_lake
from census_support.processes.quick_spark import quick_spark
from conda_census.engines import java
from conda_census.engines import spark_session as sessions
from conda_census.lake.store import Lake


@pytest.fixture(scope="session")
def spark_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A session on the wheel's Java, as on a machine that has none. Tests with it: group ``spark``."""
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(java, "_javas", lambda: iter(()))
            for name, value in quick_spark(tmp_path_factory.mktemp("spark") / "conf").items():
                patch.setenv(name, value)
            session = stack.enter_context(sessions.spark_session(sessions.LOCAL))
        yield session


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """The lake of a made-up population."""
    return simulated_lake(tmp_path_factory.mktemp("simulated"))
