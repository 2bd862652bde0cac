"""Does a request count once that its log delivers twice?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from conda_census.config import Settings
from conda_census.engines.choice import opened
from conda_census.ingest.pipeline import ingest
from conda_census.ingest.summary import Summary
from conda_census.lake.checks.self_check import open_checked
from conda_census.lake.store import Lake
from conda_census.logs.formats import BUILT_IN
from conda_census.logs.formats.cloudfront import STANDARD_HEADER
from conda_census.repair.lake_repair import repair
from conda_census.steps import say_nothing

EXAMPLE = BUILT_IN["cloudfront"].example
REQUEST_ID = "EXAMPLErequestIDexampleREQUESTidEXAMPLErequestIDexample=="
Run = Callable[..., Summary]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A lake and keys of the test's own."""
    return Settings(tmp_path / "lake", tmp_path / "config", "main")


@pytest.fixture
def run(settings: Settings) -> Run:
    """Ingest these files."""
    return lambda *paths: ingest([str(path) for path in paths], settings, "auto", lambda **_: None)


def _line(request_id: str, second: int = 20, path: str = "/pkgs/main/noarch/six-1.16.0-py_0.conda") -> str:
    line = EXAMPLE.replace(REQUEST_ID, request_id).replace("23:53:20", f"23:53:{second}")
    return line.replace("/pkgs/main/noarch/repodata.json.zst", path)


def _write(path: Path, *lines: str) -> Path:
    text = "\n".join(["#Version: 1.0", STANDARD_HEADER.decode(), *lines])
    path.write_text(text + "\n")
    return path


def _value(settings: Settings, table: str, column: str) -> object:
    files = [str(file) for file in (settings.lake / table).rglob("*.parquet")]
    [(value,)] = duckdb.sql(f"SELECT {column} FROM read_parquet({files})").fetchall()
    return value


def test_a_line_that_is_repeated_in_its_file_counts_once(
    run: Run, settings: Settings, tmp_path: Path
) -> None:
    """It is dropped with its reason, and its number is kept."""
    summary = run(_write(tmp_path / "a.log", _line("A"), _line("B"), _line("A"), _line("A")))
    assert (summary.lines, summary.requests) == (6, 2)
    assert summary.dropped == {"directive": 2, "repeated": 2}
    assert _value(settings, "downloads", "count(*)") == 2
    assert _value(settings, "sources", "dropped_lines['repeated']") == [5, 6]


@pytest.mark.takes_turns(5, among="the longest")
def test_a_line_that_comes_again_in_another_file_counts_once(
    run: Run, settings: Settings, tmp_path: Path
) -> None:
    """In the same run and in a later one; also where its line is not a regular one."""
    odd = _line("D").replace("conda/24.7.1%20", "conda/24.7.1%20%22odd%22%20")
    first = run(
        _write(tmp_path / "a.log", _line("A"), _line("B")),
        _write(tmp_path / "b.log", _line("E"), _line("B", path="/x")),
    )
    assert (first.requests, first.dropped["repeated"]) == (3, 1)
    second = run(
        _write(tmp_path / "c.log", _line("C"), odd, _line("A")), _write(tmp_path / "d.log", _line("F"), odd)
    )
    assert (second.requests, second.dropped["repeated"]) == (3, 2)
    assert _value(settings, "sessions", "sum(requests)") == 6


def test_the_same_id_at_another_time_is_another_request(run: Run, tmp_path: Path) -> None:
    """Ids alone need not be unique for ever."""
    assert run(_write(tmp_path / "a.log", _line("A"), _line("A", second=21))).requests == 2


def test_lines_without_an_id_all_count(run: Run, tmp_path: Path) -> None:
    """A log need not have them."""
    assert run(_write(tmp_path / "a.log", _line("-"), _line("-"), _line("A"))).requests == 3


def test_no_id_is_in_the_lake_and_old_ones_are_forgotten(
    run: Run, settings: Settings, tmp_path: Path
) -> None:
    """A day's hashes go a day after they were read."""
    run(_write(tmp_path / "a.log", _line(REQUEST_ID)))
    lake = Lake.open(settings.lake)
    files = [file.read_bytes() for file in settings.lake.rglob("*") if file.is_file()]
    assert not any(b"EXAMPLErequestID" in content for content in files)
    lake.forget_request_ids(datetime.now(UTC))
    assert len(lake.files("request_ids")) == 1
    lake.forget_request_ids(datetime.now(UTC) + timedelta(days=2))
    assert lake.files("request_ids") == []
    assert run(_write(tmp_path / "b.log", _line("B"))).requests == 1


@pytest.mark.parametrize("table", ["sessions", "downloads", "request_ids"])
def test_the_requests_of_a_regained_day_are_known_again(
    run: Run, settings: Settings, tmp_path: Path, table: str
) -> None:
    """Lines of a lost day are read a second time: each counts once, and a copy that comes later does not."""
    logs = tmp_path / "logs"
    logs.mkdir()
    _write(logs / "a.log", _line("A"), _line("B"))
    _write(logs / "b.log", _line("B"), _line("C"))
    run(logs)
    [removed] = Lake.open(settings.lake).files(table)
    Path(removed).unlink()
    logs.rename(tmp_path / "away")
    assert repair(settings, say_nothing).lost
    (tmp_path / "away").rename(logs)
    assert repair(settings, say_nothing).regained
    assert sorted(_values(settings, "sources", "requests")) == [1, 2]
    again = run(_write(tmp_path / "c.log", _line("C"), _line("D"), _line("A")))
    assert (again.requests, again.dropped["repeated"]) == (1, 2)
    assert sum(_values(settings, "sessions", "downloads")) == 4
    assert len(_values(settings, "downloads", "day")) == 4


def _values(settings: Settings, table: str, column: str) -> list[int]:
    """A column of the rows that count."""
    with opened(open_checked(settings.lake), "duckdb", ()) as tables:
        rows = getattr(tables, table).select(column).to_pyarrow().to_pylist()
    return [row[column] for row in rows]
