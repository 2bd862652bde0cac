"""How is the ``common`` log format, which says nothing of the user agent, taken apart?

``ip - user [10/Oct/2000:13:55:36 -0700] "GET /p HTTP/1.1" 200 2326``
"""

from __future__ import annotations

from conda_census.logs.formats.bracketed import BRACKETED_MARKS, bracketed_columns, bracketed_line
from conda_census.logs.formats.log_format import LogFormat, always

__all__ = ["COMMON_LOG"]

COMMON_LOG = LogFormat(
    name="common",
    example=(
        '192.0.2.7 - - [16/Jan/2024:23:53:20 +0000] "GET /pkgs/main/noarch/repodata.json.zst HTTP/1.1" '
        "200 2326"
    ),
    line=bracketed_line(r"(?:\d+|-)\s*"),
    columns=always(bracketed_columns(r"(\S+)\s*", ("bytes",), {"bytes": "bytes"})),
    marks=BRACKETED_MARKS,
    shows_its_end=False,
)
