"""Description of a log format"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from conda_census.logs.fast.request_columns import ParseRegular, parse_nothing

__all__ = [
    "DROP_REASONS",
    "RAW_COLUMNS",
    "Columns",
    "DropReason",
    "FormatChange",
    "LogFormat",
    "Mark",
    "always",
]

#: Reasons to drop a line. The list is closed: a line dropped for any other reason is a bug of the census.
DropReason = Literal[
    "blank",
    "too_long",
    "directive",
    "sub_request",
    "not_in_format",
    "no_time",
    "impossible_time",
    "no_answer",
    "no_request",
    "repeated",
]
DROP_REASONS: tuple[DropReason, ...] = get_args(DropReason)

#: Columns that the SQL of every format returns, one row for each line, in this order.
RAW_COLUMNS = {
    "line_number": "BIGINT",
    "dropped": "VARCHAR",
    "time": "TIMESTAMPTZ",
    "method": "VARCHAR",
    "path": "VARCHAR",
    "status": "SMALLINT",
    "bytes": "BIGINT",
    "user_agent": "VARCHAR",
    "address": "VARCHAR",
    "request_id": "VARCHAR",
    "host": "VARCHAR",
    "range": "VARCHAR",
}

#: Function from the first lines of a file to the SQL that parses all its lines.
Columns = Callable[[Sequence[bytes]], str]


@dataclass(frozen=True)
class Mark:
    """Part that lines of a format have: a pattern that finds it in a line, and its name."""

    pattern: re.Pattern[bytes]
    name: str


@dataclass(frozen=True)
class FormatChange:
    """Change of the format in the middle of a log: what is parsed wrongly from there on, and a sentence."""

    about: Literal["tokens", "addresses"]
    reason: str


def _no_change(_first_lines: Sequence[bytes], _later_lines: Sequence[bytes]) -> FormatChange | None:
    return None


def _no_fault(_first_lines: Sequence[bytes]) -> str | None:
    return None


def _has_all_fields(_first_lines: Sequence[bytes], _line: bytes) -> bool:
    return True


def _nothing_regular(_first_lines: Sequence[bytes]) -> ParseRegular:
    return parse_nothing


@dataclass(frozen=True)
class LogFormat:
    """Log format: how to recognize its lines, and how DuckDB parses them.

    Attributes:
        name: the name, as ``--format`` takes it.
        server: the server or CDN that writes the format, with the name of its log in the documentation.
        content: one sentence, in Markdown, on what a file in this format holds.
        example: an example line, for people.
        line: pattern of a whole line, without its end. It serves to detect the format, and, if
            ``shows_its_end``, to check whether a last line without an end was written completely. If a
            header names the columns, it matches a data line.
        columns: function from the first lines of the file, which may include a header, to SQL that selects
            the columns of ``RAW_COLUMNS`` from a relation ``lines(line_number BIGINT, line VARCHAR)``, one
            row for each line. ``dropped`` is a ``DropReason`` or null. A line that is not dropped has all
            but the last three columns; ``user_agent`` and ``address`` are ``-`` if the log has none.
            ``path`` is as in the log: it may be percent-encoded, with a host before it and a query after it.
            ``range`` is ``start-end``, the bytes that were sent.
        marks: parts of a line in the order in which people look for them. The first part that no line of a
            file has is the reason why the file is not in the format.
        header_fault: why a header in the first lines is that of another format; None if it is not, or if the
            format has no header.
        doubt: function from the first lines of the file to a reason why its addresses may not be those of
            the clients; None if nothing says so.
        change: function from the first lines of the file and later ones to the way in which the later ones
            differ, so that they are parsed wrongly; None if nothing says so.
        parse_regular: function from the first lines of the file to a fast parser for its regular lines. It
            gives the same values as ``columns``, and leaves all other lines to it.
        shows_its_end: true if a line shows by itself that it is complete. It does not if it ends with a value
            that may be longer, such as bytes or an unquoted user agent. Such a line counts once its end is
            there.
        has_all_fields: function from the first lines of the file, with the header that applies, and a line
            that ``line`` matches: true if the line has all fields, and none of them can become longer.
        has_headers: true if a line ``#Fields:`` names the fields of the lines below it, as in W3C. It may be
            repeated.
        sample_rate: the share of all requests that the log has.
    """

    name: str
    server: str
    content: str
    example: str
    line: re.Pattern[bytes]
    columns: Columns
    marks: tuple[Mark, ...] = ()
    header_fault: Callable[[Sequence[bytes]], str | None] = _no_fault
    doubt: Callable[[Sequence[bytes]], str | None] = _no_fault
    change: Callable[[Sequence[bytes], Sequence[bytes]], FormatChange | None] = _no_change
    parse_regular: Callable[[Sequence[bytes]], ParseRegular] = _nothing_regular
    shows_its_end: bool = True
    has_all_fields: Callable[[Sequence[bytes], bytes], bool] = _has_all_fields
    has_headers: bool = False
    sample_rate: float = 1.0

    def count(self, lines: Iterable[bytes]) -> int:
        """Return how many of some lines, without their ends, are in this format."""
        return sum(1 for line in lines if self.line.fullmatch(line))


def always(sql: str) -> Columns:
    """Return the ``columns`` of a format without a header: the same SQL for every file."""
    return lambda _first_lines: sql
