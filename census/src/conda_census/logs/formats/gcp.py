"""Log format of Google Cloud's load balancers and CDN, exported as LogEntry

``(insertId, timestamp)`` identifies an entry, and therefore a request.
"""

from __future__ import annotations

from conda_census.logs.parsing.drop_rules import raw_columns
from conda_census.logs.parsing.json_lines import found_in_json, json_line, json_marks
from conda_census.logs.parsing.log_format import LogFormat, always
from conda_census.logs.parsing.times import any_time

__all__ = ["GCP"]

_KEYS = ("httpRequest", "requestMethod", "timestamp")
_ORIGIN = "(?i)^[a-z][a-z0-9+.-]*://([^/?#]*)"
_COLUMNS = raw_columns(
    found_in_json(
        {
            "written_time": "/timestamp",
            "insert_id": "/insertId",
            "method": "/httpRequest/requestMethod",
            "url": "/httpRequest/requestUrl",
            "status": "/httpRequest/status",
            "bytes": "/httpRequest/responseSize",
            "user_agent": "/httpRequest/userAgent",
            "address": "/httpRequest/remoteIp",
        },
        {
            "time": any_time("written_time"),
            "path": f"regexp_replace(url, '{_ORIGIN}', '')",
            "request_id": "insert_id || ' ' || written_time",
            "host": f"regexp_extract(url, '{_ORIGIN}', 1)",
        },
    )
)

GCP = LogFormat(
    name="gcp",
    server="Google Cloud, load balancers and CDN",
    content="JSON lines: exported log entries (`LogEntry`) with an `httpRequest`.",
    example=(
        '{"httpRequest":{"remoteIp":"192.0.2.7","requestMethod":"GET",'
        '"requestUrl":"https://conda.example.org/pkgs/main/noarch/repodata.json.zst","responseSize":"2326",'
        '"status":200,"userAgent":'
        '"conda/24.7.1 requests/2.32.3 CPython/3.12.4 Linux/6.1.0 debian/12 glibc/2.36"},'
        '"insertId":"1examplE","timestamp":"2024-01-16T23:53:20.123456Z"}'
    ),
    line=json_line(*_KEYS),
    columns=always(_COLUMNS),
    marks=json_marks(*_KEYS),
)
