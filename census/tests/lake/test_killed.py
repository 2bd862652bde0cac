"""Is nothing lost or counted twice, wherever ``ingest`` is killed?"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from small_log import SmallLog

#: The steps are shared out, so that several processes can run this test at once.
SHARES = 4


@pytest.mark.parametrize("share", range(SHARES))
def test_killed_at_each_step_and_run_again_the_report_is_that_of_a_clean_run(
    share: int, tmp_path: Path
) -> None:
    """Every call of the pipeline, and every change of the file system, is once the last that a run makes."""
    log = SmallLog()
    for number in range(20):
        log.request(
            "/main/linux-64/numpy-1.26.4-py311_0.conda", client=f"c{number % 3}", session=f"s{number}"
        )
    log.text("garbage").request("/miniconda/Miniconda3-latest-Linux-x86_64.sh", agent="curl/8.5.0")
    other = SmallLog().request(client="c9", session="t1", environment="e9").request("/page")
    compressed = tmp_path / "other.log.gz"
    compressed.write_bytes(gzip.compress(other.content()))
    program = Path(__file__).with_name("kill_everywhere.py")
    logs = [str(log.write(tmp_path / "access.log")), str(compressed)]
    command = [sys.executable, program, tmp_path, str(share + 1), str(SHARES), *logs]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert (done.returncode, done.stderr) == (0, "")
    clean, *killed, last = [json.loads(line) for line in done.stdout.splitlines()]
    assert json.loads(clean["report"])["accounting"]["lines"] == 24
    assert json.loads(clean["report"])["downloads"]["total"] == 20
    assert len(killed) > 25
    assert all(run["killed"] for run in killed)
    assert not last["killed"]
    for run in [*killed, last]:
        assert run["report"] == clean["report"], f"killed at step {run['step']}"
        assert run["lines_again"] == 0, f"killed at step {run['step']}"
        assert run["left_over"] == [], f"killed at step {run['step']}"
