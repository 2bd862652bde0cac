"""Standard log format (version 2) of CloudFront, in JSON, Parquet or W3C

JSON has the names of the fields as keys. Parquet is read as JSON, with ``_`` for all characters of a name
that are not letters or digits. W3C has a ``#Fields:`` line. The operator chooses the fields, their order and
the delimiter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from conda_census.logs.formats.iis import is_of_iis
from conda_census.logs.parsing.drop_rules import raw_columns
from conda_census.logs.parsing.forwarded import forwarded_in_fields
from conda_census.logs.parsing.header_fields import (
    FIELDS,
    columns_of_fields,
    found_in_fields,
    has_all,
    header_fields,
    missing_fault,
)
from conda_census.logs.parsing.json_lines import found_in_json, is_json, json_line
from conda_census.logs.parsing.log_format import LogFormat, Mark

__all__ = ["CLOUDFRONT_V2"]

_SEPARATORS = "\t ,|;"
#: JSON keys are spelled as CloudFront writes them; a header may have any case.
_SPELLED = {"cs(user-agent)": "cs(User-Agent)", "cs(host)": "cs(Host)"}
#: These names would mean other fields if brackets have become underscores.
_REAL_TIME_ONLY = {"cs-host", "cs-user-agent"}


def _pointers(name: str) -> tuple[str, str]:
    return f"/{_SPELLED.get(name, name)}", "/" + re.sub(r"[^a-z0-9]+", "_", name).strip("_")


_JSON = raw_columns(
    found_in_json(
        {
            value: [pointer for name in names if name not in _REAL_TIME_ONLY for pointer in _pointers(name)]
            for value, names in FIELDS.items()
        },
        columns_of_fields(),
        absent="-",
    )
)
_JSON_LINE = json_line("cs[-_]method", "cs[-_]uri[-_]stem", "sc[-_]status")
#: Quotes, brackets and braces are percent-encoded in every field.
_W3C_LINE = rb'(?=.*[\t ,|;][A-Z]{3,20}[\t ,|;])(?=(?:.*[\t ,|;])?\d{3}(?:[\t ,|;]|$))[^#"\[{][^"\[{]*'


def _columns(first_lines: Sequence[bytes]) -> str:
    if is_json(first_lines):
        return _JSON
    return raw_columns(found_in_fields(header_fields(first_lines), _separator(first_lines)))


def _separator(first_lines: Sequence[bytes]) -> str:
    fields = header_fields(first_lines)
    data = next((line.decode("utf-8", "replace") for line in first_lines if line[:1] not in (b"#", b"")), "")
    return next((one for one in _SEPARATORS if len(data.split(one)) >= len(fields)), "\t")


def _doubt(first_lines: Sequence[bytes]) -> str | None:
    if is_json(first_lines):
        return None
    return forwarded_in_fields(header_fields(first_lines), _separator(first_lines).encode(), first_lines)


def _has_all_fields(first_lines: Sequence[bytes], line: bytes) -> bool:
    # A JSON object shows its own end.
    return is_json(first_lines) or has_all(
        header_fields(first_lines), line.split(_separator(first_lines).encode())
    )


def _header_fault(first_lines: Sequence[bytes]) -> str | None:
    if is_json(first_lines):
        return None
    fields = header_fields(first_lines)
    if not fields:
        return "neither JSON nor a #Fields: line"
    if is_of_iis(first_lines):
        return "#Fields: stands below a header of IIS, or names fields of IIS"
    return missing_fault(fields)


CLOUDFRONT_V2 = LogFormat(
    name="cloudfront-v2",
    server="Amazon CloudFront, standard logs (v2)",
    content="JSON lines, Parquet, or W3C lines with the fields that the line `#Fields:` names, in any order.",
    example=(
        '{"date":"2024-01-16","time":"23:53:20","sc-bytes":"2326","c-ip":"192.0.2.7","cs-method":"GET",'
        '"cs-uri-stem":"/pkgs/main/noarch/repodata.json.zst","sc-status":"200","cs(User-Agent)":'
        '"conda/24.7.1%20requests/2.32.3%20CPython/3.12.4%20Linux/6.1.0%20debian/12%20glibc/2.36",'
        '"x-edge-request-id":"EXAMPLE1==","x-host-header":"conda.example.org"}'
    ),
    line=re.compile(b"(?:" + _JSON_LINE.pattern + b")|(?:" + _W3C_LINE + b")"),
    columns=_columns,
    marks=(Mark(re.compile(rb"cs[-_]method"), "cs-method"),),
    header_fault=_header_fault,
    doubt=_doubt,
    has_headers=True,
    has_all_fields=_has_all_fields,
)
