"""Does a census of the simulated logs find what is true of them?"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.trials.simulated_tables import simulate_tables
from conda_census.config import Settings
from conda_census.engines.duckdb_engine import open_lake
from conda_census.errors import CensusError
from conda_census.ingest.pipeline import ingest
from conda_census.lake.store import Lake
from conda_census.reports.json_documents import to_json
from conda_census.reports.usage.build import make_report
from conda_census.simulate.lake import simulate_lake
from conda_census.simulate.logs import LogShape, simulate
from conda_census.simulate.scenario import DIALS, PRESETS, Scenario, preset
from conda_census.simulate.true_population import populate
from conda_census.simulate.truth import Truth

PLAIN = Scenario(installations=300, days=14, seed=5)
Census = Callable[[Scenario], tuple[Truth, dict[str, Any]]]


def _quietly(_what: str, *, done: int, of: int) -> None:
    assert 0 <= done < of


@pytest.fixture
def census(tmp_path: Path) -> Census:
    """Simulate a scenario, ingest its logs, and report."""

    def census(scenario: Scenario) -> tuple[Truth, dict[str, Any]]:
        out = tmp_path / "logs"
        truth = simulate(scenario, out, LogShape(files_per_day=2), _quietly)
        assert json.loads((out / "truth.json").read_text()) == truth
        settings = Settings(
            lake=tmp_path / "lake", config_folder=tmp_path / "config", writer="main", formats=()
        )
        summary = ingest([str(out)], settings, "auto", lambda **_: None)
        assert summary.failed == 0
        assert summary.lines == truth["lines"]
        assert sum(summary.dropped.values()) == summary.lines - summary.requests
        return truth, to_json(make_report(open_lake(Lake.open(settings.lake))))

    return census


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize(
    "dials",
    [
        {},
        {"opted_out": 0.2, "without_plugin": 0.3},
        {"shared_addresses": 0.8},
        {"images": 0.5},
        {"ci": 0.1},
        {"clones": 0.5},
        {"cache_hits": 0.5},
        {"silent": 0.3},
        {"interrupted": 0.3},
        {"ranged": 0.3},
        {"late": 0.1},
        {"other_clients": 0.2, "garbage": 0.1},
        {"single": 1.0},
        PRESETS["hostile"],
        PRESETS["realistic"],
    ],
    ids=lambda dials: ",".join(dials)[:40] or "plain",
)
def test_the_census_finds_what_the_logs_show(dials: dict[str, float], census: Census) -> None:
    """Counts are exact under every dial: what a dial hides is hidden from the truth of the logs too."""
    scenario = replace(PLAIN, **dials)
    truth, report = census(scenario)

    installations, environments = report["installations"], report["environments"]
    assert installations["total"] == truth["installations"] > 0
    assert installations["by_class"] == truth["by_class"]
    assert environments["per_installation"] == truth["per_installation"]
    assert environments["total"] == truth["environments"]
    assert environments["single_share"]["value"] == pytest.approx(truth["single_share"])
    assert report["sessions"]["total"] == truth["sessions"]
    # Pieces that came without a session token to one address within an hour may be of one download or of two;
    # and of a file that was only ever seen broken off nobody knows how many pieces make it.
    slack = 0.01 if scenario.ranged and (scenario.without_plugin or scenario.interrupted) else 0
    look_whole = truth["downloads"] + truth["broken_off"]
    assert report["downloads"]["total"] == pytest.approx(look_whole, rel=slack)
    days = {row["day"]: row["installations"] for row in report["by_day"]}
    assert {row["day"]: row["installations"] for row in truth["by_day"]} == days
    assert sum(row["sessions"] for row in truth["by_day"]) == truth["sessions"]
    assert sum(row["new"] for row in truth["by_day"]) == truth["installations"]
    found = {
        (row["period"], row["product"], row["version"], row["platform"]): row["downloads"]
        for row in _summed(report)
    }
    true = {
        (row["period"], row["product"], row["version"], row["platform"]): row["downloads"]
        for row in truth["installer_downloads"]
    }
    assert found == true


@pytest.mark.takes_turns(5, among="the longest")
def test_installer_downloads_are_told_by_month_and_by_quarter(tmp_path: Path) -> None:
    """February and March are of one quarter, April of the next."""
    scenario = replace(PLAIN, installations=3000, days=61, since=date(2024, 2, 15), activity=0)
    truth = simulate_lake(scenario, tmp_path / "lake", _quietly)

    months, quarters = Counter[str](), Counter[str]()
    for row in truth["installer_downloads"]:
        months[row["period"]] += row["downloads"]
    for row in truth["installer_downloads_by_quarter"]:
        quarters[row["period"]] += row["downloads"]
    assert list(months) == ["2024-02", "2024-03", "2024-04"]
    assert quarters == {"2024-Q1": months["2024-02"] + months["2024-03"], "2024-Q2": months["2024-04"]}
    assert len({row["product"] for row in truth["installer_downloads_by_quarter"]}) == 2


def test_an_installation_is_new_once() -> None:
    """Counted here from the rows of the sessions, day by day."""
    simulated = simulate_tables(replace(PLAIN, opted_out=0.2, images=0.3))
    truth, rows = simulated.truth, simulated.tables["sessions"].to_pylist()
    known: set[bytes] = set()
    for told in truth["by_day"]:
        clients = [row["client"] for row in rows if str(row["day"]) == told["day"] and row["client"]]
        assert told["sessions"] == len(clients)
        assert told["installations"] == len(set(clients))
        assert told["new"] == len(set(clients) - known)
        known.update(clients)
    assert len(truth["by_day"]) == 14


@pytest.mark.takes_turns(5, among="the longest")
def test_clones_have_the_token_of_the_first(census: Census) -> None:
    """All others do here: each installation seems to have one environment, and the truth knows better."""
    truth, report = census(replace(PLAIN, clones=1.0))

    assert report["environments"]["total"] == truth["environments"] == truth["installations"]
    assert truth["environments_apart"] > 1.3 * truth["environments"]
    assert truth["by_class"]["image"] == 0


@pytest.mark.takes_turns(5, among="the longest")
def test_what_ends_early_is_a_download_where_some_bytes_came(census: Census) -> None:
    """Half of what is interrupted: within four standard errors of 15 % of the downloads."""
    truth, report = census(replace(PLAIN, interrupted=0.3))

    share = truth["broken_off"] / truth["downloads"]
    assert share == pytest.approx(0.15, abs=4 * sqrt(0.15 * 0.85 / truth["downloads"]))
    assert report["downloads"]["total"] - truth["downloads"] == truth["broken_off"]


@pytest.mark.parametrize("dial", [dial for dial in DIALS if dial != "single"])
def test_each_dial_changes_something(dial: str, tmp_path: Path) -> None:
    """And what nothing says of it stays the same: who exists, and when they came."""
    scenario = replace(PLAIN, installations=100, days=3)
    plain = simulate(scenario, tmp_path / "plain", LogShape(), _quietly)
    turned = simulate(replace(scenario, **{dial: 0.5}), tmp_path / "turned", LogShape(), _quietly)

    logs = [b"".join(_contents(tmp_path / name)) for name in ("plain", "turned")]
    assert logs[0] != logs[1]
    if dial not in ("images", "ci"):
        assert turned["exist"] == plain["exist"]
    assert turned["installer_downloads"] == plain["installer_downloads"] or dial in ("images", "ci")


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    """And another seed others."""
    scenario = preset("hostile", replace(PLAIN, installations=50, days=2), {})
    for name in ("one", "two"):
        simulate(scenario, tmp_path / name, LogShape(files_per_day=3), _quietly)
    simulate(replace(scenario, seed=6), tmp_path / "other", LogShape(files_per_day=3), _quietly)

    one, two, other = ([*_contents(tmp_path / name)] for name in ("one", "two", "other"))
    assert len(one) == 2 * 3 + 1
    assert one == two != other


def test_the_bytes_do_not_depend_on_how_many_processes_write_them(tmp_path: Path) -> None:
    """Nor on which of them writes a day: what is late stands in the log of the next."""
    scenario = preset("hostile", replace(PLAIN, installations=50, days=3, late=0.2), {})
    truths = [
        simulate(scenario, tmp_path / str(processes), LogShape(), _quietly, processes) for processes in (1, 2)
    ]

    assert truths[0] == truths[1]
    assert [*_contents(tmp_path / "1")] == [*_contents(tmp_path / "2")]


def test_the_preset_has_the_published_shape() -> None:
    """63 % with a single environment, 0.6 % opted out: within three standard errors."""
    people = populate(preset("miniconda-2024q1", Scenario(20_000, 91, seed=3), {}))

    numbers = np.diff(people.first_environment)
    with_plugin = int(people.has_plugin.sum())
    assert (numbers == 1).mean() == pytest.approx(0.63, abs=3 * sqrt(0.63 * 0.37 / 20_000))
    share = people.opted_out.sum() / with_plugin
    assert share == pytest.approx(0.006, abs=3 * sqrt(0.006 * 0.994 / with_plugin))


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    """Nothing is written over."""
    (tmp_path / "mine").write_text("precious")
    with pytest.raises(CensusError, match=r"not empty \(it holds mine\): name a new folder"):
        simulate(PLAIN, tmp_path, LogShape(), _quietly)


@pytest.mark.parametrize("wrong", [{"installations": 0}, {"days": 0}, {"ci": 1.1}, {"late": -0.1}])
def test_what_cannot_be_simulated(wrong: dict[str, Any]) -> None:
    """It is said before anything is written."""
    with pytest.raises(CensusError, match=r"at least|between 0 and 1"):
        replace(PLAIN, **wrong)


def _contents(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in sorted(folder.iterdir())]


def _summed(report: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of all kinds of agent together."""
    rows: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in report["installer_downloads"]["rows"]:
        key = (row["period"], row["product"], row["version"], row["platform"])
        rows.setdefault(key, {**row, "downloads": 0})["downloads"] += row["downloads"]
    return list(rows.values())
