"""Whom does a curve watch, of those who may be gone when the watch begins?"""

from __future__ import annotations

from conda_census.survival.survival_data import Days, Numbers, SurvivalData, Truths

__all__ = ["watched_units"]


def watched_units(entry: Days, leave: Days, event: Truths, cluster: Numbers) -> SurvivalData:
    """Those who are watched for any time at all."""
    watched = entry < leave
    return SurvivalData(entry[watched], leave[watched], event[watched], cluster[watched])
