"""Alt text of the charts of an exposure."""

from __future__ import annotations

from conda_census.exposure.assessment_schema import CurvePoint, Exposure
from conda_census.reports.exposure.totals import bands_by_class, downloads_by_version
from conda_census.reports.exposure.wording import CURVE_DAYS, band, is_healing_known
from conda_census.reports.render.numbers import count, day, percent

__all__ = ["exposed", "since_disclosure", "since_fix", "states", "still_downloaded"]


def exposed(exposure: Exposure) -> str:
    """Describe the numbers of the bars."""
    said = "; ".join(f"{name} {band(numbers)}" for name, numbers in bands_by_class(exposure).items())
    return f"Bar chart of exposed environments by class of installation: {said}."


def states(exposure: Exposure) -> str:
    """Describe the states on the last day."""
    last = exposure["states"][-1]
    return (
        f"Chart of those exposed at the disclosure over {count(last['day'])} days. On the last day "
        f"{percent(last['remediated'])} are remediated, {percent(last['exposed'])} exposed and "
        f"{percent(last['silent'])} silent.{_unknown_later(exposure)}"
    )


def since_disclosure(exposure: Exposure) -> str:
    """Describe the shares on some days."""
    curves = (exposure["curve"]["disclosure"], exposure["incident_curve"]["disclosure"])
    return f"{_curves('the disclosure', *curves)}{_unknown_later(exposure)}"


def since_fix(exposure: Exposure) -> str:
    """Describe the shares on some days."""
    curves = (exposure["curve"]["fix_available"], exposure["incident_curve"]["fix_available"])
    return f"{_curves('there was a fix', *curves)}{_unknown_later(exposure)}"


def still_downloaded(exposure: Exposure) -> str:
    """Describe the sums of the bars."""
    sums = {version: sum(tools.values()) for version, tools in downloads_by_version(exposure).items()}
    said = ", ".join(f"{version} {count(number)}" for version, number in sums.items())
    return f"Bar chart of downloads of affected versions within the last 30 days: {said}."


def _unknown_later(exposure: Exposure) -> str:
    if is_healing_known(exposure, exposure["as_of"]):
        return ""
    last = exposure["healing_until"] or exposure["disclosed"]
    return f" After {day(last)} it is not known, for days have no log."


def _curves(event: str, prevalent: list[CurvePoint], incident: list[CurvePoint]) -> str:
    said = f"Chart of the share still exposed, by days since {event}."
    for who, points in (("at the disclosure", prevalent), ("since", incident)):
        if points:
            on = [*[point for point in points[:-1] if point["day"] in CURVE_DAYS], points[-1]]
            days = ", ".join(f"{percent(point['share'])} on day {point['day']}" for point in on)
            said = f"{said} Of those exposed {who}: {days}."
    return said
