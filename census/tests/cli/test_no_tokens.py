"""Is the number of installations shown as unknown if no request carries a token, and not as 0?"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

from census_support.inputs.small_log import SmallLog
from census_support.processes.census_process import CensusProcess

DAYS = [datetime(2024, 1, day, 10, tzinfo=UTC) for day in (15, 16)]


def _log(path: Path, **tokens: str) -> None:
    log = SmallLog(start=DAYS[0])
    for _ in range(5):
        log.request("/main/linux-64/numpy-1.26.4-py311_0.conda", **tokens)
    log.write(path)


def test_nobody_has_the_plug_in(census: CensusProcess, tmp_path: Path) -> None:
    """Every surface says that installations are not known, and why."""
    _log(tmp_path / "a.log")
    census("ingest", "a.log")
    done = census("report", "--html", "page.html")
    shown, page = " ".join(done.stdout.split()), (tmp_path / "page.html").read_text()
    assert "Installations and environments are not known, also those of packages and agents" in shown
    assert "not known no request carries a" in shown
    assert re.search(r"total +not known +not known", done.stdout)
    assert "not known installations, not known environments" in done.stderr
    assert "Installations and environments are not known" in page
    assert ">not known<" in page
    report = json.loads(census("report", "--json").stdout)
    noted = {note["number"] for note in report["notes"] if note["note"].startswith("Not known: no request")}
    assert noted == {"installations", "environments", "active", "by_class", "first_seen"}


def test_one_token_is_enough(census: CensusProcess, tmp_path: Path) -> None:
    """What is seen then is a number, and nothing more is said."""
    _log(tmp_path / "a.log", client="c1", session="s1")
    census("ingest", "a.log")
    assert "not known" not in census("report").stdout
    notes = json.loads(census("report", "--json").stdout)["notes"]
    assert not [note for note in notes if note["note"].startswith("Not known")]


def test_a_lake_from_which_all_was_taken_out(census: CensusProcess, tmp_path: Path) -> None:
    """It has no number: the report is refused, as of a lake that is not there."""
    _log(tmp_path / "a.log", client="c1", session="s1")
    census("ingest", "a.log")
    census("sources", "--forget", "a.log")
    for options in ((), ("--json",), ("--since", "2024-01-15", "--until", "2024-01-16")):
        done = census("report", *options)
        assert (done.returncode, done.stdout) == (1, "")
        assert "run conda-census ingest" in done.stderr
        assert done.stderr.count("\n") == 1
