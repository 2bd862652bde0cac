"""Page of the exposure to one advisory."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from conda_census.exposure.assessment_schema import Exposure
from conda_census.exposure.unclear_records import WHICH_ARE_AFFECTED
from conda_census.metrics.intervals import Estimate
from conda_census.reports.exposure.chart_registry import EXPOSURE_FIGURES
from conda_census.reports.exposure.definitions import (
    DEFINITIONS,
    NO_FIX,
    NO_PACKAGE,
    NOT_DOWNLOADED,
    WITHDRAWN,
)
from conda_census.reports.exposure.tables import exposure_tables
from conda_census.reports.exposure.wording import (
    affected_of,
    are_downloads_known,
    are_versions_known,
    bounds,
    days_interval,
    days_of,
    half_life,
    is_healing_known,
    is_unknown_for_gaps,
    looked_at,
    unknown_shares,
)
from conda_census.reports.render import numbers as wording
from conda_census.reports.render.about import About
from conda_census.reports.render.card_charts import course, span
from conda_census.reports.render.output_files import write_whole
from conda_census.reports.render.pages import drawn, rendered
from conda_census.reports.usage.notes import notes_on

__all__ = ["exposure_page", "write_exposure_page"]

_BEFORE = "That is before the disclosure: nobody can have moved on yet."
_LATER = "not before a day without a log"
_NO_VERSIONS = "the record does not say which versions are affected"
_NOBODY_THEN = "nobody was exposed at the disclosure"


#: The sections in order, by link target.
_CONTENTS = {
    "fix": "What to move to",
    "exposed": "Exposed now",
    "healing": "Healing",
    "still-downloaded": "Still downloaded",
    "affected": "Affected packages",
    "blind-spots": "What this cannot see",
}


def exposure_page(exposure: Exposure, about: About | None = None) -> str:
    """Return the page as HTML: styles and charts inline, no script, no reference to anything external."""
    return rendered(
        "exposure.html.j2",
        about or About(),
        _CONTENTS,
        drawn(EXPOSURE_FIGURES, exposure),
        exposure_tables(exposure),
        exposure=exposure,
        completeness=wording.completeness(exposure["window"]),
        looked_at=looked_at(exposure["one_in"]),
        warnings=_warnings(exposure),
        bounds=_bounds(exposure),
        upgraded=_upgraded_text(exposure),
        upgraded_interval=_upgraded_interval(exposure),
        half=_half(exposure),
        half_interval=_half_interval(exposure),
        nobody=_nobody(exposure),
        notes=lambda *numbers: notes_on(exposure["notes"], *numbers),
        not_downloaded=NOT_DOWNLOADED,
        are_downloads_known=are_downloads_known(exposure),
        unknown_share=_unknown_share(exposure),
        no_course=_no_course(exposure),
        define=DEFINITIONS,
        no_fix=NO_FIX if exposure["advisory"]["packages"] else _why_nothing(exposure),
        unknown_of=_unknown_of(exposure),
        affected_of=affected_of,
        are_versions_known=are_versions_known(exposure),
        no_package=_why_nothing(exposure),
        unknown=unknown_shares(exposure["unknown"], is_gap=is_unknown_for_gaps(exposure)),
        missing=(wording.NOTHING_TO_DIVIDE, wording.NOT_KNOWN, days_of(None)),
        not_said=wording.NOT_SAID,
        card_charts=_card_charts(exposure),
    )


def write_exposure_page(exposure: Exposure, file: Path, about: About | None = None) -> None:
    """Write the page to ``file``, completely or not at all.

    Raises:
        CensusError: the file cannot be written.
    """
    write_whole(file, exposure_page(exposure, about).encode(), "page")


def _card_charts(exposure: Exposure) -> dict[str, Markup]:
    """Return the small chart of each card, by its name; empty if there is nothing to draw."""
    exposed, half = exposure["exposed"], exposure["median_days"]
    return {
        "exposed": span(
            exposed["low"],
            exposed["observed"],
            exposed["high"],
            "What was observed, between its bounds, from 0 on",
        ),
        "upgraded": course(
            [1 - point["share"] for point in exposure["curve"]["disclosure"]],
            "The share that moved on, by days since the disclosure",
        ),
        "half": span(half.low, half.value, half.high, "The median on its 95 % interval, from 0 on"),
        "unknown": Markup(""),
    }


def _is_before(exposure: Exposure) -> bool:
    return exposure["as_of"] < exposure["disclosed"]


def _warnings(exposure: Exposure) -> list[str]:
    found = []
    if not exposure["advisory"]["packages"]:
        found.append(_why_nothing(exposure))
    if not are_versions_known(exposure):
        found += [
            note for note in notes_on(exposure["notes"], "exposed") if note.startswith(WHICH_ARE_AFFECTED)
        ]
    if _is_before(exposure):
        found.append(_BEFORE)
    return found


def _why_nothing(exposure: Exposure) -> str:
    return WITHDRAWN if exposure["advisory"]["withdrawn"] else NO_PACKAGE


def _bounds(exposure: Exposure) -> str:
    exposed = exposure["exposed"]
    if exposed["low"] is None:
        return _why_not_known(exposure)
    return "nobody" if exposed["high"] == 0 else bounds(exposed)


def _nobody(exposure: Exposure) -> str:
    if exposure["exposed"]["observed"] is None:
        return f"Not known: {_why_not_known(exposure)}."
    return "Nobody: no active environment is known to hold an affected build on this day."


def _why_not_known(exposure: Exposure) -> str:
    return "days of the last 30 have no log" if are_versions_known(exposure) else _NO_VERSIONS


def _unknown_share(exposure: Exposure) -> str:
    if is_unknown_for_gaps(exposure):
        return wording.NOT_KNOWN
    return wording.percent(exposure["unknown"]["environments_share"])


def _upgraded_text(exposure: Exposure) -> str:
    if not is_healing_known(exposure, exposure["as_of"]):
        return wording.NOT_KNOWN
    return wording.percent(_upgraded(exposure).value)


def _upgraded(exposure: Exposure) -> Estimate:
    """Return the share on the last day, or on the last day on which anybody was observed."""
    curve, upgraded = exposure["curve"]["disclosure"], exposure["upgraded_share"]
    if upgraded.value is not None or not curve:
        return upgraded
    share, low, high = curve[-1]["share"], curve[-1]["low"], curve[-1]["high"]
    return Estimate(
        value=1 - share,
        low=None if high is None else 1 - high,
        high=None if low is None else 1 - low,
    )


def _upgraded_interval(exposure: Exposure) -> str:
    curve = exposure["curve"]["disclosure"]
    if not curve:
        return _why_no_curve(exposure)
    sure = wording.interval(_upgraded(exposure))
    if not is_healing_known(exposure, exposure["as_of"]):
        share = wording.percent(_upgraded(exposure).value)
        return f"{share}, {sure}, on day {curve[-1]['day']}, the last before a day without a log"
    if exposure["upgraded_share"].value is not None:
        return sure
    return f"{sure}, on day {curve[-1]['day']}: nobody was watched longer"


def _half(exposure: Exposure) -> str:
    if exposure["prevalent"]["entered"] == 0:
        return wording.NOTHING_TO_DIVIDE
    return half_life(exposure, exposure["as_of"])


def _half_interval(exposure: Exposure) -> str:
    if not exposure["prevalent"]["entered"]:
        return _why_no_curve(exposure)
    if _half(exposure) == wording.NOT_KNOWN:
        return _LATER
    return days_interval(exposure["median_days"])


def _why_no_curve(exposure: Exposure) -> str:
    if not are_versions_known(exposure):
        return _NO_VERSIONS
    if exposure["healing_until"] is None:
        return "days before the disclosure have no log"
    return "before the disclosure" if _is_before(exposure) else _NOBODY_THEN


def _unknown_of(exposure: Exposure) -> str:
    """Return the bases of the share of environments and of the share of downloads."""
    unknown = exposure["unknown"]
    if is_unknown_for_gaps(exposure):
        return "days of the last 30 have no log"
    if unknown["downloads_share"] is None:
        return "nothing was downloaded within the last 30 days"
    return f"of environments, and {wording.percent(unknown['downloads_share'])} of downloads"


def _no_course(exposure: Exposure) -> str:
    if _is_before(exposure):
        return _BEFORE
    if not are_versions_known(exposure):
        return f"Not known: {_NO_VERSIONS}."
    if exposure["healing_until"] is None:
        return "Not known: days before the disclosure have no log."
    if not is_healing_known(exposure, exposure["as_of"]):
        return "Not known: days after the disclosure have no log."
    if exposure["as_of"] == exposure["disclosed"]:
        return "The first day has no course yet."
    return "Nobody was exposed at the disclosure or since, so there is no course to draw."
