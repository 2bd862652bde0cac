"""Does a real cluster compute the report?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from census_support.processes.census_process import CensusProcess
from census_support.processes.quick_spark import quick_spark
from census_support.processes.spark_cluster import spark_cluster
from conda_census.lake.store import Lake

pytestmark = pytest.mark.xdist_group("spark")


@pytest.mark.takes_turns(5, among="the longest")
def test_a_cluster_gives_the_report_of_duckdb(simulated: Lake, tmp_path: Path) -> None:
    """The same bytes on standard output, and nothing else there or on standard error."""
    variables = quick_spark(tmp_path / "conf")
    census = CensusProcess(tmp_path, {"CENSUS_LAKE": str(simulated.path)}, timeout_s=600)
    expected = census("report", "--json", "--package", "numpy")
    census.variables |= variables
    with spark_cluster(tmp_path, variables) as master:
        done = census("report", "--json", "--package", "numpy", "--engine", master)
        applications = list(tmp_path.glob("app-*"))

    assert done.stderr == ""
    assert json.loads(done.stdout)["packages"]["package"]
    assert done.stdout == expected.stdout
    # A worker had the work: this process only asked.
    assert len(applications) == 1
    assert list(applications[0].glob("*/stderr"))
