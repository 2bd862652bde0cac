"""Does ``conda-census report`` write the files that are asked for, beside what it prints?"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from census_support.inputs.small_log import START, SmallLog
from census_support.processes.census_process import CensusProcess


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """One installation with one environment on two days."""
    log = SmallLog().request(client="c1", session="s1", environment="e1").write(tmp_path / "1.log")
    SmallLog(start=START + timedelta(days=1)).request(client="c1", session="s2", environment="e1").write(
        tmp_path / "2.log"
    )
    return log.parent / "*.log"


@pytest.mark.takes_turns(5, among="the longest")
def test_all_at_once(census: CensusProcess, log: Path, tmp_path: Path) -> None:
    """The page, charts and tables in one folder, and JSON alone on standard output."""
    census("ingest", log)

    done = census(
        "report", "--json", "--html", "page.html",
        *("--svg", "out", "--png", "out", "--csv", "out", "--parquet", "out/tables"),
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["installations"]["total"] == 1
    assert (tmp_path / "page.html").exists()
    for name in ("environments.svg", "environments.png", "by_day.csv", "tables/by_day.parquet"):
        assert (tmp_path / "out" / name).stat().st_size > 0
    assert done.stderr.startswith("wrote page.html, out, out/tables: 1 installations, 1 environments, ")
    assert done.stderr.endswith("0 downloads, 16 January 2024 to 17 January 2024\n")
    assert done.stderr.count("\n") == 1
    drawn = census("report", "--svg", "out", "--verbose").stderr
    assert "drawing environments.svg (1 of " in drawn


@pytest.mark.parametrize("option", ["--svg", "--png", "--csv", "--parquet"])
def test_a_folder_that_cannot_be_made(census: CensusProcess, log: Path, option: str) -> None:
    """One line that says what to do, and code 1."""
    census("ingest", log)

    done = census("report", "--json", option, "1.log")

    assert done.returncode == 1
    assert done.stderr == "conda-census: 1.log: this is no folder: choose another one\n"
