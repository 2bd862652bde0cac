"""Accounting of lines: lines = requests + drops, or it is an error."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ibis.expr.types import Table

from conda_census.engines.lake_tables import LakeTables
from conda_census.errors import LakeError
from conda_census.metrics.counts import counts
from conda_census.metrics.coverage.doubtful_logs import DoubtfulLogs
from conda_census.metrics.intervals import ratio

__all__ = [
    "Accounting",
    "AccountingError",
    "LineCounts",
    "account",
    "lines_read",
    "logs",
    "why_nothing_is_known",
    "without_a_request",
]


class AccountingError(LakeError):
    """Lines are missing or counted twice, so no number of this lake can be trusted."""


@dataclass(frozen=True)
class Accounting:
    """Accounting of the lines of the logs: lines = requests + the sum of dropped.

    Attributes:
        lines: Lines of the logs with requests in the window, and of the logs without a request.
        requests: Lines that count as a request.
        dropped: Dropped lines by reason.
        other_share: Share of the requests for something that a conda repository is not known to hold; null
            without a request.
        malformed_tokens: Requests whose tokens broke the format. The request counts, its tokens do not.
        unknown_tokens: Requests with a token of a kind that this version of the census does not know.
    """

    lines: int
    requests: int
    dropped: dict[str, int]
    other_share: float | None
    malformed_tokens: int
    unknown_tokens: int


@dataclass(frozen=True)
class LineCounts(Accounting):
    """Accounting of the lines, and the state of the logs.

    Attributes:
        logs_begin: Day of the first request in all logs that were read, regardless of the window; null if
            none has a request.
        newest_request: Time of the newest request in all logs that were read, in UTC; null if none has a
            request.
        likely_copies: Logs that look like copies of others with other bytes. Their requests and downloads
            count again.
        unread_logs: Files and objects that may be access logs and could not be read, of any day.
        doubtful_logs: Logs that were read with a doubt.
    """

    logs_begin: date | None
    newest_request: datetime | None
    likely_copies: int
    unread_logs: int
    doubtful_logs: DoubtfulLogs


def account(sources: Table) -> Accounting:
    """Account for every line of the ``sources``, with the reasons in alphabetical order.

    Raises:
        AccountingError: lines = requests + drops does not hold for a source.
    """
    _check_identity(sources)
    totals = counts(line_counts(sources))
    dropped = {row["reason"]: int(row["lines"]) for row in drops_by_reason(sources).to_pyarrow().to_pylist()}
    return Accounting(
        lines=totals["lines"],
        requests=totals["requests"],
        dropped=dropped,
        other_share=ratio(totals["other_requests"], totals["requests"]),
        malformed_tokens=totals["malformed_tokens"],
        unknown_tokens=totals["unknown_tokens"],
    )


def line_counts(sources: Table) -> Table:
    """Return one row: lines, requests, other_requests, malformed_tokens, unknown_tokens."""
    names = ("lines", "requests", "other_requests", "malformed_tokens", "unknown_tokens")
    return sources.aggregate(**{name: sources[name].sum() for name in names})


def lines_read(sources: Table) -> int:
    """Return the number of log lines that were read."""
    return counts(line_counts(sources))["lines"]


def without_a_request(lines: int) -> str:
    """Say how many lines were read, if any, of a lake without a request."""
    if not lines:
        return "nothing has been ingested yet"
    if lines == 1:
        return "1 line was read, and it is not a request"
    return f"{lines:,} lines were read, and none is a request"


def why_nothing_is_known(tables: LakeTables) -> str:
    """Say why nothing is known from a lake without a request, and what to do."""
    if lines := lines_read(tables.sources):
        return f"{without_a_request(lines)}: see conda-census sources"
    if not (number := tables.unread_logs):
        return f"{without_a_request(0)}: run conda-census ingest first"
    them = "it" if number == 1 else "them"
    return (
        f"no line of a log is in the lake, and {logs(number)} could not be read: conda-census sources "
        f"--set-aside lists {them} and says why"
    )


def logs(number: int) -> str:
    """Return the number of logs in words: 1 log, 2 logs."""
    return f"{number:,} log{'' if number == 1 else 's'}"


def drops_by_reason(sources: Table) -> Table:
    """Return rows of (reason, lines). A reason without dropped lines has no row."""
    reasons = sources.select(reason=sources.dropped.keys().unnest(), dropped=sources.dropped)
    drops = reasons.select(reason=reasons.reason, lines=reasons.dropped.get(reasons.reason))
    some = drops.filter(drops.lines > 0)
    return some.group_by("reason").aggregate(lines=some.lines.sum()).order_by("reason")


def unbalanced(sources: Table) -> Table:
    """Return rows of (source, lines, requests, drops) for which lines = requests + drops does not hold."""
    balance = sources.select(
        source=sources.source,
        lines=sources.lines.fill_null(0),
        requests=sources.requests.fill_null(0),
        drops=sources.dropped.values().sums().fill_null(0),
    )
    wrong = balance.filter(balance.lines != balance.requests + balance.drops)
    return wrong.order_by("source", "lines", "requests", "drops")


def _check_identity(sources: Table) -> None:
    wrong = unbalanced(sources).to_pyarrow().to_pylist()
    if not wrong:
        return
    first = wrong[0]
    raise AccountingError(
        f"lines = requests + drops does not hold for {len(wrong)} source(s), first for {first['source']}: "
        f"{first['lines']} lines, but {first['requests']} requests + {first['drops']} drops. "
        "The lake is damaged or was written by a faulty census: ingest the logs into a new lake"
    )
