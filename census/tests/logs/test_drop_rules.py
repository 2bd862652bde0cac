"""Drop rules: the same request with the same fault is dropped for the same reason in every format

The expected reasons are written by hand. A notation carries a value if a server could write the value in it:
a field that ends at a blank holds no blank, and ``-`` is not a path if ``-`` means that there is none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from census_support.oracles.raw_rows import raw_rows
from conda_census.logs.formats import BUILT_IN
from conda_census.logs.formats.apache import apache_format
from conda_census.logs.formats.cloudfront import STANDARD_HEADER
from conda_census.logs.formats.cloudfront_realtime import configured_realtime
from conda_census.logs.formats.nginx import nginx_format
from conda_census.logs.parsing.field_map import field_map_format
from conda_census.logs.parsing.log_format import DROP_REASONS, LogFormat

GOOD = {
    "moment": "2024-01-16T23:53:20",
    "method": "GET",
    "path": "/p",
    "status": "200",
    "bytes": "2326",
    "address": "192.0.2.7",
    "agent": "conda/24.7.1",
}

#: Expected result of each value: a reason to drop the line, or the value of the column.
STATUSES: dict[str, str | int] = {
    "000": "no_answer",
    "0": "no_answer",
    "-": "no_answer",
    "009": 9,  # nginx, of HTTP/0.9
    "099": 99,
    "100": 100,
    "200": 200,
    "206": 206,
    "444": 444,  # nginx: it hung up itself
    "460": 460,  # AWS: the client hung up
    "499": 499,  # nginx: the client hung up
    "599": 599,
    "999": 999,
    "": "not_in_format",
    " ": "not_in_format",
    "00": "not_in_format",
    "2": "not_in_format",
    "20": "not_in_format",
    "1234": "not_in_format",
    "2000": "not_in_format",
    "0200": "not_in_format",
    "+20": "not_in_format",
    "+200": "not_in_format",
    "-1": "not_in_format",
    "2e2": "not_in_format",
    "1e3": "not_in_format",
    "0xC8": "not_in_format",
    "20O": "not_in_format",
    "200.0": "not_in_format",
    " 200": "not_in_format",
    "200 ": "not_in_format",
    "２００": "not_in_format",  # noqa: RUF001 (digits of another script)
    "abc": "not_in_format",
    "null": "not_in_format",
}
SIZES: dict[str, str | int] = {
    "0": 0,
    "-": 0,
    "": 0,
    "1": 1,
    "0000000000001": 1,
    "999999999999": 999_999_999_999,
    "1000000000000": 1_000_000_000_000,
    "1000000000001": "not_in_format",
    "9999999999999": "not_in_format",
    "00000000000001": "not_in_format",
    "9223372036854775807": "not_in_format",
    "9223372036854775808": "not_in_format",
    "1e3": "not_in_format",
    "-1": "not_in_format",
    "-5": "not_in_format",
    "+20": "not_in_format",
    "12.5": "not_in_format",
    "2326.0": "not_in_format",
    "0x10": "not_in_format",
    "1_000": "not_in_format",
    " ": "not_in_format",
    " 12": "not_in_format",
    "12 ": "not_in_format",
    "１２": "not_in_format",  # noqa: RUF001 (digits of another script)
    "--": "not_in_format",
    "abc": "not_in_format",
}
METHODS: dict[str, str | int] = {
    "GET": "GET",
    "HEAD": "HEAD",
    "POST": "POST",
    "PUT": "PUT",
    "PROPFIND": "PROPFIND",
    "A": "A",
    "G" * 20: "G" * 20,
    "G" * 21: "no_request",
    "": "no_request",
    " ": "no_request",
    "-": "no_request",
    "get": "no_request",
    "Get": "no_request",
    "GET1": "no_request",
    "M-SEARCH": "no_request",
    "G\tET": "no_request",
    "ÉT": "no_request",
}
PATHS: dict[str, str | int] = {
    "/": "/",
    "/p": "/p",
    "p": "p",
    "*": "*",
    "-": "-",
    "": "no_request",
    " ": " ",
    "/a b": "/a b",
    " /p": " /p",
    "/é": "/é",
    "/p?x=1": "/p?x=1",
    "/100%": "/100%",
    "/" + "x" * 2000: "/" + "x" * 2000,
}
#: Moments in UTC; each notation writes them in its own way.
MOMENTS: dict[str, str | int] = {
    "2024-01-16T23:53:20": "2024-01-16 23:53:20+00",
    "2024-02-29T00:00:00": "2024-02-29 00:00:00+00",
    "1995-01-01T00:00:00": "1995-01-01 00:00:00+00",
    "1994-12-31T23:59:59": "impossible_time",
    "1970-01-01T00:00:00": "impossible_time",
    "9999-12-31T00:00:00": "impossible_time",
    "2023-02-29T00:00:00": "no_time",
    "2024-04-31T00:00:00": "no_time",
    "2024-13-01T00:00:00": "no_time",
    "2024-01-00T00:00:00": "no_time",
    "2024-01-16T24:00:00": "no_time",
    "2024-01-16T23:60:00": "no_time",
    "2024-01-16T23:59:60": "no_time",
}
#: Several faults in one line: the first reason in the order of the rules counts.
SEVERAL = [
    ({"status": "abc", "moment": "2023-02-29T00:00:00", "method": "get"}, "not_in_format"),
    ({"bytes": "1e3", "moment": "2023-02-29T00:00:00"}, "not_in_format"),
    ({"bytes": "1e3", "status": "000"}, "not_in_format"),
    ({"address": "999.1.1.1", "status": "000", "method": "get"}, "not_in_format"),
    ({"moment": "2023-02-29T00:00:00", "status": "000"}, "no_time"),
    ({"moment": "2023-02-29T00:00:00", "method": "get"}, "no_time"),
    ({"moment": "1970-01-01T00:00:00", "status": "000"}, "impossible_time"),
    ({"moment": "1970-01-01T00:00:00", "method": "get"}, "impossible_time"),
    ({"status": "000", "method": "get"}, "no_answer"),
    ({"status": "0", "path": ""}, "no_answer"),
    ({"method": "get", "path": ""}, "no_request"),
]

Request = Mapping[str, str]


def _bracketed_time(moment: str) -> str:
    year, month, day = moment[:10].split("-")
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    name = dict(zip((f"{number:02}" for number in range(1, 13)), months, strict=True)).get(month, "Foo")
    return f"{day}/{name}/{year}:{moment[11:]} +0000"


def _iso_time(moment: str) -> str:
    return f"{moment}Z"


@dataclass(frozen=True)
class Notation:
    """One way to write a request: a format, or one of its variants.

    Attributes:
        log_format: the format.
        line: returns the line of a request.
        first_lines: the first lines of a log.
        ends: characters that no value may hold, because they end it.
        ends_of_word: the same for method, status and size in a format with a request line.
        other_meaning: values of a field that mean something else in this notation.
    """

    log_format: LogFormat
    line: Callable[[Request], str]
    first_lines: Sequence[bytes] = ()
    ends: str = ""
    ends_of_word: str = ""
    other_meaning: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def carries(self, changes: Request) -> bool:
        """Return True if a line in this notation can hold these values."""
        return not any(
            set(self.ends) & set(value)
            or (name in ("method", "status", "bytes") and set(self.ends_of_word) & set(value))
            or value in self.other_meaning.get(name, ())
            for name, value in changes.items()
        )


def _text(pattern: str, time: Callable[[str], str] = _bracketed_time) -> Callable[[Request], str]:
    return lambda request: pattern.format(**request, time=time(request["moment"]))


def _bracketed(log_format: LogFormat, rest: str) -> Notation:
    """Return a notation that begins as the traditional one; an empty size between blanks is no field."""
    return Notation(
        log_format,
        _text('{address} - - [{time}] "{method} {path} HTTP/1.1" {status} {bytes}' + rest),
        ends_of_word=" ",
        other_meaning={"bytes": [""]},
    )


def _json(
    log_format: LogFormat, keys: Mapping[str, str], *, ends_of_word: str = "", no_path: str = ""
) -> Notation:
    """Return JSON whose keys, with dots between nested ones, hold texts made of the request's values."""

    def line(request: Request) -> str:
        values = {**request, "time": _iso_time(request["moment"])}
        values |= {"date": request["moment"][:10], "clock": request["moment"][11:]}
        outermost: dict[str, Any] = {}
        for key, text in keys.items():
            inner = outermost
            *path, last = key.split(".")
            for part in path:
                inner = inner.setdefault(part, {})
            inner[last] = text.format(**values)
        return json.dumps(outermost, separators=(",", ":"))

    return Notation(
        log_format,
        line,
        [line(GOOD).encode()],
        ends_of_word=ends_of_word,
        other_meaning={"path": [no_path]} if no_path else {},
    )


#: Fields of CloudFront and IIS, and the values of a request in them. ``-`` is a missing value.
_FIELDS = {
    "date": "{date}",
    "time": "{clock}",
    "timestamp": "{unix}",
    "c-ip": "{address}",
    "cs-method": "{method}",
    "cs-uri-stem": "{path}",
    "sc-status": "{status}",
    "sc-bytes": "{bytes}",
    "cs(User-Agent)": "{agent}",
    "cs-user-agent": "{agent}",
    "x-edge-request-id": "EXAMPLE1==",
}
#: Unix times: only moments that exist have one, and one of 12 digits is in milliseconds.
_UNIX = {
    "2024-01-16T23:53:20": "1705449200",
    "2024-02-29T00:00:00": "1709164800",
    "1995-01-01T00:00:00": "788918400",
    "1994-12-31T23:59:59": "788918399",
    "1970-01-01T00:00:00": "0",
}
_CHOSEN = [
    "date", "time", "c-ip", "cs-method", "cs-uri-stem", "sc-status", "sc-bytes", "cs(User-Agent)",
    "x-edge-request-id",
]  # fmt: skip
_OF_IIS = [
    "date", "time", "s-ip", "cs-method", "cs-uri-stem", "cs-uri-query", "s-port", "c-ip", "cs(User-Agent)",
    "sc-status", "sc-bytes",
]  # fmt: skip
_REALTIME = ["timestamp", "c-ip", "sc-status", "sc-bytes", "cs-method", "cs-uri-stem", "cs-user-agent"]


def _separated(
    log_format: LogFormat, names: Sequence[str], separator: str, header: Sequence[str] = ()
) -> Notation:
    def line(request: Request) -> str:
        moment = request["moment"]
        values = {**request, "date": moment[:10], "clock": moment[11:], "unix": _UNIX.get(moment, "-")}
        return separator.join(_FIELDS.get(name, "-").format(**values) for name in names)

    first_lines = [text.encode() for text in (*header, line(GOOD))]
    missing = {"path": ["-"], "moment": [] if "date" in names else sorted(MOMENTS.keys() - _UNIX.keys())}
    return Notation(log_format, line, first_lines, ends=separator, other_meaning=missing)


_OF_REQUEST = ("method", "path")
_MAP = ("time", "method", "path", "status", "bytes", "user_agent", "address")
_NAMED = {"time": "{time}", "method": "{method}", "path": "{path}", "user_agent": "{agent}"} | {
    name: f"{{{name}}}" for name in ("status", "bytes", "address")
}
_NOTATIONS = {
    "combined": _bracketed(BUILT_IN["combined"], ' "-" "{agent}"'),
    "combined with added fields": _bracketed(BUILT_IN["combined"], ' "-" "{agent}" "x" 0.004'),
    "common": _bracketed(BUILT_IN["common"], ""),
    "nexus": _bracketed(BUILT_IN["nexus"], ' 12 "{agent}"'),
    "traefik as text": _bracketed(BUILT_IN["traefik"], ' "-" "{agent}" 1 "r" "http://192.0.2.9" 3ms'),
    "apache": _bracketed(
        apache_format("own", "toml", '%h %l %u %t "%r" %>s %b "%{User-Agent}i"'), ' "{agent}"'
    ),
    "nginx": Notation(
        nginx_format(
            "own", "toml", '$remote_addr [$time_local] "$request" $status $body_bytes_sent "$http_user_agent"'
        ),
        _text('{address} [{time}] "{method} {path} HTTP/1.1" {status} {bytes} "{agent}"'),
        ends_of_word=" ",
    ),
    "nginx with tabs": Notation(
        nginx_format(
            "own",
            "toml",
            r"$time_iso8601\t$remote_addr\t$request_method\t$request_uri\t$status\t$body_bytes_sent\t$http_user_agent",
        ),
        _text("{time}\t{address}\t{method}\t{path}\t{status}\t{bytes}\t{agent}", _iso_time),
        ends="\t",
    ),
    "s3": Notation(
        BUILT_IN["s3"],
        _text(
            'o b [{time}] {address} - ID REST.GET.OBJECT - "{method} {path} HTTP/1.1" {status} - {bytes} 1 2 '
            '3 "-" "{agent}" - s= - T A h - -'
        ),
        ends_of_word=" ",
        other_meaning={"bytes": [""]},
    ),
    "artifactory": Notation(
        BUILT_IN["artifactory"],
        _text("{time}|t|{address}|anonymous|{method}|{path}|{status}|-1|{bytes}|12|{agent}", _iso_time),
        ends="|",
        other_meaning={"bytes": ["-1"]},  # not known
    ),
    "cloudfront": _separated(
        BUILT_IN["cloudfront"], STANDARD_HEADER.decode().split()[1:], "\t", [STANDARD_HEADER.decode()]
    ),
    **{
        f"cloudfront-v2 with {name}": _separated(
            BUILT_IN["cloudfront-v2"], _CHOSEN, separator, [f"#Fields: {' '.join(_CHOSEN)}"]
        )
        for name, separator in {
            "tabs": "\t",
            "blanks": " ",
            "commas": ",",
            "bars": "|",
            "semicolons": ";",
        }.items()
    },
    "cloudfront-v2 as JSON": _json(
        BUILT_IN["cloudfront-v2"], {name: _FIELDS[name] for name in _CHOSEN}, no_path="-"
    ),
    "cloudfront-realtime": _separated(configured_realtime("own", "toml", _REALTIME), _REALTIME, "\t"),
    "iis": _separated(
        BUILT_IN["iis"], _OF_IIS, " ", ["#Software: Microsoft IIS", f"#Fields: {' '.join(_OF_IIS)}"]
    ),
    "traefik": _json(
        BUILT_IN["traefik"],
        {
            "StartUTC": "{time}",
            "ClientHost": "{address}",
            "RequestMethod": "{method}",
            "RequestPath": "{path}",
            "DownstreamStatus": "{status}",
            "DownstreamContentSize": "{bytes}",
        },
    ),
    "cloudflare": _json(
        BUILT_IN["cloudflare"],
        {
            "EdgeStartTimestamp": "{time}",
            "ClientIP": "{address}",
            "ClientRequestMethod": "{method}",
            "ClientRequestURI": "{path}",
            "EdgeResponseStatus": "{status}",
            "EdgeResponseBytes": "{bytes}",
        },
    ),
    "fastly": _json(
        BUILT_IN["fastly"],
        {
            "timestamp": "{time}",
            "client_ip": "{address}",
            "request_method": "{method}",
            "url": "{path}",
            "response_status": "{status}",
            "response_body_size": "{bytes}",
        },
    ),
    "gcp": _json(
        BUILT_IN["gcp"],
        {
            "timestamp": "{time}",
            "insertId": "x",
            "httpRequest.remoteIp": "{address}",
            "httpRequest.requestMethod": "{method}",
            "httpRequest.requestUrl": "{path}",
            "httpRequest.status": "{status}",
            "httpRequest.responseSize": "{bytes}",
        },
    ),
    "caddy": _json(
        BUILT_IN["caddy"],
        {
            "ts": "{time}",
            "request.client_ip": "{address}",
            "request.method": "{method}",
            "request.uri": "{path}",
            "status": "{status}",
            "size": "{bytes}",
        },
    ),
    "json": _json(field_map_format("own", "toml", {name: [name] for name in _MAP}), _NAMED),
    "json with a request line": _json(
        field_map_format(
            "own", "toml", {name: [name] for name in (*_MAP, "request") if name not in _OF_REQUEST}
        ),
        {name: text for name, text in _NAMED.items() if name not in _OF_REQUEST}
        | {"request": "{method} {path} HTTP/1.1"},
        ends_of_word=" ",
    ),
}
#: Formats in which the status and the size are usually numbers of JSON.
_OF_NUMBERS = ("cloudflare", "fastly", "gcp", "caddy", "traefik", "json")


def _cases() -> list[tuple[dict[str, str], str | int]]:
    """Return what differs from a good request, and the expected reason or value."""
    tables: dict[str, dict[str, str | int]] = {
        "status": STATUSES,
        "bytes": SIZES,
        "method": METHODS,
        "path": PATHS,
        "moment": MOMENTS,
    }
    one = [({name: value}, result) for name, table in tables.items() for value, result in table.items()]
    return [*one, *SEVERAL]


def _result(row: Mapping[str, Any], changes: Request) -> str | int:
    """Return the reason of a row, or its value in the one column that changed."""
    [name] = changes if len(changes) == 1 else ["status"]
    result: str | int = row["dropped"] or row["time" if name == "moment" else name]
    return result


def test_every_format_is_here() -> None:
    """A new format is compared with the others as well."""
    names = {notation.log_format.name for notation in _NOTATIONS.values()}
    assert BUILT_IN.keys() - names == {"cloudfront-realtime"}  # whose fields are those of "own"
    assert {result for _changes, result in _cases() if result in DROP_REASONS} == {
        "not_in_format", "no_time", "impossible_time", "no_answer", "no_request",
    }  # fmt: skip


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize("notation", _NOTATIONS.values(), ids=_NOTATIONS)
def test_a_request_has_the_same_result_in_every_format(notation: Notation) -> None:
    """SQL gives the expected result, and the fast path gives the same or leaves the line to SQL."""
    cases = [(changes, result) for changes, result in _cases() if notation.carries(changes)]
    assert len(cases) > len(_cases()) * 0.7
    lines = [notation.line(GOOD | changes) for changes, _result in cases]
    rows = raw_rows(notation.log_format, [line + "\n" for line in lines], notation.first_lines)
    results = [_result(row, changes) for row, (changes, _) in zip(rows, cases, strict=True)]
    assert dict(zip(lines, results, strict=True)) == dict(
        zip(lines, (result for _, result in cases), strict=True)
    )
    good = notation.line(GOOD)
    block = "".join(f"{line}\n" for line in (good, *lines, good, good)).encode()
    fast = notation.log_format.parse_regular(notation.first_lines)(block).requests
    for place, status, size, path in zip(
        fast.line.tolist(), fast.status.tolist(), fast.size_bytes.tolist(), fast.path.to_pylist(), strict=True
    ):
        if 1 <= place <= len(lines):
            row = rows[place - 1]
            assert row["dropped"] is None, lines[place - 1]
            assert (row["status"], row["bytes"], row["path"]) == (status, size, path)


@pytest.mark.parametrize("name", _OF_NUMBERS)
@pytest.mark.parametrize(
    ("number", "status", "size"),
    [
        ("0", "no_answer", 0),
        ("200", 200, 200),
        ("2e2", "not_in_format", "not_in_format"),
        ("1e3", "not_in_format", "not_in_format"),
        ("200.0", "not_in_format", "not_in_format"),
        ("-1", "not_in_format", "not_in_format"),
        ("1000000000001", "not_in_format", "not_in_format"),
        ("true", "not_in_format", "not_in_format"),
        ("[200]", "not_in_format", "not_in_format"),
        ("null", "not_in_format", 0),
    ],
)
def test_a_number_of_json_has_the_same_result(
    name: str, number: str, status: str | int, size: str | int
) -> None:
    """JSON has numbers too: a fraction or an exponent is neither a status nor a size."""
    notation = _NOTATIONS[name]
    lines = [
        notation.line(GOOD | {field: "VALUE"}).replace('"VALUE"', number) for field in ("status", "bytes")
    ]
    rows = raw_rows(notation.log_format, [line + "\n" for line in lines], notation.first_lines)
    assert [rows[0]["dropped"] or rows[0]["status"], rows[1]["dropped"] or rows[1]["bytes"]] == [status, size]


@pytest.mark.parametrize("name", ["combined", "common", "nexus", "traefik as text"])
@pytest.mark.parametrize("status", ["000", "0", "-"])
def test_a_log_of_clients_without_an_answer_is_recognised(name: str, status: str) -> None:
    """A line with a status of no answer is a line of its format like any other."""
    notation = _NOTATIONS[name]
    assert notation.log_format.line.fullmatch(notation.line(GOOD | {"status": status}).encode())
