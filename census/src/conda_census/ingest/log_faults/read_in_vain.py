"""Was a log read in vain: lines that should be requests, and none that is?

Most of its lines are not in the format, or have no time, or one that cannot be. So its format was mistaken,
or its header is wrong. A log whose lines are dropped for what they are was not read in vain: lines that were
read before, headers, requests without an answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["InVain", "read_in_vain"]

#: Why lines are dropped of which nobody knows what they say.
_NOT_UNDERSTOOD = ("not_in_format", "no_time", "impossible_time", "too_long")
#: What is no line of a request, whatever the format.
_BESIDE_REQUESTS = ("blank", "directive")
#: So many new lines of a log that grew: fewer may be one client that sends garbage.
_FEWEST_NEW_LINES = 20


@dataclass(frozen=True)
class InVain:
    """What was dropped of logs of which no line is a request: lines by their reason, without the headers."""

    dropped: Counter[str]

    def __add__(self, other: InVain) -> InVain:
        return InVain(self.dropped + other.dropped)

    def sentence(self) -> str:
        """What is wrong and what to do, for a person."""
        lines = self.dropped.total()
        reason = max(_NOT_UNDERSTOOD, key=lambda each: self.dropped[each])
        told = f"none of {lines:,} lines is a request (main reason: {reason})"
        if lines == 1:
            told = f"its only line is not a request (main reason: {reason})"
        return (
            f"{told}: check the format and the header, and give --format if it was read in a wrong one; then "
            "take it out with conda-census sources --forget SOURCE, and ingest it again"
        )


def read_in_vain(requests: int, dropped: Mapping[str, int], *, is_new: bool) -> InVain | None:
    """Return what was dropped if a log was read in vain, or the lines by which it grew; else None.

    ``is_new`` tells a log that was read from its first line on.
    """
    counts = Counter(
        {reason: count for reason, count in dropped.items() if count and reason not in _BESIDE_REQUESTS}
    )
    lines = counts.total()
    not_understood = sum(counts[reason] for reason in _NOT_UNDERSTOOD)
    if requests or 2 * not_understood <= lines or (not is_new and lines < _FEWEST_NEW_LINES):
        return None
    return InVain(counts)
