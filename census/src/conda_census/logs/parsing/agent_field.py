"""Position of the user agent in a log

The user agent names the tool and holds the tokens. If a log format has an additional quoted field, or two
fields that changed places, its position holds another text. Without the agent no installation is seen, and a
report would say that there are none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from conda_census.logs.parsing.forwarded import MOST_FIELDS, quoted_fields

__all__ = ["agent_fault", "are_agents", "is_agent_elsewhere"]

#: Beginning of an agent, ``conda/24.7.1``, but not of a protocol, ``HTTP/2.0``: for Python and RE2.
_AGENT = "[A-GI-Za-z][A-Za-z0-9._+-]*/v?[0-9]"
_AGENT_TEXT = re.compile(_AGENT.encode())
#: Index of the user agent in the quoted fields of ``combined``, from 0, and in SQL that splits at the quotes.
_AGENT_FIELD, _PART_OF_AGENT = 2, 6


def agent_fault(first_lines: Sequence[bytes]) -> str | None:
    """Return a reason if another quoted field than the third is the user agent; None if the third may be."""
    taken = [fields for line in first_lines if len(fields := _texts_in_quotes(line)) > 1]
    found = [[bool(_AGENT_TEXT.match(text)) for text in fields] for fields in taken]
    here = sum(any(agents[_AGENT_FIELD : _AGENT_FIELD + 1]) for agents in found)
    elsewhere = sum(any([*agents[1:_AGENT_FIELD], *agents[_AGENT_FIELD + 1 :]]) for agents in found)
    if elsewhere <= 2 * here or 2 * elsewhere < len(found):
        return None
    return "in many lines the user agent is in another of the fields in quotes"


def _texts_in_quotes(line: bytes) -> list[bytes]:
    """Return the first quoted fields of a line, unquoted; faster if no quote is escaped or doubled."""
    if b"\\" in line or b'""' in line:
        return [field[1] for field in quoted_fields(line)]
    parts = line.split(b'"', 2 * MOST_FIELDS)
    return parts[1 : len(parts) - 1 : 2]


def is_agent_elsewhere(field: str) -> str:
    """Return SQL that is true if a line, split at its quotes, has its user agent in a later field."""
    others = f"list_filter({field}[{_PART_OF_AGENT + 2}:], lambda part: regexp_matches(part, '^{_AGENT}'))"
    return (
        f"(len({field}) > {_PART_OF_AGENT + 1} AND "
        f"NOT regexp_matches({field}[{_PART_OF_AGENT}], '^{_AGENT}') AND len({others}) > 0)"
    )


def are_agents(texts: pa.Array) -> bool:
    """Return True if at least one of some texts is a user agent that names a tool and its version."""
    return bool(pc.any(pc.match_substring_regex(texts, f"^{_AGENT}")).as_py())
