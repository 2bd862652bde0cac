"""Is a log told whose lines end in carriage returns only, and never read as one line?"""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from census_support.inputs.small_log import SmallLog
from census_support.processes.census_process import CensusProcess
from conda_census.logs.formats import BUILT_IN
from conda_census.logs.formats.cloudfront import STANDARD_HEADER
from conda_census.logs.line_reader import LineReader

_PREFIXES = ("", "<190>Jan  6 23:53:20 mirror nginx: ", "2024-01-16T23:53:20.123456789Z stdout F ")


def _log(requests: int) -> SmallLog:
    log = SmallLog()
    for number in range(requests):
        log.request(f"/main/noarch/{number}.json")
    return log


_SMALL, _LARGE = _log(30).content(), _log(100_000).content()
_RETURNS = {
    "of all lines": _SMALL.replace(b"\n", b"\r"),
    "of all lines but the last": _SMALL.replace(b"\n", b"\r").rstrip(b"\r") + b"\n",
    "two at once": _SMALL.replace(b"\n", b"\r\r"),
    "of two lines": _log(2).content().replace(b"\n", b"\r"),
    "of a large log": _LARGE.replace(b"\n", b"\r"),
    "behind lines with line feeds": _SMALL + _SMALL.replace(b"\n", b"\r"),
    "far behind lines with line feeds": _LARGE + _SMALL.replace(b"\n", b"\r") + b"\n" + _LARGE,
    "of one line far behind": _LARGE + _log(2).content().replace(b"\n", b"\r", 1),
    "behind lines of Windows": _SMALL.replace(b"\n", b"\r\n") + _SMALL.replace(b"\n", b"\r"),
    "compressed": gzip.compress(_SMALL.replace(b"\n", b"\r")),
}
_NO_RETURNS = {
    "Windows": _SMALL.replace(b"\n", b"\r\n"),
    "Windows twice": _SMALL.replace(b"\n", b"\r\r\n"),
    "progress": _SMALL
    + b"\rloaded 1 %\rloaded 2 %\rloaded 3 %\n" * 60
    + _SMALL.replace(b"30.json", b"31.json"),
    "one line": _log(1).content().replace(b"\n", b"\r\n"),
}


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize("content", _RETURNS.values(), ids=_RETURNS)
def test_lines_that_end_in_carriage_returns(content: bytes, census: CensusProcess, tmp_path: Path) -> None:
    """One line says what and how to mend; nothing of the log counts, and the mended log counts whole."""
    log = tmp_path / "access.log"
    log.write_bytes(content)
    done = census("ingest", "access.log", "--json")
    told = [line for line in done.stderr.splitlines() if "access.log" in line]
    assert len(told) == 1
    assert "end in a carriage return (CR) only: make each a line feed, as with tr '\\r' '\\n'" in told[0]
    found = json.loads(done.stdout)
    assert (found["requests"], len(found["set_aside"])) == (0, 1)

    plain = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    mended = plain.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    log.write_bytes(mended)
    expected = len([line for line in mended.split(b"\n") if line])
    assert json.loads(census("ingest", "access.log", "--json").stdout)["requests"] == expected


@pytest.mark.parametrize("content", _NO_RETURNS.values(), ids=_NO_RETURNS)
def test_carriage_returns_that_part_no_requests(
    content: bytes, census: CensusProcess, tmp_path: Path
) -> None:
    """They stand before a line feed, or in a line that is no request."""
    (tmp_path / "access.log").write_bytes(content)
    found = json.loads(census("ingest", "access.log", "--json").stdout)
    assert (found["requests"], found["set_aside"]) == (content.count(b"HTTP/1.1"), [])


@pytest.mark.parametrize("before", _PREFIXES)
@pytest.mark.parametrize("name", BUILT_IN)
def test_every_format_knows_its_lines(name: str, before: str) -> None:
    """Also behind what carries them; and none takes lines for such that end in line feeds."""
    log_format = BUILT_IN[name]
    header = [before + STANDARD_HEADER.decode()] if name == "cloudfront" else []
    lines = [*header, *[before + log_format.example] * 3]
    reader = LineReader(log_format, [line.encode() for line in lines])
    assert reader.ends_in_cr("\r".join(lines).encode())
    assert reader.ends_in_cr(("\r\n".join(lines) + "\r" + lines[-1] + "\r\n").encode())
    for end in ("\n", "\r\n", "\r\r\n"):
        assert not reader.ends_in_cr((end.join(lines) + end).encode())
