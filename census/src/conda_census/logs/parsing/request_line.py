r"""What did a client send, where a server wrote the line of its request, ``GET /p HTTP/1.1``, in quotes?

nginx writes a quote, a backslash and control bytes as ``\xHH``, Apache as ``\"``, ``\\`` and ``\xHH``.
"""

from __future__ import annotations

__all__ = ["as_sent", "path_of_request", "quotes_hidden"]


def path_of_request(words: str) -> str:
    """SQL for the path among the words of a request line, a list of which the first is the method."""
    return f"array_to_string(if({words}[-1] LIKE 'HTTP/%', {words}[2:-2], {words}[2:]), ' ')"


def quotes_hidden(text: str) -> str:
    r"""SQL for a text with the escapes of Apache brought to those of nginx, so that a quote ends a field."""
    return rf"if(contains({text}, '\'), replace(replace({text}, '\\', '\x5C'), '\"', '\x22'), {text})"


def as_sent(text: str) -> str:
    r"""SQL for a text with the bytes that its ``\xHH`` stand for; as it was where these are no text."""
    # One escape may be a part of a character only, so they go through percent-encoding, which DuckDB decodes
    # as a whole.
    decoded = rf"""
        try(url_decode(regexp_replace(replace({text}, '%', '%25'), '\\x([0-9A-Fa-f]{{2}})', '%\1', 'g')))
    """
    return rf"if(contains({text}, '\x'), coalesce({decoded}, {text}), {text})"
