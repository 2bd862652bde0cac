"""Is the engine found that was asked for, and is a person told what it lacks?"""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from census_support.inputs.small_log import SmallLog
from census_support.lakes.small_lake import SmallLake
from census_support.processes.census_process import MAIN, CensusProcess
from conda_census.engines.choice import is_engine, opened
from conda_census.errors import EngineError

#: In front of the program: as if these were not installed.
WITHOUT_SPARK = f"import sys; sys.modules['pyspark'] = None; {MAIN}"


@pytest.fixture
def census(tmp_path: Path) -> CensusProcess:
    """``conda-census`` with a lake of one request."""
    census = CensusProcess(tmp_path)
    census("ingest", SmallLog().request().write(tmp_path / "access.log"))
    return census


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("duckdb", True),
        ("local-spark", True),
        ("spark://spark-master.example.org:7077", True),
        ("spark://192.0.2.1:7077,192.0.2.2:7077", True),
        ("spark", False),
        ("spark://192.0.2.1", False),
        ("spark://HOST:PORT", False),
        ("spark://192.0.2.1:7077/", False),
        ("local[*]", False),
        ("yarn", False),
    ],
)
def test_names_of_engines(name: str, known: bool) -> None:
    """Two words, and the address of a master or of several."""
    assert is_engine(name) is known


def test_duckdb_is_one_of_them(lake: SmallLake) -> None:
    """What is opened by its name is the lake."""
    lake.session("2024-01-05", "s1").open()
    with opened(lake, "duckdb") as tables:
        assert tables.sessions.session.to_pyarrow().to_pylist() == [b"s1"]


def test_an_unknown_engine(census: CensusProcess) -> None:
    """As an option it is wrong usage; elsewhere it is one line that names those that there are."""
    option = census("report", "--engine", "sqlite")
    assert (option.returncode, option.stdout) == (2, "")
    assert "choose one of duckdb, local-spark, spark://HOST:PORT" in " ".join(
        option.stderr.replace("│", "").split()
    )
    census.variables["CENSUS_ENGINE"] = "sqlite"
    variable = census("report")
    assert (variable.returncode, variable.stdout) == (1, "")
    assert variable.stderr == (
        "conda-census: sqlite: no engine of the census: choose one of duckdb, local-spark, spark://HOST:PORT\n"
    )


@pytest.mark.takes_turns(5, among="the longest")
def test_spark_that_is_not_installed(census: CensusProcess) -> None:
    """One line says what to install; a report by DuckDB never asks for it."""
    done = census("report", "--engine", "local-spark", program=WITHOUT_SPARK)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "conda-census: local-spark: pyspark is not installed: pip install 'conda-census[spark]'\n"
    )
    assert census("report", program=WITHOUT_SPARK).returncode == 0


@pytest.mark.takes_turns(5, among="the longest")
def test_a_java_that_does_not_start(census: CensusProcess) -> None:
    """What Java says of it is told in one line."""
    census.variables["JDK_JAVA_OPTIONS"] = "-XX:+Nonsense"
    done = census("report", "--engine", "local-spark")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "conda-census: Spark cannot be started (Unrecognized VM option 'Nonsense'): "
        "put this right, or use --engine duckdb\n"
    )


def test_a_master_that_does_not_answer(census: CensusProcess) -> None:
    """It is told at once, in one line."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        master = f"spark://127.0.0.1:{closed.getsockname()[1]}"
        done = census("report", "--engine", master)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"conda-census: {master}: no master answers there (Connection refused): "
        "check the address, and that the cluster runs\n"
    )


def test_no_lake_is_told_before_spark_starts(tmp_path: Path) -> None:
    """Nobody waits for a cluster to hear it."""
    done = CensusProcess(tmp_path)("report", "--engine", "spark://192.0.2.1:7077")
    assert (done.returncode, done.stdout) == (1, "")
    assert "census-lake: no lake here" in done.stderr


def test_an_engine_that_the_lake_is_opened_with_must_be_one(lake: SmallLake) -> None:
    """Also where no command asked first."""
    with pytest.raises(EngineError, match=r"yarn: no engine of the census"), opened(lake, "yarn"):
        pass
