"""Ingest without pandas, which takes as long to import as a small log to read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from census_support.inputs.small_log import SmallLog
from census_support.processes.census_process import CensusProcess

_TOLD = """
import atexit, sys
atexit.register(lambda: print("pandas" in sys.modules, file=sys.stderr))
from conda_census.cli import run
run()
"""


@pytest.mark.takes_turns(5, among="the longest")
def test_ingest_does_not_import_pandas(census: CensusProcess, tmp_path: Path) -> None:
    """But what needs it in the same process can."""
    SmallLog().request().write(tmp_path / "access.log")
    alone = replace(census, of_its_own=True)
    assert alone("ingest", "access.log", program=_TOLD).stderr.splitlines()[-1] == "False"
    strict = alone("ingest", "access.log", "--strict", program=_TOLD)
    assert strict.returncode == 0, strict.stderr
    assert strict.stderr.splitlines()[-1] == "True"  # its look at the days needs Ibis, which imports it
