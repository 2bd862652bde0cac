r"""Text that a client sent, from a quoted request line such as ``GET /p HTTP/1.1``

nginx writes a quote, a backslash and control bytes as ``\xHH``, Apache as ``\"``, ``\\`` and ``\xHH``.
"""

from __future__ import annotations

__all__ = ["as_sent", "path_of_request", "quotes_hidden"]


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
