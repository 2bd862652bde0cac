r"""``combined`` and ``common`` log formats of nginx and Apache

``ip - user [10/Oct/2000:13:55:36 -0700] "GET /p HTTP/1.1" 200 2326 "referer" "user agent"``; ``common`` ends
before the referer.

Escapes are brought to one form first, so that only a quote ends a field. A line is then parsed with one split
at the quotes. Of the fields that an operator added after the user agent, one is read: the field that names
the clients if the server is behind a proxy (see ``forwarded``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from conda_census.logs.blocks import MAX_LINE_BYTES
from conda_census.logs.fast.combined import parse_combined
from conda_census.logs.fast.request_columns import ParseRegular, parse_nothing
from conda_census.logs.parsing.addresses import client_address, has_host_names, host_name_fault
from conda_census.logs.parsing.agent_field import agent_fault, is_agent_elsewhere
from conda_census.logs.parsing.bracketed import BRACKETED_MARKS, bracketed_columns, bracketed_line, no_client
from conda_census.logs.parsing.drop_rules import (
    drop_decision,
    has_no_size,
    is_blank,
    size_number,
    status_number,
)
from conda_census.logs.parsing.forwarded import (
    forwarded_address,
    forwarded_doubt,
    forwarded_field,
    has_forwarded,
)
from conda_census.logs.parsing.log_format import FormatChange, LogFormat, Mark
from conda_census.logs.parsing.text_lines import as_sent, path_of_request, quotes_hidden
from conda_census.logs.parsing.times import bracketed_time

__all__ = ["COMBINED", "COMMON_LOG"]

_TEXT = r'"(?:[^"\\]++|\\.)*+"'
#: Bytes, referer, user agent, and added fields.
_LINE = bracketed_line(rf"(?:\d+|-) {_TEXT} {_TEXT}(?:\s.*)?", host_names=True)

# Apache writes an empty user as two quotes, the only ones before those of the request.
_ONE_USER = r"""
    if(contains(line, ' "" ['), regexp_replace(line, '^([^ "]+ [^ "]+) "" \[', '\1 - ['), line)
"""

_COLUMNS = rf"""
    WITH split AS (
        SELECT line_number, strlen(line) > {MAX_LINE_BYTES} AS is_too_long,
               if(is_too_long, NULL, string_split({quotes_hidden(f"({_ONE_USER})")}, '"')) AS field,
               {is_blank("line")} AS is_blank
        FROM lines
    ), fields AS (
        SELECT line_number, is_too_long, is_blank, len(field) >= 7 AS is_split,
               regexp_extract(field[1], '^([^\s,]+(?:, ?[^\s,]+)*) (\S+) ', ['address', 'identity']) AS who,
               -- a user may hold brackets, and the time none
               regexp_extract(field[1], '\[([^\[\]]*)\] $', 1) AS written_time,
               string_split(field[2], ' ') AS request,
               string_split(field[3], ' ') AS numbers,
               field[6] AS written_agent, field
        FROM split
    ), typed AS (
        SELECT line_number, is_too_long, is_blank,
               if(NOT is_split OR coalesce(numbers[3], '') = '' OR {no_client("who.address", "who.identity")}
                  OR {is_agent_elsewhere("field")}, 'not_in_format', NULL) AS reason,
               {bracketed_time("written_time")} AS time,
               {status_number("numbers[2]")} AS status,
               {size_number("numbers[3]")} AS bytes, {has_no_size("numbers[3]")} AS has_no_bytes,
               request[1] AS method,
               {path_of_request("request")} AS written_path,
               {as_sent("written_path")} AS path,
               {as_sent("written_agent")} AS user_agent,
               _ADDRESS_ AS address,
               NULL::VARCHAR AS request_id, NULL::VARCHAR AS host, NULL::VARCHAR AS range
        FROM fields
    )
    {drop_decision("typed")}
"""


_UNKNOWN_FROM_THERE = (
    "so that the lines from there on are read wrongly: take the log out with conda-census sources --forget "
    "SOURCE, cut it at that line, and ingest each part as a file of its own"
)


def _columns(first_lines: Sequence[bytes]) -> str:
    host_names = has_host_names(first_lines)
    address = client_address("who.address", host_names=host_names)
    if forwarded := forwarded_field(first_lines):
        address = forwarded_address(forwarded, "who.address", "field", host_names=host_names)
    return _COLUMNS.replace("_ADDRESS_", address)


def _parse_regular(first_lines: Sequence[bytes]) -> ParseRegular:
    # A regular line has no quoted field after the user agent, but may have others.
    forwarded = forwarded_field(first_lines)
    return parse_nothing if forwarded and not forwarded.is_quoted else parse_combined


def _header_fault(first_lines: Sequence[bytes]) -> str | None:
    return host_name_fault(first_lines) or agent_fault(first_lines)


def _change(first_lines: Sequence[bytes], later_lines: Sequence[bytes]) -> FormatChange | None:
    """Return how later lines differ in format from the first ones, which decide how all lines are read."""
    if agent_fault(later_lines) and not agent_fault(first_lines):
        reason = f"the user agent is in another field in quotes from some line on, {_UNKNOWN_FROM_THERE}"
        return FormatChange("tokens", reason)
    if forwarded_field(later_lines) and not forwarded_field(first_lines):
        reason = f"the clients' addresses are in an added field from some line on, {_UNKNOWN_FROM_THERE}"
        return FormatChange("addresses", reason)
    return None


def _has_all_fields(first_lines: Sequence[bytes], line: bytes) -> bool:
    forwarded = forwarded_field(first_lines)
    return forwarded is None or has_forwarded(forwarded, line)


COMBINED = LogFormat(
    name="combined",
    server="nginx, Apache",
    content="Text lines: address, user, time, request, status, bytes, referer, user agent, later fields.",
    example=(
        '192.0.2.7 - - [16/Jan/2024:23:53:20 +0000] "GET /pkgs/main/noarch/repodata.json.zst HTTP/1.1" '
        '200 2326 "-" "conda/24.7.1 requests/2.32.3 CPython/3.12.4 Linux/6.1.0 debian/12 glibc/2.36"'
    ),
    line=_LINE,
    columns=_columns,
    parse_regular=_parse_regular,
    marks=(*BRACKETED_MARKS, Mark(re.compile(rb'" "'), 'a "referer" and a "user agent" behind it')),
    header_fault=_header_fault,
    doubt=forwarded_doubt,
    change=_change,
    has_all_fields=_has_all_fields,
)

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
