r"""Access log format of Traefik, in JSON or text

``ip - user [time] "GET /p HTTP/2.0" 200 2326 "referer" "user agent" number "router" "server" 3ms``

Traefik 1 writes ``-`` without quotes for a missing value; since version 2 a quote in a value is ``\"``.

In JSON the user agent is only there if Traefik is configured to keep that header: by default it drops all
headers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from conda_census.logs.parsing.bracketed import bracketed_columns, bracketed_line
from conda_census.logs.parsing.drop_rules import raw_columns, sent_range
from conda_census.logs.parsing.json_lines import found_in_json, is_json, json_line
from conda_census.logs.parsing.log_format import LogFormat, Mark
from conda_census.logs.parsing.text_lines import as_sent, quotes_hidden
from conda_census.logs.parsing.times import any_time

__all__ = ["TRAEFIK"]

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_BEHIND = rf"(?:\d+|-) (?:{_QUOTED}|-) (?:{_QUOTED}|-) \d+ms\s*"
_TEXT = bracketed_columns(
    rf'(\d+|-) (?:{_QUOTED}|-) (?:"(.*)"|-) {_BEHIND}',
    ("bytes", "user_agent"),
    {"bytes": "bytes", "user_agent": as_sent(f"({quotes_hidden('user_agent')})")},
)
_VALUE = r'(?:"(?:[^"\\]++|\\.)*+"|-)'
_TEXT_LINE = bracketed_line(rf"(?:\d+|-) {_VALUE} {_VALUE} (?:\d+|-) {_VALUE} {_VALUE} \d+ms\s*")

_JSON = raw_columns(
    found_in_json(
        {
            "written_time": ("/StartUTC", "/StartLocal", "/time"),
            "method": "/RequestMethod",
            "path": "/RequestPath",
            "status": ("/DownstreamStatus", "/OriginStatus"),
            "bytes": "/DownstreamContentSize",
            "user_agent": "/request_User-Agent",
            "address": ("/ClientHost", "/ClientAddr"),
            "host": "/RequestHost",
            "content_range": "/downstream_Content-Range",
        },
        {
            "time": any_time("written_time"),
            "range": sent_range("content_range"),
        },
    )
)
_JSON_LINE = json_line("RequestMethod", "RequestPath", "DownstreamStatus")


def _columns(first_lines: Sequence[bytes]) -> str:
    return _JSON if is_json(first_lines) else _TEXT


TRAEFIK = LogFormat(
    name="traefik",
    server="Traefik",
    content="JSON lines that keep the header User-Agent, or text lines (Traefik's format `common`).",
    example=(
        '{"ClientHost":"192.0.2.7","DownstreamContentSize":2326,"DownstreamStatus":200,'
        '"RequestHost":"conda.example.org","RequestMethod":"GET",'
        '"RequestPath":"/pkgs/main/noarch/repodata.json.zst","StartUTC":"2024-01-16T23:53:20.123456789Z",'
        '"request_User-Agent":"conda/24.7.1 requests/2.32.3 CPython/3.12.4 Linux/6.1.0 debian/12 glibc/2.36"}'
    ),
    line=re.compile(b"(?:" + _JSON_LINE.pattern + b")|(?:" + _TEXT_LINE.pattern + b")"),
    columns=_columns,
    marks=(
        Mark(re.compile(rb'"DownstreamStatus"|ms\s*$'), '"DownstreamStatus", or milliseconds at its end'),
    ),
)
