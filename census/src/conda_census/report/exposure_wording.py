"""How is a number of an exposure written for a reader?"""

from __future__ import annotations

from conda_census.exposure.shape import BandKeys, UnknownShares
from conda_census.metrics.intervals import Interval
from conda_census.report.wording import NO_INTERVAL, count, percent

__all__ = ["CURVE_DAYS", "band", "bounds", "days_interval", "days_of", "looked_at", "unknown_shares"]

#: The days of a curve that are always written out.
CURVE_DAYS = (7, 30, 90, 180)


def band(numbers: BandKeys) -> str:
    """What was observed, and between what it lies."""
    return f"{count(numbers['observed'])}, {bounds(numbers)}"


def bounds(numbers: BandKeys) -> str:
    """Between what it lies."""
    return f"between {count(numbers['low'])} and {count(numbers['high'])}"


def days_of(days: float | None) -> str:
    """A half-life; one that is not known yet is longer than what was seen."""
    return "not reached yet" if days is None else f"{days:g} days"


def days_interval(days: Interval) -> str:
    """The 95 % interval of a half-life; without an end it is longer than anybody was watched."""
    if days["low"] is None:
        return NO_INTERVAL
    if days["high"] is None:
        return f"95 % interval {days['low']:g} days or more"
    return f"95 % interval {days['low']:g} to {days['high']:g} days"


def looked_at(one_in: int) -> str:
    """Said where not all installations were looked at."""
    return f"One installation in {one_in} was looked at, and counts are multiplied."


def unknown_shares(unknown: UnknownShares) -> str:
    """Of how much no advisory can say anything."""
    if unknown["downloads_share"] is None:
        return "Nothing was downloaded within the last 30 days: how much is unknown is not known."
    return (
        f"Of {percent(unknown['downloads_share'])} of the downloads, and of something in "
        f"{percent(unknown['environments_share'])} of the environments, no map knows the project: no "
        "advisory can say anything of these."
    )
