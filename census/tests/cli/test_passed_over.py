"""Is it told that data behind the compressed data of a log was not read?"""

from __future__ import annotations

import bz2
import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from census_support.inputs.small_log import SmallLog
from census_support.processes.census_process import MAIN, CensusProcess

_COMPRESS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "bzip2": bz2.compress}


def _lines(first: int, number: int = 60) -> bytes:
    log = SmallLog()
    for each in range(first, first + number):
        log.request(f"/main/noarch/{each}")
    return log.content()


def _told(size: int) -> str:
    return (
        f"{size:,} bytes behind its compressed data were not read: if this holds lines of a log, decompress "
        "or repair it and give it as a file of its own, or take out what was read with conda-census sources "
        "--forget SOURCE"
    )


@pytest.mark.parametrize("compression", _COMPRESS)
def test_what_was_passed_over_is_told_once(census: CensusProcess, tmp_path: Path, compression: str) -> None:
    """What is read stays read; one line and one warning in the JSON say of the rest; a strict run fails."""
    compress = _COMPRESS[compression]
    rests = {"plain": _lines(60), "garbage": b"garbage" + compress(_lines(60))}
    for name, rest in rests.items():
        log = tmp_path / f"{name}.log"
        log.write_bytes(compress(_lines(0)) + rest)
        done = census("ingest", log.name, "--json", "--lake", name)
        assert (done.returncode, done.stderr) == (0, f"conda-census: {log}: {_told(len(rest))}\n")
        summary = json.loads(done.stdout)
        assert summary["requests"] == 60
        assert summary["warnings"] == [{"source": str(log), "reason": _told(len(rest))}]
        again = census("ingest", log.name, "--strict", "--quiet", "--lake", name)
        assert (again.returncode, again.stderr) == (0, "")  # told once, as all that is skipped
        assert census("ingest", log.name, "--strict", "--lake", f"strict-{name}").returncode == 1


def test_several_files_are_told_of_in_one_line(census: CensusProcess, tmp_path: Path) -> None:
    """Their bytes are added up, and the JSON has those of each."""
    for number, size in enumerate((10, 20)):
        log = tmp_path / f"{number}.log.gz"
        log.write_bytes(gzip.compress(_lines(100 * number)) + b"x" * size)
    done = census("ingest", "0.log.gz", "1.log.gz", "--json")
    assert done.stderr.count("not read") == 1
    assert _told(30) in done.stderr
    assert [each["reason"] for each in json.loads(done.stdout)["warnings"]] == [_told(10), _told(20)]


def test_lines_put_behind_a_log_that_was_read(census: CensusProcess, tmp_path: Path) -> None:
    """Nothing in the file is new but what cannot be read: it is told all the same."""
    log = tmp_path / "access.log.gz"
    log.write_bytes(gzip.compress(_lines(0)))
    assert census("ingest", log.name).returncode == 0
    log.write_bytes(log.read_bytes() + b"x" * 500)
    done = census("ingest", log.name, "--strict", "--json")
    assert (done.returncode, json.loads(done.stdout)["warnings"][0]["reason"]) == (1, _told(500))


def test_lines_behind_an_empty_member(census: CensusProcess, tmp_path: Path) -> None:
    """A log that looks empty, for all its lines stand behind the compressed data."""
    (tmp_path / "other.log").write_bytes(_lines(0))
    (tmp_path / "access.log.gz").write_bytes(gzip.compress(b"") + b"x" * 500)
    done = census("ingest", "access.log.gz", "other.log", "--strict")
    assert (done.returncode, _told(500) in done.stderr) == (1, True)


def test_standard_input_with_more_behind_its_compressed_data(census: CensusProcess) -> None:
    """It is told of as of any file."""
    done = subprocess.run(
        [sys.executable, "-c", MAIN, "ingest", "-", "--strict"],
        cwd=census.folder,
        env=census.environment(),
        input=gzip.compress(_lines(0)) + b"x" * 500,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, _told(500).encode() in done.stderr) == (1, True)


def test_zeros_behind_the_data_are_padding(census: CensusProcess, tmp_path: Path) -> None:
    """They are passed over without a word."""
    (tmp_path / "access.log.gz").write_bytes(gzip.compress(_lines(0)) + bytes(5000))
    done = census("ingest", "access.log.gz", "--strict", "--json")
    assert (done.returncode, done.stderr, json.loads(done.stdout)["warnings"]) == (0, "", [])


_BEHIND = {"plain": _lines(60), "garbage": b"x" * 500}
#: Files that bring no new line beside a log with the first lines: the same lines, and none.
_WITHOUT_NEW_LINES = {"the same": gzip.compress(_lines(0)), "none": gzip.compress(b"")}


def _unread(census: CensusProcess) -> int:
    number = json.loads(census("report", "--json").stdout)["accounting"]["unread_logs"]
    assert json.loads(census("sources", "--json").stdout)["unread_logs"] == number
    return int(number)


@pytest.mark.takes_turns(2)
@pytest.mark.parametrize("behind", _BEHIND)
@pytest.mark.parametrize("read", _WITHOUT_NEW_LINES)
def test_what_no_row_tells_of(census: CensusProcess, tmp_path: Path, read: str, behind: str) -> None:
    """A log that brings no new line is listed as one that was not read whole, until it is read whole."""
    (tmp_path / "d1.log").write_bytes(_lines(0))
    log = tmp_path / "d2.log.gz"
    log.write_bytes(_WITHOUT_NEW_LINES[read] + _BEHIND[behind])
    assert census("ingest", "d1.log").returncode == 0
    for _ in range(3):  # from the second run on the log is known
        assert census("ingest", "d1.log", log.name).returncode == 0
        assert _unread(census) == 1
    assert "could not be read" in census("sources").stderr
    (entry,) = json.loads(census("sources", "--set-aside", "--json").stdout)["set_aside"]
    assert entry["source"] == str(log)
    size = len(_BEHIND[behind])
    assert entry["reason"].startswith(f"{size:,} bytes behind its compressed data were not read")
    log.write_bytes(gzip.compress(_lines(0, 130)))
    assert census("ingest", "d1.log", log.name, "--strict").returncode == 0
    assert _unread(census) == 0


@pytest.mark.takes_turns(2)
@pytest.mark.parametrize("read", _WITHOUT_NEW_LINES)
def test_what_no_row_tells_of_is_tried_again(census: CensusProcess, tmp_path: Path, read: str) -> None:
    """With --retry it is off the list, and the next run finds it again."""
    (tmp_path / "d1.log").write_bytes(_lines(0))
    log = tmp_path / "d2.log.gz"
    log.write_bytes(_WITHOUT_NEW_LINES[read] + b"x" * 500)
    census("ingest", "d1.log")
    census("ingest", log.name)
    assert census("sources", "--retry", log.name).returncode == 0
    assert _unread(census) == 0
    again = census("ingest", log.name, "--strict")
    assert (again.returncode, _told(500) in again.stderr) == (1, True)
    assert _unread(census) == 1


def test_what_no_row_tells_of_and_rotation(census: CensusProcess, tmp_path: Path) -> None:
    """Another log comes in its place, and it has another name now: it stays on the list, under that."""
    (tmp_path / "d1.log").write_bytes(_lines(0))
    log = tmp_path / "access.log.1.gz"
    log.write_bytes(gzip.compress(_lines(0)) + b"x" * 500)
    census("ingest", "d1.log")
    census("ingest", log.name)
    rotated = log.rename(tmp_path / "access.log.2.gz")
    log.write_bytes(gzip.compress(_lines(200)))
    assert census("ingest", log.name, rotated.name, "--strict").returncode == 0
    assert census("sources", "--set-aside").stdout.startswith(f"{rotated}: 500 bytes")
    assert _unread(census) == 1


def test_what_no_row_tells_of_counts_once_the_other_is_taken_out(
    census: CensusProcess, tmp_path: Path
) -> None:
    """Then its lines are read, and the doubt is told of it as of any log."""
    (tmp_path / "d1.log").write_bytes(_lines(0))
    log = tmp_path / "d2.log.gz"
    log.write_bytes(gzip.compress(_lines(0)) + b"x" * 500)
    census("ingest", "d1.log")
    census("ingest", log.name)
    assert census("sources", "--forget", "d1.log").returncode == 0
    census("ingest", log.name)
    assert _unread(census) == 0
    found = json.loads(census("sources", "--json").stdout)
    assert [each["source"] for each in found["doubts"]] == [str(log)]
