"""Is a file that is in no format refused, with the reason for each and nothing of its content?"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from conda_census.errors import SourceError
from conda_census.logs.blocks import MAX_LINE_BYTES
from conda_census.logs.format_detection import Beginning, format_of, own_formats_fit, read_beginning
from conda_census.logs.formats import BUILT_IN, LogFormat
from conda_census.settings_file import FormatTable

PATH = Path("access.log")


def _refusal(lines: list[bytes], name: str = "auto") -> str:
    with pytest.raises(SourceError) as told:
        format_of(PATH, Beginning(lines, is_binary=False), BUILT_IN, name)
    return str(told.value)


def test_why_it_is_in_no_format() -> None:
    """For the nearest formats the first part that no line has, and what to do; no word of the line."""
    told = _refusal([b'{"secret": "192.0.2.7", "status": 200, "ts": 1}', b""])
    assert len(told) < 450
    assert told.startswith(
        "access.log: not an access log: none of its first 2 lines is in a format that was tried: "
    )
    assert told.endswith(
        ": check that it is the access log of the web server, or describe its format in census.toml"
    )
    assert "caddy (no line has " in told
    assert " others that conda-census formats lists" in told
    assert "secret" not in told
    assert "192.0.2.7" not in told


def test_what_is_near_no_format() -> None:
    """No format is named, but how many there are."""
    assert _refusal([b"Just a readme", b"in two lines"]) == (
        "access.log: not an access log: none of its first 2 lines is in any of the "
        f"{len(BUILT_IN)} formats that conda-census formats lists: check that it is the access log of the "
        "web server, or describe its format in census.toml"
    )


def test_own_formats_that_fit_nothing_are_told_if_they_were_to_describe_such_lines() -> None:
    """A template is for lines of servers, a map for JSON; one that was named fits."""
    nginx = FormatTable("mirror", "census.toml: formats.mirror", nginx="$request")
    json = FormatTable("ingress", "census.toml: formats.ingress", json={})
    assert own_formats_fit(BUILT_IN["combined"], (), "auto")
    assert own_formats_fit(BUILT_IN["combined"], (json,), "auto")
    assert own_formats_fit(BUILT_IN["caddy"], (nginx,), "auto")
    assert own_formats_fit(BUILT_IN["combined"], (nginx,), "combined")
    assert not own_formats_fit(BUILT_IN["combined"], (nginx,), "auto")
    assert not own_formats_fit(BUILT_IN["common"], (json, nginx), "auto")


@pytest.mark.parametrize(
    ("lines", "name", "reason"),
    [
        (
            [b"#Fields: date time s-ip cs-method cs-uri-stem sc-status", b"a"],
            "cloudfront-v2",
            "names fields of IIS",
        ),
        (
            [b"#Fields: date cs-method sc-status", b"a"],
            "cloudfront-v2",
            "does not name time, cs-uri-stem",
        ),
        ([b"#Fields: time date c-ip", b"a"], "cloudfront", "#Fields: names others than standard logs have"),
        ([b"hello"], "cloudfront-v2", "neither JSON nor a #Fields: line"),
        ([b'{"timestamp": 1, "request_method": "GET"}'], "fastly", 'no line has "response_status"'),
        ([b"[16/Jan/2024:23:53:20 +0000]"], "nexus", 'no line has a "request" and a status behind it'),
        ([b"a\tb"], "cloudfront-realtime", "no line has 40 of them"),
        ([b"a|b"], "artifactory", "no line has a time at its start"),
        # every part is there, but never all of them together
        (
            [b'192.0.2.7 [16/Jan/2024:23:53:20 +0000] "GET" 200 1 "-" "-"'],
            "combined",
            "no line has all its fields",
        ),
    ],
)
def test_why_it_is_not_in_the_format_that_was_asked_for(lines: list[bytes], name: str, reason: str) -> None:
    """The same for one format alone."""
    told = _refusal(lines, name)
    assert f"is in a format that was tried: {name} (" in told
    assert reason in told


def test_lines_that_are_in_a_format_only_one_by_one() -> None:
    """It is not said that no line is in it: the first ones are, and those behind them have it otherwise."""
    begin = '192.0.2.7 - - [16/Jan/2024:23:53:20 +0000] "GET /main/noarch/a-1-0.conda HTTP/1.1" 200 2326 '
    agent = '"conda/24.7.1 requests/2.32.3"'
    here, elsewhere = f'{begin}"-" {agent}'.encode(), f'{begin}{agent} "-"'.encode()
    for name in ("auto", "combined"):
        assert _refusal([*[here] * 10, *[elsewhere] * 58], name) == (
            "access.log: some of its first 68 lines are in the format combined, but it is not read, because "
            "in many lines the user agent is in another of the fields in quotes: if its format changes, cut "
            "it there and ingest each part as a file of its own, or else describe its format in census.toml"
        )
        assert (
            "none of its first 58 lines is in a format that was tried: combined (in many lines"
            in _refusal([elsewhere] * 58, name)
        )


def test_a_format_that_is_gone() -> None:
    """A batch that was written down may name a format that census.toml does not describe any more."""
    assert _refusal([b"x"], "mirror") == (
        "access.log: the format mirror is not known any more: put it back into "
        "census.toml, or name another one with --format"
    )


def test_lines_that_come_late_are_found(tmp_path: Path) -> None:
    """A log may begin with much that is none."""
    log = tmp_path / "access.log"
    log.write_text("starting\n" * 1000 + BUILT_IN["combined"].example + "\n")
    assert format_of(log, read_beginning(log), BUILT_IN).name == "combined"


@pytest.mark.parametrize("log_format", BUILT_IN.values(), ids=BUILT_IN)
@pytest.mark.parametrize(
    "part", [b" ", b'"', b"\\", b'" "', b"a ", b"[", b'{"a":', b"{", b"\t", b"|", b"- - ["]
)
def test_no_line_takes_long(log_format: LogFormat, part: bytes) -> None:
    """The longest line that is looked at, of whatever it is made, also behind a good beginning."""
    good = log_format.example.encode()
    started = time.process_time()
    for line in (part * MAX_LINE_BYTES, good[: len(good) // 2] + part * MAX_LINE_BYTES, (good + part) * 400):
        log_format.line.fullmatch(line[:MAX_LINE_BYTES])
        for mark in log_format.marks:
            mark.pattern.search(line[:MAX_LINE_BYTES])
    assert time.process_time() - started < 2
