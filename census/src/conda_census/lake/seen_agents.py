"""What do the user agents of a log say of the log: does it hold them whole, and as they were sent?

Tokens stand at the end of conda's user agent, behind blanks. A server that cuts agents short, or writes
something else for blanks, hides them, and a report would say that nobody shares any. So that is told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from conda_census.logs.encoded_agents import sent_agents
from conda_census.logs.formats.agent_place import are_agents

__all__ = ["CUT_SHORT_AGENTS", "MANY_CLIENTS", "NO_AGENTS", "RUN_TOGETHER_AGENTS", "SeenAgents"]

NO_AGENTS = (
    "no request has a user agent with a tool and its version, in which tokens stand, so no installation is "
    "seen: let the server log it, or describe the format in census.toml"
)
CUT_SHORT_AGENTS = (
    "conda's user agents seem to be cut short, before the tokens at their end, so no installation is seen: "
    "let the server log user agents whole"
)
RUN_TOGETHER_AGENTS = (
    "conda's user agents have something else in place of blanks, so neither tokens nor versions are seen: "
    "let the server log user agents as they are sent"
)

#: A log with this many clients is that of many installations: more are not counted.
MANY_CLIENTS = 200
_CLIENT = " aau/[^ ]+ c/(?P<client>[A-Za-z0-9_-]{22,36})(?: |$)"
#: Another product stands behind the first, without a blank.
_RUN_TOGETHER = "^conda/[0-9][^ /]*[^A-Za-z0-9 /][A-Za-z][A-Za-z0-9.-]*/[^ ]*$"
#: Servers cut agents at this length at least, and not beyond that one.
_SHORTEST_CUT, _LONGEST_CUT = 60, 1024
#: So many agents that are as long as the longest are kept; with so few nobody knows.
_KEPT, _FEWEST = 50, 5
#: Of so many of them one ends within a product.
_ONE_IN = 5
_WHOLE_END = re.compile(r"(?:^| )[^ /]+/[^ ]*[0-9A-Za-z]$|\)$")


@dataclass
class SeenAgents:
    """What the user agents of a log were like up to now, in memory that does not grow with the log.

    Attributes:
        has_agents: does a request have a user agent that names a tool and its version?
        has_plugin: does one of conda's have what the plug-in adds, be it without a token?
        clients: client tokens, no more than tell that these are many.
    """

    has_agents: bool = False
    has_plugin: bool = False
    clients: set[str] = field(default_factory=set, repr=False)
    _has_blank: bool = False
    _is_run_together: bool = False
    _greatest: int = 0
    _longest: set[str] = field(default_factory=set, repr=False)

    @property
    def is_settled(self) -> bool:
        """Is it known that nothing is wrong with them, whatever comes?"""
        return self.has_plugin

    def look(self, texts: pa.StringArray, *, count_clients: bool) -> None:
        """Take distinct user agents; clients are counted if their addresses may be those of a proxy."""
        self.has_agents = self.has_agents or are_agents(texts)
        counts = count_clients and len(self.clients) < MANY_CLIENTS
        if self.is_settled and not counts:
            return
        of_conda = sent_agents(texts.filter(pc.starts_with(texts, "conda/")))
        if not len(of_conda):
            return
        if not self.is_settled:
            self._look_at_forms(of_conda)
        if counts and self.has_plugin:
            self._count_clients(of_conda)

    def fault(self) -> str | None:
        """Return why the tokens of this log are not seen; None if nothing says so."""
        if not self.has_agents:
            return NO_AGENTS
        if self.has_plugin:
            return None
        if self._is_run_together and not self._has_blank:
            return RUN_TOGETHER_AGENTS
        return CUT_SHORT_AGENTS if self._are_cut_short() else None

    def _look_at_forms(self, of_conda: pa.StringArray) -> None:
        self.has_plugin = _any(pc.match_substring(of_conda, " aau/"))
        if self.has_plugin:
            self._longest.clear()
            return
        self._has_blank |= _any(pc.match_substring(of_conda, " "))
        self._is_run_together |= _any(pc.match_substring_regex(of_conda, _RUN_TOGETHER))
        lengths = pc.utf8_length(of_conda)
        greatest = pc.max(lengths).as_py()
        if greatest > self._greatest:
            self._greatest = greatest
            self._longest.clear()
        if _SHORTEST_CUT <= self._greatest <= _LONGEST_CUT and len(self._longest) < _KEPT:
            longest = of_conda.filter(pc.equal(lengths, self._greatest))
            self._longest.update(longest.slice(0, _KEPT).to_pylist())

    def _are_cut_short(self) -> bool:
        """Do many of the longest, all of one length, end within a product?"""
        ends = {text.rpartition(" ")[2] for text in self._longest}
        within = sum(_ends_within(text, ends) for text in self._longest)
        return len(self._longest) >= _FEWEST and within * _ONE_IN >= len(self._longest)

    def _count_clients(self, of_conda: pa.StringArray) -> None:
        found = pc.extract_regex(of_conda, _CLIENT).drop_null()
        if len(found):
            self.clients.update(pc.unique(found.field("client")).slice(0, MANY_CLIENTS).to_pylist())


def _ends_within(text: str, ends: set[str]) -> bool:
    """Does an agent end in no product, or in one whose last word is longer at another one's end?"""
    if not _WHOLE_END.search(text):
        return True
    end = text.rpartition(" ")[2]
    return end[-1].isalpha() and any(one.startswith(end) and one[len(end) :][:1].isalpha() for one in ends)


def _any(truths: pa.BooleanArray) -> bool:
    return bool(pc.any(truths).as_py())
