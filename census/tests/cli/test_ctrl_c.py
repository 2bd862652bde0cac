"""Does Ctrl-C stop a run as it stops other programs, and does the next run do the work?"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from census_support.inputs.small_log import SmallLog
from census_support.processes.census_process import CensusProcess

# What DuckDB is asked here takes for ever; it is told on standard error when it begins.
PROGRAM = """
import sys
from conda_census.ingest import background_rows

def work_long(connection, *more):
    print("working", file=sys.stderr, flush=True)
    connection.execute("SELECT count(*) FROM range(10_000_000) a, range(10_000_000) b WHERE a <> b")

background_rows.rows_of_requests = work_long
from conda_census.cli import main
main()
"""


@pytest.mark.takes_turns(5, among="the longest")
def test_ctrl_c_while_duckdb_works(census: CensusProcess, tmp_path: Path) -> None:
    """The process ends within seconds, without a traceback, and nothing is lost."""
    SmallLog().request().write(tmp_path / "access.log")
    run = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "ingest", "access.log"],
        cwd=tmp_path,
        env=census.environment(),
        stderr=subprocess.PIPE,
        text=True,
    )
    with run:
        assert run.stderr is not None
        for line in run.stderr:
            if line == "working\n":
                break
        told = _press_until_it_ends(run)
    assert run.returncode in {130, -signal.SIGINT}
    assert "Traceback" not in told
    assert json.loads(census("ingest", "access.log", "--json").stdout)["lines"] == 1


def _press_until_it_ends(run: subprocess.Popen[str]) -> str:
    """Press Ctrl-C, and again as a person would where nothing happens for some seconds."""
    run.send_signal(signal.SIGINT)
    try:
        return run.communicate(timeout=10)[1]
    except subprocess.TimeoutExpired:
        run.send_signal(signal.SIGINT)
        return run.communicate(timeout=10)[1]
