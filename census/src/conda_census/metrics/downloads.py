"""Number of package downloads."""

from __future__ import annotations

from dataclasses import dataclass

from ibis.expr.types import Table

from conda_census.metrics.counts import counts

__all__ = ["Downloads", "count_downloads"]


@dataclass(frozen=True)
class Downloads:
    """Package downloads of the window.

    Attributes:
        total: Complete downloads of a package. Ranges of one file in one session are one download.
    """

    total: int


def count_downloads(downloads: Table) -> Downloads:
    """Count the complete package downloads of the window."""
    return Downloads(**counts(downloads.aggregate(total=downloads.count())))
