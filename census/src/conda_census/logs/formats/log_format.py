"""What does the census have to know of a log format?"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from conda_census.logs.regular.none import parse_nothing
from conda_census.logs.regular.requests import ParseRegular

__all__ = ["DROP_REASONS", "DropReason", "LogFormat"]

#: Why a line did not count. Closed: what is dropped for no reason of these is a mistake of the census.
DropReason = Literal["blank", "too_long", "not_in_format", "no_time", "no_request"]
DROP_REASONS: tuple[DropReason, ...] = get_args(DropReason)


@dataclass(frozen=True)
class LogFormat:
    """A log format: how to recognise a line of it, and how DuckDB takes one apart.

    Attributes:
        name: as ``--format`` takes it.
        example: a line, for people.
        line: matches a whole line, without its end; used to sniff, and to tell whether a last line
            without an end was written to its end.
        columns: given the first lines of the log, SQL that selects from a relation
            ``lines(line_number BIGINT, line VARCHAR)`` the columns ``line_number, dropped (a DropReason or
            null), time (TIMESTAMPTZ), method, path, status, bytes, user_agent, address, request_id, host,
            range``, one row a line.
        parse_regular: given the first lines of the log, what takes its regular lines apart fast. It says
            of them what ``columns`` says, and leaves all other lines.
    """

    name: str
    example: str
    line: re.Pattern[bytes]
    columns: Callable[[Sequence[bytes]], str]
    parse_regular: Callable[[Sequence[bytes]], ParseRegular] = lambda _: parse_nothing
