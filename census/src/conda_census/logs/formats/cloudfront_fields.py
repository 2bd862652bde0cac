"""Which fields of a CloudFront log, in whatever order they stand, say what the census asks?

Names are those of the ``#Fields:`` header of standard logs.
"""

from __future__ import annotations

from collections.abc import Sequence

from conda_census.logs.formats.raw_columns import percent_decoded

__all__ = ["found_in_fields", "header_fields"]

_HEADER = b"#Fields:"
#: A line that ends before one of these was cut; what else is missing was not chosen, or not there yet.
_NEEDED = ("date", "time", "c-ip", "cs-method", "cs-uri-stem", "sc-status", "cs(user-agent)")


def header_fields(first_lines: Sequence[bytes]) -> list[str]:
    """The names that stand behind the first ``#Fields:``, in lower case; none without such a line."""
    header = next((line for line in first_lines if line.startswith(_HEADER)), b"")
    return header.removeprefix(_HEADER).decode("ascii", "replace").lower().split()


def found_in_fields(fields: Sequence[str], separator: str) -> str:
    """SQL for ``raw_columns``: what a line says whose fields, parted by ``separator``, have these names."""
    position = {name: number for number, name in reversed(list(enumerate(fields, start=1)))}
    at_least = max(position.get(name, 0) for name in _NEEDED)

    def value(*names: str) -> str:
        written = [f"nullif(field[{position[name]}], '-')" for name in names if name in position]
        return f"coalesce({', '.join(written)})" if written else "NULL::VARCHAR"

    return f"""
        WITH split AS (
            SELECT *, string_split(text, '{separator}') AS field FROM texts
        ), named AS (
            SELECT line_number, is_blank, is_too_long,
                   CASE WHEN starts_with(text, '#') THEN 'directive'
                        WHEN len(field) < {at_least} THEN 'not_in_format' END AS reason,
                   {value("date")} || ' ' || {value("time")} AS time,
                   {value("cs-method")} AS method, {value("cs-uri-stem")} AS path,
                   {value("sc-status")} AS status, {value("sc-bytes")} AS bytes,
                   {value("cs(user-agent)")} AS user_agent, {value("c-ip")} AS address,
                   {value("x-edge-request-id")} AS request_id,
                   {value("x-host-header", "cs(host)")} AS host,
                   {value("sc-range-start")} || '-' || {value("sc-range-end")} AS range
            FROM split
        )
        SELECT * REPLACE (make_timestamptz(epoch_us(try_strptime(time, '%Y-%m-%d %H:%M:%S'))) AS time,
                          {_USER_AGENT} AS user_agent)
        FROM named
    """


# Percent-encoded once, with %20 for a blank; for some years twice, with %2520 for each and no %20.
_DECODED = percent_decoded("user_agent")
_USER_AGENT = f"""
    if(contains(user_agent, '%2520') AND NOT contains(user_agent, '%20'),
       {percent_decoded(f"({_DECODED})")}, {_DECODED})
"""
