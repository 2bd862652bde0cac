from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.trials.simulated_tables import simulate_tables
from conda_census.lake import parquet_files
from conda_census.lake.sampling_panel import PANEL_ONE_IN, pseudonyms_below, split_row_groups
from conda_census.lake.store import Lake
from conda_census.simulate.lake import simulate_lake
from conda_census.simulate.scenario import Scenario

SCENARIO = Scenario(300, 2, 3, without_plugin=0.3)
BOUND = pseudonyms_below(PANEL_ONE_IN)


def test_the_bound_of_each_panel() -> None:
    """Of the 256 values of a first byte, one in so many lies below it."""
    assert [pseudonyms_below(one_in) for one_in in (2, 16, 256)] == [b"\x80", b"\x10", b"\x01"]


@pytest.mark.parametrize("as_dictionary", [True, False])
def test_rows_are_told_apart(as_dictionary: bool) -> None:
    """The panel, all others, nobody; each in its order, and none of them empty."""
    clients = pa.array([b"\x10", None, b"\x0f\xff", b"\xff", b"\x00", b"\x10"])
    rows = pa.table(
        {"client": clients.dictionary_encode() if as_dictionary else clients, "place": list(range(6))}
    )

    assert [group["place"].to_pylist() for group in split_row_groups(rows)] == [[2, 4], [0, 3, 5], [1]]
    assert [group["place"].to_pylist() for group in split_row_groups(rows.slice(3, 1))] == [[3]]


@pytest.mark.parametrize("table", ["sessions", "downloads"])
def test_a_large_file_holds_the_panel_apart(
    table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader sees by its bounds that a row group has none of the panel, and no row is lost or changed."""
    monkeypatch.setattr(parquet_files, "_MANY_ROWS", 100)
    monkeypatch.setattr(parquet_files, "_MANY_VALUES", 10)
    simulate_lake(SCENARIO, tmp_path / "lake", lambda _what, **_: None)
    files = [pq.ParquetFile(file) for file in Lake.open(tmp_path / "lake").files(table)]  # type: ignore[arg-type]

    for file in files:
        groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
        client = file.schema_arrow.names.index("client")
        panel, others, nobody = (group.column(client).statistics for group in groups)
        assert panel.max < BOUND <= others.min
        assert panel.null_count == others.null_count == 0
        assert not nobody.has_min_max
    written = pa.concat_tables(file.read() for file in files)
    made = simulate_tables(SCENARIO).tables[table].select(written.column_names)  # type: ignore[index]
    assert sorted(map(str, written.to_pylist())) == sorted(map(str, made.cast(written.schema).to_pylist()))
