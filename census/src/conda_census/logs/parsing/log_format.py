"""What does the census have to know of a log format?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from conda_census.logs.fast.no_fast_path import parse_nothing
from conda_census.logs.fast.request_columns import ParseRegular

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

#: Why a line did not count. Closed: what is dropped for no reason of these is a mistake of the census.
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

#: What the SQL of every format gives, one row a line, in this order.
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

#: Given the first lines of a file, the SQL that takes all its lines apart.
Columns = Callable[[Sequence[bytes]], str]


@dataclass(frozen=True)
class Mark:
    """A part that lines of a format have: a pattern that finds it in a line, and what to call it."""

    pattern: re.Pattern[bytes]
    name: str


@dataclass(frozen=True)
class FormatChange:
    """A change of the format in the midst of a log: what is read wrongly from there on, and a sentence."""

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
    """A log format: how to recognise a line of it, and how DuckDB takes one apart.

    Attributes:
        name: as ``--format`` takes it.
        example: a line, for people.
        line: matches a whole line, without its end; used to sniff, and, where ``shows_its_end``, to tell
            whether a last line without an end was written to its end. Where a header says what the columns
            are, a data line.
        columns: given the first lines of the file, in which a header may stand, SQL that selects from a
            relation ``lines(line_number BIGINT, line VARCHAR)`` the columns of ``RAW_COLUMNS``, one row a
            line. ``dropped`` is a ``DropReason`` or null; a line that is not dropped has all but the last
            three columns, ``user_agent`` and ``address`` being ``-`` where the log does not say.
            ``path`` stands as in the log: it may be percent-encoded, with a host before and a query behind
            it. ``range`` is ``start-end``, the bytes that were sent.
        marks: parts of a line in the order in which people look for them; the first that no line of a file
            has is the reason why the file is not in the format.
        header_fault: why a header that stands in the first lines is that of another format; None where it
            is not, or where the format has no header.
        doubt: given the first lines of the file, why the addresses in it may not be those of the clients;
            None if nothing says so.
        change: given the first lines of the file and later ones, how the later ones are written otherwise,
            so that they are read wrongly; None if nothing says so.
        parse_regular: given the first lines of the file, what takes its regular lines apart fast. It says of
            them what ``columns`` says, and leaves all other lines to it.
        shows_its_end: does a line tell by itself that it is whole? Not where it ends with a value that may be
            longer, such as bytes or a user agent without quotes: such a line counts once its end is there.
        has_all_fields: given the first lines of the file, with the header that holds, and a line that
            ``line`` matches: does it have all fields, none of which can be longer than it stands there?
        has_headers: does a line ``#Fields:`` name the fields of the lines below it, as W3C has it? It may
            come again.
        sample_rate: the share of all requests that the log has.
    """

    name: str
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
    """The ``columns`` of a format without a header: the same SQL for every file."""
    return lambda _first_lines: sql
