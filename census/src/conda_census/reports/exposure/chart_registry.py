"""Charts of the exposure page."""

from __future__ import annotations

from conda_census.exposure.assessment_schema import Exposure
from conda_census.exposure.follow_up import TimeOrigin
from conda_census.reports.charts.bands import exposed
from conda_census.reports.charts.state_areas import states
from conda_census.reports.charts.still_downloaded_bars import still_downloaded
from conda_census.reports.charts.survival_curve import since_disclosure, since_fix
from conda_census.reports.exposure import alt_text as alternatives
from conda_census.reports.render.chart import Figure

__all__ = ["EXPOSURE_FIGURES"]

#: In page order. A single day has no course.
EXPOSURE_FIGURES: tuple[Figure[Exposure], ...] = (
    Figure(
        "exposed",
        "Exposed environments by class of installation, with their band",
        lambda exposure: bool(exposure["exposed"]["high"] or exposure["exposed"]["observed"]),
        exposed,
        alternatives.exposed,
    ),
    Figure(
        "states",
        "Where those exposed at the disclosure stand, day by day",
        lambda exposure: len(exposure["states"]) > 1,
        states,
        alternatives.states,
    ),
    Figure(
        "since_disclosure",
        "Share still exposed, by days since the disclosure, with its band",
        lambda exposure: _has_course(exposure, "disclosure"),
        since_disclosure,
        alternatives.since_disclosure,
    ),
    Figure(
        "since_fix",
        "Share still exposed, by days since there was a fix for the platform, with its band",
        lambda exposure: _has_course(exposure, "fix_available"),
        since_fix,
        alternatives.since_fix,
    ),
    Figure(
        "still_downloaded",
        "Downloads of affected versions within the last 30 days, by tool",
        lambda exposure: any(row["downloads"] for row in exposure["still_downloaded"]),
        still_downloaded,
        alternatives.still_downloaded,
    ),
)


def _has_course(exposure: Exposure, origin: TimeOrigin) -> bool:
    return any(len(curves[origin]) > 1 for curves in (exposure["curve"], exposure["incident_curve"]))
