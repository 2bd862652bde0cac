"""Is what stands before a line skipped, whatever stands there and whatever the format behind it?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from census_support.oracles.raw_rows import raw_rows
from conda_census.errors import SourceError
from conda_census.ingest.verification.recount import recount
from conda_census.logs.blocks import BLOCK_BYTES
from conda_census.logs.fast.request_columns import Parsed, no_requests
from conda_census.logs.fingerprints import Fingerprint
from conda_census.logs.format_detection import Beginning, format_of, read_beginning
from conda_census.logs.formats import BUILT_IN, LogFormat
from conda_census.logs.formats.cloudfront import STANDARD_HEADER
from conda_census.logs.formats.nginx import nginx_format
from conda_census.logs.line_reader import LineReader
from conda_census.logs.prefixes import PREFIXES as CUT_OFF
from conda_census.logs.prefixes import Prefix, behind_prefix, without_prefix

#: What carriers of logs write before each line.
PREFIXES = {
    "byte-order mark": "\ufeff",
    "NUL bytes": "\0" * 50,
    "RFC 3164": "<190>Jan 16 23:53:20 mirror nginx: ",
    "RFC 3164, a day of one digit": "<190>Jan  6 23:53:20 mirror nginx: ",
    "RFC 3164, a day with a nought": "Jan 06 23:53:20 mirror nginx: ",
    "RFC 3164, in a file": "Jan 16 23:53:20 mirror nginx[4711]: ",
    "RFC 3164, with a year": "Jan 16 2024 23:53:20 mirror.example.org nginx: ",
    "RFC 3164, without a host": "<190>Jan 16 23:53:20 nginx: ",
    "RFC 3164, from an address": "Jan 16 23:53:20 198.51.100.5 docker/web[12]: ",
    "RFC 3164, from IPv6": "Jan 16 23:53:20 2001:db8::5 httpd[12]: ",
    "RFC 5424": "<134>1 2024-01-16T23:53:20.003Z mirror.example.org nginx 4711 - - ",
    "RFC 5424, structured data": (
        '<134>1 2024-01-16T23:53:20+01:00 mirror nginx - ID47 [ex@32473 a="b \\" ]" c="d"][x@1 y="z"] '
    ),
    "RFC 5424, a mark before the text": "<134>1 2024-01-16T23:53:20Z mirror nginx - - - \ufeff",
    "RFC 5424, counted": "312 <134>1 2024-01-16T23:53:20Z mirror nginx - - - ",
    "rsyslog": "2024-01-16T23:53:20.123456+00:00 mirror nginx: ",
    "rsyslog, tag only": "nginx[4711]: ",
    "journald": "Jan 16 23:53:20.123456 mirror caddy[1]: ",
    "journald, ISO": "2024-01-16T23:53:20+0000 mirror caddy[1]: ",
    "journald, full": "Tue 2024-01-16 23:53:20 UTC mirror caddy[1]: ",
    "journald, Unix": "1705449200.123456 mirror caddy[1]: ",
    "Kubernetes": "2024-01-16T23:53:20.123456789Z stdout F ",
    "Kubernetes, a zone": "2024-01-16T23:53:20.123456789+01:00 stderr F ",
    "Kubernetes, kubectl": "[pod/mirror-5d4/nginx] ",
    "Docker, times": "2024-01-16T23:53:20.123456789Z ",
    "Docker Compose": "mirror-web-1  | ",
    "multilog": "@4000000065a71b3a12345678 ",
    "svlogd": "2024-01-16_23:53:20.12345 ",
    "two": "2024-01-16T23:53:20.123456789Z stdout F <190>Jan  6 23:53:20 mirror nginx: ",
    "three": "\ufeff" + "Jan  6 23:53:20 relay rsyslogd: " * 2 + "<13>Jan  6 23:53:20 mirror nginx: ",
}
#: What web servers write before the client's address.
VIRTUAL_HOSTS = {
    "vhost_combined": "conda.example.org:443 ",
    "without a port": "conda.example.org ",
    "one word": "mirror:80 ",
    "no name": "_ ",
    "an address": "198.51.100.5:443 ",
    "IPv6": "[2001:db8::5]:443 ",
    "nginx": "conda.example.org - ",
    "behind syslog": "<190>Jan  6 23:53:20 mirror httpd: conda.example.org:443 ",
}
OF_ADDRESSES = ("combined", "common", "nexus")
EACH = [(name, log_format) for name, log_format in BUILT_IN.items()]
REQUEST = '[16/Jan/2024:23:53:20 +0000] "GET /a HTTP/1.1" 200 1 "-" "conda/24.7.1"'


def _read(log_format: LogFormat, lines: list[str]) -> list[dict[str, object]]:
    """What a reader makes of all lines of a log, by the fast way and by SQL."""
    block = "".join(line + "\n" for line in lines).encode()
    reader = LineReader(log_format, block.splitlines())
    rows: list[dict[str, object]] = []
    before = 0
    for part in reader.parts(block):
        parsed = part.parse(part.lines)
        requests = parsed.requests
        rows += [
            {
                "line": before + int(requests.line[place]),
                "path": requests.path[place].as_py(),
                "address": requests.address[place].as_py(),
                "user_agent": requests.user_agent[place].as_py(),
            }
            for place in range(len(requests))
        ]
        shell = replace(log_format, columns=lambda _, sql=part.columns: sql)  # type: ignore[misc]
        for number, row in zip(parsed.rest_lines, raw_rows(shell, parsed.rest.to_pylist()), strict=True):
            if row["dropped"] is None:
                names = ("path", "address", "user_agent")
                rows.append({"line": before + int(number)} | {name: row[name] for name in names})
        before += parsed.lines
    return sorted(rows, key=lambda row: row["line"])  # type: ignore[arg-type,return-value]


def _log(log_format: LogFormat, before: str) -> list[str]:
    header = [before + STANDARD_HEADER.decode()] if log_format.name == "cloudfront" else []
    return [*header, *[before + log_format.example] * 3]


@pytest.mark.takes_turns(5)
@pytest.mark.parametrize("before", PREFIXES.values(), ids=PREFIXES)
def test_what_carries_a_log_writes_before_a_line(before: str) -> None:
    """Each log is recognised, and says what it says without it."""
    for name, log_format in EACH:
        lines = _log(log_format, before)
        found = format_of(
            Path("log"), Beginning([line.encode() for line in lines], is_binary=False), BUILT_IN
        )
        assert found.name == name, before
        rows = _read(log_format, lines)
        assert len(rows) == 3
        assert rows == _bare(name), name


@cache
def _bare(name: str) -> list[dict[str, object]]:
    return _read(BUILT_IN[name], _log(BUILT_IN[name], ""))


@pytest.mark.parametrize("before", VIRTUAL_HOSTS.values(), ids=VIRTUAL_HOSTS)
def test_the_virtual_host(before: str) -> None:
    """Is no client."""
    for name in OF_ADDRESSES:
        lines = _log(BUILT_IN[name], before)
        found = format_of(
            Path("log"), Beginning([line.encode() for line in lines], is_binary=False), BUILT_IN
        )
        assert found.name == name
        assert [row["address"] for row in _read(found, lines)] == ["192.0.2.7"] * 3


@pytest.mark.parametrize(
    "line",
    [
        f"192.0.2.7 - - {REQUEST}",
        f"2001:db8::7 - - {REQUEST}",
        f"fe80::7%eth0 - john doe {REQUEST}",
        f"client.example.net - - {REQUEST}",
        f"client.example.net - 192.0.2.1 {REQUEST}",
        f"198.51.100.5 192.0.2.7 - - {REQUEST}",
        *(log_format.example for log_format in BUILT_IN.values() if log_format.name != "fastly"),
    ],
)
def test_a_line_with_nothing_before_it(line: str) -> None:
    """Stays as it is: a client's name is no virtual host; of two addresses nobody knows which is which."""
    assert without_prefix(line.encode()) == line.encode()


def test_lines_with_and_without_something_before_them() -> None:
    """A log may change on its way: each line is looked at."""
    lines = [f"192.0.2.{number} - - {REQUEST}" for number in range(1, 5)]
    mixed = [PREFIXES["NUL bytes"] + lines[0], lines[1], PREFIXES["Kubernetes"] + lines[2], lines[3]]
    for first in (0, 1):  # the log begins with a prefix, or without one
        rows = _read(BUILT_IN["combined"], mixed[first:] + mixed[:first])
        assert sorted(str(row["address"]) for row in rows) == [f"192.0.2.{number}" for number in range(1, 5)]


def test_only_a_part_of_a_line() -> None:
    """Kubernetes cuts lines of more than 16 KiB: the pieces (P) are no requests."""
    lines = [f"2024-01-16T23:53:20.1Z stdout P 192.0.2.7 - - {REQUEST}", f"192.0.2.8 - - {REQUEST}"]
    assert [row["address"] for row in _read(BUILT_IN["combined"], lines)] == ["192.0.2.8"]


def test_a_format_of_ones_own_that_begins_like_a_prefix() -> None:
    """Its own fields are not cut off."""
    own = nginx_format(
        "own", "x", '$host $remote_addr - $remote_user [$time_local] "$request" $status "$http_user_agent"'
    )
    line = 'conda.example.org 192.0.2.7 - - [16/Jan/2024:23:53:20 +0000] "GET /a HTTP/1.1" 200 "conda/24.7.1"'
    assert format_of(Path("log"), Beginning([line.encode()], is_binary=False), {"own": own}).name == "own"
    assert [row["address"] for row in _read(own, [line, line])] == ["192.0.2.7"] * 2
    assert [row["address"] for row in _read(own, ["nginx: " + line] * 2)] == ["192.0.2.7"] * 2


@pytest.mark.parametrize("count", [1, 70_000, 3 * BLOCK_BYTES])
def test_nul_bytes_before_a_log(tmp_path: Path, count: int) -> None:
    """A log that was cut off under a server without O_APPEND: no line is lost, and none is too long."""
    log = tmp_path / "access.log"
    line = f"192.0.2.7 - - {REQUEST}\n".encode()
    log.write_bytes(bytes(count) + line * 2 + bytes(count) + line)
    beginning = read_beginning(log)
    log_format = format_of(log, beginning, BUILT_IN)
    data = log.read_bytes()
    pieces = [data[begin : begin + (1 << 20)] for begin in range(0, len(data), 1 << 20)]
    fingerprint = Fingerprint(b"k")
    now = datetime(2024, 1, 17, tzinfo=UTC)
    counts = recount(pieces, len(data), 1, log_format, beginning.lines, fingerprint, now)
    assert (counts.lines, counts.requests, dict(counts.dropped)) == (3, 3, {})
    assert fingerprint.size == len(data)
    assert fingerprint.beginning[0] == line.rstrip()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_two_bytes_for_each_letter(tmp_path: Path, encoding: str) -> None:
    """Such a log is refused in one line that says what to do."""
    log = tmp_path / "access.log"
    log.write_bytes(("\ufeff" * (encoding != "utf-16") + f"192.0.2.7 - - {REQUEST}\r\n").encode(encoding))
    with pytest.raises(SourceError, match="text in UTF-16: make it UTF-8, as with iconv -f UTF-16"):
        format_of(log, read_beginning(log), BUILT_IN)


_PARTS = st.lists(st.sampled_from([*PREFIXES.values(), ""]), min_size=1, max_size=3)


@pytest.mark.takes_turns(5, among="the longest")
@settings(max_examples=60, deadline=None)
@given(layers=_PARTS, host=st.sampled_from(["", *list(VIRTUAL_HOSTS.values())[:4]]), last=st.integers(1, 250))
def test_any_layers(layers: list[str], host: str, last: int) -> None:
    """The fast way, SQL and Python cut off the same."""
    if sum(layer in (PREFIXES["two"], PREFIXES["three"]) for layer in layers) and len(layers) > 1:
        return
    line = "".join(layers) + host + f"192.0.2.{last} - - {REQUEST}"
    assert without_prefix(line.encode()) == f"192.0.2.{last} - - {REQUEST}".encode()
    padding = [f"192.0.2.251 - - {REQUEST}"] * 2
    for lines in ([line], [line] * 4, [padding[0], line, padding[1]]):
        rows = _read(BUILT_IN["combined"], lines)
        assert [row["address"] for row in rows if row["address"] != "192.0.2.251"] == [
            f"192.0.2.{last}" for each in lines if each == line
        ]


@pytest.mark.parametrize("prefix", CUT_OFF, ids=["all", "carried", "nothing"])
def test_few_lines_and_many_lose_the_same(prefix: Prefix) -> None:
    """Python cuts off of few lines what Arrow cuts off of many, of lines in no format too."""
    begin = [
        *PREFIXES.values(),
        *VIRTUAL_HOSTS.values(),
        "",
        '"',
        "{",
        "#",
        "\x0b",
        "é",
        "\\x16\\x03 ",
        "\0" * 5000,
    ]
    ends = [f"192.0.2.7 - - {REQUEST}", f"192.0.2.7, 203.0.113.9 - - {REQUEST}", REQUEST, "GET / 400", ""]
    lines = [first + last + "\n" for first in begin for last in ends]

    def behind(some: list[str]) -> list[str]:
        rest = pa.array(some, pa.large_string())
        parsed = Parsed(len(rest), no_requests(), np.arange(len(rest)), rest)
        return behind_prefix(lambda _block: parsed, prefix, None)(b"").rest.to_pylist()  # type: ignore[no-any-return]

    assert behind(lines * 2) == [bare for line in lines for bare in behind([line])] * 2


def test_a_header_in_the_middle() -> None:
    """It holds for what stands below it, in every format that has headers."""
    fields = "date time cs-method {} {} sc-status sc-bytes c-ip x-edge-request-id".format
    agent, path = "cs(User-Agent)", "cs-uri-stem"
    first = "2024-01-16\t23:53:20\tGET\tconda/1\t/a\t200\t1\t192.0.2.1\tA"
    second = "2024-01-16\t23:53:20\tGET\t/b\tconda/2\t200\t1\t192.0.2.2\tB"
    lines = [f"#Fields: {fields(agent, path)}", first, f"#Fields: {fields(path, agent)}", second]
    lines += [lines[0], first]
    rows = _read(BUILT_IN["cloudfront-v2"], lines)
    assert [(row["path"], row["user_agent"]) for row in rows] == [
        ("/a", "conda/1"),
        ("/b", "conda/2"),
        ("/a", "conda/1"),
    ]
    blanks = [line if line.startswith("#") else line.replace("\t", " ") for line in lines]
    blanks = [line.replace(" x-edge-request-id", " s-ip") for line in blanks]
    rows = _read(BUILT_IN["iis"], ["#Software: Microsoft Internet Information Services 10.0", *blanks])
    assert [(row["path"], row["user_agent"]) for row in rows] == [
        ("/a", "conda/1"),
        ("/b", "conda/2"),
        ("/a", "conda/1"),
    ]


@pytest.mark.takes_turns(5, among="the longest")
@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=12), st.integers(1, 60), st.booleans())
def test_headers_wherever_a_log_is_continued(blocks: list[str], cut: int, marked: bool) -> None:
    """A reading that goes on where another ended knows the header that holds there."""
    orders = {
        "a": ["cs-uri-stem", "cs(User-Agent)"],
        "b": ["cs(User-Agent)", "cs-uri-stem"],
        "c": ["cs-uri-stem", "x-edge-location", "cs(User-Agent)"],
        "d": ["cs(User-Agent)", "x-edge-location", "cs-uri-stem"],
    }
    values = {"cs-uri-stem": "/p", "cs(User-Agent)": "conda/1", "x-edge-location": "FRA"}
    text = ""
    for block in blocks:
        names = orders[block]
        text += (
            "\ufeff" * marked
            + f"#Version: 1.0\n#Fields: date time cs-method {' '.join(names)} sc-status c-ip\n"
        )
        text += (
            "\t".join(["2024-01-16", "23:53:20", "GET", *map(values.get, names), "200", "192.0.2.1"]) + "\n"
        )  # type: ignore[arg-type]
    data = text.encode()
    whole = data.split(b"\n")
    end = len(b"\n".join(whole[: cut % len(whole)])) + (cut % len(whole) > 0)
    reader = LineReader(BUILT_IN["cloudfront-v2"], data[:4096].splitlines())
    for begin in range(0, end, 100):
        reader.pass_over(data[begin : min(begin + 100, end)])
    rows = []
    for part in reader.parts(data[end:]) if data[end:] else ():
        parsed = part.parse(part.lines)
        shell = replace(BUILT_IN["common"], columns=lambda _, sql=part.columns: sql)  # type: ignore[misc]
        rows += [row for row in raw_rows(shell, parsed.rest.to_pylist()) if row["dropped"] is None]
        assert not len(parsed.requests)
    assert {(row["path"], row["user_agent"]) for row in rows} <= {("/p", "conda/1")}
    assert len(rows) == sum(line.startswith(b"2024") for line in data[end:].split(b"\n"))


def test_which_format_is_not_plain() -> None:
    """Half in one format, half in another: refused, with both."""
    lines = [BUILT_IN["caddy"].example, f"192.0.2.7 - - {REQUEST}"]
    for count in (1, 40):
        beginning = Beginning([line.encode() for line in lines * count], is_binary=False)
        with pytest.raises(SourceError, match=r"many are in several formats, combined .*caddy.*--format"):
            format_of(Path("log"), beginning, BUILT_IN)
        assert format_of(Path("log"), beginning, BUILT_IN, "caddy").name == "caddy"
    few = Beginning([lines[0].encode(), *[lines[1].encode()] * 9], is_binary=False)
    assert format_of(Path("log"), few, BUILT_IN).name == "combined"


@pytest.mark.parametrize(
    "line",
    [
        f'"192.0.2.1" conda.example.org {REQUEST[:-14]}88 "-" "conda/24.7.1" 5.5 "-"',
        '192.0.2.1 - - [16/Jan/2024:23:53:20 +0000] "GET /a HTTP/1.1" 200 88 394 "-" "conda/24.7.1" 5.5 "-"',
        '192.0.2.1 - - [16/Jan/2024:23:53:20 +0000] "GET /a HTTP/1.1" 200 88 394 882 "-" "conda/24.7.1"',
        '192.0.2.1 - - [16/Jan/2024:23:53:20 +0000] "GET /a HTTP/1.1" 200 88 12 "-" "conda/24.7.1" [x]',
        '192.0.2.1 - - [16/Jan/2024:23:53:20 +0000] "GET /a HTTP/1.1" 200 88 "-" "conda" 1 "a" "b" "c" 3ms x',
    ],
)
def test_no_other_format_fits_by_accident(line: str) -> None:
    """Lines with several fields in quotes: refused, or read with the user agent in its own quotes."""
    try:
        found = format_of(Path("log"), Beginning([line.encode()] * 5, is_binary=False), BUILT_IN)
    except SourceError:
        return
    assert {row["user_agent"] for row in _read(found, [line] * 5)} <= {"conda/24.7.1", "conda"}
