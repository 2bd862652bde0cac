r"""Lines of text that match a pattern, and the request line in them

nginx writes a quote, a backslash and control bytes as ``\xHH``, Apache as ``\"``, ``\\`` and ``\xHH``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from conda_census.logs.parsing.drop_rules import found

__all__ = ["as_sent", "found_by_pattern", "path_of_request", "quotes_hidden"]


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


def path_of_request(words: str) -> str:
    """Return SQL for the path in the list of words of a request line, which begins with the method."""
    return f"array_to_string(if({words}[-1] LIKE 'HTTP/%', {words}[2:-2], {words}[2:]), ' ')"


def quotes_hidden(text: str) -> str:
    r"""Return SQL for a text with Apache's escapes turned into nginx's, so that a quote ends a field."""
    return rf"if(contains({text}, '\'), replace(replace({text}, '\\', '\x5C'), '\"', '\x22'), {text})"


def as_sent(text: str) -> str:
    r"""Return SQL for a text with each ``\xHH`` decoded; the text is kept if the bytes are not text."""
    # One escape may be only a part of a character, so all go through percent-encoding, which DuckDB decodes
    # as a whole.
    decoded = rf"""
        try(url_decode(regexp_replace(replace({text}, '%', '%25'), '\\x([0-9A-Fa-f]{{2}})', '%\1', 'g')))
    """
    return rf"if(contains({text}, '\x'), coalesce({decoded}, {text}), {text})"
