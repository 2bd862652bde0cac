"""What did a run of ``ingest`` do?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypedDict

from conda_census.errors import CensusError
from conda_census.lake.batches import SourceCounted
from conda_census.lake.moved import Move

__all__ = ["Summary", "SummaryJson"]


class SourceCounts(TypedDict):
    """Files by what became of them."""

    read: int
    skipped: int
    failed: int


class MoveJson(TypedDict):
    """A share that moved, before and now."""

    reason: str
    before: float
    now: float


class SummaryJson(TypedDict):
    """What ``ingest --json`` prints."""

    sources: SourceCounts
    lines: int
    requests: int
    dropped: dict[str, int]
    moved: list[MoveJson]
    seconds: float


@dataclass
class Summary:
    """What a run did.

    Attributes:
        read: files whose lines were taken.
        skipped: files with nothing new: empty, read before, or just being read by another writer.
        failed: files, or paths, that could not be read; why stands in ``errors``.
        lines: lines taken; always ``requests`` plus the sum of ``dropped``.
        batches: the batches that it ended, by name.
        moved: the shares of what was dropped that moved against the week before.
        seconds: how long it took.
    """

    read: int = 0
    skipped: int = 0
    failed: int = 0
    lines: int = 0
    requests: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    batches: list[str] = field(default_factory=list)
    moved: list[Move] = field(default_factory=list)
    seconds: float = 0.0
    errors: list[CensusError] = field(default_factory=list)

    def add(self, counts: SourceCounted) -> None:
        """Count what was read of a file."""
        self.read += 1
        self.lines += counts["lines"]
        self.requests += counts["requests"]
        for reason, count in counts["dropped"].items():
            self.dropped[reason] = self.dropped.get(reason, 0) + count

    def fail(self, error: CensusError) -> None:
        """Count what could not be read."""
        self.failed += 1
        self.errors.append(error)

    def to_json(self) -> SummaryJson:
        """The summary as ``ingest --json`` prints it."""
        return {
            "sources": {"read": self.read, "skipped": self.skipped, "failed": self.failed},
            "lines": self.lines,
            "requests": self.requests,
            "dropped": dict(sorted(self.dropped.items())),
            "moved": [{"reason": move.reason, "before": move.before, "now": move.now} for move in self.moved],
            "seconds": round(self.seconds, 3),
        }

    def sentence(self) -> str:
        """The summary for a person, in one line."""
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in sorted(self.dropped.items()))
        return (
            f"{self.read:,} files read, {self.skipped:,} skipped, {self.failed:,} failed: "
            f"{self.lines:,} lines = {self.requests:,} requests + {sum(self.dropped.values()):,} dropped"
            f"{f' ({reasons})' if reasons else ''}, {self.seconds:.1f} s"
        )
