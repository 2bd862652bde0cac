"""Logs like ``combined`` whose user agent is in another field."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from census_support.oracles.raw_rows import raw_rows
from census_support.processes.census_process import CensusProcess
from conda_census.logs.formats import BUILT_IN
from conda_census.logs.parsing.agent_field import agent_fault

_AGENT = "conda/24.7.1 requests/2.32.3 CPython/3.12.4 aau/0.7.0 c/AAAAAAAAAAAAAAAAAAAAAA"
_START = (
    "203.0.113.{number} - {user} [16/Jan/2024:23:53:{number:02} +0000] "
    '"GET /main/noarch/a-1-0.conda HTTP/1.1" 200 2326 '
)
_ELSEWHERE = [
    '"{agent}" "-"',
    '"{agent}" "https://conda.example.org/"',
    '"MISS" "-" "{agent}"',
    '"conda.example.org" "-" "{agent}" 0.003',
    '"-" "conda.example.org" "{agent}"',
    '"-" "gzip, br" "{agent}"',
    '"-" "a=b; c=d" "{agent}" "203.0.113.9"',
    '"-" "-" ua="{agent}"',
    '"-" "-" "HTTP/2.0" "{agent}"',
    '"-" "" 12 "conda@docker" "{agent}"',
]
_HERE = [
    '"-" "{agent}"',
    '"https://a.example.org/1/2" "{agent}"',
    '"-" "{agent}" "203.0.113.9, 10.0.0.3"',
    '"-" "{agent}" "HTTP/2.0" "gzip"',
    '"-" "{agent}" 0.004 "nginx/1.27"',
    '"-" "-" "HTTP/2.0"',
    '"-" "-"',
    '"-" "" "203.0.113.9"',
]


def _lines(end: str, user: str = "-") -> list[str]:
    return [_START.format(number=number, user=user) + end.format(agent=_AGENT) for number in range(1, 31)]


@pytest.mark.parametrize("user", ["-", "jane", '""'])
@pytest.mark.parametrize("end", [*_ELSEWHERE, *_HERE])
def test_the_agent_is_where_combined_has_it_or_the_log_is_not_combined(end: str, user: str) -> None:
    """It tells the tool, and holds the tokens: with another text in its place no installation is seen."""
    lines = [line.encode() for line in _lines(end, user)]
    assert bool(agent_fault(lines)) == (end in _ELSEWHERE)
    assert not agent_fault([*lines[:5], *(line.encode() for line in _lines('"-" "curl/8.5.0"', user))])


@pytest.mark.parametrize("end", [*_ELSEWHERE[2:], *_HERE])
def test_a_line_with_more_fields_is_read_by_itself(end: str) -> None:
    """So a log that changes its format in its midst does not lose its agents without a word."""
    dropped = {row["dropped"] for row in raw_rows(BUILT_IN["combined"], _lines(end))}
    assert dropped == ({"not_in_format"} if end in _ELSEWHERE else {None})


@pytest.mark.parametrize(
    ("lines", "are_told"),
    [
        (["GET"] * 40, True),
        (_lines('"-" "{agent}"'), False),
        (_lines('"-" "-"'), True),
        (_lines('"-" "-"')[:19], False),
        ([*_lines('"-" "-"'), *_lines('"-" "curl/8.5.0"')[:1]], False),
    ],
)
def test_a_log_without_any_agent_is_told(tmp_path: Path, lines: list[str], are_told: bool) -> None:
    """Whatever the reason: the server does not log them, or under another name; but not of a few requests."""
    if lines[0] == "GET":
        example = json.loads(BUILT_IN["traefik"].example)
        example.pop("request_User-Agent")
        lines = [json.dumps(example | {"Duration": number}) for number in range(40)]
    (tmp_path / "access.log").write_text("".join(f"{line}\n" for line in lines))
    done = CensusProcess(tmp_path)("ingest", "access.log", "--json")
    assert done.returncode == 0, done.stderr
    reasons = [warning["reason"] for warning in json.loads(done.stdout)["warnings"]]
    assert any("no request has a user agent" in reason for reason in reasons) == are_told
