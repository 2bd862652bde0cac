"""Readings of logs, one entry each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ibis.expr.types import Table

__all__ = ["Drops", "SourceRead", "list_sources"]


@dataclass(frozen=True)
class Drops:
    """Lines dropped for one reason: their number, and the numbers of the first of them."""

    lines: int
    first_lines: tuple[int, ...]


@dataclass(frozen=True)
class SourceRead:
    """Result of one reading of a log. ``lines`` is ``requests`` plus the sum of ``dropped``.

    ``first_line`` is greater than 1 if the log was read before and grew. ``first_time`` and ``last_time`` are
    null if there was no request.
    """

    source: str
    format: str
    first_line: int
    lines: int
    requests: int
    dropped: dict[str, Drops]
    first_time: datetime | None
    last_time: datetime | None
    ingested_at: datetime
    batch: str


def list_sources(sources: Table) -> list[SourceRead]:
    """List the readings in the order of their first request, newest last; reasons in alphabetical order."""
    return [
        SourceRead(
            source=row["source"],
            format=row["format"],
            first_line=row["first_line"],
            lines=row["lines"],
            requests=row["requests"],
            dropped=_drops(dict(row["dropped"] or ()), dict(row["dropped_lines"] or ())),
            first_time=row["first_time"],
            last_time=row["last_time"],
            ingested_at=row["ingested_at"],
            batch=row["batch"],
        )
        for row in sources_in_order(sources).to_pyarrow().to_pylist()
    ]


def sources_in_order(sources: Table) -> Table:
    """Return the rows by time. A log without a request has no time and stays where it was read."""
    return sources.order_by(
        sources.first_time.fill_null(sources.ingested_at), sources.source, sources.first_line
    )


def _drops(dropped: dict[str, int], first_lines: dict[str, list[int]]) -> dict[str, Drops]:
    return {
        reason: Drops(lines, tuple(first_lines.get(reason, ())))
        for reason, lines in sorted(dropped.items())
        if lines
    }
