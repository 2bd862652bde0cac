"""Is a lake that is simulated the one that ingest makes of the simulated logs?"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from benchmarks.trials.simulated_tables import simulate_tables
from conda_census.config import Settings
from conda_census.engines.duckdb_engine import open_lake, open_tables
from conda_census.errors import CensusError
from conda_census.ingest.pipeline import ingest
from conda_census.lake.schema import MEASURED, TableName
from conda_census.lake.store import Lake
from conda_census.reports.json_documents import to_json
from conda_census.reports.usage.build import Report, make_report
from conda_census.simulate.lake import simulate_lake
from conda_census.simulate.logs import LogShape, simulate
from conda_census.simulate.scenario import DIALS, PRESETS, Scenario

PLAIN = Scenario(installations=300, days=9, seed=5)
#: These are of logs alone; and pieces without a session token fold as nobody can tell.
OF_LOGS = ("late", "garbage", "ranged")
HOSTILE = {name: share for name, share in PRESETS["hostile"].items() if name not in OF_LOGS}
SCENARIOS = {
    "plain": {},
    "opted out": {"opted_out": 0.2, "without_plugin": 0.3, "shared_addresses": 0.8},
    "images": {"images": 0.5, "ci": 0.1},
    "hidden": {"cache_hits": 0.5, "silent": 0.3},
    "others": {"clones": 0.5, "interrupted": 0.3, "other_clients": 0.2},
    "ranged": {"ranged": 0.3},
    "rhythm": {"activity": 3.0, "packages_per_session": 2.0},
    "vulnerable": {"disclosures": 3, "urgency": 0.3, "cache_hits": 0.3},
    "realistic": {name: dial for name, dial in PRESETS["realistic"].items() if name not in OF_LOGS},
    "hostile": {**HOSTILE, "disclosures": 2},
}


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize("name", SCENARIOS)
def test_the_report_is_that_of_the_ingested_logs(name: str, tmp_path: Path) -> None:
    """To the last digit, the accounting too: a source of a lake without logs has a line for each request."""
    scenario = replace(PLAIN, **SCENARIOS[name])
    ingested = _ingested(scenario, tmp_path)
    truth = simulate_lake(scenario, tmp_path / "simulated", _quietly)

    assert _report(Lake.open(tmp_path / "simulated")) == _report(ingested)
    assert truth == json.loads((tmp_path / "logs/truth.json").read_text())
    assert truth == json.loads((tmp_path / "simulated/truth.json").read_text())


def test_a_day_on_which_nobody_comes() -> None:
    """It has a source without a line, which has no time."""
    tables = simulate_tables(Scenario(installations=1, days=9, seed=2)).tables
    lines = {row["day"]: (row["lines"], row["first_time"]) for row in tables["sources"].to_pylist()}
    assert len(lines) == 9
    assert (0, None) in lines.values()


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.parametrize("name", ["sessions", "downloads", "installer_downloads"])
def test_the_rows_are_those_of_the_ingested_logs(name: TableName, tmp_path: Path) -> None:
    """In all columns and in number, but for what the pseudonyms are: these say the same, and are others."""
    scenario = replace(PLAIN, **HOSTILE, disclosures=3, urgency=0.5)
    simulate_lake(scenario, tmp_path / "simulated", _quietly)

    simulated, ingested = (
        _rows_without_pseudonyms(lake, name)
        for lake in (Lake.open(tmp_path / "simulated"), _ingested(scenario, tmp_path))
    )
    assert len(simulated) > 5
    assert simulated == ingested


def test_a_table_is_sorted_as_ingest_sorts_it(tmp_path: Path) -> None:
    """Repeated values sit together: each file of a day stands in the order that the table names."""
    simulate_lake(replace(PLAIN, **HOSTILE), tmp_path / "lake", _quietly)
    lake = Lake.open(tmp_path / "lake")
    for table in MEASURED:
        keys = ", ".join(key for key in table.sort if key not in ("day", "session"))
        files = lake.files(table.name)
        assert len(files) == 9 or table.name == "installer_downloads"
        for file in files:
            rows = duckdb.sql(f"""
                SELECT place, row_number() OVER (ORDER BY {keys}, place)
                FROM (SELECT file_row_number AS place, * FROM read_parquet('{file}', file_row_number = true))
            """)
            assert all(place + 1 == sorted_place for place, sorted_place in rows.fetchall())


@pytest.mark.takes_turns(5, among="the longest")
def test_the_tables_in_memory_are_those_on_disk(tmp_path: Path) -> None:
    """For tests of many seeds, which need no disk."""
    scenario = replace(PLAIN, **HOSTILE)
    simulated = simulate_tables(scenario)
    truth = simulate_lake(scenario, tmp_path / "lake", _quietly)

    assert simulated.truth == truth
    assert _text(make_report(open_tables(simulated.tables))) == _report(Lake.open(tmp_path / "lake"))


def test_the_same_seed_makes_the_same_tables() -> None:
    """And another seed others."""
    one, two, other = (simulate_tables(replace(PLAIN, seed=seed)).tables for seed in (5, 5, 6))
    assert one == two
    assert one["sessions"] != other["sessions"]


@pytest.mark.parametrize("dial", ["late", "garbage"])
def test_what_is_of_logs_alone_changes_no_table(dial: str) -> None:
    """A lake has no lines that are late or none at all."""
    assert dial in DIALS
    plain, turned = (simulate_tables(each).tables for each in (PLAIN, replace(PLAIN, **{dial: 0.5})))
    assert plain == turned


def test_no_log_can_be_added_to_a_simulated_lake(tmp_path: Path) -> None:
    """Its pseudonyms come from no key, so everybody would be counted twice; and nothing is written over."""
    simulate(replace(PLAIN, days=1), tmp_path / "logs", LogShape(), _quietly)
    simulate_lake(replace(PLAIN, days=1), tmp_path / "lake", _quietly)
    with pytest.raises(CensusError, match="made with another key"):
        _ingest(tmp_path / "logs", tmp_path / "lake")
    with pytest.raises(CensusError, match=r"not empty .*: name a new folder with --to-lake"):
        simulate_lake(PLAIN, tmp_path / "lake", _quietly)


def _quietly(_what: str, *, done: int, of: int) -> None:
    assert 0 <= done < of


def _ingested(scenario: Scenario, folder: Path) -> Lake:
    simulate(scenario, folder / "logs", LogShape(), _quietly)
    return _ingest(folder / "logs", folder / "ingested")


def _ingest(logs: Path, lake: Path) -> Lake:
    settings = Settings(lake=lake, config_folder=lake.parent / "config", writer="main", formats=())
    assert ingest([str(logs)], settings, "auto", lambda **_: None).failed == 0
    return Lake.open(lake)


def _report(lake: Lake) -> str:
    return _text(make_report(open_lake(lake)))


def _text(report: Report) -> str:
    return json.dumps(to_json(report), indent=1)


def _rows_without_pseudonyms(lake: Lake, name: TableName) -> list[tuple[object, ...]]:
    """What stands in place of a pseudonym is how many rows have it."""
    (table,) = (table for table in MEASURED if table.name == name)
    columns = [
        f"if({column.name} IS NULL, NULL, count(*) OVER (PARTITION BY {column.name}))"
        if column.type == "BLOB"
        else f"{column.name}::VARCHAR"
        for column in table.columns
    ]
    connection = duckdb.connect()
    connection.register("rows", open_lake(lake).__dict__[name].to_pyarrow())
    return connection.execute(f"SELECT {', '.join(columns)} FROM rows ORDER BY ALL").fetchall()
