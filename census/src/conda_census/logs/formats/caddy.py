"""Access log format of Caddy (JSON)"""

from __future__ import annotations

from conda_census.logs.parsing.drop_rules import raw_columns, sent_range
from conda_census.logs.parsing.json_lines import found_in_json, json_line, json_marks
from conda_census.logs.parsing.log_format import LogFormat, always
from conda_census.logs.parsing.times import any_time

__all__ = ["CADDY"]

_KEYS = ("ts", "request", "uri", "status")
_COLUMNS = raw_columns(
    found_in_json(
        {
            "written_time": "/ts",
            "method": "/request/method",
            "path": "/request/uri",
            "status": "/status",
            "bytes": "/size",
            "user_agent": "/request/headers/User-Agent/0",
            # behind a proxy that Caddy trusts, the first is the client's; the last is from Caddy before 2.5
            "address": ("/request/client_ip", "/request/remote_ip", "/request/remote_addr"),
            "host": "/request/host",
            "content_range": "/resp_headers/Content-Range/0",
        },
        {
            "time": any_time("written_time"),
            "range": sent_range("content_range"),
        },
    )
)

CADDY = LogFormat(
    name="caddy",
    server="Caddy",
    content="JSON lines of the access log.",
    example=(
        '{"level":"info","ts":1705449200.123,"logger":"http.log.access","msg":"handled request",'
        '"request":{"remote_ip":"192.0.2.7","client_ip":"192.0.2.7","proto":"HTTP/2.0","method":"GET",'
        '"host":"conda.example.org","uri":"/pkgs/main/noarch/repodata.json.zst","headers":{"User-Agent":'
        '["conda/24.7.1 requests/2.32.3 CPython/3.12.4 Linux/6.1.0 debian/12 glibc/2.36"]}},'
        '"duration":0.001,"size":2326,"status":200}'
    ),
    line=json_line(*_KEYS),
    columns=always(_COLUMNS),
    marks=json_marks(*_KEYS),
)
