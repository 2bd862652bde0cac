"""Days of which rows are lost for good, as ``conda-census repair`` has marked them.

Whoever counts by day treats a lost day like a day without a log: nothing is known of it, whatever rows of it
are left in the tables. ``lost_days(lake)`` names these days for the report, for ``sources`` and for exposure.

The file ``lost.json`` of the lake also says how many rows each table lacks. The lake's check of itself adds
them to what is there, so that a lake without its ``lost.json`` is a damaged one, and never a smaller one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from conda_census.atomic_files import create_exclusively
from conda_census.errors import LakeError
from conda_census.lake.store import Lake

__all__ = ["LOST", "Lost", "lost_days", "mark_lost", "read_lost"]

#: Name of the file in the lake; there is none as long as nothing is lost.
LOST = "lost.json"
_BYTES_MAX = 1 << 20


@dataclass(frozen=True)
class Lost:
    """What is lost for good.

    Attributes:
        days: UTC days of which rows are missing in a table.
        rows: how many rows are missing, by table.
    """

    days: frozenset[date] = frozenset()
    rows: Mapping[str, int] = field(default_factory=dict)


def lost_days(lake: Lake) -> set[date]:
    """The UTC days that are to be shown as unknown, for rows of them are lost; none as a rule.

    Raises:
        LakeError: ``lost.json`` is damaged.
    """
    return set(read_lost(lake.path).days)


def read_lost(path: Path) -> Lost:
    """What is lost in the lake of this folder.

    Raises:
        LakeError: ``lost.json`` is damaged or cannot be read.
    """
    place = path / LOST
    if not place.is_file():
        return Lost()
    try:
        with place.open("rb") as file:
            content = json.loads(file.read(_BYTES_MAX))
        days = frozenset(date.fromisoformat(day) for day in content["days"])
        return Lost(days, {str(table): int(rows) for table, rows in content["rows"].items()})
    except OSError as error:
        raise LakeError(f"{place}: cannot be read ({error.strerror}): give access to it") from None
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise LakeError(
            f"{place}: damaged: restore it from your backup, or delete it and run conda-census repair"
        ) from None


def mark_lost(lake: Lake, days: Iterable[date], rows: Mapping[str, int]) -> None:
    """Add days, and the rows that each table lacks, to what is lost; all at once or not at all.

    Raises:
        LakeError: ``lost.json`` is damaged or cannot be written.
    """
    before, place = read_lost(lake.path), lake.path / LOST
    sums = {table: before.rows.get(table, 0) + rows.get(table, 0) for table in {*before.rows, *rows}}
    content = {
        "days": sorted(day.isoformat() for day in before.days.union(days)),
        "rows": dict(sorted(sums.items())),
    }
    draft = lake.path / f"{LOST}.new"
    try:
        draft.unlink(missing_ok=True)
        with lake.private():
            create_exclusively(draft, json.dumps(content).encode())
        draft.replace(place)
    except OSError as error:
        raise LakeError(f"{place}: cannot be written ({error.strerror}): give access to it") from None
