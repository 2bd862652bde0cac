"""Does ``ingest`` say so if a server got another log format in the midst of a log?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from census_support.inputs.small_log import SmallLog
from census_support.processes.census_process import CensusProcess

#: The first lines of a log tell how it is read.
FIRST = 300


def _lines(first: int, count: int, address: str | None = None) -> list[str]:
    log = SmallLog()
    for number in range(first, first + count):
        its_own = address or f"198.51.100.{number % 250}"
        log.request(client=f"c{number}", session=f"s{number}", address=its_own)
    return log.lines


def _proxied(line: str, number: int) -> str:
    return f'{line} "203.0.113.{number % 250}"'


def _swapped(line: str) -> str:
    """The referer and the user agent change places."""
    begin, _, agent = line.rpartition(' "-" ')
    return f'{begin} {agent} "-"'


@pytest.mark.takes_turns(5)
@pytest.mark.parametrize("prefix", ["", "Jan 16 10:00:00 web1 nginx: "])
@pytest.mark.parametrize(
    ("later", "reason"),
    [
        (
            [_proxied(line, n) for n, line in enumerate(_lines(FIRST, FIRST, "10.0.0.1"))],
            "the clients' addresses are in an added field",
        ),
        ([_swapped(line) for line in _lines(FIRST, FIRST)], "the user agent is in another field in quotes"),
        ([f'{line} "0.012"' for line in _lines(FIRST, FIRST)], None),
        ([_proxied(line, n) for n, line in enumerate(_lines(FIRST, FIRST))][:10], None),
        (_lines(FIRST, FIRST, "192.0.2.1"), None),
    ],
    ids=["a proxy", "changed places", "a field more", "few lines", "the same"],
)
def test_a_log_that_changes_is_told(
    census: CensusProcess, tmp_path: Path, later: list[str], reason: str | None, prefix: str
) -> None:
    """Once, and with what to do; not if the lines are read as before."""
    lines = [*_lines(0, FIRST), *later]
    (tmp_path / "access.log").write_text("".join(f"{prefix}{line}\n" for line in lines))
    done = census("ingest", "access.log", "--json")
    found = [each["reason"] for each in json.loads(done.stdout)["warnings"]]
    assert len(found) == (reason is not None), found
    for each in found:
        assert str(reason) in each
        assert "sources --forget" in each


def test_a_log_that_grows_by_other_lines_is_told(census: CensusProcess, tmp_path: Path) -> None:
    """The lines that were read before tell how the new ones are read."""
    log = tmp_path / "access.log"
    log.write_text("".join(f"{line}\n" for line in _lines(0, FIRST)))
    assert json.loads(census("ingest", "access.log", "--json").stdout)["warnings"] == []
    with log.open("a") as file:
        file.writelines(f"{_swapped(line)}\n" for line in _lines(FIRST, FIRST))
    warnings = json.loads(census("ingest", "access.log", "--json").stdout)["warnings"]
    assert any("the user agent is in another field in quotes" in each["reason"] for each in warnings)
