"""Logs without a single request, although their lines should be requests.

Most lines of such a log are not in the format, have no time or have an impossible time. So its format was
mistaken, or its header is wrong. Lines that were read before, headers and requests without an answer are
dropped for a good reason. A log that consists of them was not read in vain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["NoRequests", "check_for_requests"]

#: Reasons for dropping lines that could not be understood.
_NOT_UNDERSTOOD = ("not_in_format", "no_time", "impossible_time", "too_long")
#: Reasons for lines that are no requests in any format.
_BESIDE_REQUESTS = ("blank", "directive")
#: Minimum number of new lines of a log that grew: fewer may be one client that sends garbage.
_FEWEST_NEW_LINES = 20


@dataclass(frozen=True)
class NoRequests:
    """The dropped lines of logs without a request, by reason and without the headers."""

    dropped: Counter[str]

    def __add__(self, other: NoRequests) -> NoRequests:
        return NoRequests(self.dropped + other.dropped)

    def sentence(self) -> str:
        """Return the problem and its remedy as a sentence for a person."""
        lines = self.dropped.total()
        reason = max(_NOT_UNDERSTOOD, key=lambda item: self.dropped[item])
        what = f"none of {lines:,} lines is a request (main reason: {reason})"
        if lines == 1:
            what = f"its only line is not a request (main reason: {reason})"
        return (
            f"{what}: check the format and the header, and give --format if it was read in a wrong one; then "
            "take it out with conda-census sources --forget SOURCE, and ingest it again"
        )


def check_for_requests(requests: int, dropped: Mapping[str, int], *, is_new: bool) -> NoRequests | None:
    """Return the dropped lines if a log, or the lines by which it grew, was read in vain; else None.

    ``is_new`` is true for a log that was read from its first line.
    """
    counts = Counter(
        {reason: count for reason, count in dropped.items() if count and reason not in _BESIDE_REQUESTS}
    )
    lines = counts.total()
    not_understood = sum(counts[reason] for reason in _NOT_UNDERSTOOD)
    if requests or 2 * not_understood <= lines or (not is_new and lines < _FEWEST_NEW_LINES):
        return None
    return NoRequests(counts)
