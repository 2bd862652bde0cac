"""Is nothing lost or counted twice, wherever ``ingest`` is killed?"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from census_support.inputs.seed_of_day import seed_of_day
from census_support.inputs.small_log import SmallLog

#: The steps are shared out, so that several processes can run this test at once.
SHARES = 2
#: Killed at one in so many steps, and so often at random; at all, and 200 times, by ``make fuzz``.
EVERY = int(os.environ.get("CENSUS_KILL_EVERY", "16"))
RANDOM_KILLS = int(os.environ.get("CENSUS_RANDOM_KILLS", "20"))
#: Which of the steps, and which moments: others each day.
SEED = seed_of_day()


@pytest.mark.takes_turns(2)
@pytest.mark.parametrize("share", range(SHARES))
def test_killed_at_each_step_and_run_again_the_rows_are_those_of_a_clean_run(
    share: int, tmp_path: Path
) -> None:
    """Whatever a run leaves on the disk between two of its calls, it is once what a killed run leaves.

    Here at one step in sixteen, others each day, by ``make fuzz`` at each.
    """
    log = SmallLog()
    for number in range(20):
        log.request(
            "/main/linux-64/numpy-1.26.4-py311_0.conda", client=f"c{number % 3}", session=f"s{number}"
        )
    log.text("garbage").request("/miniconda/Miniconda3-latest-Linux-x86_64.sh", agent="curl/8.5.0")
    other = SmallLog().request(client="c9", session="t1", environment="e9").request("/page")
    compressed = tmp_path / "other.log.gz"
    compressed.write_bytes(gzip.compress(other.content()))
    logs = [str(log.write(tmp_path / "access.log")), str(compressed)]
    clean, *killed, last = _runs(tmp_path, "steps", share * EVERY + SEED % EVERY + 1, SHARES * EVERY, logs)
    assert clean["told"]["downloads"].count("numpy") == 20
    assert {number in clean["told"]["sources"] for number in ("'22', '21'", "'2', '2'")} == {True}
    assert len(killed) * EVERY > 12
    assert all(run["killed"] for run in killed)
    assert not last["killed"]
    for run in [*killed, last]:
        assert run["told"] == clean["told"], f"seed {SEED}, killed at step {run['step']}"
        assert run["lines_again"] == 0, f"seed {SEED}, killed at step {run['step']}"
        assert run["left_over"] == [], f"seed {SEED}, killed at step {run['step']}"


@pytest.mark.takes_turns(2)
@pytest.mark.parametrize("share", range(SHARES))
def test_killed_at_random_moments_the_report_is_that_of_a_clean_run(share: int, tmp_path: Path) -> None:
    """Also between two steps, in DuckDB, while threads write; ten times before a run may end its work.

    Here 20 kills, by ``make fuzz`` 200.
    """
    logs = []
    for file in range(4):
        log = SmallLog()
        for number in range(300):
            log.request(
                f"/main/linux-64/numpy-1.26.{number % 9}-py311_0.conda",
                client=f"c{number % 40}",
                session=f"s{file}{number}",
            )
        logs.append(str(log.text("garbage").write(tmp_path / f"access-{file}.log")))
    clean, *runs = _runs(tmp_path, "random", RANDOM_KILLS // SHARES, SEED * SHARES + share, logs)
    assert clean["told"]["accounting"]["lines"] == 4 * 301
    assert clean["told"]["downloads"]["total"] == 4 * 300
    assert sum(run["killed"] for run in runs) == RANDOM_KILLS // SHARES
    for run in runs:
        assert (run["told"], run["lines_again"], run["left_over"]) == (clean["told"], 0, []), f"seed {SEED}"


def _runs(folder: Path, way: str, first: int, second: int, logs: list[str]) -> list[dict[str, Any]]:
    program = Path(__file__).with_name("kill_everywhere.py")
    command = [sys.executable, program, folder, way, str(first), str(second), *logs]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert (done.returncode, done.stderr) == (0, "")
    return [json.loads(line) for line in done.stdout.splitlines()]
