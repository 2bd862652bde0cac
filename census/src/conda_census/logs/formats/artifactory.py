"""Request log format of Artifactory

``timestamp|trace-id|address|user|METHOD|path|status|request-length|response-length|ms|user agent``

A length of -1 is not known. The user agent comes last, because it may contain bars itself. A trace may have
several requests, so it does not identify a request.
"""

from __future__ import annotations

import re

from conda_census.logs.parsing.drop_rules import found, raw_columns
from conda_census.logs.parsing.log_format import LogFormat, Mark, always
from conda_census.logs.parsing.times import any_time

__all__ = ["ARTIFACTORY"]

_FIELDS = 11
_COLUMNS = raw_columns(f"""
    WITH split AS (
        SELECT *, string_split(text, '|') AS field FROM texts
    )
    {
    found(
        {
            "reason": f"if(len(field) < {_FIELDS}, 'not_in_format', NULL)",
            "time": any_time("field[1]"),
            "address": "field[3]",
            "method": "field[5]",
            "path": "field[6]",
            "status": "field[7]",
            "bytes": "nullif(field[9], '-1')",
            "user_agent": f"array_to_string(field[{_FIELDS}:], '|')",
        },
        "split",
    )
}
""")

ARTIFACTORY = LogFormat(
    name="artifactory",
    server="JFrog Artifactory",
    content="Lines of the request log, with fields separated by vertical bars.",
    example=(
        "2024-01-16T23:53:20.123Z|d5d75b3c41EXAMPLE|192.0.2.7|anonymous|GET|"
        "/api/conda/conda-remote/noarch/repodata.json.zst|200|-1|2326|12|"
        "conda/24.7.1 requests/2.32.3 CPython/3.12.4 Linux/6.1.0 debian/12 glibc/2.36"
    ),
    line=re.compile(
        rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[^|]*\|[^|]*\|[^|]*\|[^|]*\|[A-Z]+\|[^|]*\|\d{3}\|[^|]*\|[^|]*\|[^|]*\|.*"
    ),
    columns=always(_COLUMNS),
    marks=(
        Mark(re.compile(rb"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"), "a time at its start"),
        Mark(re.compile(rb"^(?:[^|]*+\|){10}"), "eleven fields parted by bars"),
    ),
    shows_its_end=False,
)
