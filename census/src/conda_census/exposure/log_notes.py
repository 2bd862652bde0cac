"""Sentences on what copies of logs, and logs unread or in doubt, do to the numbers of an exposure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Literal

from conda_census.engines.lake_tables import LakeTables
from conda_census.exposure.assessment_schema import ExposureNote
from conda_census.exposure.known_numbers import first_of_active_days
from conda_census.metrics.coverage.accounting import logs
from conda_census.metrics.coverage.copied_logs import copies_count_again, count_copies
from conda_census.metrics.coverage.doubtful_logs import count_logs, doubts_about_logs
from conda_census.metrics.coverage.window import Window, within

__all__ = ["notes_on_copies", "notes_on_doubtful_logs", "notes_on_unread_logs"]


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
