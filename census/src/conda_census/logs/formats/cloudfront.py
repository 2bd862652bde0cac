"""Standard log format of CloudFront (version 1, also called legacy)

Fields are separated by tabs and named by a ``#Fields:`` line at the start of each file. Fields that were
added in later years come at the end of the line. Values are percent-encoded. A missing value is ``-``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from conda_census.logs.fast.request_columns import ParseRegular
from conda_census.logs.fast.tab_separated import Positions, parse_tabular
from conda_census.logs.parsing.drop_rules import raw_columns
from conda_census.logs.parsing.forwarded import forwarded_in_fields
from conda_census.logs.parsing.header_fields import (
    found_in_fields,
    has_all,
    header_fields,
    only_positions,
)
from conda_census.logs.parsing.log_format import LogFormat, Mark

__all__ = ["CLOUDFRONT", "STANDARD_HEADER"]

#: Fields of standard logs in their order, which never changed: new ones were added at the end.
STANDARD_HEADER = (
    b"#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) "
    b"cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol "
    b"cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type "
    b"cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte "
    b"x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end"
)

_LINE = re.compile(
    rb"""\d{4}-\d\d-\d\d\t\d\d:\d\d:\d\d\t[^\t]+\t(?:\d+|-)\t[^\t]+\t   # date, time, edge, bytes, address
    [^\t]+\t[^\t]+\t[^\t]*\t(?:\d{3}|-)\t[^\t]*\t[^\t]+        # method, host, path, status, referer, agent
    (?:\t[^\t]*)+                                               # and at least the query
    """,
    re.VERBOSE,
)


_STANDARD_FIELDS = header_fields([STANDARD_HEADER])


def _fields(first_lines: Sequence[bytes]) -> list[str]:
    """Return the names of the fields. If a log was cut into pieces, only the first piece has them."""
    if fields := header_fields(first_lines):
        return fields
    data = next((line for line in first_lines if _LINE.fullmatch(line)), b"")
    # Older logs have fewer fields. Newer ones may have more, and nothing is known about those yet.
    count = data.count(b"\t") + 1 if data else len(_STANDARD_FIELDS)
    return [*_STANDARD_FIELDS[:count], *(f"field-{number}" for number in range(len(_STANDARD_FIELDS), count))]


def _columns(first_lines: Sequence[bytes]) -> str:
    return raw_columns(found_in_fields(_fields(first_lines), "\t"))


def _parse_regular(first_lines: Sequence[bytes]) -> ParseRegular:
    fields = _fields(first_lines)
    return parse_tabular(Positions.of(len(fields), only_positions(fields)))


def _header_fault(first_lines: Sequence[bytes]) -> str | None:
    fields = header_fields(first_lines)
    known = min(len(fields), len(_STANDARD_FIELDS))
    return (
        None
        if fields[:known] == _STANDARD_FIELDS[:known]
        else "#Fields: names others than standard logs have"
    )


def _doubt(first_lines: Sequence[bytes]) -> str | None:
    return forwarded_in_fields(_fields(first_lines), b"\t", first_lines)


def _has_all_fields(first_lines: Sequence[bytes], line: bytes) -> bool:
    return has_all(_fields(first_lines), line.split(b"\t"))


CLOUDFRONT = LogFormat(
    name="cloudfront",
    server="Amazon CloudFront, standard logs (legacy)",
    content="Tab-separated lines with the fields that the line `#Fields:` names.",
    example=(
        "2024-01-16\t23:53:20\tFRA56-P1\t2326\t192.0.2.7\tGET\td111111abcdef8.cloudfront.net\t"
        "/pkgs/main/noarch/repodata.json.zst\t200\t-\t"
        "conda/24.7.1%20requests/2.32.3%20CPython/3.12.4%20Linux/6.1.0%20debian/12%20glibc/2.36\t-\t-\tHit\t"
        "EXAMPLErequestIDexampleREQUESTidEXAMPLErequestIDexample==\tconda.example.org\thttps\t341\t0.001\t-\t"
        "TLSv1.3\tTLS_AES_128_GCM_SHA256\tHit\tHTTP/1.1\t-\t-\t52431\t0.001\tHit\tapplication/zstd\t2000\t-\t-"
    ),
    line=_LINE,
    columns=_columns,
    marks=(
        Mark(re.compile(rb"\t"), "fields parted by tabs"),
        Mark(re.compile(rb"^\d{4}-\d\d-\d\d\t\d\d:\d\d:\d\d\t"), "a date and a time at its start"),
    ),
    header_fault=_header_fault,
    doubt=_doubt,
    parse_regular=_parse_regular,
    has_headers=True,
    has_all_fields=_has_all_fields,
)
