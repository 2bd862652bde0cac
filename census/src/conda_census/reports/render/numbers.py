"""Numbers as text for readers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, date, timedelta

from conda_census.metrics.agent_shares import AgentPart
from conda_census.metrics.coverage.accounting import LineCounts, logs, without_a_request
from conda_census.metrics.coverage.copied_logs import copies_count_again
from conda_census.metrics.coverage.doubtful_logs import DoubtfulLogs
from conda_census.metrics.coverage.silent_days import days_between
from conda_census.metrics.coverage.window import Window
from conda_census.metrics.intervals import Estimate
from conda_census.metrics.sample import CountInterval, SampleCounts
from conda_census.reports.usage.schema import (
    Report,
)

__all__ = [
    "AGENT_PARTS",
    "COUNTED",
    "NOTHING_TO_DIVIDE",
    "NOT_KNOWN",
    "NOT_SAID",
    "NO_INTERVAL",
    "cautions",
    "completeness",
    "count",
    "count_of_tokens",
    "counted",
    "counted_requests",
    "day",
    "days",
    "days_without_log",
    "doubtful_logs",
    "doubts_by_kind",
    "first_days",
    "first_few",
    "folded",
    "how_sure",
    "how_sure_of_opting_out",
    "how_sure_of_tokens",
    "interval",
    "interval_of_days",
    "lacks_tokens",
    "last_days",
    "lost_days",
    "newest_request",
    "of_days_and_copies",
    "of_days_with_a_log",
    "percent",
    "plain",
    "read_again",
    "sampled",
    "short",
    "unknown_days",
    "unread_logs",
]

_UNIT = " %"
#: One line lists at most this many days.
_MOST_DAYS = 5
#: If more logs were read again than the first number, the second number of them is named.
_MOST_LOGS, _NAMED_LOGS = 5, 3

#: Shown for a share of nothing.
NOTHING_TO_DIVIDE = "no data"

#: Shown for a count that needs an unknown day.
NOT_KNOWN = "not known"

#: Numbers that need the addresses of clients, and those that need the days before the window.
_NETWORKS = "the opted-out share, naive shares and sessions without a token"
_BACK = "classes, first seen, coming back and installations of the last days"

#: Shown for a number if nothing is missing from it.
COUNTED = "counted"

#: Shown if an agent does not include this part.
NOT_SAID = "not said"

#: The displayed parts of an agent, from ``metrics.agents``, with their labels.
AGENT_PARTS: dict[AgentPart, str] = {
    "tool_version": "Tool",
    "python": "Python",
    "os": "System",
    "distro": "Distribution",
    "libc": "C library",
    "solver": "Solver",
    "plugin": "Plug-in",
}

#: Shown next to a share without an interval.
NO_INTERVAL = "no interval"


def count_of_tokens(number: int | None, report: Report) -> str:
    """Return the number that tokens identify; not known if no request carries one."""
    return NOT_KNOWN if lacks_tokens(report) else count(number)


def lacks_tokens(report: Report) -> bool:
    """Return whether there are requests but none carries a token, so that their senders are not known."""
    sessions = report.sessions
    return sessions.total + sessions.without_token > 0 and report.installations.total == 0


def count(number: int | None) -> str:
    """Return a whole number with a comma between thousands, or that it is not known."""
    return NOT_KNOWN if number is None else f"{number:,}"


def short(number: int) -> str:
    """Return a whole number in at most four characters, for tight spaces: 999, 12k, 3.4M."""
    for unit, name in ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")):
        if number >= unit:
            parts = number / unit
            return f"{parts:.1f}{name}" if parts < 10 else f"{parts:.0f}{name}"  # noqa: PLR2004  one digit
    return str(number)


def percent(share: float | None) -> str:
    """Return a percentage with one decimal, two below 1 %; one that is too small is not written as 0."""
    if share is None:
        return NOTHING_TO_DIVIDE
    if 0 < share < 0.0001:  # noqa: PLR2004 a hundredth of a percent, the smallest that two decimals show
        return f"< 0.01{_UNIT}"
    decimals = 2 if 0 < share < 0.01 else 1  # noqa: PLR2004 one percent
    return f"{share:.{decimals}%}".replace("%", _UNIT)


def interval(share: Estimate) -> str:
    """Return the 95 % interval of a share, named as such."""
    if share.low is None or share.high is None:
        return NO_INTERVAL
    low, high = percent(share.low), percent(share.high)
    return f"95{_UNIT} interval {low.removesuffix(_UNIT)} to {high}"


def how_sure_of_tokens(bounds: CountInterval | None, report: Report) -> str:
    """Return the interval of a number of installations, or the reason if there is no token."""
    if lacks_tokens(report):
        return "no request carries a token"
    doubtful = report.accounting.doubtful_logs
    return _lowered(how_sure(bounds, report.window), _hidden(doubtful), _unread(doubtful))


def how_sure_of_opting_out(share: Estimate, report: Report) -> str:
    """Return the 95 % interval of the opted-out share, and the errors that no interval covers."""
    doubtful = report.accounting.doubtful_logs
    addresses = f"addresses of {logs(doubtful.addresses)} in doubt" if doubtful.addresses else ""
    reasons = filter(None, (interval_of_days(share, report.window), addresses, _hidden(doubtful)))
    return "; ".join(reasons)


def how_sure(bounds: CountInterval | None, window: Window) -> str:
    """Return the 95 % interval of a count; without one, that all were counted, or how many days were not."""
    if bounds is None:
        return counted(window)
    between = f"{count(bounds.low)} to {count(bounds.high)}"
    return f"95{_UNIT} interval {between}{_of_days_with_a_log(window)}"


def counted(window: Window) -> str:
    """Say that all were counted, or if days have no log, that it is at least this many."""
    missing = _days_without_log(window)
    return f"at least: {missing}" if missing else COUNTED


def counted_requests(number: int, window: Window, accounting: LineCounts) -> str:
    """Say the same of a number of requests or downloads; copies of logs make one that is not 0 too high."""
    copies, unread = accounting.likely_copies, _unread(accounting.doubtful_logs)
    if not copies or not number:
        return _lowered(counted(window), unread)
    missing = "; ".join(filter(None, (_days_without_log(window), unread)))
    return f"not exact: {_copies(copies)}; {missing}" if missing else f"too high: {_copies(copies)}"


def _lowered(text: str, *reasons: str) -> str:
    """Add to the certainty of a number what makes it too low."""
    added = "; ".join(filter(None, reasons))
    if not added:
        return text
    return f"at least: {added}" if text == COUNTED else f"{text}; {added}"


def _hidden(doubtful: DoubtfulLogs) -> str:
    return f"tokens of {logs(doubtful.tokens)} are hidden" if doubtful.tokens else ""


def _unread(doubtful: DoubtfulLogs) -> str:
    return f"a part of {logs(doubtful.unread)} was not read" if doubtful.unread else ""


def folded(window: Window) -> str:
    """Say that requests without a token were folded into sessions; at least this many if days have no log."""
    missing = _days_without_log(window)
    return f"folded, at least: {missing}" if missing else "folded"


def of_days_with_a_log(window: Window) -> str:
    """Say that a table counts only the days with a log; nothing if all days have one."""
    missing = _days_without_log(window)
    return f"Of the days with a log, so that each number is at least as high: {missing}." if missing else ""


def of_days_and_copies(window: Window, copies: int) -> str:
    """Say the same of a table with downloads, which this many copies of logs make too high."""
    if not copies:
        return of_days_with_a_log(window)
    missing = _days_without_log(window)
    too_high = f"Downloads are too high: {_copies(copies)}."
    return f"Of the days with a log: {missing}. {too_high}" if missing else too_high


def interval_of_days(share: Estimate, window: Window) -> str:
    """Return the 95 % interval of a share, and that it covers the days with a log if some have none."""
    return interval(share) + (_of_days_with_a_log(window) if share.low is not None else "")


def _copies(number: int) -> str:
    return "1 copy of a log counts again" if number == 1 else f"{number:,} copies of logs count again"


def _of_days_with_a_log(window: Window) -> str:
    return ", of the days with a log" if _days_without_log(window) else ""


def sampled(sample: SampleCounts | None) -> str:
    """Say how many installations the numbers rest on; nothing if all were examined."""
    if sample is None:
        return ""
    return (
        f"One installation in {sample.one_in} was looked at, {count(sample.looked_at)} in all, and "
        "what was counted there is multiplied. Downloads and installer downloads are counted, all of them. "
        "--one-in 1 looks at every installation, which takes minutes."
    )


def day(utc_day: date | str) -> str:
    """Write 2024-01-05 as 5 January 2024."""
    parsed = date.fromisoformat(str(utc_day))
    return f"{parsed.day} {parsed:%B %Y}"


def days(window: Window) -> str:
    """Write the window from its first to its last day."""
    since, until = window.since, window.until
    if since is None or until is None:
        return "no day with data"
    return day(since) if since == until else f"{day(since)} to {day(until)}"


def completeness(window: Window, lines: int = 0) -> str:
    """Say which days of the window are complete and which are provisional.

    Without any day it says how many lines were read, and that none is a request.
    """
    until, complete = window.until, window.complete_until
    if until is None:
        return without_a_request(lines)
    gaps = _without_log(window)
    if complete is None:
        return f"{gaps}no day is complete yet: every number is provisional"
    if complete == until:
        if gaps:
            return f"{gaps}the other days are complete"
        return "complete" if window.complete else "complete but for what is left out"
    provisional = complete + timedelta(days=1)
    if window.days_without_log and set(window.days_without_log) >= set(days_between(provisional, until)):
        return f"{gaps}the other days are complete"
    return f"{gaps}complete until {day(complete)}, provisional from {day(provisional)}"


def newest_request(lines: LineCounts) -> str:
    """Give the time of the newest line, so that a reader sees if logs stopped; nothing without lines."""
    newest = lines.newest_request
    return f"newest log line {newest.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if newest else ""


def last_days(number: int, window: Window, lines: LineCounts) -> str:
    """Write the last days of a window: 90 days, and if logs begin later or all may still get more data."""
    text = f"{number} day{'s' if number > 1 else ''}"
    begin, until = lines.logs_begin, window.until
    if until and _are_provisional(number, until, window):
        text += " (provisional)"
    if begin and until and begin > until - timedelta(days=number - 1):
        return f"{text} (logs begin {begin})"
    return text


def _are_provisional(number: int, until: date, window: Window) -> bool:
    """Return whether other days are complete and none of these, so that late logs may add to one of them."""
    last = {until - timedelta(days=back) for back in range(number)}
    complete = window.complete_until
    return complete is not None and min(last) > complete and not last <= set(window.days_without_log)


def first_days(days: Iterable[date | str]) -> str:
    """Name the first days, and say how many more there are."""
    return first_few([*map(str, days)], _MOST_DAYS)


def first_few(texts: list[str], most: int, between: str = ", ") -> str:
    """Name at most this many texts, and say how many more there are."""
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return between.join(texts[:most]) + more


def days_without_log(days: list[str]) -> str:
    """Return which days have no log, and what to do, in one line."""
    return (
        f"{len(days)} day{'s have' if len(days) > 1 else ' has'} no log: {first_days(days)}: "
        "read the logs of these days (of all their hours), look for their lines if a log that was read "
        "spans them, or declare a hole in census.toml if there are none"
    )


def lost_days(days: list[str]) -> str:
    """Return which days are lost, and what to do, in one line."""
    return (
        f"rows of {len(days)} day{'s' if len(days) > 1 else ''} are lost, and reports show "
        f"{'them' if len(days) > 1 else 'it'} as unknown: {first_days(days)}: run conda-census "
        "repair, which says which logs must come back"
    )


def read_again(logs: list[str], what: str = "read again", *, names_all: bool = False) -> list[str]:
    """Return the logs that were read again, one a line, or in one line if they are many."""
    if names_all or len(logs) <= _MOST_LOGS:
        return [plain(f"{log}: {what}") for log in logs]
    return [plain(f"{first_few(logs, _NAMED_LOGS)}: {what}")]


def unknown_days(days: Iterable[date], lost: Collection[date]) -> list[str]:
    """Return the days without a log and the lost days, one line for each kind, and what to do."""
    texts: dict[bool, list[str]] = {False: [], True: []}
    for each in days:
        texts[each in lost].append(each.isoformat())
    without_log, gone = texts.values()
    return [*([days_without_log(without_log)] if without_log else []), *([lost_days(gone)] if gone else [])]


def unread_logs(number: int) -> str:
    """Say how many logs could not be read, and where they are listed, in one line."""
    whose, them = ("its", "it") if number == 1 else ("their", "them")
    return (
        f"{logs(number)} could not be read, or not whole, and numbers are too low if {whose} lines are of "
        f"these days: conda-census sources --set-aside lists {them}"
    )


def doubts_by_kind(doubtful: DoubtfulLogs) -> list[str]:
    """Say which numbers are wrong because of logs read with a doubt, one sentence for each kind."""
    kinds = (
        (doubtful.tokens, "user agents in {} hide tokens, so installations and environments are too low"),
        (
            doubtful.addresses,
            f"addresses in {{}} may not be the clients', so {_NETWORKS} may be wrong",
        ),
        (doubtful.unread, "a part of {} was not read, so all counts may be too low"),
        (
            doubtful.before_window,
            f"tokens or lines of {{}} before the window are missing, so {_BACK} may be wrong",
        ),
    )
    return [sentence.format(logs(number)) for number, sentence in kinds if number]


def cautions(copies: int, unread: int, doubtful: int) -> list[str]:
    """Say how many logs are copies, could not be read, or were read with a doubt, one line for each."""
    return [
        *([copies_count_again(copies)] if copies else []),
        *([unread_logs(unread)] if unread else []),
        *([doubtful_logs(doubtful)] if doubtful else []),
    ]


def doubtful_logs(number: int) -> str:
    """Say how many logs may make numbers wrong, and where the details are, in one line."""
    them = "it" if number == 1 else "them"
    return f"{logs(number)} may make numbers wrong: conda-census sources names {them} and says why"


def _without_log(window: Window) -> str:
    """Say how many of the days of a window have no log; nothing if all have one."""
    missing = _days_without_log(window)
    them = "it" if len(window.days_without_log) == 1 else "them"
    return f"{missing}: nothing is known of {them}; " if missing else ""


def _days_without_log(window: Window) -> str:
    missing, since, until = len(window.days_without_log), window.since, window.until
    if not missing or since is None or until is None:
        return ""
    whole = (until - since).days + 1
    return f"{missing} of {whole} day{'s' if whole > 1 else ''} {'has' if missing == 1 else 'have'} no log"


def plain(text: str) -> str:
    """Return text from a log without characters that a terminal or a page could interpret."""
    return "".join(character if character.isprintable() else "?" for character in text)
