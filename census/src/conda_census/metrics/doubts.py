"""Logs of a window that were read although something about them is in doubt."""

from __future__ import annotations

from conda_census.engines.tables import LakeTables
from conda_census.lake.doubts import Doubt, DoubtAbout

__all__ = ["count_logs", "doubts_about_logs"]


def doubts_about_logs(inside: LakeTables, *about: DoubtAbout) -> list[Doubt]:
    """Return the doubts about the logs of a window, in the order in which they came up.

    Those about a log that was taken out again are left out. ``inside`` holds the rows of the window only.
    """
    doubts = [each for each in inside.doubts if each.about in about]
    if not doubts:
        return []
    readings = inside.sources.select("batch", "source").distinct().to_pyarrow().to_pylist()
    there = {(row["batch"], row["source"]) for row in readings}
    return [each for each in doubts if (each.batch, each.source) in there]


def count_logs(doubts: list[Doubt]) -> int:
    """Return about how many logs there are doubts: a log that grew may have several."""
    return len({each.source for each in doubts})
