"""Can a log be named whose file name is no text, as one types it and as ``sources`` shows it?"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from census_support.inputs.small_log import SmallLog
from census_support.processes.census_process import CensusProcess
from conda_census.logs.sources.files import name_as_text, one_spelling, path_named

_TYPED = os.fsdecode(b"bad\xff.log")
_SHOWN = r"bad\xff.log"


def _log(client: str) -> SmallLog:
    return SmallLog().request("/main/linux-64/numpy-1.26.4-py311_0.conda", client=client, session=client)


@pytest.fixture
def logs(census: CensusProcess, tmp_path: Path) -> Path:
    """A folder with two logs, one of which has a name that is no text: both in one batch of a lake."""
    folder = tmp_path / "logs"
    folder.mkdir()
    _log("c1").write(folder / _TYPED)
    _log("c2").write(folder / "good.log")
    assert census("ingest", "logs").returncode == 0
    return folder


def _sources(census: CensusProcess) -> list[str]:
    return [Path(each["source"]).name for each in json.loads(census("sources", "--json").stdout)["sources"]]


@pytest.mark.takes_turns(2)
@pytest.mark.parametrize("name", [_TYPED, _SHOWN, f"logs/{_TYPED}", f"logs/{_SHOWN}"])
def test_it_is_taken_out(census: CensusProcess, logs: Path, name: str) -> None:
    """And the answer shows its name as ``sources`` does."""
    done = census("sources", "--forget", name, "--json")
    assert (done.returncode, json.loads(done.stdout)["forgotten"]) == (0, str(logs / _SHOWN))
    assert _sources(census) == ["good.log"]


@pytest.mark.parametrize("rotated", ["", ".1"])
def test_another_one_of_its_batch_is_taken_out(census: CensusProcess, logs: Path, rotated: str) -> None:
    """It is read again, under another name too, and told of."""
    (logs / _TYPED).rename(logs / f"{_TYPED}{rotated}")
    done = census("sources", "--forget", "good.log", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["read_again"] == [f"{logs / _SHOWN}{rotated}"]
    assert _sources(census) == [f"{_SHOWN}{rotated}"]


@pytest.mark.parametrize("lost", ["sessions/day=*/*.parquet", "sources/day=*/*.parquet"])
def test_it_is_read_again_by_repair(census: CensusProcess, logs: Path, tmp_path: Path, lost: str) -> None:
    """What the lake lost of it comes back; a log with a backslash in its name is found as well."""
    shutil.copy(_log("c3").write(tmp_path / "log"), logs / r"other\xff.log")
    assert census("ingest", "logs").returncode == 0
    for file in (tmp_path / "census-lake").glob(lost):
        file.unlink()
    done = census("repair", "--json")
    assert (done.returncode, json.loads(done.stdout)["lost"]) == (0, [])
    assert sorted(_sources(census)) == [_SHOWN, "good.log", r"other\xff.log"]
    verified = json.loads(census("sources", "--verify", "--json").stdout)
    assert {each["state"] for each in verified["readings"]} == {"same"}


def test_a_name_and_its_text(tmp_path: Path) -> None:
    """A text names the file that is there; if none is, one whose name was no text."""
    raw, text = tmp_path / _TYPED, str(tmp_path / _SHOWN)
    assert name_as_text(raw) == name_as_text(text) == one_spelling(str(raw)) == one_spelling(text) == text
    assert path_named(text) == raw
    Path(text).touch()
    assert path_named(text) == Path(text)
    for other in (tmp_path / "caf\u00e9.log", tmp_path / r"\xc3\xa9.log", tmp_path / r"\x41.log"):
        assert path_named(str(other)) == other
