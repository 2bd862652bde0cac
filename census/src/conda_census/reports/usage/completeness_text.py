"""Completeness of days, as the report and ``sources`` show it."""

from __future__ import annotations

from conda_census.engines.lake_tables import LakeTables
from conda_census.metrics.coverage.completeness import count_days
from conda_census.metrics.coverage.window import Window
from conda_census.reports.usage.schema import ReadDay

__all__ = ["read_days"]


def read_days(tables: LakeTables, window: Window) -> list[ReadDay]:
    """Return every day of the window in order, also empty days. Pass unfiltered tables."""
    return [
        ReadDay(
            day=day.day.isoformat(),
            sources=day.sources,
            lines=day.lines,
            requests=day.requests,
            dropped=day.dropped,
            complete=day.complete,
            state=day.state,
            reason=day.reason,
        )
        for day in count_days(tables, window)
    ]
