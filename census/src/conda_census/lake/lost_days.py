"""Days of which rows are lost for good, which a repair marks so.

Whoever counts by day treats a lost day like a day without a log: nothing is known of it, whatever rows of it
are left in the tables. ``lost_days`` names these days for the report, for ``sources`` and for exposure.

The days stand in the file ``lost.json`` of the lake, and how many they are in the totals (``ledger``). So a
lake without its ``lost.json`` is a damaged one, and never one of which nothing is lost.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from conda_census.atomic_files import replace_durably
from conda_census.errors import LakeError
from conda_census.lake.ledger import Ledger
from conda_census.lake.store import Lake

__all__ = ["LOST", "lost_days", "mark_lost"]

#: Name of the file in the lake; there is none as long as nothing is lost.
LOST = "lost.json"
_BYTES_MAX = 1 << 20


def lost_days(path: Path) -> frozenset[date]:
    """The UTC days of the lake in this folder that are unknown, for rows of them are lost; none as a rule.

    Raises:
        LakeError: ``lost.json`` is damaged or cannot be read.
    """
    place = path / LOST
    try:
        with place.open("rb") as file:
            content = json.loads(file.read(_BYTES_MAX))
        return frozenset(date.fromisoformat(day) for day in content["days"])
    except FileNotFoundError:
        return frozenset()
    except OSError as error:
        raise LakeError(f"{place}: cannot be read ({error.strerror}): give access to it") from None
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise LakeError(f"{place}: damaged: restore it from your backup") from None


def mark_lost(lake: Lake, days: Iterable[date]) -> None:
    """Add days to what is lost.

    Raises:
        LakeError: ``lost.json`` is damaged, or the lake cannot be written.
    """
    place = lake.path / LOST
    all_days = lost_days(lake.path).union(days)
    try:
        with lake.private():
            replace_durably(place, json.dumps({"days": sorted(map(date.isoformat, all_days))}).encode())
    except OSError as error:
        raise LakeError(f"{place}: cannot be written ({error.strerror}): give access to it") from None
    lake.note("sources", Ledger(lake.table("sources")).with_lost_days(len(all_days)))
