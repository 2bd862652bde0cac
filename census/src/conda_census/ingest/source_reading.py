"""Log of a batch, and the counts of its reading."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from conda_census.ingest.log_faults.agent_faults import SeenAgents
from conda_census.lake.batches import SourceCounted
from conda_census.logs.fingerprints import Reading
from conda_census.logs.formats import LogFormat
from conda_census.logs.line_marks import MarkedFingerprint
from conda_census.logs.parsing.log_format import FormatChange
from conda_census.logs.sources.readable import Source

__all__ = ["KEPT_LINE_NUMBERS", "Claimed", "SourceReading", "stored_fingerprint"]

#: Number of line numbers kept for each reason: enough to look at, too few to fill a lake.
KEPT_LINE_NUMBERS = 20
#: A log with more addresses does not have a proxy as its only client.
_FEW_ADDRESSES = 64


@dataclass(frozen=True)
class Claimed:
    """A source of a batch that no other writer is working on.

    Attributes:
        number: its place in the batch.
        source: the source to read.
        head: identifies the log, however long it grows.
        log_format: the format of its lines.
        beginning: its first lines.
    """

    number: int
    source: Source
    head: str
    log_format: LogFormat
    beginning: list[bytes]


@dataclass
class SourceReading:
    """The result of reading a file in this run.

    Attributes:
        first_line: number of the first line that was taken; greater than 1 if the log grew.
        lines: number of lines taken; always ``requests`` plus the sum of ``dropped``.
        requests: number of these lines that are requests.
        dropped: number of lines that did not count, by reason.
        dropped_lines: the numbers of the first such lines, by reason.
        size: decompressed bytes from the start of the log to the end of the last line taken.
        fingerprint: of these bytes.
        doubt: why the addresses in the log may not be those of the clients.
        change: how its last lines differ from its first ones, so that they are misread.
        addresses: requests by their addresses; None if there are many addresses.
        agents: the form of its user agents.
        marked: has the marks of the lines taken, once all blocks are combined.
    """

    first_line: int = 1
    lines: int = 0
    requests: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    dropped_lines: dict[str, list[int]] = field(default_factory=dict)
    size: int = 0
    fingerprint: str = ""
    doubt: str | None = None
    change: FormatChange | None = None
    addresses: Counter[str] | None = field(default_factory=Counter, repr=False)
    agents: SeenAgents = field(default_factory=SeenAgents, repr=False)
    marked: MarkedFingerprint | None = field(default=None, repr=False)

    def reached(self) -> Reading:
        """Return how far the log is read now."""
        return Reading(self.size, self.first_line - 1 + self.lines, self.fingerprint)

    def counts(self) -> SourceCounted:
        """Return the counts for a summary."""
        return {"lines": self.lines, "requests": self.requests, "dropped": self.dropped}

    def repeat(self, numbers: np.ndarray) -> None:
        """Count requests as lines that were read before."""
        self.requests -= len(numbers)
        self.drop("repeated", numbers)

    def count_addresses(self, addresses: pa.DictionaryArray) -> None:
        """Count requests by their addresses, as long as there are few addresses."""
        if self.addresses is None:
            return
        counts = np.bincount(addresses.indices.to_numpy(), minlength=len(addresses.dictionary))
        used = np.flatnonzero(counts)
        if len(used) <= _FEW_ADDRESSES:
            for place in used.tolist():
                self.addresses[addresses.dictionary[place].as_py()] += int(counts[place])
        if len(used) > _FEW_ADDRESSES or len(self.addresses) > _FEW_ADDRESSES:
            self.addresses = None

    def look_at_agents(self, agents: pa.DictionaryArray) -> None:
        """Inspect the user agents of these requests."""
        self.agents.look(agents, count_clients=self.addresses is not None)

    def drop(self, reason: str, numbers: np.ndarray, lines: int | None = None) -> None:
        """Count lines that are no requests: those in ``numbers``, or ``lines`` lines that start with them."""
        self.dropped[reason] = self.dropped.get(reason, 0) + (len(numbers) if lines is None else lines)
        kept = self.dropped_lines.setdefault(reason, [])
        kept.extend(numbers[: KEPT_LINE_NUMBERS - len(kept)].tolist())


def stored_fingerprint(source: Source, key: bytes) -> str:
    """Return a fingerprint of a source as stored, or an empty string if it cannot be read.

    The later reading reports why the source cannot be read.
    """
    try:
        return source.stored_fingerprint(key)
    except OSError:
        return ""
