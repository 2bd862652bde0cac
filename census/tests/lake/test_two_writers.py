"""Two writers that work at the same time, and lose no line and count none twice."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from census_support.inputs.small_log import SmallLog
from census_support.processes.census_process import CensusProcess

#: A thousand by ``make fuzz``.
FILES = int(os.environ.get("CENSUS_SHARED_FILES", "300"))
LINES = 3
TIMEOUT_S = 300


@pytest.mark.takes_turns(5, among="the longest")
def test_two_writers_with_hundreds_of_files_between_them(tmp_path: Path) -> None:
    """Each finds all the files; the lake in the end is that of one writer."""
    logs = tmp_path / "logs"
    logs.mkdir()
    for number in range(FILES):
        log = SmallLog()
        for line in range(LINES):
            log.request(
                "/main/linux-64/numpy-1.26.4-py311_0.conda",
                client=f"c{number % 70}",
                session=f"s{number}-{line}",
            )
        log.write(logs / f"access-{number}.log")
    census = CensusProcess(tmp_path, {"CENSUS_CONFIG": str(tmp_path / "config")})
    census("ingest", "logs/access-0.log", "--lake", "alone")  # which makes the keys, as an operator does once
    arguments = ("ingest", "logs", "--lake", "shared", "--json", "--writer")
    writers = [census.start(*arguments, name) for name in ("a", "b")]
    told = [writer.communicate(timeout=TIMEOUT_S) for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0], told
    read = [json.loads(output)["lines"] for output, _ in told]
    assert sum(read) == FILES * LINES, read
    assert census("ingest", "logs", "--lake", "alone").returncode == 0
    shared, alone = (_report(census, lake) for lake in ("shared", "alone"))
    assert shared["accounting"]["lines"] == FILES * LINES
    assert shared["downloads"]["total"] == FILES * LINES
    assert shared == alone


def _report(census: CensusProcess, lake: str) -> dict[str, Any]:
    done = census("report", "--lake", lake, "--json")
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report
