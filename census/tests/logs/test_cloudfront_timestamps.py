"""Is the moment of version 2 of CloudFront's logs read from ``timestamp``, however the value is written?"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from census_support.oracles.raw_rows import raw_rows
from conda_census.logs.format_detection import Beginning, format_of
from conda_census.logs.formats import BUILT_IN
from conda_census.logs.line_reader import LineReader
from conda_census.logs.sources.discovery import decompressed

_SECONDS = 1705449200
_MOMENT = datetime(2024, 1, 16, 23, 53, 20, tzinfo=UTC)
_TIME, _WITH_MS = "2024-01-16 23:53:20+00", "2024-01-16 23:53:20.123+00"
_REST = {
    "c-ip": "192.0.2.7",
    "cs-method": "GET",
    "cs-uri-stem": "/main/noarch/a-1-0.conda",
    "sc-status": "200",
    "cs(User-Agent)": "conda/24.7.1",
}


def _read(lines: list[bytes]) -> list[tuple[str | None, str | None]]:
    """Why each line is dropped, and its time."""
    texts = [line.decode() for line in lines]
    log_format = format_of(Path("log"), Beginning(lines, is_binary=False), BUILT_IN, "auto")
    assert log_format.name == "cloudfront-v2"
    assert LineReader(log_format, lines).is_line(lines[0])
    return [(row["dropped"], row["time"]) for row in raw_rows(log_format, texts, lines)]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"timestamp": str(_SECONDS)}, (None, _TIME)),
        ({"timestamp": _SECONDS}, (None, _TIME)),
        ({"timestamp": f"{_SECONDS}.123"}, (None, _WITH_MS)),
        ({"timestamp": _SECONDS + 0.123}, (None, _WITH_MS)),
        ({"timestamp(ms)": f"{_SECONDS}123"}, (None, _WITH_MS)),
        ({"timestamp(ms)": _SECONDS * 1000 + 123}, (None, _WITH_MS)),
        # the finer one, if it is there
        ({"timestamp": _SECONDS, "timestamp(ms)": _SECONDS * 1000 + 123}, (None, _WITH_MS)),
        ({"timestamp": _SECONDS, "timestamp(ms)": "-"}, (None, _TIME)),
        ({"timestamp": "-", "timestamp(ms)": f"{_SECONDS}123"}, (None, _WITH_MS)),
        # date and time, if they are there
        ({"date": "2024-01-16", "time": "23:53:20", "timestamp": "0"}, (None, _TIME)),
        ({"date": "-", "time": "-", "timestamp": str(_SECONDS)}, (None, _TIME)),
        ({"timestamp": "-"}, ("no_time", None)),
        ({"timestamp": "soon"}, ("no_time", None)),
        ({"timestamp": None}, ("no_time", None)),
        ({"timestamp": 1}, ("impossible_time", "1970-01-01 00:00:01+00")),
        ({}, ("no_time", None)),
    ],
    ids=str,
)
def test_in_json(fields: dict[str, object], expected: tuple[str | None, str | None]) -> None:
    """As text and as a number, beside other fields of the time and without them."""
    assert _read([json.dumps({**fields, **_REST}).encode()]) == [expected]


@pytest.mark.parametrize(
    ("name", "kind", "value", "expected"),
    [
        ("timestamp", pa.string(), str(_SECONDS), _TIME),
        ("timestamp", pa.binary(), str(_SECONDS).encode(), _TIME),
        ("timestamp", pa.large_string(), str(_SECONDS), _TIME),
        ("timestamp", pa.int32(), _SECONDS, _TIME),
        ("timestamp", pa.int64(), _SECONDS, _TIME),
        ("timestamp", pa.uint64(), _SECONDS, _TIME),
        ("timestamp", pa.float64(), float(_SECONDS), _TIME),
        ("timestamp", pa.float64(), _SECONDS + 0.123, _WITH_MS),
        ("timestamp", pa.decimal128(13, 3), Decimal(f"{_SECONDS}.123"), _WITH_MS),
        ("timestamp", pa.timestamp("s"), _MOMENT, _TIME),
        ("timestamp", pa.timestamp("ms", "UTC"), _MOMENT.replace(microsecond=123_000), _WITH_MS),
        ("timestamp", pa.timestamp("us"), _MOMENT.replace(microsecond=123_000), _WITH_MS),
        ("timestamp", pa.timestamp("ns", "UTC"), _MOMENT, _TIME),
        ("timestamp_ms", pa.int64(), _SECONDS * 1000 + 123, _WITH_MS),
        ("timestamp_ms", pa.string(), f"{_SECONDS}123", _WITH_MS),
        ("timestamp(ms)", pa.int64(), _SECONDS * 1000 + 123, _WITH_MS),
    ],
    ids=str,
)
def test_in_parquet(name: str, kind: pa.DataType, value: object, expected: str, tmp_path: Path) -> None:
    """Whatever type the column has; a row without a value has no time."""
    rest = {"c_ip": "192.0.2.7", "cs_method": "GET", "cs_uri_stem": "/main/noarch/a-1-0.conda"}
    rest |= {"sc_status": "200", "cs_user_agent": "conda/24.7.1"}
    schema = pa.schema({name: kind} | dict.fromkeys(rest, pa.string()))
    pq.write_table(pa.Table.from_pylist([{name: value} | rest, rest], schema), tmp_path / "log.parquet")
    lines = b"".join(decompressed(tmp_path / "log.parquet")).splitlines()
    assert _read(lines) == [(None, expected), ("no_time", None)]


def test_date_and_time_in_parquet(tmp_path: Path) -> None:
    """Columns of days and of clocks are read as texts are."""
    row = {"date": date(2024, 1, 16), "time": time(23, 53, 20), "timestamp": 0}
    row |= {"cs_method": "GET", "cs_uri_stem": "/a", "sc_status": 200}
    pq.write_table(pa.Table.from_pylist([row]), tmp_path / "log.parquet")
    assert _read(b"".join(decompressed(tmp_path / "log.parquet")).splitlines()) == [(None, _TIME)]
