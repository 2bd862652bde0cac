"""Logs that look like copies of each other: with a prefix before each line, or with other line ends.

A copy with the same bytes is known when it is read. One with other bytes is another log, and counts again:
``ingest`` says so once. What it left in the lake says so later: two logs with as many lines and requests, and
the same first and last time, while downloads of that time are there twice. Of a copy of a part of a log, or
of logs that were put together, ``ingest`` leaves a doubt in the lake, which counts as long as the downloads
are there twice.
"""

from __future__ import annotations

from datetime import UTC, datetime

from ibis.expr.types import Table

from conda_census.engines.lake_tables import LakeTables
from conda_census.lake.records.doubts import Doubt
from conda_census.metrics.coverage.doubtful_logs import times_of_doubts

__all__ = ["copies_count_again", "count_copies", "likely_copies", "repeated_logs"]

#: Small logs may be alike by chance, as those of two servers that nobody uses but what watches them.
_FEWEST_REQUESTS = 100
#: What watches a server downloads no package: so many downloads have the session, the time and the size of
#: another one.
_FEWEST_DOWNLOADS = 10
#: Of a log that is known to have brought downloads again, so many of them show that they still count twice.
_FEWEST_REPEATED = 3
#: The times of so many such logs are looked at one by one, those of more all together.
_MOST_SPANS = 20
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
        if _are_repeated(downloads, first, last, _FEWEST_DOWNLOADS)
    )


def repeated_logs(inside: LakeTables) -> list[Doubt]:
    """Return the doubts about logs of a window that brought downloads again, if these are there twice now.

    They are not if the other log was taken out. ``inside`` holds the rows of the window only.
    """
    spans = {
        doubt: (first, last)
        for doubt, (first, last) in times_of_doubts(inside, "repeated").items()
        if first is not None and last is not None
    }
    if len(spans) > _MOST_SPANS:
        firsts, lasts = zip(*spans.values(), strict=True)
        spans = dict.fromkeys(spans, (min(firsts), max(lasts)))
    repeated = {
        span: _are_repeated(inside.downloads, *span, _FEWEST_REPEATED) for span in set(spans.values())
    }
    return [doubt for doubt, span in spans.items() if repeated[span]]


def count_copies(inside: LakeTables) -> int:
    """Return how many logs of a window bring downloads again: of logs that look alike, all but one."""
    alike = likely_copies(inside.sources, inside.downloads)
    names = {name for together in alike for name in together}
    return sum(len(together) - 1 for together in alike) + len(
        {doubt.source for doubt in repeated_logs(inside)} - names
    )


def copies_count_again(number: int) -> str:
    """Say that so many logs look like copies, and what that does to the numbers; without names."""
    logs = (
        "1 log looks like a copy of another one"
        if number == 1
        else f"{number:,} logs look like copies of others"
    )
    return (
        f"{logs} with other bytes, whole or in part, and its requests and downloads count again: "
        "conda-census sources names the logs, and sources --forget SOURCE takes one out"
    ).replace("and its", "and its" if number == 1 else "and their")


def logs_alike(sources: Table) -> Table:
    """Rows: source, first_time, last_time, lines of the readings that look like one of another log."""
    whole = sources.mutate(first_line=sources.first_line.fill_null(1))
    large = whole.filter(whole.requests - whole.other_requests >= _FEWEST_REQUESTS)
    logs = large.group_by(*_ALIKE).aggregate(logs=large.source.nunique())
    alike = large.semi_join(logs.filter(logs.logs > 1), list(_ALIKE))
    return alike.select("source", "first_time", "last_time", "lines").distinct()


def repeated_downloads(downloads: Table, first: datetime, last: datetime) -> Table:
    """Rows: session, time, bytes, number of the downloads from ``first`` to ``last`` that are there again.

    Whole seconds count, as for ``ingest``: a copy in another format may have parts of seconds, or none.
    """
    first, last = first.replace(microsecond=0), last.replace(microsecond=999_999)
    then = downloads.filter(
        downloads.day.between(first.date(), last.date()), downloads.time.between(first, last)
    )
    seconds = then.mutate(time=then.time.truncate("s"))
    numbers = seconds.group_by("session", "time", "bytes").aggregate(number=seconds.count())
    return numbers.filter(numbers.number > 1)


def _are_repeated(downloads: Table, first: datetime, last: datetime, fewest: int) -> bool:
    repeated = repeated_downloads(downloads, first, last).limit(fewest)
    return len(repeated.to_pyarrow()) == fewest
