"""Does Spark count as ``docs/how-to/own-queries.md`` says, also after a compaction?"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from census_support.oracles.documented import blocks
from conda_census.engines.duckdb_engine import open_lake
from conda_census.lake.compaction import compact
from conda_census.lake.store import Lake

DOCUMENT = Path(__file__).parents[3] / "docs" / "how-to" / "own-queries.md"

pytestmark = pytest.mark.xdist_group("spark")


def test_spark_as_documented(
    simulated: Lake, spark_session: SparkSession, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The code of the document reads the files that the table consists of now."""
    shutil.copytree(simulated.path, tmp_path / "census-lake")
    lake = Lake.open(tmp_path / "census-lake")
    compact(lake, 7, lambda *_, **__: None)
    monkeypatch.chdir(tmp_path)
    (code,) = [block for block in blocks(DOCUMENT.read_text(), "python") if "spark" in block]
    names: dict[str, object] = {"spark": spark_session}
    exec(code, names)  # noqa: S102  our own document
    assert names["total"] == open_lake(lake).downloads.count().to_pyarrow().as_py() > 0
