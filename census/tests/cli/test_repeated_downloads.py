"""Does ``ingest`` say so if a log is a copy with other bytes, and nothing of logs that only look alike?"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from census_support.inputs.small_log import SmallLog
from census_support.processes.census_process import CensusProcess
from conda_census.ingest.log_faults.proxies import few_public_addresses

Bytes = Callable[[list[bytes]], bytes]

PACKAGE = "/conda-forge/linux-64/zlib-1.3.1-h{}_0.conda"


def _log(sessions: range, *, has_tokens: bool = True, address: str = "192.0.2.7", hour: int = 10) -> SmallLog:
    """A log in which each session fetches an index and three packages, a request a second."""
    log = SmallLog()
    log.start = log.start.replace(hour=hour)
    for session in sessions:
        names = {"client": f"c{session}", "session": f"s{session}"} if has_tokens else {}
        log.request(address=address, **names)
        for number in range(3):
            size = 5000 + 7 * session + number
            log.request(PACKAGE.format(number), size=size, address=address, **names)
    return log


def _lines(log: SmallLog) -> list[bytes]:
    return log.content().splitlines(keepends=True)


def _joined(lines: list[bytes]) -> bytes:
    return b"".join(lines)


CHANGED: dict[str, Bytes] = {
    "line ends": lambda lines: _joined(lines).replace(b"\n", b"\r\n"),
    "byte-order mark": lambda lines: b"\xef\xbb\xbf" + _joined(lines),
    "prefix": lambda lines: _joined([b"Jan 16 10:00:00 mirror nginx: " + line for line in lines]),
    "blank lines": lambda lines: b"\n" + b"\n".join(lines),
    "first line left out": lambda lines: _joined(lines[1:]),
    "every third line left out": lambda lines: _joined([line for n, line in enumerate(lines) if n % 3]),
    "other order": lambda lines: _joined(lines[::-1]),
    "addresses zeroed": lambda lines: re.sub(rb"192\.0\.2\.7", b"192.0.2.0", _joined(lines)),
    "field at the end": lambda lines: _joined([line[:-1] + b' "-"\n' for line in lines]),
}


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize("kind", CHANGED)
def test_a_copy_with_other_bytes_is_told(census: CensusProcess, tmp_path: Path, kind: str) -> None:
    """In one line, with the file, how much of it was read before, and the command that takes it out."""
    lines = _lines(_log(range(20)))
    copy = CHANGED[kind](lines)
    (tmp_path / "access.log").write_bytes(_joined(lines))
    assert json.loads(census("ingest", "access.log", "--json").stdout)["warnings"] == []
    (tmp_path / "copy.log").write_bytes(copy)
    done = census("ingest", "copy.log", "--json")
    [warning] = json.loads(done.stdout)["warnings"]
    assert warning["source"] == str(tmp_path / "copy.log")
    count, of = map(int, re.findall(r"\d+", warning["reason"])[:2])
    assert count == of == sum(b".conda" in line for line in copy.splitlines())
    assert done.returncode == 0
    [told] = [line for line in done.stderr.splitlines() if "read before" in line]
    assert "copy.log: " in told
    assert "conda-census sources --forget" in told
    assert census("sources", "--forget", "copy.log").returncode == 0
    assert json.loads(census("report", "--json").stdout)["downloads"]["total"] == 60


@pytest.mark.parametrize("kind", ["line ends", "prefix"])
def test_what_is_read_later_says_it_too(census: CensusProcess, tmp_path: Path, kind: str) -> None:
    """The report how many logs look like copies, `sources` which; until one of them is taken out."""
    lines = _lines(_log(range(30)))
    (tmp_path / "access.log").write_bytes(_joined(lines))
    (tmp_path / "copy.log").write_bytes(CHANGED[kind](lines))
    census("ingest", "access.log", "copy.log")
    assert "1 log looks like a copy of another one" in " ".join(census("report").stdout.split())
    names = [str(tmp_path / name) for name in ("access.log", "copy.log")]
    assert json.loads(census("sources", "--json").stdout)["copies"] == [names]
    listed = census("sources")
    assert f"{names[0]} and {names[1]} look like copies of each other" in listed.stderr
    assert "conda-census sources --forget SOURCE" in listed.stderr
    assert listed.returncode == 0
    census("sources", "--forget", "copy.log")
    assert json.loads(census("sources", "--json").stdout)["copies"] == []
    assert "looks like a copy" not in census("report").stdout


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize("kind", ["line ends", "addresses zeroed"])
def test_two_copies_in_one_run_are_told(census: CensusProcess, tmp_path: Path, kind: str) -> None:
    """One of the two, whichever is read first."""
    lines = _lines(_log(range(20), has_tokens=kind == "addresses zeroed"))
    (tmp_path / "1.log").write_bytes(_joined(lines))
    (tmp_path / "2.log").write_bytes(CHANGED[kind](lines))
    [warning] = json.loads(census("ingest", ".", "--json").stdout)["warnings"]
    count, _ = map(int, re.findall(r"\d+", warning["reason"])[:2])
    assert count == sum(b".conda" in line for line in CHANGED[kind](lines).splitlines())


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.parametrize("has_tokens", [True, False])
def test_a_log_appended_to_itself_is_told(census: CensusProcess, tmp_path: Path, has_tokens: bool) -> None:
    """Whether its beginning was read before or not, but for its last seconds: they do not go back in time."""
    lines = _lines(_log(range(20), has_tokens=has_tokens))
    (tmp_path / "twice.log").write_bytes(_joined(lines) * 2)
    [warning] = json.loads(census("ingest", "twice.log", "--json").stdout)["warnings"]
    assert warning["reason"].startswith("58 of 120 downloads ")
    (tmp_path / "grown.log").write_bytes(_joined(_lines(_log(range(30, 50)))))
    census("ingest", "grown.log")
    (tmp_path / "grown.log").write_bytes((tmp_path / "grown.log").read_bytes() * 2)
    [warning] = json.loads(census("ingest", "grown.log", "--json").stdout)["warnings"]
    assert warning["reason"].startswith("60 of 60 downloads ")


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.parametrize("has_tokens", [True, False])
def test_logs_put_together_are_told(census: CensusProcess, tmp_path: Path, has_tokens: bool) -> None:
    """One behind the other, merged by time, and packed: all of one is in them, and something new."""
    first = _lines(_log(range(20), has_tokens=has_tokens))
    second = _lines(_log(range(20, 40), has_tokens=has_tokens, address="198.51.100.9"))
    new = _lines(_log(range(40, 45), has_tokens=has_tokens, address="203.0.113.5"))
    (tmp_path / "1.log").write_bytes(_joined(first))
    (tmp_path / "2.log").write_bytes(_joined(second))
    assert json.loads(census("ingest", "1.log", "2.log", "--json").stdout)["warnings"] == []
    both = sorted([*first, *second, *new], key=lambda line: line.split(b"[")[1])
    (tmp_path / "merged.log").write_bytes(_joined(both))
    (tmp_path / "behind.log.gz").write_bytes(gzip.compress(_joined([*new, *second])))
    told = json.loads(census("ingest", "merged.log", "--json").stdout)["warnings"]
    told += json.loads(census("ingest", "behind.log.gz", "--json").stdout)["warnings"]
    counts = [each["reason"].split(" downloads")[0] for each in told]
    assert counts == ["120 of 135", "75 of 75"]  # the few new ones are twice then as well


@pytest.mark.takes_turns(5, among="the longest")
def test_a_copy_is_told_after_a_compaction(census: CensusProcess, tmp_path: Path) -> None:
    """What was read before stands in one file of the day then."""
    for number in range(3):
        (tmp_path / f"{number}.log").write_bytes(_log(range(20), hour=3 * number).content())
        assert json.loads(census("ingest", f"{number}.log", "--json").stdout)["warnings"] == []
    assert census("compact").returncode == 0
    assert len(list((tmp_path / "census-lake" / "downloads").glob("day=*/part-*.parquet"))) == 1
    (tmp_path / "copy.log").write_bytes(b"\n" + (tmp_path / "1.log").read_bytes())
    [warning] = json.loads(census("ingest", "copy.log", "--json").stdout)["warnings"]
    assert warning["reason"].startswith("60 of 60 downloads ")


def _mirrors(_sessions: int) -> tuple[list[bytes], list[bytes]]:
    """Two mirrors with the same sessions in the same seconds: a client takes packages from both."""
    lines = _lines(_log(range(40)))
    other = [re.sub(rb" 200 (\d+)", lambda found: b" 200 1%s" % found[1], line) for line in lines]
    return lines, other


def _rotated(_sessions: int) -> tuple[list[bytes], list[bytes]]:
    """A log that was rotated in the middle of a session."""
    lines = _lines(_log(range(40)))
    return lines[:78], lines[78:]


def _job_farm(_sessions: int) -> tuple[list[bytes], list[bytes]]:
    """Machines behind one address without tokens, some of which fetch the same at once from two mirrors."""
    lines = _lines(_log(range(40), has_tokens=False))
    other = [line.replace(b" 200 5", b" 200 6") if n % 5 else line for n, line in enumerate(lines)]
    return lines, other


def _load_test(_sessions: int) -> tuple[list[bytes], list[bytes]]:
    """One client that asks for one file again and again, as fast as it can."""
    line = _lines(_log(range(1), has_tokens=False))[1]
    return [line] * 500, _lines(_log(range(1), has_tokens=False, address="203.0.113.5"))


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize("made", [_mirrors, _rotated, _job_farm, _load_test])
@pytest.mark.parametrize("at_once", [True, False])
def test_what_only_looks_alike_is_not_told(
    census: CensusProcess,
    tmp_path: Path,
    made: Callable[[int], tuple[list[bytes], list[bytes]]],
    at_once: bool,
) -> None:
    """Mirrors, rotations and machines that do the same are no copies."""
    for name, lines in zip(("1.log", "2.log"), made(40), strict=True):
        (tmp_path / name).write_bytes(_joined(lines))
    for paths in [["1.log", "2.log"]] if at_once else [["1.log"], ["2.log"]]:
        done = census("ingest", *paths, "--json")
        assert json.loads(done.stdout)["warnings"] == []


@pytest.mark.takes_turns(5, among="the longest")
def test_many_copies_are_one_line(census: CensusProcess, tmp_path: Path) -> None:
    """The line names the first ones and adds up; the JSON has each of them."""
    for number in range(6):
        log = _log(range(100 * number, 100 * number + 10 + number))
        log.write(tmp_path / f"{number}.log")
        (tmp_path / f"{number}.copy").write_bytes(log.content().replace(b"\n", b"\r\n"))
    done = census("ingest", *(f"{number}.log" for number in range(6)))
    assert "read before" not in done.stderr
    done = census("ingest", *(f"{number}.copy" for number in range(6)))
    [told] = [line for line in done.stderr.splitlines() if "read before" in line]
    assert "and 3 more: 225 of 225 downloads" in told


@pytest.mark.takes_turns(5, among="the longest")
def test_of_many_downloads_a_sample_is_compared(census: CensusProcess, tmp_path: Path) -> None:
    """A line says about how many were read before."""
    lines = _lines(_log(range(20_000)))
    (tmp_path / "access.log").write_bytes(_joined(lines))
    (tmp_path / "copy.log").write_bytes(_joined(lines).replace(b"\n", b"\r\n"))
    done = census("ingest", "access.log", "copy.log", "--json")
    warnings = json.loads(done.stdout)["warnings"]
    [warning] = (each for each in warnings if each["reason"] != few_public_addresses(1))
    count, of = (int(each.replace(",", "")) for each in re.findall(r"[\d,]+", warning["reason"])[:2])
    assert warning["reason"].startswith("about ")
    assert count == of == pytest.approx(60_000, rel=0.05)
