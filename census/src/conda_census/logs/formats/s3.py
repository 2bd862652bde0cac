"""Server access log format of S3

Fields are separated by blanks, some are in brackets or quotes: owner bucket [time] address requester
request-id operation key "request" status error bytes-sent object-size total-ms turnaround-ms "referer"
"user agent" version-id host-id signature cipher authentication host, and further fields may follow. No quote
is escaped.
"""

from __future__ import annotations

import re

from conda_census.logs.parsing.drop_rules import raw_columns
from conda_census.logs.parsing.log_format import LogFormat, Mark, always
from conda_census.logs.parsing.text_lines import found_by_pattern, path_of_request
from conda_census.logs.parsing.times import bracketed_time

__all__ = ["S3"]

_PATTERN = (
    r"\S+ \S+ \[([^\]]*)\] (\S+) \S+ (\S+) \S+ (\S+) "  # …, time, address, …, request id, operation, key
    # request, whose path may hold a quote, but no blank; status, error, bytes, …
    r'(?:"([A-Z]+ \S* HTTP/[0-9.]+|[^"]*)"|-) (\S+) \S+ (\S+) \S+ \S+ \S+ '
    r'(?:".*?"|-) (?:"(.*?)"|-)'  # referer, user agent
    r'(?:(?: [^" ]+){5} ([^" ]+)(?: .*)?|(?: [^" ]+){0,5})\s*'  # …, host, and any fields added since
)
_GROUPS = ("written_time", "address", "request_id", "key", "request", "status", "bytes", "user_agent", "host")

# Actions of S3 itself, such as the end of an object's life, have no request, and mostly no status.
# The key is the path, whether the bucket is named in the host or before the key.
_COLUMNS = {
    "reason": "if(request_id <> '' AND request[1] IN ('', '-'), 'no_request', NULL)",
    "time": bracketed_time("written_time"),
    "path": f"if(key NOT IN ('', '-') AND request[1] <> '', '/' || key, {path_of_request('request')})",
} | {name: name for name in ("status", "bytes", "user_agent", "address", "request_id", "host")}

S3 = LogFormat(
    name="s3",
    server="Amazon S3, server access logs",
    content="Blank-separated lines of any year; the request id shows repeated lines.",
    example=(
        "79a5EXAMPLEowner conda-bucket [16/Jan/2024:23:53:20 +0000] 192.0.2.7 - 3E57427F3EXAMPLE "
        "REST.GET.OBJECT pkgs/main/noarch/repodata.json.zst "
        '"GET /pkgs/main/noarch/repodata.json.zst HTTP/1.1" 200 - 2326 2326 12 11 "-" '
        '"conda/24.7.1 requests/2.32.3 CPython/3.12.4 Linux/6.1.0 debian/12 glibc/2.36" - '
        "s9lzHYEXAMPLE= - TLS_AES_128_GCM_SHA256 - conda-bucket.s3.example.org TLSv1.3 - -"
    ),
    line=re.compile(
        rb"\S+ \S+ \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] \S+ \S+ \S+ [A-Z0-9]+\.\S+ \S+ "
        rb'(?:"[A-Z]+ \S* HTTP/[0-9.]+"|"[^"]*"|-) (?:\d{3}|-) \S+ (?:\d+|-) \S+ \S+ \S+ '
        # The shortest match for a referer that holds quotes, and the longest for a user agent.
        rb'(?:"(?:[^"]++|"(?! (?:"|- )))*+"|-) (?:".*"|-)(?: [^"]*)?'
    ),
    columns=always(raw_columns(found_by_pattern(_PATTERN, _GROUPS, _COLUMNS))),
    shows_its_end=False,  # the host may follow, or fields that are not known yet
    marks=(
        Mark(re.compile(rb"^\S+ \S+ \[\d\d/[A-Z][a-z]{2}/\d{4}"), "owner, bucket and [time] at its start"),
        Mark(re.compile(rb" [A-Z0-9]+\.(?:GET|HEAD|PUT|POST|DELETE|[A-Z_]+)\.[A-Z_]+ "), "an operation"),
    ),
)
