"""How does the exposure to one advisory look as a page?"""

from __future__ import annotations

from pathlib import Path

from conda_census.exposure.shape import Exposure
from conda_census.report import wording
from conda_census.report.exposure_definitions import DEFINITIONS, NO_FIX, NO_PACKAGE
from conda_census.report.exposure_figures import EXPOSURE_FIGURES
from conda_census.report.exposure_tables import exposure_tables
from conda_census.report.exposure_wording import bounds, days_interval, days_of, looked_at, unknown_shares
from conda_census.report.pages import drawn, rendered
from conda_census.report.written import write_whole

__all__ = ["exposure_page", "write_exposure_page"]

_BEFORE = "That is before the disclosure: nobody can have moved on yet."
_NOBODY_THEN = "nobody was exposed at the disclosure"


def exposure_page(exposure: Exposure) -> str:
    """The page as HTML: styles and charts inside, no script, no reference to anything outside."""
    return rendered(
        "exposure.html.j2",
        figures=drawn(EXPOSURE_FIGURES, exposure),
        tables=exposure_tables(exposure),
        exposure=exposure,
        completeness=wording.completeness(exposure["window"]),
        looked_at=looked_at(exposure["one_in"]),
        warnings=_warnings(exposure),
        bounds=bounds(exposure["exposed"]),
        upgraded=_upgraded(exposure),
        half=_half(exposure),
        half_interval=_half_interval(exposure),
        nobody="Nobody: no active environment is known to hold an affected build on this day.",
        no_course=_no_course(exposure),
        define=DEFINITIONS,
        no_fix=NO_FIX,
        no_package=NO_PACKAGE,
        unknown=unknown_shares(exposure["unknown"]),
        missing=(wording.NOTHING_TO_DIVIDE, days_of(None)),
        not_said=wording.NOT_SAID,
    )


def write_exposure_page(exposure: Exposure, file: Path) -> None:
    """Writes the page to ``file``, whole or not at all.

    Raises:
        CensusError: the file cannot be written.
    """
    write_whole(file, exposure_page(exposure).encode(), "page")


def _is_before(exposure: Exposure) -> bool:
    return exposure["as_of"] < exposure["disclosed"]


def _warnings(exposure: Exposure) -> list[str]:
    found = []
    if not exposure["advisory"]["packages"]:
        found.append(NO_PACKAGE)
    if _is_before(exposure):
        found.append(_BEFORE)
    return found


def _upgraded(exposure: Exposure) -> str:
    """How sure the share is; where it is not known, why."""
    if exposure["upgraded_share"]["value"] is not None:
        return wording.interval(exposure["upgraded_share"])
    if not exposure["curve"]["disclosure"]:
        return _why_no_curve(exposure)
    last = exposure["curve"]["disclosure"][-1]
    return f"nobody is watched any more; {wording.percent(1 - last['share'])} on day {last['day']}"


def _half(exposure: Exposure) -> str:
    return (
        days_of(exposure["median_days"]["value"])
        if exposure["prevalent"]["entered"]
        else wording.NOTHING_TO_DIVIDE
    )


def _half_interval(exposure: Exposure) -> str:
    return (
        days_interval(exposure["median_days"])
        if exposure["prevalent"]["entered"]
        else _why_no_curve(exposure)
    )


def _why_no_curve(exposure: Exposure) -> str:
    return "before the disclosure" if _is_before(exposure) else _NOBODY_THEN


def _no_course(exposure: Exposure) -> str:
    if _is_before(exposure):
        return _BEFORE
    if exposure["as_of"] == exposure["disclosed"]:
        return "The first day has no course yet."
    return "Nobody was exposed at the disclosure or since, so there is no course to draw."
