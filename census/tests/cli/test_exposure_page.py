from __future__ import annotations

import json
from pathlib import Path

import pytest

from census_support.inputs.small_log import SmallLog
from census_support.processes.census_process import CensusProcess


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """One environment that fetched numpy 1.0."""
    numpy = "/main/linux-64/numpy-1.0-py311_0.conda"
    log = SmallLog().request(numpy, client="c1", session="s1", environment="e1")
    return log.write(tmp_path / "access.log")


@pytest.mark.takes_turns(5, among="the longest")
def test_an_exposure_as_a_page(census: CensusProcess, log: Path, tmp_path: Path) -> None:
    """Beside what is printed; standard output is JSON alone."""
    census("ingest", log)

    done = census("exposure", "--package", "numpy", "--below", "2", "--json", "--html", "numpy.html")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["exposed"]["observed"] == 1
    assert done.stderr.startswith("wrote numpy.html: numpy below 2: exposed environments 1, between 1 ")
    assert done.stderr.count("\n") == 1
    assert "<h1>numpy below 2</h1>" in (tmp_path / "numpy.html").read_text()


def test_a_page_that_cannot_be_written(census: CensusProcess, log: Path) -> None:
    """One line that says what to do, and code 1."""
    census("ingest", log)

    done = census("exposure", "--package", "numpy", "--below", "2", "--html", "missing/numpy.html")

    assert done.returncode == 1
    assert done.stderr == ("conda-census: missing/numpy.html: there is no folder missing: make it first\n")
