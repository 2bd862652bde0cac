"""Is no token in clear in a lake, and does an old lake lose those that it has?"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from census_support.inputs.seed_of_day import seed_of_day
from census_support.inputs.small_log import START, SmallLog
from census_support.lakes.old_lake import bytes_of, in_clear
from conda_census.config import Settings
from conda_census.decode.pseudonyms import Secrets, token_pseudonym
from conda_census.engines.duckdb_engine import open_lake
from conda_census.errors import LakeError
from conda_census.ingest.conversion import converted
from conda_census.ingest.pipeline import ingest
from conda_census.lake.batches import WriterBatches
from conda_census.lake.compaction import compact
from conda_census.lake.schema import LAKE_VERSION, TableName
from conda_census.lake.store import Lake
from conda_census.steps import say_nothing

#: Values of o/, i/ and m/ tokens, none of which may be found in a lake.
TOKENS = [f"{kind}-of-{name}" for kind in ("org", "inst", "host") for name in ("acme", "globex")]
KINDS = dict(zip(("org", "inst", "host"), "oim", strict=True))
#: The steps are shared out, so that several processes can run the test at once.
SHARES = 2
#: The conversion is killed at every so many-th step; at each by ``make fuzz``.
EVERY = int(os.environ.get("CENSUS_KILL_EVERY", "16"))
#: Which of the steps: others each day.
SEED = seed_of_day()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A lake that keeps machines."""
    return Settings(tmp_path / "lake", tmp_path / "config", "main", machines=True)


def log_of(tmp_path: Path, number: int) -> str:
    """A log of one day, in which all tokens are sent."""
    log = SmallLog(start=START + timedelta(days=number))
    for visit in range(20):
        administered = " ".join(f"{KINDS[each.partition('-')[0]]}/{each}" for each in TOKENS[visit % 2 :: 2])
        who = f"c/{visit % 5:022} s/{number:011}{visit:011} e/{visit % 7:022}"
        suffix = f"aau/1.0.0 {who}{f' {administered}' if visit % 3 else ''}"
        log.request("/main/linux-64/numpy-1.26.4-py311_0.conda", suffix=suffix)
    return str(log.write(tmp_path / f"access-{number}.log"))


def pseudonyms(settings: Settings) -> dict[bytes, str]:
    """Each token by its pseudonym."""
    key = Secrets(settings.config_folder).token_key()
    return {token_pseudonym(key, each, KINDS[each.partition("-")[0]]): each for each in TOKENS}


def rows(lake: Path, name: TableName) -> list[tuple[object, ...]]:
    """All rows of a table."""
    found = duckdb.connect().read_parquet(Lake.open(lake).files(name), hive_partitioning=True)
    return found.order("ALL").fetchall()


def holds_tokens(lake: Path) -> list[str]:
    """The tokens that stand anywhere in a lake."""
    content = bytes_of(lake)
    return [each for each in TOKENS if each.encode() in content]


def kill_before_downloads(settings: Settings, log: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An ingest that is killed when the rows of its batch stand in sessions only."""
    append = Lake.append

    def killed(self: Lake, name: TableName, *rest: Any) -> None:  # noqa: ANN401  as append takes it
        if name == "downloads":
            raise KeyboardInterrupt
        append(self, name, *rest)

    monkeypatch.setattr(Lake, "append", killed)
    with pytest.raises(KeyboardInterrupt):
        ingest([log], settings, "auto", lambda **_: None)
    monkeypatch.undo()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a lake of version 1, its keys and its logs.

    Three days, of which a compaction replaced some files, and a batch that waits.
    """
    tmp_path = tmp_path_factory.mktemp("old")
    settings = Settings(tmp_path / "lake", tmp_path / "config", "main", machines=True)
    for number in range(3):
        ingest([log_of(tmp_path, number)], settings, "auto", lambda **_: None)
    log = SmallLog(start=START).request(suffix=f"aau/1.0.0 c/{'c' * 22} o/org-of-acme")
    ingest([str(log.write(tmp_path / "more.log"))], settings, "auto", lambda **_: None)
    Lake.open(settings.lake).table("sessions").optimize.compact()
    with pytest.MonkeyPatch.context() as monkeypatch:
        kill_before_downloads(settings, log_of(tmp_path, 3), monkeypatch)
    # As a run leaves it that is killed after it has moved a file, and before the commit.
    (waiting,) = (settings.lake / "batches").glob("*/*/staged/downloads/*/*.parquet")
    place = settings.lake / "downloads" / waiting.parent.name / waiting.name
    place.parent.mkdir()
    waiting.rename(place)
    half = settings.lake / "batches" / "other" / "00000001" / "staged" / "sessions" / "day=2024-01-16"
    half.mkdir(parents=True)
    shutil.copy(place, half)
    in_clear(settings.lake, pseudonyms(settings))
    return tmp_path


@pytest.fixture
def old_lake(settings: Settings, made: Path, tmp_path: Path) -> Path:
    """That lake, with its keys and its logs, in the folder of a test."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return settings.lake


def test_no_token_is_stored(settings: Settings, tmp_path: Path) -> None:
    """Of each kind the pseudonym is, which tells the same value in two roles apart."""
    ingest([log_of(tmp_path, 0)], settings, "auto", lambda **_: None)
    assert holds_tokens(settings.lake) == []
    (found,) = duckdb.sql(
        "SELECT list_sort(list_distinct(flatten(list(organizations || installers || machines)))) "
        f"FROM read_parquet({Lake.open(settings.lake).files('sessions')})"
    ).fetchall()
    assert found[0] == sorted(pseudonyms(settings))
    key = Secrets(settings.config_folder).token_key()
    assert len({token_pseudonym(key, "same", kind) for kind in "cseoim"}) == 6


def test_machines_are_stored_only_if_they_are_asked_for(settings: Settings, tmp_path: Path) -> None:
    """By default they are not."""
    plain = Settings(settings.lake, settings.config_folder, "main")
    ingest([log_of(tmp_path, 0)], plain, "auto", lambda **_: None)
    (found,) = duckdb.sql(
        "SELECT sum(len(machines)), sum(len(installers)) > 0 "
        f"FROM read_parquet({Lake.open(settings.lake).files('sessions')})"
    ).fetchall()
    assert found == (0, True)


@pytest.mark.takes_turns(5, among="the longest")
def test_an_old_lake_is_that_of_today_after_the_next_ingest(
    settings: Settings, old_lake: Path, tmp_path: Path
) -> None:
    """Row by row, and no token is in it; the batch that waited is in it once."""
    assert len(holds_tokens(old_lake)) == len(TOKENS)
    new = Settings(tmp_path / "new", settings.config_folder, "main", machines=True)
    logs = [str(path) for path in tmp_path.glob("*.log")]
    ingest(logs, new, "auto", lambda **_: None)
    ingest(logs, settings, "auto", lambda **_: None)
    assert holds_tokens(old_lake) == []
    for name in ("sessions", "downloads"):
        old, today = DeltaTable(old_lake / name), DeltaTable(new.lake / name)
        assert len(rows(old_lake, name)) == len(rows(new.lake, name))
        assert old.schema() == today.schema()
        assert old.metadata().configuration == today.metadata().configuration
        assert old.metadata().description == today.metadata().description
    columns = "client, session, environment, organizations, time, name"
    assert _distinct(old_lake, columns) == _distinct(new.lake, columns)
    assert Lake.open(old_lake).version == LAKE_VERSION
    assert ingest(logs, settings, "auto", lambda **_: None).lines == 0


def _distinct(lake: Path, columns: str) -> list[tuple[object, ...]]:
    downloads = duckdb.connect().read_parquet(Lake.open(lake).files("downloads"), hive_partitioning=True)
    return downloads.project(columns).order("ALL").fetchall()


@pytest.mark.takes_turns(5, among="the longest")
def test_compact_converts_without_any_log(settings: Settings, old_lake: Path) -> None:
    """Also what waits; afterwards the lake compacts as ever."""
    lake = converted(Lake.open(old_lake), Secrets(settings.config_folder), keep_machines=True)
    assert holds_tokens(old_lake) == []
    compact(lake, 0, say_nothing)
    assert len(rows(old_lake, "sessions")) == 81


@pytest.mark.takes_turns(5, among="the longest")
def test_machines_of_an_old_lake_go_unless_they_are_asked_for(settings: Settings, old_lake: Path) -> None:
    """The other tokens stay, as pseudonyms."""
    lake = converted(Lake.open(old_lake), Secrets(settings.config_folder), keep_machines=False)
    (found,) = duckdb.sql(
        f"SELECT sum(len(machines)), sum(len(installers)) > 50 FROM read_parquet({lake.files('sessions')})"
    ).fetchall()
    assert found == (0, True)


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.parametrize("share", range(SHARES))
def test_a_conversion_that_was_killed_goes_on(
    share: int, settings: Settings, old_lake: Path, tmp_path: Path
) -> None:
    """All rows are in the lake before and after the next run, and no token is left.

    Here at one step in sixteen, others each day, by ``make fuzz`` at each.
    """
    program = Path(__file__).with_name("kill_everywhere.py")
    steps = str(share * EVERY + SEED % EVERY + 1), str(SHARES * EVERY)
    command = [sys.executable, program, tmp_path, "conversion", *steps, old_lake, settings.config_folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert (done.returncode, done.stderr) == (0, "")
    runs = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(runs) * EVERY > 8
    secrets = Secrets(settings.config_folder)
    before = {name: len(rows(old_lake, name)) for name in ("sessions", "downloads")}
    clean = converted(Lake.open(old_lake), secrets, keep_machines=True)
    for run in runs:
        lake = Lake.open(Path(run["lake"]))
        assert {name: len(rows(lake.path, name)) for name in before} == before, run
        converted(lake, secrets, keep_machines=True)
        assert holds_tokens(lake.path) == [], run
        for name in before:
            assert rows(lake.path, name) == rows(clean.path, name), run
        files = {path.relative_to(lake.path) for path in lake.path.glob("[!b]*/day=*/*")}
        assert files == {path.relative_to(old_lake) for path in old_lake.glob("[!b]*/day=*/*")}, run
        left = Settings(lake.path, settings.config_folder, "main", machines=True)
        ingest([], left, "auto", lambda **_: None)
        assert len(rows(lake.path, "downloads")) == 80, run


@pytest.mark.takes_turns(5, among="the longest")
def test_channels_and_build_numbers_are_made_by_the_rules_of_today(
    settings: Settings, old_lake: Path
) -> None:
    """A channel of an old lake may hold a secret, and a number that was guessed may be wrong."""
    old = ["t/secret-of-acme%2Frest/main", "pkgs/main", "", "someone@example.org"]
    for path in old_lake.glob("downloads/*/*.parquet"):
        rows = pq.read_table(path, partitioning=None)
        many = len(rows)
        new = {"channel": (old * many)[:many], "build": ["h0_102_cp313"] * many, "build_number": [313] * many}
        for name, values in new.items():
            field = rows.schema.field(name)
            rows = rows.set_column(rows.schema.get_field_index(name), field, [values])
        pq.write_table(rows, path)
    known = None, ["main"]
    for channels, found in zip(known, (["", "main", "other", "pkgs/main"], ["main", "other"]), strict=True):
        copy = old_lake.with_name(f"copy-{len(found)}")
        shutil.copytree(old_lake, copy)
        secrets = Secrets(settings.config_folder)
        lake = converted(Lake.open(copy), secrets, keep_machines=False, channels=channels)
        assert b"secret-of" not in bytes_of(copy)
        downloads = f"read_parquet({lake.files('downloads')})"
        assert duckdb.sql(f"SELECT DISTINCT channel FROM {downloads} ORDER BY ALL").fetchall() == [
            (each,) for each in found
        ]
        assert duckdb.sql(f"SELECT DISTINCT build_number FROM {downloads}").fetchall() == [(102,)]


def test_a_reader_of_an_old_lake_sees_no_token(old_lake: Path) -> None:
    """Nor what could be one: who is where is not known before the lake is converted."""
    tables = open_lake(Lake.open(old_lake))
    for table in (tables.sessions, tables.downloads):
        named = table.aggregate(n=table.organizations.notnull().sum()).to_pyarrow()
        assert named["n"].to_pylist() == [0]


def test_an_old_lake_is_not_converted_with_another_key(old_lake: Path, tmp_path: Path) -> None:
    """Nor is any of its rows changed."""
    before = rows(old_lake, "sessions")
    with pytest.raises(LakeError, match="another key"):
        converted(Lake.open(old_lake), Secrets(tmp_path / "other"), keep_machines=False)
    assert rows(old_lake, "sessions") == before
    assert Lake.open(old_lake).version == 1


def test_without_a_token_no_key_is_needed(settings: Settings, tmp_path: Path) -> None:
    """As for a simulated lake, which has none."""
    log = SmallLog().request("/main/linux-64/numpy-1.26.4-py311_0.conda", client="c1", session="s1")
    ingest([str(log.write(tmp_path / "access.log"))], settings, "auto", lambda **_: None)
    in_clear(settings.lake, {})
    lake = converted(Lake.open(settings.lake), Secrets(tmp_path / "other"), keep_machines=False)
    assert lake.version == LAKE_VERSION
    assert not (tmp_path / "other").exists()


def test_an_ingest_that_runs_is_not_disturbed(settings: Settings, old_lake: Path) -> None:
    """It may be of an earlier release, which would go on to write tokens."""
    with (
        WriterBatches(Lake.open(old_lake), "another"),
        pytest.raises(LakeError, match="an ingest is running as writer another: wait until it is done"),
    ):
        converted(Lake.open(old_lake), Secrets(settings.config_folder), keep_machines=False)
    assert Lake.open(old_lake).version == 1
