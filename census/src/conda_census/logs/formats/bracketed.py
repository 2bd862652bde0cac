"""How do lines begin that are written as web servers have always written them?

``ip - user [10/Oct/2000:13:55:36 -0700] "GET /p HTTP/1.1" 200 …``
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from conda_census.logs.formats.log_format import Mark
from conda_census.logs.formats.patterns import found_by_pattern
from conda_census.logs.formats.raw_columns import raw_columns
from conda_census.logs.formats.times import TIME_SHAPE, bracketed_time

__all__ = ["BRACKETED_MARKS", "bracketed_columns", "bracketed_line"]

_REQUEST = r'"((?:[^"\\]|\\.)*)"'
#: Of a user name with blanks and brackets the shortest that lets the rest be.
_START = rf"(\S+) \S+ .*? ?\[([^\]]*)\] {_REQUEST} (\d{{1,3}}|-) "
_STRICT_START = rf'\S+ \S+ .*? ?\[{TIME_SHAPE}\] "(?:[^"\\]++|\\.)*+" (?:\d{{3}}|0|-) '

BRACKETED_MARKS = (
    Mark(re.compile(rf"\[{TIME_SHAPE}\]".encode()), "a [time]"),
    Mark(
        re.compile(rf'\[{TIME_SHAPE}\] "(?:[^"\\]++|\\.)*+" (?:(?:\d{{3}}|0)\b|- )'.encode()),
        'a "request" and a status behind it',
    ),
)


def bracketed_columns(rest: str, groups: Sequence[str], columns: Mapping[str, str]) -> str:
    """SQL for the raw columns: ``columns`` in terms of the groups of ``rest``, a pattern for what follows."""
    start = {"time": bracketed_time("written_time"), "status": "status", "address": "address"}
    return raw_columns(
        found_by_pattern(
            _START + rest,
            ("address", "written_time", "request", "status", *groups),
            {**start, **columns},
        )
    )


def bracketed_line(rest: str) -> re.Pattern[bytes]:
    """Matches a whole line that begins so; ``rest``, a pattern for what follows, repeats nothing lazily."""
    return re.compile((_STRICT_START + rest).encode())
