"""Whom does a curve watch, of those who may be gone when the watch begins?"""

from __future__ import annotations

from conda_census.survival.survival_data import Days, Numbers, Truths, Units

__all__ = ["watched_units"]


def watched_units(entry: Days, leave: Days, event: Truths, cluster: Numbers) -> Units:
    """Those who are watched for any time at all."""
    watched = entry < leave
    return Units(entry[watched], leave[watched], event[watched], cluster[watched])
