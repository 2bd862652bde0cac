"""Record of a repair or of a log's removal: batches to remove and logs to read again.

It is written before a row is taken out and is removed when all logs are read. Until then the lake is damaged,
so that a killed repair is run again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from conda_census.atomic_files import replace_durably
from conda_census.errors import LakeError
from conda_census.lake.records.wanted_lines import Wanted, wanted_from_json, wanted_to_json

__all__ = [
    "REPAIR_NOTE",
    "ReadAgain",
    "TakenOut",
    "note_repair",
    "repair_is_done",
    "unfinished_repair",
]

REPAIR_NOTE = "repair.json"


@dataclass(frozen=True)
class TakenOut:
    """A log that is taken out: its name, its heads, its lines, their days, and the notes for the report."""

    source: str
    heads: tuple[str, ...]
    lines: int
    requests: int
    days: tuple[date, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ReadAgain:
    """The task of reading again.

    Attributes:
        batches: names of the batches that are taken out of the lake first.
        is_all: whether the whole lake is read again.
        logs: locations of the logs, by the names of their formats.
        requests: minimum number of requests that the lake must have of each day in the end.
        forgotten: the log that is taken out; null if it is a repair.
        wanted: the lines that must be read in the end, or the days that need them are lost.
        lost: the days that are lost in any case.
        sources_until: the last batch of each writer that ``sources`` has in the end.
    """

    batches: tuple[str, ...] = ()
    is_all: bool = False
    logs: Mapping[str, list[str]] = field(default_factory=dict)
    requests: Mapping[date, int] = field(default_factory=dict)
    forgotten: TakenOut | None = None
    wanted: tuple[Wanted, ...] = ()
    lost: tuple[date, ...] = ()
    sources_until: Mapping[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.batches or self.is_all or self.logs or self.lost)


def unfinished_repair(lake: Path) -> ReadAgain | None:
    """Return the rest of an interrupted repair; usually null.

    Raises:
        LakeError: its record is damaged.
    """
    place = lake / REPAIR_NOTE
    try:
        content = json.loads(place.read_text())
        return ReadAgain(
            tuple(map(str, content["batches"])),
            bool(content["is_all"]),
            {str(name): list(map(str, logs)) for name, logs in content["logs"].items()},
            {date.fromisoformat(day): int(count) for day, count in content["requests"].items()},
            _taken_out(content.get("forgotten")),
            wanted_from_json(content["wanted"]),
            tuple(map(date.fromisoformat, content.get("lost", []))),
            {str(writer): int(batch) for writer, batch in content.get("sources_until", {}).items()},
        )
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LakeError(f"{place}: cannot be read ({error.strerror}): give access to it") from None
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise LakeError(f"{place}: damaged: restore the lake from your backup") from None


def _taken_out(content: Any) -> TakenOut | None:  # noqa: ANN401  (JSON)
    if content is None:
        return None
    return TakenOut(
        str(content["source"]),
        tuple(map(str, content["heads"])),
        int(content["lines"]),
        int(content["requests"]),
        tuple(date.fromisoformat(day) for day in content["days"]),
        tuple(map(str, content["notes"])),
    )


def _texts(days: Iterable[date]) -> list[str]:
    return [day.isoformat() for day in days]


def note_repair(lake: Path, again: ReadAgain) -> None:
    """Record what is going to be read again.

    Raises:
        OSError: the lake cannot be written.
    """
    content = {
        "batches": list(again.batches),
        "is_all": again.is_all,
        "logs": again.logs,
        "requests": {day.isoformat(): count for day, count in again.requests.items()},
        "forgotten": again.forgotten and asdict(again.forgotten) | {"days": _texts(again.forgotten.days)},
        "wanted": wanted_to_json(again.wanted),
        "lost": [day.isoformat() for day in again.lost],
        "sources_until": dict(again.sources_until),
    }
    replace_durably(lake / REPAIR_NOTE, json.dumps(content).encode())


def repair_is_done(lake: Path) -> None:
    """Remove the record, because everything has been read again.

    Raises:
        OSError: the lake cannot be written.
    """
    (lake / REPAIR_NOTE).unlink(missing_ok=True)
