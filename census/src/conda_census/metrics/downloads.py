"""Number of package downloads."""

from __future__ import annotations

from ibis.expr.types import Table

from conda_census.metrics.counts import counts

__all__ = ["count_downloads"]


def count_downloads(downloads: Table) -> int:
    """Count the complete package downloads of the window."""
    return counts(downloads.aggregate(total=downloads.count()))["total"]
