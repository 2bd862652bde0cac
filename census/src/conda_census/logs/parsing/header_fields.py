"""Fields of CloudFront and IIS logs that the census reads, in any order"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from conda_census.logs.parsing.drop_rules import found, percent_decoded
from conda_census.logs.parsing.times import any_time, utc_time

__all__ = [
    "FIELDS",
    "HEADER",
    "columns_of_fields",
    "found_in_fields",
    "has_all",
    "header_fields",
    "missing_fault",
    "missing_fields",
    "only_positions",
]

#: Each value, and the fields that hold it: the first one in the log counts, and the finer one of two times.
#: Names are those of the ``#Fields:`` line of standard logs, and of the settings of real-time logs, in lower
#: case.
FIELDS = {
    "date": ("date",),
    "clock": ("time",),
    "timestamp": ("timestamp(ms)", "timestamp"),
    "method": ("cs-method",),
    "path": ("cs-uri-stem",),
    "status": ("sc-status",),
    "bytes": ("sc-bytes",),
    "user_agent": ("cs(user-agent)", "cs-user-agent"),
    "address": ("c-ip",),
    "request_id": ("x-edge-request-id",),
    # the name that the client requested; in standard logs cs(Host) is the name of the distribution
    "host": ("cs-host", "x-host-header", "cs(host)"),
    "range_start": ("sc-range-start",),
    "range_end": ("sc-range-end",),
}
#: Beginning of the line that names the fields.
HEADER = b"#Fields:"

# Percent-encoded once, with %20 for a blank; for some years twice, with %2520 for each blank and no %20.
# Version 2 writes it unencoded if configured so.
_ONCE = percent_decoded("user_agent")
_USER_AGENT = f"""
    CASE WHEN contains(user_agent, ' ') THEN user_agent
         WHEN contains(user_agent, '%2520') AND NOT contains(user_agent, '%20')
         THEN {percent_decoded(f"({_ONCE})")}
         ELSE {_ONCE} END
"""


def header_fields(first_lines: Sequence[bytes]) -> list[str]:
    """Return the names after the first ``#Fields:``, in lower case; none without such a line."""
    header = next((line for line in first_lines if line.startswith(HEADER)), b"")
    return header.removeprefix(HEADER).decode("ascii", "replace").lower().split()


def missing_fields(fields: Sequence[str]) -> list[str]:
    """Return the missing fields without which no line could count."""
    has_timestamp = any(name in fields for name in FIELDS["timestamp"])
    needed = [*(() if has_timestamp else ("date", "time")), "cs-method", "cs-uri-stem", "sc-status"]
    return [name for name in needed if name not in fields]


def missing_fault(fields: Sequence[str]) -> str | None:
    """Return why no line below a header with these fields could count; None if lines can."""
    missing = missing_fields(fields)
    return f"#Fields: does not name {', '.join(missing)}" if missing else None


def only_positions(fields: Sequence[str]) -> dict[str, int]:
    """Return the position, from 0, of each value that only one field holds."""
    return {
        value: fields.index(known[0])
        for value, names in FIELDS.items()
        if len(known := [name for name in fields if name in names]) == 1
    }


def has_all(fields: Sequence[str], values: Sequence[bytes]) -> bool:
    """Return True if the values of an unended line are all there, and none of them can become longer.

    A last value that the census does not read may become longer. ``-`` is a whole value.
    """
    is_read = any(fields[-1:] == [name] for names in FIELDS.values() for name in names)
    return len(values) == len(fields) and (not is_read or values[-1].rstrip(b"\r") == b"-")


def found_in_fields(fields: Sequence[str], separator: str, *, user_agent: str = _USER_AGENT) -> str:
    """Return SQL for ``raw_columns`` for lines with these fields, which are separated by ``separator``.

    A line with fewer or more fields was cut, or two lines were mixed: it is not in the format.
    ``user_agent`` is SQL for the user agent as the client sent it, and refers to the field.
    """
    position = {name: number for number, name in reversed(list(enumerate(fields, start=1)))}

    def written(value: str) -> str:
        # A missing value is "-", but for a status "-" is a value: see raw_columns.
        absent = "" if value == "status" else "-"
        known = [f"nullif(field[{position[name]}], '{absent}')" for name in FIELDS[value] if name in position]
        return f"coalesce({', '.join(known)})" if known else "NULL::VARCHAR"

    reason = f"""
        CASE WHEN starts_with(text, '#') THEN 'directive'
             WHEN len(field) <> {len(fields)} THEN 'not_in_format' END
    """
    return f"""
        WITH split AS (
            SELECT *, string_split(text, '{separator}') AS field FROM texts
        ), named AS (
            SELECT * EXCLUDE (text, field), {reason} AS reason, {_named(written)} FROM split
        )
        {found({"reason": "reason", **columns_of_fields(user_agent)}, "named")}
    """


def columns_of_fields(user_agent: str = _USER_AGENT) -> dict[str, str]:
    """Return SQL for the columns of ``found``, which refer to the values of ``FIELDS``."""
    written_time = "date || ' ' || clock"
    same = ("method", "path", "status", "bytes", "address", "request_id", "host")
    return {name: name for name in same} | {
        "time": f"coalesce({utc_time(written_time)}, {any_time('timestamp')})",
        "user_agent": user_agent,
        "range": "range_start || '-' || range_end",
    }


def _named(written: Callable[[str], str]) -> str:
    return ", ".join(f'{written(value)} AS "{value}"' for value in FIELDS)
