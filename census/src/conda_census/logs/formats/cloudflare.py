"""HTTP request log format of Cloudflare's Logpush (JSON)

If a Worker made a request on behalf of another, its ``ParentRayID`` names the other one. Other requests have
``00``.
"""

from __future__ import annotations

from conda_census.logs.parsing.drop_rules import raw_columns
from conda_census.logs.parsing.json_lines import found_in_json, json_line, json_marks
from conda_census.logs.parsing.log_format import LogFormat, always
from conda_census.logs.parsing.times import any_time

__all__ = ["CLOUDFLARE"]

_KEYS = ("ClientRequestMethod", "EdgeResponseStatus")
_COLUMNS = raw_columns(
    found_in_json(
        {
            "written_time": ("/EdgeStartTimestamp", "/EdgeEndTimestamp"),
            "method": "/ClientRequestMethod",
            "path": ("/ClientRequestPath", "/ClientRequestURI"),
            "status": "/EdgeResponseStatus",
            "bytes": "/EdgeResponseBytes",
            "user_agent": "/ClientRequestUserAgent",
            "address": "/ClientIP",
            "request_id": "/RayID",
            "host": "/ClientRequestHost",
            "parent": "/ParentRayID",
        },
        {
            "reason": "if(coalesce(parent, '') NOT IN ('', '0', '00'), 'sub_request', NULL)",
            "time": any_time("written_time"),
        },
    )
)

CLOUDFLARE = LogFormat(
    name="cloudflare",
    server="Cloudflare, Logpush (HTTP requests)",
    content="JSON lines; times in RFC 3339, or Unix times in seconds, milli-, micro- or nanoseconds.",
    example=(
        '{"ClientIP":"192.0.2.7","ClientRequestHost":"conda.example.org","ClientRequestMethod":"GET",'
        '"ClientRequestURI":"/pkgs/main/noarch/repodata.json.zst",'
        '"ClientRequestUserAgent":'
        '"conda/24.7.1 requests/2.32.3 CPython/3.12.4 Linux/6.1.0 debian/12 glibc/2.36",'
        '"EdgeResponseBytes":2326,"EdgeResponseStatus":200,"EdgeStartTimestamp":"2024-01-16T23:53:20Z",'
        '"ParentRayID":"00","RayID":"846b5eEXAMPLE"}'
    ),
    line=json_line(*_KEYS),
    columns=always(_COLUMNS),
    marks=json_marks(*_KEYS),
)
