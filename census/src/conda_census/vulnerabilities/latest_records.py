"""Merge of imported records with stored ones: the latest record about each subject counts."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from conda_census.errors import CensusError

__all__ = ["Imported", "Latest", "latest"]

Record = TypeVar("Record")


@dataclass(frozen=True)
class Imported:
    """Result of an import.

    Attributes:
        new, updated: the number of records that were added, and that replaced an earlier one.
        unchanged: the number of records of which the lake had this version or a later one.
        total: the number of records that the lake has now.
        problems: one error for each record that was left out and each file that could not be read.
    """

    new: int
    updated: int
    unchanged: int
    total: int
    problems: tuple[CensusError, ...]


@dataclass(frozen=True)
class Latest(Generic[Record]):
    """The records that count now, and the numbers of new and updated ones."""

    all: tuple[Record, ...]
    new: int
    updated: int

    def imported(self, read: int, problems: Iterable[CensusError]) -> Imported:
        """Return the result of an import of ``read`` records."""
        unchanged = read - self.new - self.updated
        return Imported(self.new, self.updated, unchanged, len(self.all), tuple(problems))


def latest(
    before: Iterable[Record],
    read: Iterable[Record],
    about: Callable[[Record], Hashable],
    said_at: Callable[[Record], datetime],
) -> Latest[Record]:
    """Keep the latest of all records about the same subject; of two with the same time the first.

    Args:
        before: the stored records.
        read: the imported records, in their order.
        about: returns the subject of a record.
        said_at: returns the time of a record.
    """
    earlier = {about(record): record for record in before}
    now = dict(earlier)
    for record in read:
        if said_at(now.setdefault(about(record), record)) < said_at(record):
            now[about(record)] = record
    updated = sum(now[key] is not record for key, record in earlier.items())
    return Latest(tuple(now.values()), len(now) - len(earlier), updated)
