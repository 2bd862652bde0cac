"""What does the census have to know of a log format?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

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
        columns: SQL that selects from a relation ``lines(line_number BIGINT, line VARCHAR)`` the columns
            ``line_number, dropped (a DropReason or null), time (TIMESTAMPTZ), method, path, status,
            bytes, user_agent, address``, one row a line.
    """

    name: str
    example: str
    line: re.Pattern[bytes]
    columns: str
