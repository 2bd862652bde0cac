"""Is a person told in one line what was wrong, where, and what to do, and is nothing half-written?"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from census_support.inputs.small_log import SmallLog
from census_support.processes.census_process import CensusProcess
from conda_census.config import load_settings
from conda_census.errors import CensusError

Prepare = Callable[[Path], None]


def _nothing(_folder: Path) -> None:
    pass


def _folder_without_logs(folder: Path) -> None:
    (folder / "logs").mkdir()
    (folder / "logs" / "notes.txt").write_text("remember the milk\n")


def _empty_folder(folder: Path) -> None:
    (folder / "logs").mkdir()


def _cut_gzip(folder: Path) -> None:
    log = SmallLog()
    for number in range(5000):
        log.request(f"/main/noarch/{number}")
    (folder / "logs").write_bytes(gzip.compress(log.content())[:-100])


def _damaged_gzip(folder: Path) -> None:
    (folder / "logs").write_bytes(gzip.compress(b"x")[:10] + b"\xff" * 100)


def _binary(folder: Path) -> None:
    (folder / "logs").write_bytes(bytes(range(256)) * 10)


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (_nothing, "conda-census: logs: no such file, folder or pattern: check the path"),
        (_folder_without_logs, "conda-census: logs/notes.txt: not an access log: none of its first 1 lines "),
        (_empty_folder, "conda-census: logs: no files in this folder: name a folder that holds access logs"),
        (_cut_gzip, "conda-census: logs: the gzip data ends too early, the file was cut short or is still "),
        (_damaged_gzip, "conda-census: logs: damaged gzip data: fetch the file again"),
        (_binary, "conda-census: logs: a binary file, not an access log: name the log itself"),
    ],
)
def test_what_is_no_log(prepare: Prepare, message: str, census: CensusProcess, tmp_path: Path) -> None:
    """One line on standard error that begins with what and where; exit code 1; no row in any table."""
    prepare(tmp_path)
    done = census("ingest", "logs", "--json")
    told = [line for line in done.stderr.splitlines() if not line.startswith("reading ")]
    assert done.returncode == 1
    assert len(told) == 1
    assert told[0].replace(f"{tmp_path}/", "").startswith(message)
    assert json.loads(done.stdout)["sources"] == {"read": 0, "skipped": 0, "failed": 1}
    assert list(tmp_path.glob("census-lake/**/*.parquet")) == []


def test_a_bad_file_beside_a_good_one(census: CensusProcess, tmp_path: Path) -> None:
    """The good one is read, the bad one is told, and the exit code says that something failed."""
    SmallLog().request().write(tmp_path / "good.log")
    done = census("ingest", "good.log", "missing.log", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["sources"] == {"read": 1, "skipped": 0, "failed": 1}
    assert "conda-census: missing.log: no such file" in done.stderr


def test_no_lake(census: CensusProcess, tmp_path: Path) -> None:
    """A report without a lake says how to make one, and makes none."""
    done = census("report")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "conda-census: census-lake: no lake here: "
        "run conda-census ingest first, or name another with --lake\n"
    )
    assert not (tmp_path / "census-lake").exists()


def test_a_lake_of_a_newer_version(census: CensusProcess, tmp_path: Path) -> None:
    """It is neither read nor written."""
    log = SmallLog().request().write(tmp_path / "access.log")
    assert census("ingest", log).returncode == 0
    manifest = tmp_path / "census-lake" / "lake.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"lake_version": 99}))
    for arguments in (["report"], ["ingest", "access.log"]):
        done = census(*arguments)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("conda-census: census-lake: a lake of version 99, ")
        assert done.stderr.endswith(": upgrade conda-census\n")
        assert done.stderr.count("\n") == 1


def test_a_damaged_lake(census: CensusProcess, tmp_path: Path) -> None:
    """A manifest that is none is told, not guessed."""
    (tmp_path / "census-lake").mkdir()
    (tmp_path / "census-lake" / "lake.json").write_text("{")
    done = census("report")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("lake.json: damaged: restore it from your backup\n")


@pytest.mark.parametrize(
    ("lake", "message"),
    [
        ("a-file/lake", "conda-census: a-file/lake: no lake can be made here"),
        ("a-file", "conda-census: a-file: no lake can be made here"),
        ("full", "conda-census: full: not a lake, and not empty either (it holds something)"),
        ("100%", "conda-census: 100%: a lake's path must not hold %: choose another --lake"),
        ("/proc/lake", "conda-census: /proc/lake: no lake can be made here"),
        ("~/lake", "conda-census: ~/lake: a lake is a folder on this machine, its path written out"),
        ("s3://bucket/lake", "conda-census: s3:/bucket/lake: a lake is a folder on this machine"),
        ("a\nlake", "conda-census: a\\nlake: a lake is a folder on this machine"),
    ],
)
def test_a_lake_that_cannot_be_made(lake: str, message: str, census: CensusProcess, tmp_path: Path) -> None:
    """A file in the way, a folder of somebody else, a read-only file system: nothing is touched."""
    (tmp_path / "a-file").write_text("")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "something").write_text("")
    log = SmallLog().request().write(tmp_path / "access.log")
    done = census("ingest", log, "--lake", lake)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(message)
    assert done.stderr.count("\n") == 1
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["something"]


def test_a_home_that_cannot_be_written(census: CensusProcess, tmp_path: Path) -> None:
    """Without a key there are no pseudonyms, and so no lake."""
    (tmp_path / "a-file").write_text("")
    census.variables["CENSUS_CONFIG"] = str(tmp_path / "a-file" / "config")
    log = SmallLog().request().write(tmp_path / "access.log")
    done = census("ingest", log)
    assert done.returncode == 1
    assert done.stderr.endswith(": set CENSUS_CONFIG to a folder of your own\n")
    assert not (tmp_path / "census-lake").exists()


def test_keys_inside_the_lake_are_refused(census: CensusProcess, tmp_path: Path) -> None:
    """Who has the lake must not have the key."""
    census.variables["CENSUS_CONFIG"] = str(tmp_path / "census-lake" / "config")
    done = census("ingest", SmallLog().request().write(tmp_path / "access.log"))
    assert done.returncode == 1
    assert "must not lie inside the lake" in done.stderr


def test_keys_inside_the_lake_by_a_detour_are_refused(census: CensusProcess, tmp_path: Path) -> None:
    """Neither dots nor a link hide where the keys would lie."""
    (tmp_path / "link").symlink_to(tmp_path / "census-lake")
    log = SmallLog().request().write(tmp_path / "access.log")
    for folder in ("elsewhere/../census-lake/config", "link/config"):
        census.variables["CENSUS_CONFIG"] = str(tmp_path / folder)
        assert "must not lie inside the lake" in census("ingest", log).stderr


def test_no_home_for_the_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user without a home is asked for a folder: keys in the working directory would soon be lost."""
    monkeypatch.delenv("CENSUS_CONFIG", raising=False)
    monkeypatch.setattr("typer.get_app_dir", lambda _name: "~/.config/conda-census")
    with pytest.raises(CensusError, match=r"there is no home folder .*: set CENSUS_CONFIG"):
        load_settings()


def test_a_file_name_cannot_break_the_line(census: CensusProcess, tmp_path: Path) -> None:
    """Line ends and what a terminal obeys are shown, not sent."""
    (tmp_path / "a\n\x1b[31m.log").write_text("no log\n")
    SmallLog().request().write(tmp_path / "b\n\x1b[31m.log")
    done = census("ingest", *tmp_path.glob("*.log"))
    assert done.stderr.count("\n") == 2
    assert done.stderr.count("\\n\\x1b[31m.log") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
@pytest.mark.parametrize("arguments", [["ingest", "access.log", "--json"], ["report"], ["report", "--json"]])
def test_an_output_that_is_full(arguments: list[str], census: CensusProcess, tmp_path: Path) -> None:
    """A disk that is full behind ``>`` is told in one line."""
    census("ingest", SmallLog().request().write(tmp_path / "access.log"))
    with Path("/dev/full").open("w") as full:
        done = census(*arguments, output=full)
    assert done.returncode == 1
    assert done.stderr == (
        "conda-census: standard output: No space left on device: "
        "put this right and run the same command again\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["ingest"],
        ["ingest", "access.log", "--format", "nonsense"],
        ["ingest", "access.log", "--nonsense"],
        ["report", "--since", "yesterday"],
        ["nonsense"],
    ],
)
def test_wrong_usage(arguments: list[str], census: CensusProcess) -> None:
    """What the command line does not take is exit code 2, with a hint, and no traceback."""
    done = census(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Usage: " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_window_that_ends_before_it_begins(census: CensusProcess, tmp_path: Path) -> None:
    """Two days in the wrong order are wrong usage, whatever takes them."""
    census("ingest", SmallLog().request().write(tmp_path / "access.log"))
    for command in ("report", "sources"):
        done = census(command, "--since", "2024-02-01", "--until", "2024-01-01")
        assert (done.returncode, done.stdout) == (2, "")
        assert "Usage: " in done.stderr
        assert "Traceback" not in done.stderr


def test_a_page_that_cannot_be_written(census: CensusProcess, tmp_path: Path) -> None:
    """A folder that is not there is told in one line."""
    census("ingest", SmallLog().request().write(tmp_path / "access.log"))
    done = census("report", "--html", "missing/report.html")
    assert done.returncode == 1
    assert done.stderr.startswith("conda-census: missing/report.html: ")
    assert done.stderr.count("\n") == 1
