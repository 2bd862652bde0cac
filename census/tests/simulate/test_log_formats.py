"""Does each format carry what is simulated?"""

from __future__ import annotations

import copy
import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conda_census.config import Settings
from conda_census.engines.duckdb_engine import open_lake
from conda_census.ingest.pipeline import ingest
from conda_census.lake.store import Lake
from conda_census.logs.formats import BUILT_IN
from conda_census.reports.json_documents import json_text
from conda_census.reports.usage.build import make_report
from conda_census.simulate.log_lines import LOG_FORMATS
from conda_census.simulate.logs import LogShape, simulate
from conda_census.simulate.scenario import PRESETS, Scenario

#: Where a client hangs up, CloudFront's logs say less than others.
SCENARIO = replace(Scenario(installations=400, days=3, seed=8), **PRESETS["hostile"] | {"interrupted": 0.0})
DAYS = 3
FILES_PER_DAY = 2


@pytest.fixture(scope="module")
def combined(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The report over logs of the combined format."""
    return _report("combined", tmp_path_factory.mktemp("combined"))


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize("name", [name for name in LOG_FORMATS if name not in ("combined", "common")])
def test_the_report_is_the_same_in_each_format(name: str, combined: dict[str, Any], tmp_path: Path) -> None:
    """To the last digit, though formats name the reasons why garbage does not count each in its own way."""
    report = _report(name, tmp_path)

    headers = LOG_FORMATS[name].header.count("\n") * DAYS * FILES_PER_DAY
    assert report["accounting"]["dropped"].get("directive", 0) == headers
    assert _without_reasons(report, headers) == _without_reasons(combined, 0)
    assert combined["installations"]["total"] > 100


@pytest.mark.takes_turns(5, among="the longest")
def test_the_common_format_knows_no_user_agents(combined: dict[str, Any], tmp_path: Path) -> None:
    """So it has all lines and no installation."""
    report = _report("common", tmp_path)

    assert report["accounting"]["lines"] == combined["accounting"]["lines"]
    assert report["accounting"]["other_share"] == combined["accounting"]["other_share"]
    assert report["installer_downloads"]["total"] == combined["installer_downloads"]["total"] > 0
    assert report["installations"]["total"] == report["environments"]["total"] == 0


def test_every_format_that_is_read_can_be_written() -> None:
    """By the same name."""
    assert sorted(LOG_FORMATS) == sorted(BUILT_IN)


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.parametrize(
    ("name", "status", "reason"), [("combined", "499", None), ("cloudfront", "000", "no_answer")]
)
def test_a_client_that_hangs_up_is_logged_as_its_server_does(
    name: str, status: str, reason: str | None, tmp_path: Path
) -> None:
    """Half of what is interrupted, and every download is here: 499 is a request, and 000 no answer."""
    scenario = replace(SCENARIO, days=1, interrupted=1.0, ranged=0.0, garbage=0.0)
    report = _report(name, tmp_path, scenario)

    text = gzip.decompress(next((tmp_path / "logs").glob("*-0.log.gz")).read_bytes()).decode()
    assert f"\t{status}\t" in text or f'" {status} 0 ' in text
    truth = json.loads((tmp_path / "logs/truth.json").read_text())
    assert report["downloads"]["total"] == truth["downloads"] + truth["broken_off"]
    no_answer = report["accounting"]["dropped"].get("no_answer", 0)
    assert no_answer == (truth["downloads"] - truth["broken_off"] if reason else 0)


def test_a_header_stands_at_the_start_of_each_file(tmp_path: Path) -> None:
    """As CloudFront writes it."""
    simulate(replace(SCENARIO, days=1), tmp_path / "logs", LogShape("cloudfront", 3), _quietly)
    files = sorted((tmp_path / "logs").glob("*.gz"))
    starts = [gzip.decompress(file.read_bytes()).decode().splitlines(keepends=True)[0] for file in files]
    assert starts == ["#Version: 1.0\n"] * 3


def _quietly(_what: str, *, done: int, of: int) -> None:
    assert 0 <= done < of


def _report(name: str, folder: Path, scenario: Scenario = SCENARIO) -> dict[str, Any]:
    truth = simulate(scenario, folder / "logs", LogShape(name, FILES_PER_DAY), _quietly)
    settings = Settings(lake=folder / "lake", config_folder=folder / "config", writer="main", formats=())
    summary = ingest([str(folder / "logs")], settings, "auto", lambda **_: None)
    assert (summary.failed, summary.lines) == (0, truth["lines"])
    lake = Lake.open(settings.lake)
    assert {row["format"] for row in lake.table("sources").to_pyarrow_table().to_pylist()} == {name}
    report: dict[str, Any] = json.loads(json_text(make_report(open_lake(lake))))
    return report


def _without_reasons(report: dict[str, Any], headers: int) -> dict[str, Any]:
    report = copy.deepcopy(report)
    accounting = report["accounting"]
    accounting["dropped"] = sum(accounting["dropped"].values()) - headers
    accounting["lines"] -= headers
    for day in report["completeness"]:
        for name in ("lines", "dropped"):  # the headers are in them
            day.pop(name, None)
    return report
