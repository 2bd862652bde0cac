"""Log format of Fastly, with the fields that it proposes for JSON

Each operator chooses fields and names. Describe other fields with a map in ``census.toml``. Behind a shield
every request is logged twice: ``fastly_is_edge`` marks the one that a client made.
"""

from __future__ import annotations

from conda_census.logs.parsing.drop_rules import raw_columns
from conda_census.logs.parsing.json_lines import found_in_json, json_line, json_marks
from conda_census.logs.parsing.log_format import LogFormat, always
from conda_census.logs.parsing.times import any_time

__all__ = ["FASTLY"]

_KEYS = ("timestamp", "request_method", "response_status")
_COLUMNS = raw_columns(
    found_in_json(
        {
            "written_time": "/timestamp",
            "method": "/request_method",
            "path": "/url",
            "status": "/response_status",
            "bytes": "/response_body_size",
            "user_agent": "/request_user_agent",
            "address": "/client_ip",
            "host": "/host",
            "is_edge": "/fastly_is_edge",
        },
        {
            "reason": "if(is_edge = 'false', 'sub_request', NULL)",
            "time": any_time("written_time"),
        },
    )
)

FASTLY = LogFormat(
    name="fastly",
    server="Fastly, real-time log streaming",
    content="JSON lines with the fields that Fastly proposes, with or without a prefix of syslog.",
    example=(
        '<134>2024-01-16T23:53:20Z cache-fra-eddf8230001 conda[123]: {"timestamp":"2024-01-16T23:53:20+0000",'
        '"client_ip":"192.0.2.7","host":"conda.example.org","url":"/pkgs/main/noarch/repodata.json.zst",'
        '"request_method":"GET","request_user_agent":'
        '"conda/24.7.1 requests/2.32.3 CPython/3.12.4 Linux/6.1.0 debian/12 glibc/2.36",'
        '"response_status":200,"response_body_size":2326,"fastly_is_edge":true}'
    ),
    line=json_line(*_KEYS),
    columns=always(_COLUMNS),
    marks=json_marks(*_KEYS),
)
