"""Do many small files become few large ones, and nothing else change?"""

from __future__ import annotations

import shutil
import uuid
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from filelock import FileLock

from conda_census.engines.duckdb_engine import open_lake
from conda_census.errors import LakeError
from conda_census.lake.compaction import TableCompacted, compact
from conda_census.lake.schema import TABLES, TableName, delta_schema
from conda_census.lake.store import Lake

DAYS = ("2024-01-16", "2024-01-17")
NAMES: tuple[TableName, ...] = tuple(table.name for table in TABLES)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """An empty lake."""
    return Lake.open_or_create(tmp_path / "lake", "k")


def _stage(staged: Path, name: TableName, day: str, writer: str, number: int) -> str:
    """A file of one row, with something in every column, as ``ingest`` stages it."""
    values = {
        "TIMESTAMPTZ": datetime.fromisoformat(day).replace(hour=number % 24, tzinfo=UTC),
        "BLOB": f"{writer}{number}".encode(),
        "VARCHAR": f"{writer}{number}",
        "BIGINT": number,
        "BOOLEAN": number % 2 == 0,
        "BLOB[]": [f"{number}".encode(), b"b"],
        "VARCHAR[]": [f"{number}", "b"],
        "MAP(VARCHAR, BIGINT)": [("blank", number)],
        "MAP(VARCHAR, BIGINT[])": [("blank", [1, number])],
    }
    [table] = [table for table in TABLES if table.name == name]
    row = {column.name: values[column.type] for column in table.columns if column.name != "day"}
    schema = pa.schema([field for field in pa.schema(delta_schema(table).to_arrow()) if field.name != "day"])
    file = f"day={day}/{writer}-{number:08}-0000.parquet"
    (staged / file).parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist([row], schema=schema), staged / file, compression="zstd")
    return file


def _append(lake: Lake, number: int, writer: str = "main", names: tuple[TableName, ...] = NAMES) -> None:
    """One batch with one row for each table, as ``ingest`` appends it."""
    for name in names:
        staged = lake.path / "staged" / name
        file = _stage(staged, name, DAYS[number % 2], writer, number)
        lake.append(name, staged, [file], writer, number)


def _rows(lake: Lake) -> dict[str, Counter[str]]:
    """The rows of each table as text, in no order."""
    read = "read_parquet(?, hive_partitioning = true, hive_types = {'day': DATE})"
    found = {}
    for table in TABLES:
        columns = ", ".join(column.name for column in table.columns)
        files = lake.files(table.name)
        select = f"SELECT row::VARCHAR FROM (SELECT {columns} FROM {read}) AS row"
        rows = duckdb.execute(select, [files]).fetchall() if files else []
        found[table.name] = Counter(text for (text,) in rows)
    return found


def _on_disk(lake: Lake, name: TableName) -> set[str]:
    return {str(path) for path in (lake.path / name).glob("day=*/*")}


def _compact(lake: Lake, keep_days: int = 0) -> dict[str, TableCompacted]:
    return {table["table"]: table for table in compact(lake, keep_days, lambda _what, **_: None)}


@pytest.mark.takes_turns(5, among="the longest")
def test_three_hundred_batches(lake: Lake) -> None:
    """A file for each day is left of each table; rows, columns and the numbers of batches are the same."""
    for number in range(1, 301):
        _append(lake, number, names=("request_ids",))
    for number in (301, 302):
        _append(lake, number)
    _append(lake, 1, writer="other")
    before = _rows(lake)
    expected = dict.fromkeys(before, 3) | {"request_ids": 303}
    assert {name: rows.total() for name, rows in before.items()} == expected
    compacted = _compact(lake)
    assert _rows(lake) == before
    for name in NAMES:
        assert {Path(file).parent.name for file in lake.files(name)} == {f"day={day}" for day in DAYS}
        assert len(lake.files(name)) == len(DAYS)
        assert _on_disk(lake, name) == set(lake.files(name))
        assert (lake.last_batch(name, "main"), lake.last_batch(name, "other")) == (302, 1)
    of_ids = compacted["request_ids"]
    assert (of_ids["before"]["files"], of_ids["after"]["files"]) == (303, 2)
    assert of_ids["after"]["bytes"] < of_ids["before"]["bytes"] / 10
    assert of_ids["deleted"] == of_ids["before"]
    nothing = {"files": 0, "bytes": 0}
    assert all(table["deleted"] == table["kept"] == nothing for table in _compact(lake).values())


@pytest.mark.takes_turns(5, among="the longest")
def test_a_batch_that_comes_again_is_not_appended_again(lake: Lake) -> None:
    """Compaction keeps what exactly-once stands on, also when the log of the table was cleaned up."""
    for number in range(1, 5):
        _append(lake, number)
    _compact(lake)
    before = _rows(lake)
    _append(lake, 4)
    assert _rows(lake) == before
    _append(lake, 5)
    assert _rows(lake)["sessions"].total() == 5


@pytest.mark.takes_turns(5, among="the longest")
def test_who_opened_the_lake_before_goes_on_reading(lake: Lake) -> None:
    """Old files are kept for so many days, and deleted by the first compaction after them."""
    for number in range(1, 7):
        _append(lake, number)
    opened = open_lake(lake)
    compacted = _compact(lake, keep_days=1)["sessions"]
    assert (compacted["kept"], compacted["deleted"]["files"]) == (compacted["before"], 0)
    assert opened.sessions.count().execute() == 6
    assert opened.sources.batch.nunique().execute() == 6
    later = _compact(lake, keep_days=0)["sessions"]
    assert (later["deleted"], later["kept"]["files"]) == (compacted["before"], 0)
    assert open_lake(lake).sessions.count().execute() == 6


@pytest.mark.takes_turns(5, among="the longest")
def test_what_is_not_committed_yet_stays(lake: Lake) -> None:
    """An ingest that was killed, or is at work, has moved files of its next batch, and commits them later."""
    for number in (1, 2, 4):
        _append(lake, number)
    place = lake.path / "sessions"
    moved = [
        _stage(place, "sessions", DAYS[0], "main", 6),
        _stage(place, "sessions", DAYS[0], "new-writer", 1),
    ]
    (place / f"day={DAYS[0]}" / "notes.txt").write_text("by somebody else")
    _compact(lake)
    assert {path.name for path in place.glob("day=*/*") if str(path) not in lake.files("sessions")} == {
        "main-00000006-0000.parquet",
        "new-writer-00000001-0000.parquet",
        "notes.txt",
    }
    lake.append("sessions", lake.path / "staged", [moved[0]], "main", 6)
    lake.append("sessions", lake.path / "staged", [moved[1]], "new-writer", 1)
    assert _rows(lake)["sessions"].total() == 5


@pytest.mark.takes_turns(5, among="the longest")
def test_what_a_killed_compaction_left_is_deleted(lake: Lake) -> None:
    """Files that it wrote and did not commit, whole or not."""
    for number in range(1, 4):
        _append(lake, number)
    name = "part-00000-58e2b2aa-4196-4223-b884-00acca37c653-c000.zstd.parquet"
    for left in (name, f"{name}#1"):
        (lake.path / "sessions" / f"day={DAYS[0]}" / left).write_bytes(b"PAR1")
    assert _compact(lake, keep_days=7)["sessions"]["deleted"] == {"files": 2, "bytes": 8}


def test_delta_remembers_old_files_for_as_long_as_they_are_kept(lake: Lake) -> None:
    """By itself it forgets them after a week, and they could not be told from what was never committed."""
    _append(lake, 1)

    def remembered() -> str | None:
        table = DeltaTable(str(lake.path / "sessions"))
        return table.metadata().configuration.get("delta.deletedFileRetentionDuration")

    for keep_days, expected in [(7, None), (30, "interval 30 days"), (8, "interval 30 days")]:
        _compact(lake, keep_days)
        assert remembered() == expected


def test_a_setting_that_changes_meanwhile_stops_no_append(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Delta refuses an append that was prepared before: it is made once more."""
    stale = lake.table("sessions")
    _compact(lake, keep_days=30)
    tables, table = [stale], Lake.table
    # The first time it is the table as it was before.
    monkeypatch.setattr(Lake, "table", lambda self, name: tables.pop() if tables else table(self, name))
    _append(lake, 1, names=("sessions",))
    assert not tables
    assert _rows(lake)["sessions"].total() == 1


@pytest.mark.takes_turns(5, among="the longest")
def test_request_ids_that_are_rewritten_meanwhile_are_forgotten_later(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run that would forget them goes on, and a later one forgets them."""
    for number in (1, 3):
        _append(lake, number)
    stale = lake.table("request_ids")
    _compact(lake)
    far = datetime(2100, 1, 1, tzinfo=UTC)
    with monkeypatch.context() as patch:
        patch.setattr(Lake, "table", lambda _self, _name: stale)
        lake.forget_request_ids(far)
    assert len(lake.files("request_ids")) == 1
    lake.forget_request_ids(far)
    assert lake.files("request_ids") == []


def test_one_at_a_time(lake: Lake) -> None:
    """The second one says so, and changes nothing."""
    with (
        FileLock(lake.path / "compact.lock"),
        pytest.raises(LakeError, match="another compaction is running"),
    ):
        _compact(lake)


def test_a_lake_that_cannot_be_written(lake: Lake) -> None:
    """One line says what and what to do."""
    for number in (1, 3):
        _append(lake, number)
    for file in lake.files("sources"):
        Path(file).unlink()
    with pytest.raises(
        LakeError, match=r"sources: cannot be compacted \(.*\): put this right and run the same"
    ):
        _compact(lake)


def test_a_full_disk_is_told_before(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is old goes first, which may be room enough; where it is not, nothing is begun."""
    for number in (1, 3):
        _append(lake, number)
    left = lake.path / "sessions" / f"day={DAYS[1]}" / f"part-00000-{uuid.UUID(int=1)}-c000.zstd.parquet"
    left.write_bytes(b"PAR1")
    before = lake.files("sessions")
    usage = shutil.disk_usage(lake.path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage._replace(free=1000))
    with pytest.raises(
        LakeError, match=r"sessions: [\d,]+ bytes are needed for a while, and less is free: make"
    ):
        _compact(lake)
    assert lake.files("sessions") == before
    assert not left.exists()


def test_a_lake_that_was_made_before_there_were_marks(lake: Lake) -> None:
    """The other tables are compacted."""
    _append(lake, 1)
    shutil.rmtree(lake.path / "line_marks")
    assert list(_compact(lake)) == ["sessions", "downloads", "installer_downloads", "request_ids", "sources"]
