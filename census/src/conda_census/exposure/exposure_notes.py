"""Sentences beside the numbers of an exposure: missing days, logs with faults, limitations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Literal

from conda_census.engines.lake_tables import LakeTables
from conda_census.exposure.assessment_schema import ExposureNote
from conda_census.exposure.known_numbers import Knowable, first_of_active_days
from conda_census.metrics.coverage.accounting import logs
from conda_census.metrics.coverage.copied_logs import copies_count_again, count_copies
from conda_census.metrics.coverage.doubtful_logs import count_logs, doubts_about_logs
from conda_census.metrics.coverage.window import Window, within
from conda_census.vulnerabilities.conda_packages import AUTOMATIC

__all__ = [
    "list_limitations",
    "notes_on_activity",
    "notes_on_copies",
    "notes_on_doubtful_logs",
    "notes_on_remediation",
    "notes_on_unread_logs",
]

_LATELY = ("exposed", "by_class", "still_downloaded", "unknown")
_REMEDIATION = ("prevalent", "incident", "upgraded_share", "curve", "incident_curve", "states", "median_days")


def notes_on_activity(knowable: Knowable) -> list[ExposureNote]:
    """Return what they do to the numbers of who is active now; nothing if every day has a log."""
    if not knowable.missing:
        return []
    if not knowable.is_activity_known:
        sentence = (
            f"Not known: {knowable.active_missing} of the 30 days up to {knowable.as_of} "
            f"{_have(knowable.active_missing)} no log."
        )
        lately = [ExposureNote(number=number, note=sentence) for number in _LATELY]
    else:
        lately = [
            ExposureNote(
                number="exposed",
                note="At the most is not known: who took an affected build on a day without a log is not "
                "seen. At the least leaves out those who may have moved on on such a day.",
            ),
            ExposureNote(
                number="by_class", note="Days without a log make lasting installations look ephemeral or new."
            ),
        ]
    return [
        *lately,
        ExposureNote(
            number="fix",
            note="An affected build that was downloaded on days without a log only is not considered.",
        ),
    ]


def notes_on_remediation(knowable: Knowable) -> list[ExposureNote]:
    """Return what they do to the numbers of who moved on; nothing if every day that these need has a log."""
    if not knowable.missing:
        return []
    until = knowable.remediation_until
    if until is None:
        sentence = (
            f"Not known: {knowable.disclosure_missing} of the 30 days up to the disclosure "
            f"{_have(knowable.disclosure_missing)} no log."
        )
        found = [ExposureNote(number=number, note=sentence) for number in _REMEDIATION]
    elif until < knowable.as_of:
        sentence = f"Known until {until} only: the day after it has no log."
        found = [ExposureNote(number=number, note=sentence) for number in _REMEDIATION]
    else:
        found = []
    if until is not None and min(knowable.missing) < first_of_active_days(knowable.disclosed):
        found.append(
            ExposureNote(
                number="prevalent",
                note="Who took or replaced an affected build before the disclosure, on a day without a log, "
                "is not seen.",
            )
        )
    return [
        *found,
        ExposureNote(
            number="usual_gap_days",
            note="Not known: a visit on a day without a log is not seen.",
        ),
    ]


def _have(number: int) -> str:
    return "has" if number == 1 else "have"


def notes_on_copies(
    tables: LakeTables, window: Window, as_of: date, *numbers: Literal["still_downloaded", "unknown"]
) -> list[ExposureNote]:
    """Return what they do to numbers of the 30 days up to ``as_of``; nothing if there are none.

    Who is exposed and who moved on is told of environments, which a copy does not change.
    """
    lately = within(tables, replace(window, since=first_of_active_days(as_of), until=as_of))
    copies = count_copies(lately)
    if not copies:
        return []
    sentences = {
        "still_downloaded": f"Too high: {copies_count_again(copies)}.",
        "unknown": f"The share of downloads weighs some days twice: {copies_count_again(copies)}.",
    }
    return [ExposureNote(number=number, note=sentences[number]) for number in numbers]


def notes_on_unread_logs(
    tables: LakeTables, *numbers: Literal["exposed", "prevalent", "still_downloaded"]
) -> list[ExposureNote]:
    """Return what they do to the numbers, if their lines are of the days of these; nothing without any."""
    unread = tables.unread_logs
    if not unread:
        return []
    whose = "its" if unread == 1 else "their"
    sentence = (
        f"More or fewer if {whose} lines are of these days: {logs(unread)} could not be read (conda-census "
        "sources --set-aside)."
    )
    return [ExposureNote(number=number, note=sentence) for number in numbers]


def notes_on_doubtful_logs(
    tables: LakeTables, *numbers: Literal["exposed", "prevalent", "still_downloaded"]
) -> list[ExposureNote]:
    """Return what logs do to the numbers that hide tokens, or that were read in part; nothing without any."""
    doubtful = count_logs(doubts_about_logs(tables, "tokens", "unread"))
    if not doubtful:
        return []
    sentence = f"More or fewer: {logs(doubtful)} may not show all tokens or lines (conda-census sources)."
    return [ExposureNote(number=number, note=sentence) for number in numbers]


_ALWAYS = (
    "What came from the package cache is not seen: the low and the high end say what the caches could do.",
    "What came from a mirror or from a file is not seen at all.",
    "Environments of installations without the plug-in, or that opted out, cannot be counted.",
    "What was removed, or installed by pip, is not seen: an environment holds what it last downloaded.",
    "Whether the vulnerable code ever runs is not seen.",
    "A silent environment may be gone, or in use without a change: it is neither exposed nor remediated.",
)
_AUTOMATIC = "{} is updated by conda at every change of an environment: compare its healing only with {}."


def list_limitations(names: Iterable[str]) -> list[str]:
    """Sentences, of an advisory on packages of these names."""
    automatic = sorted(AUTOMATIC.intersection(names))
    return [*_ALWAYS, *(_AUTOMATIC.format(name, _others(name)) for name in automatic)]


def _others(name: str) -> str:
    return " and ".join(sorted(AUTOMATIC - {name}))
