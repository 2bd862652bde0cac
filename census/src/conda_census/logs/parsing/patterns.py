"""Parser for lines of text that match a regular expression"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from conda_census.logs.parsing.drop_rules import found
from conda_census.logs.parsing.request_line import as_sent, path_of_request, quotes_hidden

__all__ = ["found_by_pattern"]


def found_by_pattern(pattern: str, groups: Sequence[str], columns: Mapping[str, str]) -> str:
    """Return SQL for ``raw_columns``; ``columns`` refer to the groups, in order, of an RE2 pattern.

    A group without a match is an empty text. A group ``request`` is a request line, for method and path.
    """
    names = ", ".join(f"'{group}'" for group in groups)
    quoted = pattern.replace("'", "''")
    request = f"* REPLACE (string_split({quotes_hidden('request')}, ' ') AS request)"
    of_request = {"method": "request[1]", "path": as_sent(path_of_request("request"))}
    return f"""
        WITH matched AS (
            SELECT line_number, is_blank, is_too_long,
                   unnest(regexp_extract(text, '(?s)^(?:{quoted})$', [{names}]))
            FROM texts
        ), split AS (
            SELECT {request if "request" in groups else "*"} FROM matched
        )
        {found({**(of_request if "request" in groups else {}), **columns}, "split")}
    """
