"""Logs that look like copies of each other: with a prefix before each line, or with other line ends.

A copy with the same bytes is known when it is read. One with other bytes is another log, and counts again:
``ingest`` says so once. What it left in the lake says so later: two logs with as many lines and requests, and
the same first and last time, while downloads of that time are there twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from ibis.expr.types import Table

__all__ = ["copies_count_again", "count_copies", "likely_copies"]

#: Small logs may be alike by chance, as those of two servers that nobody uses but what watches them.
_FEWEST_REQUESTS = 100
#: What watches a server downloads no package: so many downloads have the session, the time and the size of
#: another one.
_FEWEST_DOWNLOADS = 10
_ALIKE = ("first_line", "lines", "requests", "other_requests", "first_time", "last_time")


def likely_copies(sources: Table, downloads: Table) -> list[tuple[str, ...]]:
    """Return the names of logs that look like copies of each other, together; in the order of the names."""
    names: dict[tuple[datetime, datetime, int], set[str]] = {}
    for row in logs_alike(sources).to_pyarrow().to_pylist():
        span = row["first_time"].astimezone(UTC), row["last_time"].astimezone(UTC), row["lines"]
        names.setdefault(span, set()).add(row["source"])
    return sorted(
        tuple(sorted(alike))
        for (first, last, _), alike in names.items()
        if _are_repeated(downloads, first, last)
    )


def count_copies(copies: Sequence[Sequence[str]]) -> int:
    """Return how many logs bring nothing new: of logs that look alike, all but one."""
    return sum(len(names) - 1 for names in copies)


def copies_count_again(number: int) -> str:
    """Say that so many logs look like copies, and what that does to the numbers; without names."""
    logs = (
        "1 log looks like a copy of another one"
        if number == 1
        else f"{number:,} logs look like copies of others"
    )
    return (
        f"{logs} with other bytes (as many lines and requests, the same first and last time), and its "
        f"requests and downloads count again: conda-census sources names the logs, and sources --forget "
        "SOURCE takes one out"
    ).replace("and its", "and its" if number == 1 else "and their")


def logs_alike(sources: Table) -> Table:
    """Rows: source, first_time, last_time, lines of the readings that look like one of another log."""
    whole = sources.mutate(first_line=sources.first_line.fill_null(1))
    large = whole.filter(whole.requests - whole.other_requests >= _FEWEST_REQUESTS)
    logs = large.group_by(*_ALIKE).aggregate(logs=large.source.nunique())
    alike = large.semi_join(logs.filter(logs.logs > 1), list(_ALIKE))
    return alike.select("source", "first_time", "last_time", "lines").distinct()


def repeated_downloads(downloads: Table, first: datetime, last: datetime) -> Table:
    """Rows: session, time, bytes, number of the downloads from ``first`` to ``last`` that are there again."""
    then = downloads.filter(
        downloads.day.between(first.date(), last.date()), downloads.time.between(first, last)
    )
    numbers = then.group_by("session", "time", "bytes").aggregate(number=then.count())
    return numbers.filter(numbers.number > 1)


def _are_repeated(downloads: Table, first: datetime, last: datetime) -> bool:
    repeated = repeated_downloads(downloads, first, last).limit(_FEWEST_DOWNLOADS)
    return len(repeated.to_pyarrow()) == _FEWEST_DOWNLOADS
