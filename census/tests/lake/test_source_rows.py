"""Does a run that asks several times see all rows of the lake each time, and each row once?"""

from __future__ import annotations

from deltalake import DeltaTable

from census_support.lakes.small_lake import SmallLake
from conda_census.lake.source_rows import SourceRows
from conda_census.lake.store import Lake


def _lines(rows: SourceRows) -> list[int]:
    connection = rows.now()
    assert connection is not None
    return [lines for (lines,) in connection.execute("SELECT lines FROM readings ORDER BY lines").fetchall()]


def test_what_came_meanwhile_is_seen(lake: SmallLake) -> None:
    """Also the days that another writer appended, and what was known before stays as it was."""
    lake.source("2024-01-10", lines=1).source("2024-01-11", lines=2).open()
    rows = SourceRows(Lake(lake.folder, ""))
    assert _lines(rows) == [1, 2]
    lake.source("2024-01-11", lines=3).open()
    assert _lines(rows) == [1, 2, 3]
    assert _lines(rows) == [1, 2, 3]


def test_after_a_compaction_no_row_is_there_twice(lake: SmallLake) -> None:
    """Its files hold rows that were read before."""
    lake.source("2024-01-10", lines=1).open()
    lake.source("2024-01-10", lines=2).open()
    rows = SourceRows(Lake(lake.folder, ""))
    assert _lines(rows) == [1, 2]
    table = DeltaTable(lake.folder / "sources")
    assert table.optimize.compact()["numFilesRemoved"] == 2
    assert _lines(rows) == [1, 2]


def test_a_new_lake_has_none(lake: SmallLake) -> None:
    """Nothing to ask."""
    (lake.folder / "sources").parent.mkdir(exist_ok=True)
    made = Lake.open_or_create(lake.folder, "k")
    assert SourceRows(made).now() is None
