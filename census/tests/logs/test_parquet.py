"""Do the rows of a Parquet file come out as lines of JSON, whatever its columns are?"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conda_census.errors import SourceError
from conda_census.logs.sources import parquet_rows as parquet
from conda_census.logs.sources.discovery import decompressed, is_compressed


def _written(path: Path, rows: list[dict[str, object]], schema: pa.Schema | None = None) -> Path:
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
    return path


def test_one_line_for_each_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order of the file, with its types as JSON has them; a line end in a text ends no line."""
    monkeypatch.setattr(parquet, "_ROWS", 2)
    rows: list[dict[str, object]] = [
        {
            "text": f'"{number}"\n\\ é',
            "number": number,
            "none": None,
            "day": date(2024, 1, 16),
            "time": datetime(2024, 1, 16, 23, 53, 20, tzinfo=UTC),
            "inside": {"list": [1.5, None]},
        }
        for number in range(5)
    ]
    # Other writers leave texts unmarked.
    schema = pa.schema(
        {
            "text": pa.binary(),
            "number": pa.int32(),
            "none": pa.string(),
            "day": pa.date32(),
            "time": pa.timestamp("us", "UTC"),
            "inside": pa.struct({"list": pa.list_(pa.float64())}),
        }
    )
    encoded = [row | {"text": str(row["text"]).encode()} for row in rows]
    file = _written(tmp_path / "it's a [log]*.parquet", encoded, schema)
    content = b"".join(decompressed(file))
    assert content.endswith(b"\n")
    lines = content.decode().splitlines()
    assert [json.loads(line) for line in lines] == [
        row | {"day": "2024-01-16", "time": "2024-01-16 23:53:20+00"} for row in rows
    ]


def test_it_does_not_grow(tmp_path: Path) -> None:
    """A Parquet file is complete once it can be read, as a compressed one is."""
    assert is_compressed(_written(tmp_path / "log", [{"a": 1}]))


def test_no_rows(tmp_path: Path) -> None:
    """A file without rows is an empty log."""
    assert list(decompressed(_written(tmp_path / "log", [], pa.schema({"a": pa.string()})))) == []


@pytest.mark.parametrize("part", [slice(0, 4), slice(0, -20), slice(0, 60)])
def test_a_file_that_was_cut_short_is_refused(part: slice, tmp_path: Path) -> None:
    """The error names the file and says what to do."""
    file = _written(tmp_path / "log.parquet", [{"a": number} for number in range(1000)])
    file.write_bytes(file.read_bytes()[part])
    with pytest.raises(SourceError, match=r"log\.parquet: damaged Parquet data: fetch the file again"):
        list(decompressed(file))


def test_damage_inside_is_told(tmp_path: Path) -> None:
    """Garbage between a good beginning and a good end."""
    file = _written(tmp_path / "log.parquet", [{"a": str(number)} for number in range(10_000)])
    content = bytearray(file.read_bytes())
    content[20:2000] = b"\xff" * 1980
    file.write_bytes(content)
    with pytest.raises(SourceError, match="damaged Parquet data"):
        list(decompressed(file))


def test_what_is_no_text_is_told(tmp_path: Path) -> None:
    """A column of bytes that are no text is no log."""
    file = _written(tmp_path / "log.parquet", [{"a": b"\xff\xfe"}], pa.schema({"a": pa.binary()}))
    with pytest.raises(SourceError, match="damaged Parquet data"):
        list(decompressed(file))
