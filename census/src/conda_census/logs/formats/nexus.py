"""Request log format of Nexus Repository, in both of its shapes

``ip - user [10/Oct/2000:13:55:36 -0700] "GET /p HTTP/1.1" 200 content-length bytes ms "user agent" [thread]``

The older shape has neither content length (of the request) nor thread. Nexus escapes nothing: the user agent
ends at the last quote.
"""

from __future__ import annotations

import re

from conda_census.logs.parsing.bracketed import BRACKETED_MARKS, bracketed_columns, bracketed_line
from conda_census.logs.parsing.log_format import LogFormat, Mark, always

__all__ = ["NEXUS"]

_LENGTHS = r"(?:(?:\d+|-) )?(\d+|-) (?:\d+|-)"
_END = r"(?: \[[^\]]*\])?\s*"

NEXUS = LogFormat(
    name="nexus",
    server="Nexus Repository",
    content="Text lines of the request log, with or without the content length and the thread.",
    example=(
        "192.0.2.7 - - [16/Jan/2024:23:53:20 +0000] "
        '"GET /repository/conda/main/noarch/repodata.json.zst HTTP/1.1" 200 - 2326 12 '
        '"conda/24.7.1 requests/2.32.3 CPython/3.12.4 Linux/6.1.0 debian/12 glibc/2.36" [qtp1-23]'
    ),
    line=bracketed_line(rf'{_LENGTHS} "[^"]*"{_END}'),
    columns=always(
        bracketed_columns(
            rf'{_LENGTHS} "(.*)"{_END}',
            ("bytes", "user_agent"),
            {"bytes": "bytes", "user_agent": "user_agent"},
        )
    ),
    marks=(
        *BRACKETED_MARKS,
        Mark(
            re.compile(rb'" \d{3} (?:(?:\d+|-) )?(?:\d+|-) (?:\d+|-) "'), "bytes and milliseconds behind it"
        ),
    ),
)
