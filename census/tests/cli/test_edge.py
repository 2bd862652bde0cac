"""Is what goes wrong inside told in one line, whatever it is, and never as a traceback?"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
import typer
from deltalake import DeltaTable

from census_support.inputs.small_log import SmallLog
from census_support.processes.census_process import MAIN, CensusProcess
from conda_census import cli
from conda_census.cli.edge import told

COMMANDS = [
    ["report"],
    ["exposures"],
    ["sources"],
    ["ingest", "access.log"],
]
MANIFESTS = [  # what somebody or a disk may have put there
    "{",
    "[]",
    "null",
    "1",
    '"x"',
    '{"lake_version": 1e400, "key_id": "x"}',
    '{"lake_version": "x"}',
    "",
]


def _kinds() -> dict[str, tuple[Exception, str]]:
    return {
        "DuckDB": (
            duckdb.InvalidInputException("Invalid: File '/lake/a/day=2024-01-01/b.parquet' 192.0.2.7"),
            "/lake/a/day=2024-01-01/b.parquet: cannot be read or written (duckdb InvalidInputException)",
        ),
        "DuckDB, a value": (
            duckdb.ConversionException("Could not convert string '192.0.2.7' to INT32"),
            "the lake: cannot be read or written (duckdb ConversionException)",
        ),
        "Arrow": (pa.ArrowInvalid("192.0.2.7"), "the lake: cannot be read or written (pyarrow ArrowInvalid)"),
        "memory": (MemoryError(), "there is not enough memory"),
        "memory of DuckDB": (duckdb.OutOfMemoryException("192.0.2.7"), "there is not enough memory"),
        "memory of Arrow": (pa.ArrowMemoryError("malloc of size 1 failed"), "there is not enough memory"),
        "a mistake": (KeyError("192.0.2.7"), "a mistake of the census itself (KeyError, "),
    }


@pytest.mark.parametrize("kind", _kinds())
def test_a_problem_that_nobody_foresaw(
    kind: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line that holds no value; the traceback only if it is asked for."""
    problem, expected = _kinds()[kind]

    def fail() -> None:
        raise problem

    app = typer.Typer()
    app.command()(fail)
    monkeypatch.setattr(cli, "app", lambda: app([], standalone_mode=False))
    output = sys.stdout
    for debug in ("", "0", "1"):
        monkeypatch.setenv("CENSUS_DEBUG", debug)
        with pytest.raises(SystemExit) as ended:
            cli.main()
        sys.stdout = output
        assert ended.value.code == 1
        *before, line = capsys.readouterr().err.splitlines()
        assert line.startswith(f"conda-census: {expected}")
        assert "192.0.2.7" not in line
        assert bool(before) == (debug == "1")


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a log, its keys and its lake."""
    folder = tmp_path_factory.mktemp("edge")
    log = SmallLog()
    for number in range(9):
        log.request("/main/linux-64/numpy-1.26.4-py311_0.conda", client=f"c{number}", session=f"s{number}")
    log.write(folder / "access.log")
    done = CensusProcess(folder)("ingest", "access.log")
    assert done.returncode == 0, done.stderr
    return folder


def _is_told(done: subprocess.CompletedProcess[str]) -> bool:
    lines = done.stderr.splitlines()
    return done.returncode == 1 and lines[-1].startswith("conda-census: ") and "Traceback" not in done.stderr


@pytest.mark.takes_turns(5, among="the longest")
def test_a_wrong_manifest(lake: Path, tmp_path: Path) -> None:
    """Each command says in one line which file is damaged."""
    folder = shutil.copytree(lake, tmp_path / "copy")
    census = CensusProcess(folder)
    for number, manifest in enumerate(MANIFESTS):
        (folder / "census-lake" / "lake.json").write_text(manifest)
        done = census(*COMMANDS[number % len(COMMANDS)])
        assert _is_told(done), (manifest, done.stderr)
        assert "lake.json: damaged" in done.stderr
        assert len(done.stderr.splitlines()) == 1


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _fill(file: Path) -> None:
    file.write_bytes(b"\xff" * file.stat().st_size)


@pytest.mark.parametrize("damage", [_empty, _cut, _fill, Path.unlink])
def test_a_damaged_file_of_rows(damage: Callable[[Path], None], lake: Path, tmp_path: Path) -> None:
    """No number, no traceback, and the file is named."""
    folder = shutil.copytree(lake, tmp_path / "copy")
    [file] = (folder / "census-lake" / "sessions").glob("day=*/*.parquet")
    damage(file)
    done = CensusProcess(folder)("report")
    assert _is_told(done), done.stderr
    assert not done.stdout
    assert "sessions" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits")
def test_too_little_address_space(lake: Path) -> None:
    """The libraries would end the process as they start, in a thousand lines."""
    limited = f"""
import resource
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
{MAIN}
"""
    for command in COMMANDS:
        done = CensusProcess(lake)(*command, program=limited)
        assert _is_told(done), done.stderr
        assert done.stderr.count("\n") == 1
        assert "limited to 1.0 GiB: allow it 2 GiB or more, as with ulimit -v" in done.stderr


def test_a_file_that_a_compaction_replaced_is_told_as_such(lake: Path, tmp_path: Path) -> None:
    """It is not damaged: the table has others in its place. One that the table still names is missing."""
    shutil.copytree(next(lake.rglob("lake.json")).parent, tmp_path / "lake")
    table = DeltaTable(str(tmp_path / "lake" / "downloads"))
    path = Path(next(iter(table.file_uris())))
    path.unlink()
    problem = duckdb.IOException(f'IO Error: Cannot open file "{path}": No such file or directory')
    assert "if it is damaged" in str(told(problem))
    table.create_write_transaction([], "overwrite", table.schema(), partition_by=["day"])
    assert str(told(problem)) == (
        f"{path}: was replaced while it was read, as by a compaction: run the same command again"
    )
