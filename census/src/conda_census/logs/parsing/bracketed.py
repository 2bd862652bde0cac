"""Beginning of lines in the traditional format of web servers

``ip - user [10/Oct/2000:13:55:36 -0700] "GET /p HTTP/1.1" 200 …``
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from conda_census.logs.parsing.addresses import ADDRESSES_IN_ORDER, HOST_NAME, UNKNOWN, is_address
from conda_census.logs.parsing.drop_rules import raw_columns
from conda_census.logs.parsing.log_format import Mark
from conda_census.logs.parsing.text_lines import found_by_pattern
from conda_census.logs.parsing.times import TIME_SHAPE, bracketed_time

__all__ = ["BRACKETED_MARKS", "bracketed_columns", "bracketed_line", "no_client"]

_REQUEST = r'"((?:[^"\\]|\\.)*)"'
#: An address or a list of them. A user name with blanks and brackets gets the shortest match that fits.
_START = rf"([^\s,]+(?:, ?[^\s,]+)*) (\S+) .*? ?\[([^\]]*)\] {_REQUEST} (\d{{1,3}}|-) "
#: Two adjacent addresses are a proxy and a client, or a server and a client: it is not known which.
_IDENTITY = rf"(?!(?:{ADDRESSES_IN_ORDER}) )\S+"
_STRICT_REST = rf' {_IDENTITY} .*? ?\[{TIME_SHAPE}\] "(?:[^"\\]++|\\.)*+" (?:\d{{3}}|0|-) '

BRACKETED_MARKS = (
    Mark(re.compile(rf"\[{TIME_SHAPE}\]".encode()), "a [time]"),
    Mark(
        re.compile(rf'\[{TIME_SHAPE}\] "(?:[^"\\]++|\\.)*+" (?:(?:\d{{3}}|0)\b|- )'.encode()),
        'a "request" and a status behind it',
    ),
    Mark(re.compile(f"^(?:{ADDRESSES_IN_ORDER}|{HOST_NAME}) ".encode()), "a client's address at its start"),
)


def no_client(address: str, identity: str) -> str:
    """Return SQL that is true if the first two fields of a line leave open which address is the client's."""
    unknown = "|".join(word for word in UNKNOWN if word)
    is_unknown = f"regexp_full_match({address}, '(?:(?:{unknown})(?:, ?|$))*')"
    return f"({is_unknown} OR ({identity} <> '-' AND {is_address(identity)}))"


def bracketed_columns(
    rest: str, groups: Sequence[str], columns: Mapping[str, str], *, host_names: bool = False
) -> str:
    """Return SQL for the raw columns; ``columns`` refer to the groups of ``rest``, the pattern of the rest.

    A user agent may hold quotes that were not escaped, but not the text that separates two quoted fields.
    """
    is_other = no_client("address", "identity")
    if "user_agent" in groups:
        is_other += """ OR contains(user_agent, '" "')"""
    start = {
        "reason": f"if({is_other}, 'not_in_format', NULL)",
        "time": bracketed_time("written_time"),
        "status": "status",
        "address": "address",
    }
    return raw_columns(
        found_by_pattern(
            _START + rest,
            ("address", "identity", "written_time", "request", "status", *groups),
            {**start, **columns},
        ),
        host_names=host_names,
    )


def bracketed_line(rest: str, *, host_names: bool = False) -> re.Pattern[bytes]:
    """Return a pattern for a whole line; ``rest``, the pattern of its end, repeats nothing lazily."""
    who = rf"(?:{ADDRESSES_IN_ORDER}|{HOST_NAME}(?= - ))" if host_names else f"(?:{ADDRESSES_IN_ORDER})"
    return re.compile((who + _STRICT_REST + rest).encode())
