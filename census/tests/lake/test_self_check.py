"""Does a lake notice that it lacks something?"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from census_support.inputs.small_log import SmallLog
from census_support.lakes.old_lake import in_clear
from conda_census.config import Settings
from conda_census.engines.duckdb_engine import open_lake
from conda_census.errors import LakeError
from conda_census.ingest.pipeline import ingest
from conda_census.lake.checks.self_check import DamagedLakeError, check, open_checked
from conda_census.lake.compaction import compact
from conda_census.lake.schema import LAKE_VERSION, MEASURED
from conda_census.lake.store import Lake


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """A lake of three batches: downloads and an installer, one download, and a log without a request."""
    logs = [
        SmallLog()
        .request("/main/linux-64/numpy-1.26.4-py311_0.conda", client="c1", session="s1")
        .request("/miniconda/Miniconda3-latest-Linux-x86_64.sh", agent="curl/8.5.0"),
        SmallLog().request("/main/linux-64/pip-24.0-py311_0.conda", client="c2", session="s2"),
    ]
    settings = Settings(tmp_path / "lake", tmp_path / "config", "main")
    for number, log in enumerate(logs):
        _ingest(settings, log.write(tmp_path / f"{number}.log"))
    return settings.lake


def _ingest(settings: Settings, log: Path) -> None:
    summary = ingest([str(log)], settings, "auto", lambda **_: None)
    assert summary.failed == 0


def _rows(path: Path) -> dict[str, int]:
    tables = open_lake(open_checked(path))
    return {table.name: int(getattr(tables, table.name).count().execute()) for table in MEASURED}


def _last_commit(path: Path, table: str) -> Path:
    return max((path / table / "_delta_log").glob("*.json"))


@pytest.mark.takes_turns(5, among="the longest")
def test_a_whole_lake_is_in_order(lake: Path) -> None:
    """Nothing is missing after ingest, nor after compaction, nor after one more batch."""
    before = _rows(lake)
    assert before["sources"] == 2
    compact(Lake.open(lake), 0, lambda _what, **_: None)
    assert _rows(lake) == before


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize("table", ["sessions", "downloads", "installer_downloads", "sources"])
@pytest.mark.parametrize("damage", ["removed", "emptied"])
def test_a_commit_that_is_lost_is_seen(lake: Path, table: str, damage: str) -> None:
    """Delta itself reads a table whose last commit is gone or empty as one that never had it."""
    commit = _last_commit(lake, table)
    if damage == "removed":
        commit.unlink()
    else:
        commit.write_bytes(b"")
    with pytest.raises(DamagedLakeError, match="damaged: ") as told:
        open_checked(lake)
    assert table in str(told.value)
    assert "\n" not in str(told.value)


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def _touch_later(path: Path) -> None:
    os.utime(path, (1, 1))


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.parametrize(
    "damage",
    [
        Path.unlink,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:99]),
        _flip,
    ],
    ids=["removed", "emptied", "cut", "flipped"],
)
def test_every_file_of_rows_that_is_damaged_is_seen(lake: Path, damage: Callable[[Path], object]) -> None:
    """Whichever file it is; a byte that was turned over does not stop DuckDB from reading a number."""
    for path in sorted(lake.glob("*/day=*/*.parquet")):
        content, status = path.read_bytes(), path.stat()
        damage(path)
        with pytest.raises(DamagedLakeError, match=f"{path.parts[-3]} has a file of 20"):
            open_checked(lake)
        path.write_bytes(content)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    open_checked(lake)


def test_a_file_that_was_copied_back_is_the_same(lake: Path) -> None:
    """A backup may bring files back with another time: their content is what counts."""
    for path in lake.glob("*/day=*/*.parquet"):
        _touch_later(path)
    assert check(Lake.open(lake))[1] == []


def test_nothing_is_added_to_a_damaged_lake(lake: Path, tmp_path: Path) -> None:
    """The rows that are missing would be missing for ever."""
    _last_commit(lake, "sessions").write_bytes(b"")
    settings = Settings(lake, tmp_path / "config", "main")
    log = SmallLog().request(client="c3", session="s3").write(tmp_path / "more.log")
    with pytest.raises(DamagedLakeError):
        ingest([str(log)], settings, "auto", lambda **_: None)


@pytest.mark.takes_turns(5, among="the longest")
def test_rows_of_a_batch_that_is_not_done_do_not_count(lake: Path) -> None:
    """A run that was killed between two tables, or is at work now, has written to some of them only."""
    before = _rows(lake)
    folder = lake / "batches" / "main" / "00000003"
    opened = Lake.open(lake)
    path = Path(next(iter(opened.files("downloads"))))
    staged = folder / "staged" / "downloads"
    name = f"{path.parent.name}/main-00000003-0000.parquet"
    (staged / path.parent.name).mkdir(parents=True)
    (staged / name).write_bytes(path.read_bytes())
    opened.append("downloads", staged, [name], "main", 3)
    assert _rows(lake) == before
    compact(opened, 0, lambda _what, **_: None)
    assert _rows(lake) == before


def test_compaction_refuses_a_damaged_file(lake: Path) -> None:
    """Else it would be in a file of which every byte is right."""
    day = next((lake / "downloads").glob("day=*"))
    path = next(day.glob("*.parquet"))
    _flip(path)
    with pytest.raises(LakeError, match="damaged"):
        compact(Lake.open(lake), 0, lambda _what, **_: None)


@pytest.mark.takes_turns(5, among="the longest")
def test_a_lake_without_totals_gets_them_with_the_next_batch(lake: Path, tmp_path: Path) -> None:
    """One of an earlier version is in order as it is; from its next batch on it knows what it must hold."""
    in_clear(lake, {})
    manifest = lake / "lake.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"lake_version": LAKE_VERSION}))
    before = _rows(lake)
    log = SmallLog().request(client="c3", session="s3").write(tmp_path / "more.log")
    _ingest(Settings(lake, tmp_path / "config", "main"), log)
    assert _rows(lake) == before | {"sessions": before["sessions"] + 1, "sources": before["sources"] + 1}
    _last_commit(lake, "sessions").write_bytes(b"")
    with pytest.raises(DamagedLakeError, match="sessions"):
        open_checked(lake)
