"""Is a line in the combined format taken apart as nginx and Apache wrote it?"""

from __future__ import annotations

from typing import Any

import pytest

from census_support.oracles.raw_rows import raw_rows
from conda_census.logs.blocks import MAX_LINE_BYTES
from conda_census.logs.formats.combined import COMBINED
from conda_census.logs.parsing.log_format import DROP_REASONS

TIME = "[16/Jan/2024:23:53:20 +0000]"


def _columns(line: str) -> dict[str, Any]:
    [row] = raw_rows(COMBINED, [line])
    return row


def _line(request: str = "GET /p HTTP/1.1", user_agent: str = "conda/24.7.1", time: str = TIME) -> str:
    return f'192.0.2.7 - - {time} "{request}" 200 2326 "-" "{user_agent}"\n'


def test_every_field_of_a_line() -> None:
    """Address, time in UTC, method, path, status, bytes and user agent come out as they were written."""
    assert _columns(_line(time="[10/Oct/2000:13:55:36 -0700]")) == {
        "line_number": 1,
        "dropped": None,
        "time": "2000-10-10 20:55:36+00",
        "method": "GET",
        "path": "/p",
        "status": 200,
        "bytes": 2326,
        "user_agent": "conda/24.7.1",
        "address": "192.0.2.7",
        "request_id": None,
        "host": None,
        "range": None,
    }


@pytest.mark.parametrize(
    ("line", "column", "value"),
    [
        # a user name from basic authentication, with blanks and a bracket
        (f'192.0.2.7 - jo [e] {TIME} "GET /p HTTP/1.1" 200 1 "-" "ua"', "address", "192.0.2.7"),
        (f'2001:db8::7 - - {TIME} "GET /p HTTP/1.1" 200 1 "-" "ua"', "address", "2001:db8::7"),
        (f'192.0.2.7 - - {TIME} "GET /p HTTP/1.1" 304 - "-" "ua"', "bytes", 0),
        (f'192.0.2.7 - - {TIME} "GET /a b HTTP/1.1" 200 1 "-" "ua"', "path", "/a b"),
        (f'192.0.2.7 - - {TIME} "GET /p" 200 1 "-" "ua"', "path", "/p"),
        (f'192.0.2.7 - - {TIME} "GET /p HTTP/2.0" 200 1 "-" "ua" "203.0.113.9" 0.004', "user_agent", "ua"),
        (f'192.0.2.7 - - {TIME} "GET /p HTTP/1.1" 200 1 "-" "ua"\r\n', "user_agent", "ua"),
        # nginx hides a quote, a backslash and bytes that are no ASCII; Apache only escapes the first two
        (f'192.0.2.7 - - {TIME} "GET /p HTTP/1.1" 200 1 "-" "a\\x22b\\x5Cc"', "user_agent", 'a"b\\c'),
        (f'192.0.2.7 - - {TIME} "GET /p HTTP/1.1" 200 1 "-" "a\\"b\\\\"', "user_agent", 'a"b\\'),
        (f'192.0.2.7 - - {TIME} "GET /\\xC3\\xA9 HTTP/1.1" 200 1 "-" "ua"', "path", "/é"),
        (f'192.0.2.7 - - {TIME} "GET /100% HTTP/1.1" 200 1 "-" "a\\x22%20"', "user_agent", 'a"%20'),
        (f'192.0.2.7 - - {TIME} "GET /\\xFF HTTP/1.1" 200 1 "-" "ua"', "path", "/\\xFF"),
        (f'192.0.2.7 - - {TIME} "GET /p HTTP/1.1" 200 1 "a\\"b" "ua"', "user_agent", "ua"),
    ],
)
def test_oddities(line: str, column: str, value: object) -> None:
    """What servers really write is read, escapes included."""
    row = _columns(line)
    assert row["dropped"] is None
    assert row[column] == value


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("\n", "blank"),
        ("  \r\n", "blank"),
        ("x" * (MAX_LINE_BYTES + 1), "too_long"),
        ("hello\n", "not_in_format"),
        ("2024/01/16 23:53:20 [error] 7#7: *1 open() failed\n", "not_in_format"),
        (_line()[:-12] + "\n", "not_in_format"),
        (_line().replace(" 200 ", " abc "), "not_in_format"),
        (_line().replace(" 2326 ", " many "), "not_in_format"),
        (_line().replace(" 200 2326 ", " 99999 2326 "), "not_in_format"),
        (_line().replace(" 2326 ", " -5 "), "not_in_format"),
        (_line().replace(" 2326 ", " 9223372036854775807 "), "not_in_format"),
        (_line(time="[16/Foo/2024:23:53:20 +0000]"), "no_time"),
        (_line(time="[32/Jan/2024:23:53:20 +0000]"), "no_time"),
        (_line(time="[]"), "no_time"),
        # the clock of a server without a battery, and days that are none in another time zone
        (_line(time="[31/Dec/1969:23:53:20 +0000]"), "impossible_time"),
        (_line(time="[01/Jan/0001:00:00:00 +0500]"), "impossible_time"),
        (_line(time="[31/Dec/9999:23:59:59 -0800]"), "impossible_time"),
        # nginx writes this when a client connects and says nothing, and the second when it speaks TLS
        (_line(request="-"), "no_request"),
        (_line(request="\\x16\\x03\\x01\\x02"), "no_request"),
        (_line(request=""), "no_request"),
        (_line(request="GET"), "no_request"),
        (_line(request="GET HTTP/1.1"), "no_request"),
    ],
)
def test_what_does_not_count_has_its_reason(line: str, reason: str) -> None:
    """A line that is no request is dropped for one reason of the closed list."""
    assert _columns(line)["dropped"] == reason
    assert reason in DROP_REASONS
