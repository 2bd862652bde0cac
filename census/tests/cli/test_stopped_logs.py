"""Does a monitor see that logs stopped coming, and nothing of old logs that are all that there are?"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from census_support.inputs.small_log import SmallLog
from census_support.processes.census_process import CensusProcess

TODAY = datetime.now(UTC)


def _log(folder: Path, days_ago: int) -> None:
    log = SmallLog(start=(TODAY - timedelta(days=days_ago)).replace(hour=0, minute=1))
    log.request(client="c", session=f"s{days_ago}").write(folder / f"{days_ago}.log")


def _days_without_log(census: CensusProcess, *options: str) -> tuple[int, list[str]]:
    done = census("sources", "--strict", "--json", *options)
    days = json.loads(done.stdout)["days"]
    return done.returncode, [day["day"] for day in days if day["state"] == "no_log"]


@pytest.mark.parametrize("newest", [0, 1])
def test_logs_that_go_on_are_complete(census: CensusProcess, tmp_path: Path, newest: int) -> None:
    """Those of today may not be there yet."""
    for days_ago in range(newest, 4):
        _log(tmp_path, days_ago)
    census("ingest", ".")
    assert _days_without_log(census) == (0, [])


@pytest.mark.takes_turns(5, among="the longest")
def test_logs_that_stopped_are_told(census: CensusProcess, tmp_path: Path) -> None:
    """Each day up to yesterday, with a first day or without; with --until the days up to that one."""
    for days_ago in (3, 4):
        _log(tmp_path, days_ago)
    census("ingest", ".")
    missing = [f"{TODAY - timedelta(days=days_ago):%Y-%m-%d}" for days_ago in (2, 1)]
    since = f"{TODAY - timedelta(days=4):%Y-%m-%d}"
    assert _days_without_log(census) == (1, missing)
    assert _days_without_log(census, "--since", since) == (1, missing)
    assert _days_without_log(census, "--until", f"{TODAY - timedelta(days=3):%Y-%m-%d}") == (0, [])
    assert census("sources", "--json").returncode == 0
    assert ", ".join(missing) in census("sources", "--strict", "--quiet").stderr


def test_old_logs_need_not_go_on(census: CensusProcess, tmp_path: Path) -> None:
    """Logs of years ago may be all that there are."""
    for days_ago in (700, 701):
        _log(tmp_path, days_ago)
    census("ingest", ".")
    assert _days_without_log(census) == (0, [])
