"""``common`` log format, which has no user agent

``ip - user [10/Oct/2000:13:55:36 -0700] "GET /p HTTP/1.1" 200 2326``
"""

from __future__ import annotations

from conda_census.logs.parsing.addresses import has_host_names, host_name_fault
from conda_census.logs.parsing.bracketed import BRACKETED_MARKS, bracketed_columns, bracketed_line
from conda_census.logs.parsing.log_format import LogFormat

__all__ = ["COMMON_LOG"]

_OF_ADDRESSES, _OF_HOST_NAMES = (
    bracketed_columns(r"(\S+)\s*", ("bytes",), {"bytes": "bytes"}, host_names=host_names)
    for host_names in (False, True)
)

COMMON_LOG = LogFormat(
    name="common",
    server="Apache, nginx",
    content="Text lines: address, user, time, request, status and bytes, without a user agent.",
    example=(
        '192.0.2.7 - - [16/Jan/2024:23:53:20 +0000] "GET /pkgs/main/noarch/repodata.json.zst HTTP/1.1" '
        "200 2326"
    ),
    line=bracketed_line(r"(?:\d+|-)\s*", host_names=True),
    columns=lambda lines: _OF_HOST_NAMES if has_host_names(lines) else _OF_ADDRESSES,
    marks=BRACKETED_MARKS,
    header_fault=host_name_fault,
    shows_its_end=False,
)
