"""Does a command that ends with code 1 say on standard error what is wrong and what to do?"""

from __future__ import annotations

from pathlib import Path

import pytest

from census_support.inputs.small_log import SmallLog
from census_support.processes.census_process import CensusProcess

pytestmark = pytest.mark.takes_turns(2)


@pytest.fixture
def lake(census: CensusProcess, tmp_path: Path) -> Path:
    """A lake of one log."""
    SmallLog().request(client="c1", session="s1").request("/page").write(tmp_path / "a.log")
    assert census("ingest", "a.log").returncode == 0
    return tmp_path / "census-lake"


@pytest.mark.parametrize("how", [(), ("--json",), ("--quiet",), ("--json", "--quiet")], ids=" ".join)
@pytest.mark.parametrize(
    ("command", "what_to_do"),
    [
        (("sources", "--verify"), "damaged: sessions/day="),
        (("repair", "--check"), "damaged: sessions has a file of 2024-01-16 missing or damaged"),
    ],
)
def test_a_damaged_lake_is_told_in_one_line(
    census: CensusProcess, lake: Path, command: tuple[str, ...], what_to_do: str, how: tuple[str, ...]
) -> None:
    """Whoever reads only standard error knows what to run."""
    next(lake.glob("sessions/day=*/*.parquet")).unlink()
    done = census(*command, *how)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert f"census-lake: {what_to_do}" in done.stderr
    assert "run conda-census repair" in done.stderr
    assert done.stdout


def test_a_whole_lake_is_silent(census: CensusProcess, lake: Path) -> None:
    """And the exit code is 0."""
    for command in (("sources", "--verify"), ("repair", "--check")):
        done = census(*command)
        assert (done.returncode, done.stderr) == (0, ""), lake


@pytest.mark.parametrize("how", [(), ("--json",), ("--quiet",)], ids=" ".join)
def test_what_is_set_aside_is_told_once(
    census: CensusProcess, lake: Path, tmp_path: Path, how: tuple[str, ...]
) -> None:
    """A strict run that ends with code 1 for it says so, whatever else it prints."""
    (tmp_path / "b.log").write_text("no access log\n" * 9)
    census("ingest", "a.log", "b.log")
    done = census("ingest", "a.log", "b.log", "--strict", *how)
    assert done.returncode == 1, lake
    assert done.stderr.count("1 set aside: see conda-census sources --set-aside") == 1


def test_days_beyond_the_logs_are_told_beside_json(census: CensusProcess, lake: Path) -> None:
    """As a report says it; a monitor is told which days have no log."""
    done = census("sources", "--since", "2024-03-01", "--until", "2024-03-02", "--json")
    assert done.returncode == 1, lake
    told = (
        "2024-03-01 to 2024-03-02: no log of these days was read: the logs that were read are of 2024-01-16"
    )
    assert told in done.stderr
    assert told in census("report", "--since", "2024-03-01", "--until", "2024-03-02").stderr
    strict = census("sources", "--since", "2024-03-01", "--until", "2024-03-02", "--strict")
    assert strict.returncode == 1
    assert "2 days have no log: 2024-03-01, 2024-03-02: read the logs" in strict.stderr


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--sample", "3"), "--sample"),
        (("--dry-run",), "--dry-run"),
        (("--forget", "a.log", "--verify"), "--forget"),
        (("--forget", "a.log", "--set-aside"), "--forget"),
        (("--verify", "--set-aside"), "--verify"),
        (("--verify", "--retry", "all"), "--verify"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value,
)
def test_an_option_without_its_task_is_wrong_usage(
    census: CensusProcess, lake: Path, options: tuple[str, ...], named: str
) -> None:
    """Nothing that is asked for is left undone without a word."""
    done = census("sources", *options)
    assert (done.returncode, done.stdout) == (2, ""), lake
    assert named in done.stderr
