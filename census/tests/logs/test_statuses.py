"""Is a client that got no answer told alike in every format?"""

from __future__ import annotations

import re

import pytest

from census_support.oracles.raw_rows import raw_rows
from conda_census.logs.formats import BUILT_IN
from conda_census.logs.formats.apache import apache_format
from conda_census.logs.formats.cloudfront import STANDARD_HEADER
from conda_census.logs.formats.nginx import nginx_format
from conda_census.logs.parsing.log_format import LogFormat

OWN = [
    nginx_format("nginx", "census.toml", '$remote_addr [$time_local] "$request" $status $body_bytes_sent'),
    apache_format("apache", "census.toml", '%h %t "%r" %>s %b'),
]
EVERY = {log_format.name: log_format for log_format in (*BUILT_IN.values(), *OWN)}
#: What each status is: a reason, or a request with this number.
STATUSES = {
    "000": "no_answer",
    "0": "no_answer",
    "-": "no_answer",
    "009": 9,  # nginx, of HTTP/0.9
    "100": 100,
    "200": 200,
    "206": 206,
    "444": 444,  # nginx: it hung up itself
    "460": 460,  # AWS: the client hung up
    "499": 499,  # nginx: the client hung up
    "599": 599,
    "999": 999,
    "2000": "not_in_format",
    "20": "not_in_format",
    "+200": "not_in_format",
    "-1": "not_in_format",
    "2e2": "not_in_format",
    "20O": "not_in_format",
}


def _with_status(log_format: LogFormat, status: str) -> str:
    """The example of a format with another status."""
    before, after = {
        "artifactory": ("|200|", f"|{status}|"),
        "cloudfront": ("\t200\t", f"\t{status}\t"),
        "cloudfront-realtime": ("\t200\t", f"\t{status}\t"),
    }.get(log_format.name, (" 200 ", f" {status} "))
    line = log_format.example
    if line.startswith(("{", "<")):
        line, count = re.subn(r'(tatus"):"?200"?', rf'\1:"{status}"', line)
        assert count == 1
        return line
    assert before in line
    return line.replace(before, after, 1)


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize("log_format", EVERY.values(), ids=EVERY)
def test_a_status_means_the_same_in_every_format(log_format: LogFormat) -> None:
    """By SQL, and by the fast reader if it takes the line."""
    header = [STANDARD_HEADER] if log_format.name == "cloudfront" else [log_format.example.encode()]
    for status, expected in STATUSES.items():
        line = _with_status(log_format, status)
        [row] = raw_rows(log_format, [line + "\n"], header)
        found = row["dropped"] or row["status"]
        assert found == expected, line
        block = f"{log_format.example}\n{line}\n{log_format.example}\n".encode()
        requests = log_format.parse_regular(header)(block).requests
        fast = dict(zip(requests.line.tolist(), requests.status.tolist(), strict=True))
        assert fast.get(1) in (None, expected), line


@pytest.mark.parametrize("name", ["combined", "common", "nexus", "traefik"])
def test_a_log_of_clients_without_an_answer_is_recognised(name: str) -> None:
    """A line with a status of no answer is a line of its format like any other."""
    line = BUILT_IN[name].example
    if name == "traefik":
        line = BUILT_IN["combined"].example + ' 1 "r" "http://192.0.2.9" 3ms'
    for status in ("000", "0", "-"):
        assert BUILT_IN[name].line.fullmatch(line.replace(" 200 ", f" {status} ").encode())
