"""Faults of a log that its user agents show, such as agents cut short by the server.

Tokens are at the end of conda's user agent, after blanks. A server that cuts agents short, or writes
something else for blanks, hides the tokens, and a report would say that nobody shares any. So the run reports
such a log.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from conda_census.logs.parsing.agent_field import are_agents
from conda_census.logs.parsing.encoded_agents import sent_agents

__all__ = [
    "CUT_SHORT_AGENTS",
    "MANY_CLIENTS",
    "MOST_CLIENTS",
    "NO_AGENTS",
    "NO_LATER_AGENTS",
    "RUN_TOGETHER_AGENTS",
    "SeenAgents",
]

NO_AGENTS = (
    "no request has a user agent with a tool and its version, in which tokens stand, so no installation is "
    "seen: let the server log it, or describe the format in census.toml"
)
NO_LATER_AGENTS = (
    "from some line on no request has a user agent with a tool and its version, so no installation is seen "
    "there: let the server log user agents as before"
)
CUT_SHORT_AGENTS = (
    "conda's user agents, or some, seem to be cut short, before or in the tokens at their end, so "
    "installations are not seen: let the server log user agents whole"
)
RUN_TOGETHER_AGENTS = (
    "conda's user agents, or some, have something else in place of blanks, so neither tokens nor versions "
    "are seen: let the server log user agents as they are sent"
)

#: Number of clients behind one address from which the address is a proxy's, or that of a large site.
MANY_CLIENTS = 50
#: Maximum number of clients that are counted.
MOST_CLIENTS = 4 * MANY_CLIENTS
_CLIENT = " aau/[^ ]+ c/(?P<client>[A-Za-z0-9_-]{22,36})(?: |$)"
#: Another product follows the first without a blank.
_RUN_TOGETHER = "^conda/[0-9][^ /]*[^A-Za-z0-9 /][A-Za-z][A-Za-z0-9.-]*/[^ ]*$"
#: An agent that ends in a product, whole or not, and one that ends in a token that is too short.
_WHOLE_END = "(?:^| )[^ /]+/[^ ]*[0-9A-Za-z]$|\\)$"
_SHORT_TOKEN = "(?:aau| [cse]/[A-Za-z0-9_-]{0,21})$"  # noqa: S105  a pattern, no secret
#: Minimum and maximum length at which servers cut agents.
_SHORTEST_CUT, _LONGEST_CUT = 60, 1024
#: Number of agents of one length that are kept, and the minimum number for a verdict.
_KEPT, _FEWEST = 50, 5
#: If agents are cut, at least one in this many of the longest ones ends within a word.
_ONE_IN = 5
#: Minimum number of distinct odd agents, and their minimum share (one in this many) of conda's requests, that
#: rule out one odd program.
_FEWEST_ODD, _ONE_ODD_IN = 3, 20
#: Number of conda's requests that are always inspected. Later ones are inspected ever more rarely.
_MANY_REQUESTS = 2000
#: Size of the random sample of one piece that has more distinct agents.
_MANY_AGENTS = 4000
#: Minimum number of requests that show the form of a log's last ones.
_FEWEST_LAST = 20


@dataclass
class _Odd:
    """Requests whose agents have one odd form, and some of these agents."""

    requests: int = 0
    agents: set[str] = field(default_factory=set, repr=False)

    def add(self, agents: pa.StringArray, counts: np.ndarray, is_odd: np.ndarray) -> None:
        """Add those of the agents that have the form."""
        if not is_odd.any():
            return
        self.requests += int(counts[is_odd].sum())
        if len(self.agents) < _FEWEST_ODD:
            self.agents.update(agents.filter(pa.array(is_odd)).slice(0, _FEWEST_ODD).to_pylist())

    def are_many(self, of: int) -> bool:
        """Return whether these requests are so many and so different that a server must be the cause."""
        return len(self.agents) >= _FEWEST_ODD and self.requests * _ONE_ODD_IN >= of


@dataclass
class _Forms:
    """The forms of conda's user agents: for each, the number of requests and a few distinct agents."""

    requests: int = 0
    with_plugin: int = 0
    has_blank: bool = False
    together: _Odd = field(default_factory=_Odd)
    short_tokens: _Odd = field(default_factory=_Odd)
    cut: defaultdict[int, _Odd] = field(default_factory=lambda: defaultdict(_Odd))
    _greatest: int = 0
    _longest: set[str] = field(default_factory=set, repr=False)

    def add(self, of_conda: pa.StringArray, counts: np.ndarray) -> None:
        """Add distinct agents with their numbers of requests."""
        self.requests += int(counts.sum())
        has_plugin = pc.match_substring(of_conda, " aau/").to_numpy(zero_copy_only=False)
        self.with_plugin += int(counts[has_plugin].sum())
        self.has_blank |= _any(pc.match_substring(of_conda, " "))
        self.together.add(of_conda, counts, _matches(of_conda, _RUN_TOGETHER))
        self.short_tokens.add(of_conda, counts, has_plugin & _matches(of_conda, _SHORT_TOKEN))
        lengths = pc.utf8_length(of_conda).to_numpy()
        is_cut = ~has_plugin & ~_matches(of_conda, _WHOLE_END)
        for length in np.unique(lengths[is_cut]).tolist():
            if _SHORTEST_CUT <= length <= _LONGEST_CUT:
                self.cut[length].add(of_conda, counts, is_cut & (lengths == length))
        if not self.with_plugin:
            self._keep_longest(of_conda, lengths)

    def may_be_faulty(self) -> bool:
        """Return whether an agent has an odd form, or the longest may be cut, which only many agents show."""
        may_be_cut = not self.with_plugin and _SHORTEST_CUT <= self._greatest <= _LONGEST_CUT
        return bool(self.together.requests or self.short_tokens.requests or self.cut) or may_be_cut

    def fault(self) -> str | None:
        """Return why tokens are not seen, or None if there is no sign of it."""
        if self.together.are_many(self.requests) or (self.together.requests and not self.has_blank):
            return RUN_TOGETHER_AGENTS
        if (
            self.short_tokens.are_many(self.with_plugin)
            or any(odd.are_many(self.requests) for odd in self.cut.values())
            or (not self.with_plugin and self._are_longest_cut())
        ):
            return CUT_SHORT_AGENTS
        return None

    def _keep_longest(self, of_conda: pa.StringArray, lengths: np.ndarray) -> None:
        greatest = int(lengths.max())
        if greatest > self._greatest:
            self._greatest = greatest
            self._longest.clear()
        if _SHORTEST_CUT <= self._greatest <= _LONGEST_CUT and len(self._longest) < _KEPT:
            longest = of_conda.filter(pa.array(lengths == self._greatest))
            self._longest.update(longest.slice(0, _KEPT).to_pylist())

    def _are_longest_cut(self) -> bool:
        """Return whether many of the longest agents, all of one length, end within a product."""
        ends = {text.rpartition(" ")[2] for text in self._longest}
        within = sum(_ends_within(text, ends) for text in self._longest)
        return len(self._longest) >= _FEWEST and within * _ONE_IN >= len(self._longest)


@dataclass
class SeenAgents:
    """The user agents of a log seen so far, in memory that does not grow with the log.

    Attributes:
        has_agents: whether a request has a user agent that names a tool and its version.
        clients: client tokens, up to the number that shows that they are many.
    """

    has_agents: bool = False
    clients: set[str] = field(default_factory=set, repr=False)
    _forms: _Forms = field(default_factory=_Forms, repr=False)
    _pieces: int = 0
    _last: pa.DictionaryArray | None = field(default=None, repr=False)

    def look(self, agents: pa.DictionaryArray, *, count_clients: bool) -> None:
        """Inspect the agents of the next requests; count clients if their addresses may be a proxy's.

        A long log is sampled: ever more rarely in the middle, and always at its end.
        """
        self._pieces += 1
        counts_clients = count_clients and len(self.clients) < MOST_CLIENTS
        looks = self._forms.requests < _MANY_REQUESTS or not self._pieces & (self._pieces - 1)
        self._last = None if looks else agents
        if not looks and self.has_agents and not counts_clients:
            return
        texts, counts = _used(agents)
        self.has_agents = self.has_agents or are_agents(texts)
        of_conda, counts = _of_conda(texts, counts)
        if not len(of_conda):
            return
        if looks:
            self._forms.add(of_conda, counts)
        if counts_clients:
            self._count_clients(of_conda)

    def may_be_faulty(self) -> bool:
        """Return whether many requests like these may show that tokens are not seen.

        Those of a normal log do not.
        """
        return not self.has_agents or self._forms.may_be_faulty()

    def fault(self) -> str | None:
        """Return why tokens of this log are not seen, or None if there is no sign of it."""
        if not self.has_agents:
            return NO_AGENTS
        return self._forms.fault() or self._fault_of_last()

    def _fault_of_last(self) -> str | None:
        """Return the fault of the last requests if they were not inspected.

        A server may have changed its log.
        """
        if self._last is None or len(self._last) < _FEWEST_LAST:
            return None
        texts, counts = _used(self._last)
        if not are_agents(texts):
            return NO_LATER_AGENTS
        of_conda, counts = _of_conda(texts, counts)
        last = _Forms()
        if len(of_conda):
            last.add(of_conda, counts)
        return last.fault()

    def _count_clients(self, of_conda: pa.StringArray) -> None:
        tokens = pc.extract_regex(of_conda, _CLIENT).drop_null()
        if len(tokens):
            self.clients.update(pc.unique(tokens.field("client")).slice(0, MOST_CLIENTS).to_pylist())


def _used(agents: pa.DictionaryArray) -> tuple[pa.StringArray, np.ndarray]:
    """Return the distinct agents of some requests, and the number of requests of each."""
    counts = np.bincount(agents.indices.to_numpy(), minlength=len(agents.dictionary))
    used = np.flatnonzero(counts)
    return agents.dictionary.take(pa.array(used)), counts[used]


def _of_conda(texts: pa.StringArray, counts: np.ndarray) -> tuple[pa.StringArray, np.ndarray]:
    """Return the agents of conda as they were sent, or a sample if there are very many."""
    is_conda = pc.starts_with(texts, "conda/").to_numpy(zero_copy_only=False)
    places = np.flatnonzero(is_conda)
    if len(places) > _MANY_AGENTS:
        places = np.random.default_rng(len(places)).choice(places, _MANY_AGENTS, replace=False)
    return sent_agents(texts.take(pa.array(places))), counts[places]


def _ends_within(text: str, ends: set[str]) -> bool:
    """Return whether an agent ends in no product, or in a word that is longer at the end of another agent."""
    if not re.search(_WHOLE_END, text):
        return True
    end = text.rpartition(" ")[2]
    return end[-1].isalpha() and any(one.startswith(end) and one[len(end) :][:1].isalpha() for one in ends)


def _matches(texts: pa.StringArray, pattern: str) -> np.ndarray:
    matches: np.ndarray = pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False)
    return matches


def _any(truths: pa.BooleanArray) -> bool:
    return bool(pc.any(truths).as_py())
