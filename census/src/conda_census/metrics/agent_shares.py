"""Tools, Pythons, systems, C libraries, solvers and plug-ins of installations and sessions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from ibis.expr.types import Table

__all__ = ["PARTS", "AgentCount", "AgentPart", "count_agents"]

AgentPart = Literal["tool", "tool_version", "python", "os", "distro", "libc", "solver", "plugin"]

#: The counted parts of an agent, each with its columns.
PARTS: dict[AgentPart, tuple[str, ...]] = {
    "tool": ("tool",),
    "tool_version": ("tool", "tool_version"),
    "python": ("python", "python_version"),
    "os": ("os",),
    "distro": ("distro", "distro_version"),
    "libc": ("libc", "libc_version"),
    "solver": ("solver",),
    "plugin": ("plugin_version",),
}
_COLUMNS = tuple(dict.fromkeys(column for columns in PARTS.values() for column in columns))


@dataclass(frozen=True)
class AgentCount:
    """Use of one value of one part of the user agent.

    Attributes:
        part: Part of the user agent, one of ``PARTS``.
        values: Name and version as sent, or only one of them; null if it was not sent.
        installations: Installations whose latest session of the window sent this value.
        sessions: Sessions that sent this value, with and without tokens.
    """

    JSON_KEYS: ClassVar = ("values", "installations", "sessions")

    part: AgentPart
    values: tuple[str | None, ...]
    installations: int
    sessions: int


def count_agents(sessions: Table) -> list[AgentCount]:
    """Count all values of all parts, part by part, those with the most installations and sessions first."""
    found: dict[tuple[AgentPart, tuple[str | None, ...]], list[int]] = {}
    for place, table in enumerate((latest_agents(sessions), agents_of_sessions(sessions))):
        for row in table.to_pyarrow().to_pylist():
            for part, columns in PARTS.items():
                values = tuple(row[column] for column in columns)
                found.setdefault((part, values), [0, 0])[place] += int(row["number"])
    counts = [AgentCount(part, values, *numbers) for (part, values), numbers in found.items()]
    order = list(PARTS)
    return sorted(
        counts,
        key=lambda each: (
            order.index(each.part),
            -each.installations,
            -each.sessions,
            [value or "" for value in each.values],
        ),
    )


def latest_agents(sessions: Table) -> Table:
    """Return rows of (the columns of an agent, number of installations whose latest session sent it)."""
    known = sessions.filter(sessions.client.notnull())
    # The session's pseudonym breaks a tie of times, so that each run counts the same.
    latest = known.group_by("client").aggregate(last_time=known.last_time.max())
    at_last = known.inner_join(latest, ["client", "last_time"])
    chosen = at_last.group_by("client").aggregate(session=at_last.session.min())
    one = at_last.semi_join(chosen, ["client", "session"]).select("client", *_COLUMNS).distinct()
    first = one.group_by("client").aggregate(**{name: one[name].max() for name in _COLUMNS})
    return first.group_by(*_COLUMNS).aggregate(number=first.count())


def agents_of_sessions(sessions: Table) -> Table:
    """Return rows of (the columns of an agent, sessions that sent it); one in two batches counts once."""
    return sessions.group_by(*_COLUMNS).aggregate(number=sessions.session.nunique())
