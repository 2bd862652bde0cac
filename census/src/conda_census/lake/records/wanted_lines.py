"""Lines of logs without which days are lost.

Before rows are taken out or given up, the lines that they come from are recorded (``lost_days``,
``unfinished_repair``). The days are known again when all these lines were read again. Each line has a mark
that depends on all lines before it, so no other log is mistaken for the wanted one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

__all__ = ["Wanted", "days_of", "merged", "wanted_from_json", "wanted_to_json"]


@dataclass(frozen=True)
class Wanted:
    """Lines of a log that days need.

    Attributes:
        source: the name under which they were read.
        format_name: the format in which they were read.
        batch: the batch that read them and lost rows of them; empty if it is out of the lake.
        head: of the log, as in ``sources``; empty if it is not known.
        first_line: number of the first line, from 1.
        lines: number of lines.
        marks: number of lines that have a mark.
        digest: keyed digest of these marks; empty if there are none.
        days: the days that are lost without them.
    """

    source: str
    format_name: str
    batch: str
    head: str
    first_line: int
    lines: int
    marks: int
    digest: str
    days: tuple[date, ...]


def merged(wanted: Iterable[Wanted], but: Collection[date] = ()) -> tuple[Wanted, ...]:
    """Return each range of lines once, with all its days except some; drop lines that no day needs."""
    days: dict[Wanted, set[date]] = defaultdict(set)
    for entry in wanted:
        days[replace(entry, days=())].update(set(entry.days).difference(but))
    return tuple(replace(lines, days=tuple(sorted(of_lines))) for lines, of_lines in days.items() if of_lines)


def days_of(wanted: Iterable[Wanted]) -> set[date]:
    """Return the days that need these lines."""
    return {day for lines in wanted for day in lines.days}


def wanted_to_json(wanted: Iterable[Wanted]) -> list[dict[str, Any]]:
    """Return the lines in the form of a record of the lake."""
    return [asdict(lines) | {"days": [day.isoformat() for day in lines.days]} for lines in wanted]


def wanted_from_json(content: Iterable[Mapping[str, Any]]) -> tuple[Wanted, ...]:
    """Return the lines in a record of the lake.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: it is damaged.
    """
    return tuple(
        Wanted(
            source=str(entry["source"]),
            format_name=str(entry["format_name"]),
            batch=str(entry["batch"]),
            head=str(entry["head"]),
            first_line=int(entry["first_line"]),
            lines=int(entry["lines"]),
            marks=int(entry["marks"]),
            digest=str(entry["digest"]),
            days=tuple(map(date.fromisoformat, entry["days"])),
        )
        for entry in content
    )
