"""Wording of the numbers of an exposure."""

from __future__ import annotations

from conda_census.exposure.assessment_schema import (
    BandKeys,
    Exposure,
    Exposures,
    RankedAdvisory,
    UnknownShares,
)
from conda_census.exposure.unclear_records import WHICH_ARE_AFFECTED
from conda_census.metrics.intervals import Estimate
from conda_census.reports.render.numbers import NO_INTERVAL, NOT_KNOWN, completeness, count, percent
from conda_census.reports.usage.notes import notes_on
from conda_census.vulnerabilities.affected_packages import AdvisedPackage

__all__ = [
    "CURVE_DAYS",
    "affected_of",
    "are_downloads_known",
    "are_versions_known",
    "band",
    "bounds",
    "days_interval",
    "days_of",
    "gaps",
    "half_life",
    "is_healing_known",
    "looked_at",
    "moved_on",
    "unknown_shares",
]

#: The days of a curve that are always shown.
CURVE_DAYS = (7, 30, 90, 180)

#: The starts of notes for numbers that stay known, which say in which direction they may err.
_WAYS_TO_ERR = ("Too high", "More or fewer")


def are_downloads_known(exposure: Exposure) -> bool:
    """Return whether it is known that nobody downloads an affected build any more, if no build is listed."""
    return all(note.startswith(_WAYS_TO_ERR) for note in notes_on(exposure["notes"], "still_downloaded"))


def band(numbers: BandKeys) -> str:
    """Write the observed number and its range."""
    if numbers["observed"] is None:
        return NOT_KNOWN if numbers["low"] is None else f"at least {count(numbers['low'])}"
    return f"{count(numbers['observed'])}, {bounds(numbers)}"


def bounds(numbers: BandKeys) -> str:
    """Write the range."""
    if numbers["low"] is None:
        return NOT_KNOWN
    if numbers["high"] is None:
        return f"at least {count(numbers['low'])}, at the most {NOT_KNOWN}"
    return f"between {count(numbers['low'])} and {count(numbers['high'])}"


def days_of(days: float | None) -> str:
    """Write a half-life; one that is not known yet is longer than the observed time."""
    return "not reached yet" if days is None else f"{days:g} days"


def days_interval(days: Estimate) -> str:
    """Write the 95 % interval of a half-life; without an end it is longer than the observed time."""
    if days.low is None:
        return NO_INTERVAL
    if days.high is None:
        return f"95 % interval {days.low:g} days or more"
    return f"95 % interval {days.low:g} to {days.high:g} days"


def affected_of(package: AdvisedPackage) -> str:
    """Return the affected versions of a package, and that there may be others."""
    unclear = [f"not known (the record {why})" for why in package["unclear"]]
    return " or ".join([*package["affected"], *unclear]) or "no version"


def are_versions_known(exposure: Exposure) -> bool:
    """Return whether the record names the affected versions."""
    return not any(note.startswith(WHICH_ARE_AFFECTED) for note in notes_on(exposure["notes"], "exposed"))


def looked_at(one_in: int) -> str:
    """Say that not all installations were examined."""
    return f"One installation in {one_in} was looked at, and counts are multiplied."


def gaps(exposure: Exposure | Exposures) -> str:
    """Say how many of the days have no log; nothing if all have one."""
    window = exposure["window"]
    return completeness(window) if window.days_without_log else ""


def is_healing_known(row: Exposure | RankedAdvisory, as_of: str) -> bool:
    """Return whether the installations that moved on are known up to ``as_of``."""
    return row["healing_until"] == as_of


def moved_on(row: Exposure | RankedAdvisory, as_of: str) -> str:
    """Write the share that moved on, or that it is not known."""
    return percent(row["upgraded_share"].value) if is_healing_known(row, as_of) else NOT_KNOWN


def half_life(row: Exposure | RankedAdvisory, as_of: str) -> str:
    """Write the half-life; if a day has no log, one that was not reached may have been reached later."""
    median = row["median_days"].value
    return days_of(median) if median is not None or is_healing_known(row, as_of) else NOT_KNOWN


def is_unknown_for_gaps(document: Exposure | Exposures) -> bool:
    """Return whether days without a log are the reason why the share without an advisory is not known."""
    return document["unknown"]["downloads_share"] is None and bool(notes_on(document["notes"], "unknown"))


def unknown_shares(unknown: UnknownShares, *, is_gap: bool = False) -> str:
    """Write the share for which no advisory has data. ``is_gap``: a day without a log leaves it open."""
    if is_gap:
        return f"Of how much no advisory can say anything is {NOT_KNOWN}: days of the last 30 have no log."
    if unknown["downloads_share"] is None:
        return "Nothing was downloaded within the last 30 days: how much is unknown is not known."
    return (
        f"Of {percent(unknown['downloads_share'])} of the downloads, and of something in "
        f"{percent(unknown['environments_share'])} of the environments, no map knows the project: no "
        "advisory can say anything of these."
    )
