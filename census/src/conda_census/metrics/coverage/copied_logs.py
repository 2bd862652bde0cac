"""Logs that look like copies of each other.

A copy with the same bytes is recognised when it is read. A copy with other bytes, because of a prefix before
each line or other line ends, is another log and counts again: ``ingest`` reports it once. Rows in the lake
show it later: two logs have the same number of lines and requests and the same first and last time, and the
downloads of that time occur twice. If the copy is a part of a log, or several logs joined, ``ingest`` leaves
a doubt in the lake, which counts as long as the downloads occur twice.
"""

from __future__ import annotations

from datetime import UTC, datetime

from ibis.expr.types import Table

from conda_census.engines.lake_tables import LakeTables
from conda_census.lake.records.doubts import Doubt
from conda_census.metrics.coverage.doubtful_logs import times_of_doubts

__all__ = ["copies_count_again", "count_copies", "likely_copies", "repeated_logs"]

#: Small logs may be alike by chance, such as those of two servers that only a monitor uses.
_FEWEST_REQUESTS = 100
#: A monitor downloads no package: this many downloads must share session, time and size with another one.
_FEWEST_DOWNLOADS = 10
#: If a log is known to have repeated downloads, this many of them show that they still count twice.
_FEWEST_REPEATED = 3
#: The times of up to this many such logs are examined one by one, those of more all together.
_MOST_SPANS = 20
_ALIKE = ("first_line", "lines", "requests", "other_requests", "first_time", "last_time")


def likely_copies(sources: Table, downloads: Table) -> list[tuple[str, ...]]:
    """Return the names of logs that look like copies of each other, grouped, in the order of the names."""
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
    """Return the doubts about logs of a window that repeated downloads, if the downloads occur twice now.

    They do not if the other log was removed. ``inside`` holds only the rows of the window.
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
    """Count the logs of a window that repeat downloads: all but one of each group of logs that look alike."""
    alike = likely_copies(inside.sources, inside.downloads)
    names = {name for together in alike for name in together}
    return sum(len(together) - 1 for together in alike) + len(
        {doubt.source for doubt in repeated_logs(inside)} - names
    )


def copies_count_again(number: int) -> str:
    """Say how many logs look like copies, and how that changes the numbers; without names."""
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
    """Return rows of (source, first_time, last_time, lines) of readings that look like one of another log."""
    whole = sources.mutate(first_line=sources.first_line.fill_null(1))
    large = whole.filter(whole.requests - whole.other_requests >= _FEWEST_REQUESTS)
    logs = large.group_by(*_ALIKE).aggregate(logs=large.source.nunique())
    alike = large.semi_join(logs.filter(logs.logs > 1), list(_ALIKE))
    return alike.select("source", "first_time", "last_time", "lines").distinct()


def repeated_downloads(downloads: Table, first: datetime, last: datetime) -> Table:
    """Return rows of (session, time, bytes, number) of the repeated downloads from ``first`` to ``last``.

    Times are compared in whole seconds, as in ``ingest``: a copy in another format may have fractions or not.
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
