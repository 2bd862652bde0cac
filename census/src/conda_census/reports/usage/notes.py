"""Notes on the direction in which each number errs, and on the cause."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from conda_census.metrics.coverage.accounting import logs
from conda_census.metrics.coverage.copied_logs import copies_count_again
from conda_census.metrics.coverage.doubtful_logs import DoubtfulLogs
from conda_census.metrics.coverage.window import Window
from conda_census.reports.render.numbers import doubts_by_kind, first_days, unread_logs
from conda_census.reports.usage.schema import Note

if TYPE_CHECKING:  # the usage report needs no library of the extra advisories
    from conda_census.exposure.assessment_schema import ExposureNote

__all__ = [
    "NOTES",
    "notes_on",
    "notes_on_copies",
    "notes_on_doubts",
    "notes_on_gaps",
    "notes_on_tokens",
    "notes_on_unread_logs",
]


#: By the name of the number in ``definitions.DEFINITIONS``.
NOTES: tuple[Note, ...] = (
    Note(
        number="installations",
        note="Too high: an installation that throws its token away, as CI and containers do, is counted "
        "anew at each run.",
    ),
    Note(
        number="installations",
        note="Too low: without the plug-in, opted out, or behind a mirror that answers itself, none is "
        "counted; nor is one that asked for nothing.",
    ),
    Note(
        number="environments",
        note="An environment baked into an image is counted once for each installation that brought it, "
        "and a clone that kept the token of its origin not at all.",
    ),
    Note(
        number="environments",
        note="Too low: an environment that asked for nothing in the window is not seen.",
    ),
    Note(
        number="single_share",
        note="Too high: what is thrown away has one environment, and of two environments one may be "
        "silent. The share of lasting installations is free of the first.",
    ),
    Note(
        number="opted_out",
        note="Too low: CI and containers that throw tokens away raise the number of those who share at "
        "each run; so does each installation that shared for a part of the window.",
    ),
    Note(
        number="opted_out",
        note="Off either way where those who opt out come more or less often, or from larger or smaller "
        "networks, than those who share.",
    ),
    Note(
        number="naive",
        note="By visitor-days too high where many share an address: those who share hide behind one "
        "another, and the few who opted out do not.",
    ),
    Note(
        number="installer_downloads",
        note="Too high: CI fetches an installer at each run, and a crawler counts like a person. Pieces "
        "that lie in the logs of two batches are a download in each.",
    ),
    Note(
        number="installer_downloads",
        note="Too low: what a mirror or a company's cache gave leaves no line.",
    ),
    Note(
        number="first_seen",
        note="Too high on the first days of the logs, when all is seen for the first time, and on each day"
        " by what throws its tokens away.",
    ),
    Note(
        number="retention",
        note="Too low: what throws its tokens away never comes back, and one that asked for nothing looks "
        "gone. The first weeks of the logs, which hold old installations too, lie higher.",
    ),
    Note(
        number="without_token",
        note="Too low: behind one address, clients of one kind in one hour are one session.",
    ),
    Note(
        number="downloads",
        note="Too high: one that broke off and was begun again is two where the server logs the first as "
        "delivered, with 200 and fewer bytes.",
    ),
    Note(
        number="downloads",
        note="Too low: what a package cache holds leaves no line.",
    ),
    Note(
        number="packages",
        note="Too low: an environment that got a package from the cache, or before the window, is not seen.",
    ),
    Note(
        number="agents",
        note="By installations, machines that throw their tokens away count at each run, so that what CI "
        "runs is too high.",
    ),
    Note(
        number="organizations",
        note="Too low: without the plug-in, opted out, or without the token of the organisation, none is "
        "counted. Too high: anybody may send the token who knows it.",
    ),
    Note(
        number="by_day",
        note="Too low on provisional days, until late logs are in.",
    ),
)


def notes_on_gaps(window: Window) -> list[Note]:
    """Return the effects of days without a log on the numbers of a window, and the days left out of it.

    Some numbers look back before the window, so they also need the days before it.
    """
    inside, before = len(window.days_without_log), len(window.days_unknown_before)
    notes = [Note(number="window", note=_left_out(window.left_out))] if window.left_out else []
    if before:
        notes.append(Note(number="window", note=_unknown_before(window.days_unknown_before)))
    if window.begins_late:
        notes.append(Note(number="by_day", note=_begins_late(window.begins_late)))
    if inside:
        days = f"{_days(inside)} of the window"
        notes += [Note(number=number, note=f"{sentence} ({days})") for number, sentence in _GAPS]
    if inside or before:
        days = _inside_and_before(inside, before)
        notes += [Note(number=number, note=f"{sentence} ({days})") for number, sentence in _LOOKING_BACK]
    return notes


def _inside_and_before(inside: int, before: int) -> str:
    if not inside:
        return f"{_days(before)} before the window"
    return f"{_days(inside)} of the window" + (f" and {_days(before)} before it" if before else "")


def _days(number: int) -> str:
    return f"{number:,} day{'s' if number > 1 else ''}"


def _begins_late(first: datetime) -> str:
    """Say that the logs have only a part of their first day."""
    begin = f"the logs begin at {first:%H:%M} UTC"
    return f"Too low on {first.date()}: {begin}, and sessions would have come before."


def _left_out(days: tuple[date, ...]) -> str:
    """Say which days with requests the window leaves out, and how they are counted."""
    return (
        f"Requests of {', '.join(map(str, days))} are left out: they lie long before all others, so that a "
        f"clock may have been wrong. --since {days[0]} counts them."
    )


def _unknown_before(days: tuple[date, ...]) -> str:
    """Say which days before the window have no log, for readers of only the head of the report."""
    named = first_days(days)
    have = f"{_days(len(days))} before it {'have' if len(days) > 1 else 'has'}"
    return (
        f"Classes, first seen and coming back need the days before the window too: {have} no log ({named})."
    )


#: The effect of a day of the window without a log, by the name of the number.
_GAPS = (
    ("installations", "At least so many: who came only on days without a log is not seen."),
    ("environments", "At least so many: what was used only on days without a log is not seen."),
    ("single_share", "Too high: a second environment that was used only on days without a log is not seen."),
    ("opted_out", "Of the days with a log only."),
    ("installer_downloads", "At least so many: those of days without a log are not known."),
    ("sessions", "At least so many: those of days without a log are not known."),
    ("without_token", "At least so many: those of days without a log are not known."),
    ("downloads", "At least so many: those of days without a log are not known."),
    ("packages", "At least so many: those of days without a log are not known."),
    ("organizations", "At least so many: those of days without a log are not known."),
    ("agents", "Of the days with a log only."),
)

#: The effect of a day without a log, in the window or before it, on numbers that use all days since the logs
#: begin.
_LOOKING_BACK = (
    (
        "by_class",
        (
            "Days without a log make lasting installations look ephemeral or new, and those of an image like "
            "any others."
        ),
    ),
    (
        "single_share_lasting",
        "Days without a log make lasting installations look ephemeral or new: these are not in it.",
    ),
    (
        "first_seen",
        (
            "Too high: who came first on a day without a log counts on a later one. The week after such a "
            "day has no numbers, but some come back later than that."
        ),
    ),
    (
        "retention",
        (
            "Who came first on a day without a log counts to a later week. The week of such a day and the "
            "one after it have no numbers, but some come back later than that."
        ),
    ),
)


#: The numbers that count requests or downloads, so a copy of a log makes them too high.
_OF_REQUESTS = ("accounting", "by_day", "downloads", "installer_downloads", "packages", "organizations")


def notes_on_copies(copies: int, window: Window) -> list[Note]:
    """Return the effects of copied logs on the numbers. A report may be published, so no log is named.

    If there are also days without a log, nobody knows which of the two weighs more.
    """
    if not copies:
        return []
    sentence = f"{copies_count_again(copies)}."
    way = "Off either way" if window.days_without_log else "Too high"
    return [
        *(Note(number=number, note=f"{way}: {sentence}") for number in _OF_REQUESTS),
        Note(number="naive", note=f"By requests, the share weighs some days twice: {sentence}"),
    ]


#: The numbers that count things with tokens.
_OF_TOKENS = ("installations", "environments", "active", "by_class", "first_seen")


def notes_on_tokens(sessions: int, installations: int) -> list[Note]:
    """Return the unknown numbers if there are sessions but none has the token of an installation."""
    if not sessions or installations:
        return []
    why = "no request carries a token"
    return [
        *(Note(number=number, note=f"Not known: {why}.") for number in _OF_TOKENS),
        Note(
            number="accounting",
            note=f"Installations and environments are not known, also those of packages and agents: {why}.",
        ),
    ]


#: The numbers that an unreadable log makes too low, apart from those of requests.
_TOO_LOW = ("installations", "environments", "sessions", "without_token")


def notes_on_unread_logs(number: int) -> list[Note]:
    """Return the effects of unreadable logs on the numbers. It names none, as for copies."""
    if not number:
        return []
    whose = "its" if number == 1 else "their"
    sentence = (
        f"Too low if {whose} lines are of these days: {logs(number)} could not be read (conda-census sources "
        "--set-aside)."
    )
    concerned = (*_TOO_LOW, *(each for each in _OF_REQUESTS if each != "accounting"))
    return [
        Note(number="accounting", note=f"{unread_logs(number)}."),  # the header of the report has it
        *(Note(number=each, note=sentence) for each in concerned),
    ]


#: The effects of a doubt about logs on numbers, by its subject.
_OF_DOUBTS: tuple[tuple[Literal["tokens", "addresses", "unread"], str, tuple[str, ...]], ...] = (
    ("tokens", "Too low: user agents in {logs} do not show all tokens", (*_OF_TOKENS, "organizations")),
    ("tokens", "Off either way: user agents in {logs} do not show all tokens", ("opted_out", "agents")),
    (
        "addresses",
        "Off either way: addresses in {logs} may not be those of the clients",
        ("opted_out", "naive", "without_token", "by_class"),
    ),
    (
        "unread",
        "Too low if there are lines in the part of {logs} that was not read",
        (*_TOO_LOW, *(each for each in _OF_REQUESTS if each != "accounting")),
    ),
)
#: The effect of a doubt about logs before the window.
_OF_DOUBTS_BEFORE = (
    ("active", "Too low if the last days begin before the window"),
    ("by_class", "Lasting installations may look ephemeral or new, and those of an image like any others"),
    ("single_share_lasting", "Lasting installations may look ephemeral or new: these are not in it"),
    ("first_seen", "Too high: who came first before the window may count in it"),
    ("retention", "Who came first before the window may count to a later week"),
)


def notes_on_doubts(doubts: DoubtfulLogs) -> list[Note]:
    """Return the effects of doubts about logs on the numbers. It names none of the logs."""
    where = "(conda-census sources)."
    notes = [
        Note(number="accounting", note=f"{sentence[0].upper()}{sentence[1:]} {where}")
        for sentence in doubts_by_kind(doubts)
    ]
    for about, sentence, numbers in _OF_DOUBTS:
        if getattr(doubts, about):
            note = f"{sentence.format(logs=logs(getattr(doubts, about)))} {where}"
            notes += [Note(number=each, note=note) for each in numbers]
    if before := doubts.before_window:
        why = f"tokens or lines of {logs(before)} before the window are missing"
        notes += [Note(number=number, note=f"{text}: {why} {where}") for number, text in _OF_DOUBTS_BEFORE]
    return notes


def notes_on(notes: Iterable[Note | ExposureNote], *numbers: str) -> list[str]:
    """Return the sentences on some numbers of a document, each once."""
    return list(dict.fromkeys(note.note for note in notes if note.number in numbers))
