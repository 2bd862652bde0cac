"""W3C log format of Internet Information Services (IIS)

``2024-01-16 23:53:20 192.0.2.1 GET /p - 443 - 192.0.2.7 conda/24.7.1+requests/2.32.3 - 200 0 0 2326``

A line ``#Fields:`` names the fields, which the operator chose. It is repeated whenever the server starts or
the choice changes. Times are UTC. A blank in a user agent is ``+``, and nothing is percent-encoded. The
number of bytes sent is only there if the operator chose it (``sc-bytes``); otherwise a download has 0.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from conda_census.logs.parsing.drop_rules import raw_columns
from conda_census.logs.parsing.encoded_agents import NEXT_PRODUCT
from conda_census.logs.parsing.forwarded import forwarded_in_fields
from conda_census.logs.parsing.header_fields import (
    FIELDS,
    found_in_fields,
    has_all,
    header_fields,
    missing_fault,
)
from conda_census.logs.parsing.log_format import LogFormat, Mark

__all__ = ["IIS", "is_of_iis"]

#: Fields that CloudFront does not have.
_OF_IIS = {"s-ip", "s-port", "s-sitename", "s-computername", "cs-username", "sc-substatus", "sc-win32-status"}
_SOFTWARE = b"#Software: Microsoft"
#: Fields that a new site logs if nobody chose others.
_USUAL_FIELDS = [
    "date", "time", "s-ip", "cs-method", "cs-uri-stem", "cs-uri-query", "s-port", "cs-username", "c-ip",
    "cs(user-agent)", "cs(referer)", "sc-status", "sc-substatus", "sc-win32-status", "time-taken",
]  # fmt: skip
_USUAL_LINE = re.compile(
    rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [0-9A-Fa-f.:%]+ [A-Z]+ \S+ \S+ \d+ \S+ [0-9A-Fa-f.:%]+ \S+ \S+ "
    rb"\d{3} \d+ \d+ \d+\s*"
)
# Converted logs may have %20 for a blank. There a plus sign is only a blank before a product.
_USER_AGENT = f"""
    if(contains(user_agent, '%20') AND NOT regexp_matches(user_agent, '[+]{NEXT_PRODUCT}'), user_agent,
       replace(user_agent, '+', ' '))
"""


def is_of_iis(first_lines: Sequence[bytes]) -> bool:
    """Return True if IIS wrote these lines: by its name, its fields, or ``+`` in user agents."""
    fields = header_fields(first_lines)
    if any(line.startswith(_SOFTWARE) for line in first_lines) or _OF_IIS & set(fields):
        return True
    if any(name.startswith("x-edge-") for name in fields):
        return False
    agents = [field for field in FIELDS["user_agent"] if field in fields]
    values = [
        line.split(b" ")[fields.index(agents[0])]
        for line in first_lines
        if agents and not line.startswith(b"#") and line.count(b" ") == len(fields) - 1
    ]
    with_plus = sum(b"+" in value and b"%20" not in value for value in values)
    return 2 * with_plus > len(values)


def _columns(first_lines: Sequence[bytes]) -> str:
    # If a log was cut into pieces, only the first piece has a header.
    return raw_columns(
        found_in_fields(header_fields(first_lines) or _USUAL_FIELDS, " ", user_agent=_USER_AGENT)
    )


def _header_fault(first_lines: Sequence[bytes]) -> str | None:
    fields = header_fields(first_lines)
    if not fields:
        return None if any(map(_USUAL_LINE.fullmatch, first_lines)) else "no #Fields: line"
    if not is_of_iis(first_lines):
        return "neither #Software: nor #Fields: is that of IIS"
    return missing_fault(fields)


def _doubt(first_lines: Sequence[bytes]) -> str | None:
    return forwarded_in_fields(header_fields(first_lines), b" ", first_lines)


def _has_all_fields(first_lines: Sequence[bytes], line: bytes) -> bool:
    return has_all(header_fields(first_lines) or _USUAL_FIELDS, line.split(b" "))


IIS = LogFormat(
    name="iis",
    server="Microsoft Internet Information Services (IIS)",
    content="W3C lines with the fields that the line `#Fields:` names, in any order.",
    example=(
        "2024-01-16 23:53:20 192.0.2.1 GET /pkgs/main/noarch/repodata.json.zst - 443 - 192.0.2.7 "
        "conda/24.7.1+requests/2.32.3+CPython/3.12.4+Windows/10+Windows/10.0.22631 - 200 0 0 12"
    ),
    line=re.compile(rb"(?=.* [A-Z]{3,20} )(?=(?:.* )?\d{3}(?: |\s*$))[^#\s]\S*(?: \S+)+\s*"),
    columns=_columns,
    marks=(Mark(re.compile(rb"^#Fields:.* cs-method"), "cs-method in a line #Fields:"),),
    header_fault=_header_fault,
    doubt=_doubt,
    has_headers=True,
    has_all_fields=_has_all_fields,
)
