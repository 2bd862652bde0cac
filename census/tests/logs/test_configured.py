"""What does a format of ``census.toml`` read, and when is a line of it whole?"""

from __future__ import annotations

from typing import Any

import pytest

from census_support.oracles.raw_rows import raw_rows
from conda_census.errors import CensusError
from conda_census.logs.formats import BUILT_IN, LogFormat
from conda_census.logs.formats.apache import apache_format
from conda_census.logs.formats.nginx import nginx_format

COMBINED_BY_NGINX = (
    '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent '  # as it is built in
    '"$http_referer" "$http_user_agent"'
)
COMBINED_BY_APACHE = r"%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-agent}i\""


def _read(log_format: LogFormat, line: str) -> dict[str, Any]:
    [row] = raw_rows(log_format, [line])
    return {name: value for name, value in row.items() if value is not None}


@pytest.mark.parametrize(
    "log_format",
    [nginx_format("own", "here", COMBINED_BY_NGINX), apache_format("own", "here", COMBINED_BY_APACHE)],
    ids=["nginx", "apache"],
)
@pytest.mark.parametrize(
    "line",
    [
        BUILT_IN["combined"].example,
        '192.0.2.7 - jo [e] [16/Jan/2024:23:53:20 +0000] "GET /a b HTTP/1.1" 200 - "-" "\\"b\\\\ \\xC3\\xA9"',
        '192.0.2.7 - - [16/Jan/2024:15:53:20 -0800] "GET /p" 304 0 "https://www.example.org/" "-"',
        '192.0.2.7 - - [16/Foo/2024:15:53:20 -0800] "GET /p HTTP/1.1" 304 0 "-" "-"',
        '192.0.2.7 - - [16/Jan/2024:15:53:20 -0800] "-" 400 0 "-" "-"',
        "garbage",
        "",
    ],
)
def test_combined_written_as_a_template_is_combined(log_format: LogFormat, line: str) -> None:
    """The format that everybody has, described by hand, gives the same columns and the same drops."""
    read, expected = _read(log_format, line), _read(BUILT_IN["combined"], line)
    if "dropped" in expected:
        assert read["dropped"] == expected["dropped"]
    else:
        assert read == expected


@pytest.mark.parametrize(
    ("template", "line", "expected"),
    [
        # the original request before nginx rewrote it; the time with milliseconds; the address of the client
        (
            "$time_local|$msec|$uri|$request_uri|$request_method|$status|$remote_addr|$realip_remote_addr",
            "-|1705449200.123|/rewritten|/sent?x|GET|200|192.0.2.7|198.51.100.9",
            {"time": "2024-01-16 23:53:20.123+00", "path": "/sent?x", "address": "192.0.2.7"},
        ),
        # a body without headers is what a download is; the host that the client asked for
        (
            "$msec $request $status $bytes_sent $body_bytes_sent $server_name $host",
            "1705449200.123 - 200 99 5 a.example.org b.example.org",
            {"dropped": "no_request", "bytes": 5, "host": "b.example.org"},
        ),
        # tabs, braces, and a value twice
        (
            r'${msec}\t${status}\t"${request}"\t$status',
            '1705449200.123\t200\t"GET /p HTTP/1.1"\t200',
            {"path": "/p", "status": 200},
        ),
        # JSON that nginx writes by itself
        (
            r'{"t":"$time_iso8601","r":"$request","s":$status,"ua":"$http_user_agent"}',
            r'{"t":"2024-01-17T00:53:20+01:00","r":"GET /p HTTP/1.1","s":200,"ua":"say \"hello\""}',
            {"time": "2024-01-16 23:53:20+00", "user_agent": 'say "hello"'},
        ),
    ],
)
def test_which_variable_is_read(template: str, line: str, expected: dict[str, object]) -> None:
    """Of several that say the same the best one, wherever it stands."""
    read = _read(nginx_format("own", "here", template), line)
    assert {name: read.get(name) for name in expected} == expected
    assert ("dropped" in read) == ("dropped" in expected)


@pytest.mark.parametrize(
    ("template", "shows_its_end"),
    [
        (COMBINED_BY_NGINX, True),
        ("$msec $request_time [$request] $status", True),
        ('$msec "$request" $status $request_time', True),
        ('$msec "$request" $status $body_bytes_sent', False),
        ('$msec "$request" $status $http_user_agent', False),
    ],
)
def test_a_line_that_may_go_on_does_not_show_its_end(template: str, *, shows_its_end: bool) -> None:
    """Half of the bytes or of a user agent must not count as all of it."""
    assert nginx_format("own", "here", template).shows_its_end is shows_its_end


def test_what_servers_logs_have_at_their_end() -> None:
    """Of the built-in formats that grow line by line, those that end with a plain value."""
    assert {name for name, known in BUILT_IN.items() if not known.shows_its_end} == {
        "common",
        "artifactory",
        "s3",
    }


def test_an_address_that_is_chosen_comes_first() -> None:
    """Behind a proxy the header names the client, and the connection the proxy."""
    template = '$remote_addr "$http_x_forwarded_for" $msec "$request" $status'
    line = '198.51.100.9 "192.0.2.7, 198.51.100.1" 1705449200.123 "GET /p HTTP/1.1" 200'
    assert _read(nginx_format("own", "here", template), line)["address"] == "198.51.100.9"
    chosen = nginx_format("own", "here", template, address="$http_x_forwarded_for")
    assert _read(chosen, line)["address"] == "192.0.2.7"


def test_a_template_of_nothing_is_refused() -> None:
    """Not a traceback."""
    with pytest.raises(CensusError, match="here: the time is missing"):
        nginx_format("own", "here", " ")
