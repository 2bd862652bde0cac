"""Does every format bear every line: no crash, one row a line, and nothing in a row that cannot be?

``make test`` tries some thousands of lines, the same each time. ``make fuzz`` tries a million others, or
``CENSUS_FUZZ_LINES``; ``CENSUS_FUZZ_SEED`` repeats a run.
"""

from __future__ import annotations

import contextlib
import os
import random
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from census_support.inputs.hostile_lines import hostile_lines
from conda_census.config import Settings
from conda_census.errors import SourceError
from conda_census.logs.blocks import blocks_of_lines
from conda_census.logs.fast.request_columns import parse_nothing
from conda_census.logs.fingerprints import Fingerprint
from conda_census.logs.format_detection import Beginning, format_of
from conda_census.logs.formats import LogFormat, formats
from conda_census.logs.parsing.log_format import DROP_REASONS, RAW_COLUMNS
from conda_census.logs.sources.discovery import decompressed
from conda_census.settings_file import read_census_toml

SAMPLES = Path(__file__).parents[1] / "logs" / "samples"
TABLES = [table for toml in sorted(SAMPLES.glob("*/census.toml")) for table in read_census_toml(toml).formats]
FORMATS = formats(Settings(Path("lake"), Path("config"), "main", tuple(TABLES)))
LINES = int(os.environ.get("CENSUS_FUZZ_LINES", "8000"))
SEED = int(os.environ.get("CENSUS_FUZZ_SEED", "1"))
#: Enough for one run of SQL to be worth it, and for threads to share the work.
_BATCH_LINES = 20_000

_CHECKS = {
    "a row for each line": "count(*) = $lines",
    "each line once": "count(DISTINCT line_number) = $lines AND max(line_number) - min(line_number) < $lines",
    "a reason of the closed list": "count(*) FILTER (list_contains($reasons, dropped)) = count(dropped)",
    "nothing missing from a request": """
        count(*) FILTER (dropped IS NULL AND (
            time IS NULL OR method IS NULL OR path IS NULL OR status IS NULL OR bytes IS NULL
            OR user_agent IS NULL OR address IS NULL)) = 0
    """,
    "a method and a path": """
        count(*) FILTER (dropped IS NULL AND (NOT regexp_full_match(method, '[A-Z]{1,20}') OR path = '')) = 0
    """,
    "a time that calendars have": """
        count(*) FILTER (dropped IS NULL AND NOT (
            time >= TIMESTAMPTZ '1970-01-01' AND time < TIMESTAMPTZ '9999-12-31')) = 0
    """,
    "bytes that can be sent": "count(*) FILTER (dropped IS NULL AND bytes NOT BETWEEN 0 AND 1e12) = 0",
    "a range or none": "count(*) FILTER (NOT regexp_full_match(range, '[0-9]+-[0-9]+')) = 0",
}


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    """A database as ingest has it."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def _bears(
    connection: duckdb.DuckDBPyConnection,
    log_format: LogFormat,
    lines: Sequence[bytes],
    first_lines: Sequence[bytes],
) -> None:
    """Fail, naming what does not hold, unless the format makes of these lines what can be."""
    data = b"".join(line + b"\n" for line in lines)
    for block in blocks_of_lines([data], Fingerprint(b"k"), lambda _rest: True):
        every = parse_nothing(block)
        count = every.lines
        regular = log_format.parse_regular(first_lines)(block)
        assert len(regular.requests) + len(regular.rest) == regular.lines == count
        connection.register("block", pa.table({"line": every.rest}))
        connection.execute(
            "CREATE OR REPLACE TEMP VIEW lines AS SELECT row_number() OVER () AS line_number, line FROM block"
        )
        connection.execute(f"CREATE OR REPLACE TEMP TABLE rows AS {log_format.columns(first_lines)}")
        columns = connection.execute("SELECT column_name, column_type FROM (DESCRIBE rows)").fetchall()
        types = {name: kind.replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ") for name, kind in columns}
        assert types == RAW_COLUMNS
        holds = connection.execute(
            f"SELECT {', '.join(_CHECKS.values())} FROM rows", {"lines": count, "reasons": list(DROP_REASONS)}
        ).fetchall()[0]
        assert [check for check, held in zip(_CHECKS, holds, strict=True) if not held] == []


def _good_lines(log_format: LogFormat) -> list[bytes]:
    files = [path for path in SAMPLES.glob(f"{log_format.name}/*") if path.suffix not in {".yaml", ".toml"}]
    lines = [line for path in files for line in b"".join(decompressed(path)).split(b"\n") if line]
    return [*lines, log_format.example.encode(), *(other.example.encode() for other in FORMATS.values())]


@pytest.mark.parametrize("log_format", FORMATS.values(), ids=FORMATS)
def test_changed_lines(log_format: LogFormat, connection: duckdb.DuckDBPyConnection) -> None:
    """Lines of the format, and of others, with what an attacker or a broken disk makes of them."""
    chance = random.Random(f"{SEED} {log_format.name}")  # noqa: S311 (to be repeated)
    good = _good_lines(log_format)
    left = LINES // len(FORMATS)
    while left > 0:
        lines = hostile_lines(chance, good, min(left, _BATCH_LINES))
        left -= len(lines)
        first_lines = chance.choice((lines[:50], good[:50], []))
        with contextlib.suppress(SourceError):
            format_of(Path("access.log"), Beginning(first_lines, is_binary=False), FORMATS)
        _bears(connection, log_format, lines, first_lines)


@pytest.mark.takes_turns(5)
@pytest.mark.parametrize("log_format", FORMATS.values(), ids=FORMATS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_lines(log_format: LogFormat, connection: duckdb.DuckDBPyConnection, data: st.DataObject) -> None:
    """Any bytes, any text, and any bytes in the middle of a good line; also as the header of the file."""
    good = log_format.example.encode()
    inside = st.builds(
        lambda start, some, end: good[:start] + some + good[end:],
        st.integers(0, len(good)),
        st.one_of(
            st.binary(max_size=20), st.text(max_size=20).map(lambda text: text.encode("utf-8", "replace"))
        ),
        st.integers(0, len(good)),
    )
    lines = data.draw(st.lists(st.one_of(st.binary(max_size=60), inside), min_size=1, max_size=50))
    _bears(connection, log_format, lines, data.draw(st.sampled_from([lines, [good], []])))
