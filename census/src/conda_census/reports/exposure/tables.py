"""Tables behind the charts of an exposure."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from conda_census.exposure.assessment_schema import CurvePoint, Exposure
from conda_census.reports.exposure.totals import bands_by_class
from conda_census.reports.exposure.wording import CURVE_DAYS
from conda_census.reports.render.numbers import NOT_SAID
from conda_census.reports.render.timeline import thinned
from conda_census.reports.usage.tables import flat_table

__all__ = ["exposure_tables"]

#: A table on a page has about this many days.
_MOST_DAYS = 40
_TEXT, _COUNT, _SHARE = pa.string(), pa.int64(), pa.float64()


def exposure_tables(exposure: Exposure) -> dict[str, pa.Table]:
    """Return the tables by the name of the chart. Long courses are thinned, as JSON has every day."""
    curve, incident = exposure["curve"], exposure["incident_curve"]
    return {
        "exposed": _exposed(exposure),
        "states": _states(exposure),
        "since_disclosure": _curves(curve["disclosure"], incident["disclosure"]),
        "since_fix": _curves(curve["fix_available"], incident["fix_available"]),
        "still_downloaded": _still_downloaded(exposure),
    }


def _exposed(exposure: Exposure) -> pa.Table:
    columns = {"class": _TEXT, "at_the_least": _COUNT, "observed": _COUNT, "at_the_most": _COUNT}
    bands = bands_by_class(exposure).items()
    return flat_table(columns, ((name, band["low"], band["observed"], band["high"]) for name, band in bands))


def _states(exposure: Exposure) -> pa.Table:
    columns = {"day": _COUNT, "remediated": _SHARE, "exposed": _SHARE, "silent": _SHARE}
    days = thinned(exposure["states"], _MOST_DAYS, CURVE_DAYS)
    return flat_table(
        columns, ((day["day"], day["remediated"], day["exposed"], day["silent"]) for day in days)
    )


def _curves(prevalent: list[CurvePoint], incident: list[CurvePoint]) -> pa.Table:
    columns = {"exposed": _TEXT, "day": _COUNT, "still_exposed": _SHARE, "low": _SHARE, "high": _SHARE}
    return flat_table(columns, [*_curve("at the disclosure", prevalent), *_curve("since", incident)])


def _curve(who: str, points: list[CurvePoint]) -> Iterable[tuple[object, ...]]:
    for point in thinned(points, _MOST_DAYS, CURVE_DAYS):
        yield who, point["day"], point["share"], point["low"], point["high"]


def _still_downloaded(exposure: Exposure) -> pa.Table:
    columns = {"build": _TEXT, "from": _TEXT, "tool": _TEXT, "downloads": _COUNT}
    return flat_table(
        columns,
        (
            (
                f"{row['name']} {row['version']} {row['build']}",
                f"{row['channel']}/{row['subdir']}",
                row["tool"] or NOT_SAID,
                row["downloads"],
            )
            for row in exposure["still_downloaded"]
        ),
    )
