"""Number of sessions."""

from __future__ import annotations

from dataclasses import dataclass

from ibis.expr.types import Table

from conda_census.metrics.counts import counts

__all__ = ["Sessions", "count_sessions"]


@dataclass(frozen=True)
class Sessions:
    """Sessions of the window.

    Attributes:
        total: Distinct session tokens (s/). A session is one run of conda.
        without_token: Distinct visitors and hours of requests without a session token.
    """

    total: int
    without_token: int


def count_sessions(sessions: Table) -> Sessions:
    """Count the sessions of the window. A session in two batches has two rows and counts once."""
    found = counts(session_counts(sessions))
    return Sessions(total=found["total"], without_token=found["without_token"])


def session_counts(sessions: Table) -> Table:
    """Return one row: total, without_token."""
    folded = sessions.folded.fill_null(False)
    return sessions.aggregate(
        total=sessions.session.nunique(where=~folded), without_token=sessions.session.nunique(where=folded)
    )
