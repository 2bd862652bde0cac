"""Parser for lines that are JSON objects

If a key occurs twice in an object, the first one counts. A line that is not JSON is not in the format.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from conda_census.logs.parsing.drop_rules import FOUND, found
from conda_census.logs.parsing.log_format import Mark

__all__ = ["found_in_json", "is_json", "json_line", "json_marks"]

_STRING = r'"(?:[^"\\]++|\\.)*+"'


def found_in_json(
    pointers: Mapping[str, str | Sequence[str]], columns: Mapping[str, str], *, absent: str = ""
) -> str:
    """Return SQL for ``raw_columns``; ``columns`` refer to the values that JSON pointers (RFC 6901) name.

    Of several pointers the first that leads to a value counts. A value that is missing, null or ``absent`` is
    null. An object or an array is its JSON. Text before the first brace, such as the prefix of syslog, is
    skipped. A column that ``columns`` does not name gets the value with its name.
    """
    listed = {name: [one] if isinstance(one, str) else list(one) for name, one in pointers.items()}
    distinct = list(dict.fromkeys(pointer for several in listed.values() for pointer in several))
    quoted = ", ".join("'" + pointer.replace("'", "''") + "'" for pointer in distinct)

    def value(several: Sequence[str], missing: str) -> str:
        values = (f"nullif(value[{distinct.index(pointer) + 1}], '{missing}')" for pointer in several)
        return f"coalesce({', '.join(values)})"

    # For a status the absent text is a value: see raw_columns.
    named = ", ".join(
        f'{value(several, "" if name == "status" else absent)} AS "{name}"'
        for name, several in listed.items()
    )
    found_columns = {name: name for name in listed if name in FOUND} | dict(columns)
    reason = f"if(is_no_json, 'not_in_format', {columns.get('reason', 'NULL')})"
    return f"""
        WITH objects AS (
            SELECT *, substr(text, strpos(text, '{{')) AS object FROM texts
        ), parsed AS (
            SELECT *, if(json_valid(object), json_extract_string(object, [{quoted}]), NULL) AS value
            FROM objects
        ), named AS (
            SELECT line_number, is_blank, is_too_long, value IS NULL AS is_no_json, {named} FROM parsed
        )
        {found(found_columns | {"reason": reason}, "named")}
    """


def json_line(*keys: str) -> re.Pattern[bytes]:
    """Return a pattern for a line that is a JSON object to its last brace, and has these keys anywhere."""
    named = "".join(f'(?=.*?"{key}"\\s*:)' for key in keys)
    # Most lines that are not JSON have no brace, and this check is fast.
    return re.compile(f"(?=[^{{]*+{{){named}[^{{]*+{_object(depth=6)}\\s*".encode())


def json_marks(*keys: str) -> tuple[Mark, ...]:
    """Return the marks of the lines that ``json_line`` matches."""
    named = (Mark(re.compile(f'"{key}"\\s*:'.encode()), f'"{key}"') for key in keys)
    return Mark(re.compile(rb"^[^{]*+\{.*\}\s*$"), "an object of JSON"), *named


def is_json(first_lines: Sequence[bytes]) -> bool:
    """Return True if the first line that is not blank is a JSON object."""
    return next((line.lstrip()[:1] == b"{" for line in first_lines if line.strip()), False)


def _object(depth: int) -> str:
    deeper = f"|{_object(depth - 1)}" if depth else ""
    return rf'\{{(?:[^{{}}"]++|{_STRING}{deeper})*+\}}'
