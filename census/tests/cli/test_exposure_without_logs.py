"""Days without a log in ``conda-census exposure`` and ``exposures``: said in every output."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from census_support.inputs.osv_records import events, osv_record, write_records
from census_support.inputs.small_log import SmallLog
from census_support.lakes.exposed_lake import ADVISORY, exposed_lake
from census_support.oracles.parsed_page import ParsedPage
from census_support.processes.census_process import CensusProcess

_MISSING = (14, 15)


@pytest.fixture(scope="module")
def holed(tmp_path_factory: pytest.TempPathFactory) -> CensusProcess:
    """The lake of January without the logs of two days after the disclosure."""
    return exposed_lake(tmp_path_factory.mktemp("holed"), _MISSING)


def _json(census: CensusProcess, *arguments: str) -> dict[str, Any]:
    done = census(*arguments, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.takes_turns(5, among="the longest")
def test_json_says_which_days_and_knows_nothing_of_them(holed: CensusProcess) -> None:
    """The same fields as the report; healing is told up to the day before."""
    found = _json(holed, "exposure", ADVISORY)

    report = _json(holed, "report")
    assert found["window"] == report["window"]
    assert found["window"]["days_without_log"] == ["2024-01-14", "2024-01-15"]
    assert found["healing_until"] == "2024-01-13"
    assert found["exposed"] == {"low": None, "observed": None, "high": None}
    assert found["prevalent"] == {"entered": 3, "remediated": None, "exposed": None, "silent": None}
    assert found["upgraded_share"] == {"value": None, "low": None, "high": None}
    assert [point["day"] for point in found["curve"]["disclosure"]] == [0, 1, 2, 3]
    assert {row["downloads"] for row in found["still_downloaded"]} == {None}


@pytest.mark.takes_turns(5, among="the longest")
def test_the_terminal_says_it(holed: CensusProcess) -> None:
    """In the header, and in place of every number that is not known."""
    done = holed("exposure", ADVISORY)
    assert done.returncode == 0
    said = " ".join(done.stdout.split())
    assert "2 of 25 days have no log: nothing is known of them" in said
    assert "Active environments that hold an affected build: not known" in said
    assert "moved to an unaffected build: not known" in said
    assert "Half of them within: not known" in said
    assert "Known until 2024-01-13 only: the day after it has no log." in said
    assert "Not known: 2 of the 30 days up to 2024-01-25 have no log." in said
    assert "None" not in said


@pytest.mark.takes_turns(5, among="the longest")
def test_the_page_says_it(holed: CensusProcess) -> None:
    """Beside each card; the chart of healing has a band for the days, and ends before them."""
    assert holed("exposure", ADVISORY, "--html", "page.html").returncode == 0
    html = (holed.folder / "page.html").read_text()
    page = ParsedPage(html)
    assert "2 of 25 days have no log: nothing is known of them" in page.text
    assert "Exposed now not known days of the last 30 have no log" in page.text
    assert "Moved on not known 0.0 %" in page.text
    assert "on day 3, the last before a day without a log" in page.text
    assert "Half of them within not known not before a day without a log" in page.text
    assert "Unknown not known days of the last 30 have no log" in page.text
    assert "How often is not known: days of the last 30 have no log." in page.text
    assert "After 13 January 2024 it is not known, for days have no log." in html
    assert "None" not in page.text


@pytest.mark.takes_turns(5, among="the longest")
def test_all_advisories_say_it(holed: CensusProcess) -> None:
    """Each number that is null beside one advisory is null among several, in a pipe and on a terminal."""
    listed = _json(holed, "exposures")
    for row in listed["advisories"]:
        alone = _json(holed, "exposure", row["id"])
        for key in ("exposed", "prevalent", "incident", "healing_until"):
            assert row[key] == alone[key]
        assert row["upgraded_share"]["value"] is None
    assert [note["number"] for note in listed["notes"]] == ["exposed", "unknown"]
    piped = holed("exposures")
    assert [line.split("\t")[3:] for line in piped.stdout.splitlines()[1:]] == [["-"] * 5] * 2
    assert "2 of 25 days have no log" in piped.stderr
    assert "how much is not known." in piped.stderr


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.parametrize("command", [("exposure", ADVISORY), ("exposures",)], ids=" ".join)
def test_without_any_log_of_the_last_days_nothing_is_said(tmp_path: Path, command: tuple[str, ...]) -> None:
    """An error of one line that says what there is: nobody was active is not what is known."""
    census = CensusProcess(tmp_path)
    log = SmallLog()
    log.start = datetime(2024, 1, 1, 10, tzinfo=UTC)
    log.request(client="ada", session="s1").write(tmp_path / "first.log")
    log = SmallLog()
    log.start = datetime(2024, 3, 20, 10, tzinfo=UTC)
    log.request(client="ada", session="s2").write(tmp_path / "last.log")
    write_records(
        tmp_path / "records",
        osv_record("CVE-2024-1", events("introduced 0"), package="urllib3", published="2024-01-01T08:00:00Z"),
    )
    for arguments in (("ingest", "first.log", "last.log"), ("advisories", "import", "records")):
        assert census(*arguments).returncode == 0
    done = census(*command, "--as-of", "2024-03-10")
    assert (done.returncode, done.stdout) == (1, "")
    assert "2024-02-10 to 2024-03-10: no log of these days was read" in done.stderr
    assert "of 2024-01-01 to 2024-03-20, the last before these days of 2024-01-01: " in done.stderr
    assert done.stderr.count("\n") == 1
