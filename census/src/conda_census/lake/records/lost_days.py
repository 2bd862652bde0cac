"""Days with lost rows, and the log lines that must be read again to restore these days.

Counts by day treat a lost day like a day without a log: nothing is known of it, whatever rows of it are left
in the tables. ``lost_days`` returns these days for the report, for ``sources`` and for exposure.

The file ``lost.json`` of the lake has the days and the lines that they need (``wanted_lines``). The totals
(``ledger``) have the number of days. So a lake without its ``lost.json`` is damaged, and never looks like one
without lost days. For a day that is lost for good, the lines that it needs are not known.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from conda_census.atomic_files import replace_durably
from conda_census.errors import LakeError
from conda_census.lake.records.ledger import Ledger
from conda_census.lake.records.wanted_lines import Wanted, days_of, merged, wanted_from_json, wanted_to_json
from conda_census.lake.store import Lake

__all__ = ["LOST", "Lost", "change_lost", "lost_days", "mark_lost", "note_lost", "read_lost"]

#: Name of the file in the lake; it does not exist as long as nothing was ever lost.
LOST = "lost.json"
_BYTES_MAX = 1 << 28
_LOCK = "lost.lock"
_TIMEOUT_S = 600


@dataclass(frozen=True)
class Lost:
    """The lost days and their needs.

    Attributes:
        days: the lost days.
        for_good: the days whose needs are not known.
        wanted: the lines that the other days need.
    """

    days: frozenset[date] = field(default_factory=frozenset)
    for_good: frozenset[date] = field(default_factory=frozenset)
    wanted: tuple[Wanted, ...] = ()

    def wanted_by(self, day: date) -> list[Wanted]:
        """Return the lines that a day needs."""
        return [lines for lines in self.wanted if day in lines.days]


def read_lost(path: Path) -> Lost:
    """Return what is lost of the lake in this folder; usually nothing.

    Raises:
        LakeError: ``lost.json`` is damaged or cannot be read.
    """
    place = path / LOST
    try:
        with place.open("rb") as file:
            content = json.loads(file.read(_BYTES_MAX))
        days = frozenset(date.fromisoformat(day) for day in content["days"])
        wanted = wanted_from_json(content.get("wanted", ()))
        # An earlier version did not record the lines that a day needs.
        for_good = frozenset(date.fromisoformat(day) for day in content.get("for_good", content["days"]))
    except FileNotFoundError:
        return Lost()
    except OSError as error:
        raise LakeError(f"{place}: cannot be read ({error.strerror}): give access to it") from None
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise LakeError(f"{place}: damaged: restore it from your backup") from None
    return Lost(days, for_good, wanted)


def lost_days(path: Path) -> frozenset[date]:
    """Return the UTC days of the lake in this folder that are unknown because rows of them are lost.

    Raises:
        LakeError: ``lost.json`` is damaged or cannot be read.
    """
    return read_lost(path).days


def mark_lost(lake: Lake, days: Iterable[date], wanted: Iterable[Wanted] = ()) -> None:
    """Add days to the lost ones, with the lines that they need; a day that needs none is lost for good.

    Raises:
        LakeError: ``lost.json`` is damaged, or the lake cannot be written.
    """
    new = frozenset(days)
    new_lines = [replace(lines, days=tuple(sorted(new.intersection(lines.days)))) for lines in wanted]
    for_good = new.difference(days_of(new_lines))
    change_lost(
        lake,
        lambda lost: Lost(lost.days | new, lost.for_good | for_good, merged([*lost.wanted, *new_lines])),
    )


def change_lost(lake: Lake, change: Callable[[Lost], Lost]) -> Lost:
    """Apply ``change`` to the record of what is lost, and return the new record.

    The totals never count more days than the file, so that a killed run leaves a lake in order.

    Raises:
        LakeError: ``lost.json`` is damaged, or the lake cannot be written.
    """
    place = lake.path / LOST
    with lake.alone(_LOCK, "another run writes down which days are lost", _TIMEOUT_S), lake.private():
        before = read_lost(lake.path)
        after = change(before)
        if len(after.days) < len(before.days):
            _note(lake, len(after.days))
        if after != before:
            content = {
                "days": sorted(map(date.isoformat, after.days)),
                "for_good": sorted(map(date.isoformat, after.for_good)),
                "wanted": wanted_to_json(after.wanted),
            }
            try:
                replace_durably(place, json.dumps(content).encode())
            except OSError as error:
                raise LakeError(f"{place}: cannot be written ({error.strerror}): give access to it") from None
        if after.days or before.days:
            _note(lake, len(after.days))
    return after


def note_lost(lake: Lake) -> None:
    """Record the number of lost days in the totals, if the totals themselves were lost.

    Raises:
        LakeError: ``lost.json`` is damaged, or the lake cannot be written.
    """
    change_lost(lake, lambda lost: lost)


def _note(lake: Lake, number: int) -> None:
    ledger = Ledger(lake.table("sources"))
    if ledger.lost_days != number:
        lake.note("sources", ledger.with_lost_days(number))
