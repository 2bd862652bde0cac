"""Where the user agent stands in a log, which tells its tool and holds the tokens.

A log format with one quoted field more, or with two that changed places, has another text there. Without the
agent no installation is seen, and a report would say that there are none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from conda_census.logs.parsing.forwarded import MOST_FIELDS, quoted_fields

__all__ = ["agent_fault", "are_agents", "is_agent_elsewhere"]

#: What an agent begins with, ``conda/24.7.1``, and a protocol, ``HTTP/2.0``, does not: for Python and RE2.
_AGENT = "[A-GI-Za-z][A-Za-z0-9._+-]*/v?[0-9]"
_AGENT_TEXT = re.compile(_AGENT.encode())
#: Of the quoted fields of ``combined``, from 0, the user agent; where SQL that splits at the quotes has it.
_AGENT_FIELD, _PART_OF_AGENT = 2, 6


def agent_fault(first_lines: Sequence[bytes]) -> str | None:
    """Return why the third field in quotes is no user agent: another one is; None if it may be one."""
    taken = [fields for line in first_lines if len(fields := _texts_in_quotes(line)) > 1]
    found = [[bool(_AGENT_TEXT.match(text)) for text in fields] for fields in taken]
    here = sum(any(agents[_AGENT_FIELD : _AGENT_FIELD + 1]) for agents in found)
    elsewhere = sum(any([*agents[1:_AGENT_FIELD], *agents[_AGENT_FIELD + 1 :]]) for agents in found)
    if elsewhere <= 2 * here or 2 * elsewhere < len(found):
        return None
    return "in many lines the user agent is in another of the fields in quotes"


def _texts_in_quotes(line: bytes) -> list[bytes]:
    """The first fields in quotes of a line, without these; faster if no quote is escaped or doubled."""
    if b"\\" in line or b'""' in line:
        return [field[1] for field in quoted_fields(line)]
    parts = line.split(b'"', 2 * MOST_FIELDS)
    return parts[1 : len(parts) - 1 : 2]


def is_agent_elsewhere(field: str) -> str:
    """Return SQL: does a line, split at its quotes into a list, have its user agent in a field behind?"""
    others = f"list_filter({field}[{_PART_OF_AGENT + 2}:], lambda part: regexp_matches(part, '^{_AGENT}'))"
    return (
        f"(len({field}) > {_PART_OF_AGENT + 1} AND "
        f"NOT regexp_matches({field}[{_PART_OF_AGENT}], '^{_AGENT}') AND len({others}) > 0)"
    )


def are_agents(texts: pa.Array) -> bool:
    """Tell whether one of some texts at least is a user agent that names a tool and its version."""
    return bool(pc.any(pc.match_substring_regex(texts, f"^{_AGENT}")).as_py())
