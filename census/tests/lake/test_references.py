"""Are reference tables replaced whole, and is a lake none the worse for having none?"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import pyarrow as pa
import pytest
from deltalake import DeltaTable

from conda_census.engines.duckdb_engine import open_lake
from conda_census.errors import LakeError
from conda_census.lake.compaction import compact
from conda_census.lake.references import ADVISORIES, NAMES, OVERRIDES, REPODATA_BUILDS
from conda_census.lake.schema import TABLES, Reference, delta_schema
from conda_census.lake.store import Lake
from conda_census.repair.lake_repair import set_references_aside
from conda_census.steps import Steps

ALL = (ADVISORIES, NAMES, OVERRIDES, REPODATA_BUILDS)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """An empty lake, as one that was made before there were reference tables."""
    return Lake.open_or_create(tmp_path / "lake", "k")


def _rows(reference: Reference, *numbers: int) -> pa.Table:
    values = {"VARCHAR": str, "BIGINT": int, "VARCHAR[]": lambda number: [str(number)]}
    rows = [
        {each.name: values[each.type](number) for each in reference.columns if each.type in values}
        for number in numbers
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema(delta_schema(reference).to_arrow()))


@pytest.mark.parametrize("reference", ALL, ids=lambda each: each.name)
def test_a_table_that_nobody_wrote_is_empty(reference: Reference, lake: Lake) -> None:
    """It has its columns, and reading makes no folder."""
    rows = lake.reference(reference)
    assert (rows.num_rows, rows.column_names) == (0, [column.name for column in reference.columns])
    assert {path.name for path in lake.path.iterdir() if path.is_dir()} == {table.name for table in TABLES}


@pytest.mark.parametrize("reference", ALL, ids=lambda each: each.name)
def test_rows_take_the_place_of_all_before(reference: Reference, lake: Lake) -> None:
    """Every column has its comment in the table, as in all others."""
    for numbers in ((1, 2, 3), (4,), ()):
        lake.replace_reference(reference, _rows(reference, *numbers))
        assert lake.reference(reference).equals(_rows(reference, *numbers))
    fields = DeltaTable(str(lake.path / reference.name)).schema().fields
    assert [field.metadata["comment"] for field in fields] == [each.comment for each in reference.columns]


def test_who_reads_sees_the_old_rows_or_the_new(lake: Lake) -> None:
    """A version that was opened before stays whole, also when the next one is written."""
    lake.replace_reference(NAMES, _rows(NAMES, 1))
    before = DeltaTable(str(lake.path / NAMES.name))
    lake.replace_reference(NAMES, _rows(NAMES, 2))
    assert before.to_pyarrow_table()["imported"].to_pylist() == [1]


def test_a_damaged_file_is_told(lake: Lake) -> None:
    """With what to do."""
    lake.replace_reference(NAMES, _rows(NAMES, 1))
    for file in (lake.path / NAMES.name).glob("*.parquet"):
        file.write_bytes(b"PAR1 no longer")
    with pytest.raises(LakeError, match=r"names: damaged: .*: run conda-census repair, and import it again"):
        lake.reference(NAMES)


@pytest.mark.parametrize("damage", [Path.unlink, lambda file: file.write_bytes(b"")])
def test_any_file_that_is_damaged_is_told(lake: Lake, damage: Callable[[Path], object]) -> None:
    """Delta itself reads a table without its last commit as it was before."""
    for numbers in ((1,), (1, 2)):
        lake.replace_reference(NAMES, _rows(NAMES, *numbers))
    for path in sorted(path for path in (lake.path / NAMES.name).rglob("*") if path.is_file()):
        content = path.read_bytes()
        damage(path)
        with contextlib.suppress(LakeError):
            assert lake.reference(NAMES).num_rows == 2, path
        path.write_bytes(content)


def test_the_next_import_is_whole_whatever_came_before(lake: Lake) -> None:
    """A repair makes the damaged table an empty one."""
    lake.replace_reference(NAMES, _rows(NAMES, 1))
    for commit in (lake.path / NAMES.name / "_delta_log").iterdir():
        commit.write_bytes(b"")
    assert set_references_aside(lake) == ["names"]
    assert lake.reference(NAMES).num_rows == 0
    lake.replace_reference(NAMES, _rows(NAMES, 2))
    assert lake.reference(NAMES).num_rows == 1


def test_reports_and_compaction_go_on_beside_them(lake: Lake) -> None:
    """They are no tables of logs."""
    lake.replace_reference(NAMES, _rows(NAMES, 1))
    compacted = compact(lake, 0, Mock(spec=Steps))
    assert [each["table"] for each in compacted] == [table.name for table in TABLES]
    assert open_lake(lake).sessions.count().execute() == 0
    assert lake.reference(NAMES).num_rows == 1
    assert Lake.open_or_create(lake.path, "k") == lake


def test_one_import_at_a_time(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one waits, and says after a while why it does not begin."""
    monkeypatch.setattr("conda_census.lake.store._REFERENCES_TIMEOUT_S", 0.01)
    with lake.changing_references(), pytest.raises(LakeError, match="another import is running: wait until"):
        lake.changing_references().__enter__()
    with lake.changing_references():
        pass


def test_a_table_that_is_damaged(lake: Lake) -> None:
    """One line that names it."""
    log = lake.path / "names" / "_delta_log"
    log.mkdir(parents=True)
    (log / f"{0:020}.json").write_text("garbage")
    with pytest.raises(LakeError, match="names: the table cannot be read"):
        lake.reference(NAMES)
