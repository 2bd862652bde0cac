"""Of what was read and what was there before, what counts? Of each thing the latest that was said of it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from conda_census.errors import CensusError

__all__ = ["Imported", "Latest", "latest"]

Said = TypeVar("Said")


@dataclass(frozen=True)
class Imported:
    """What became of what was read.

    ``unchanged`` is that of which the lake had this or something later, ``total`` what it has now;
    ``problems`` are one for each thing that was left out, and for each file that could not be read.
    """

    new: int
    updated: int
    unchanged: int
    total: int
    problems: tuple[CensusError, ...]


@dataclass(frozen=True)
class Latest(Generic[Said]):
    """What counts now, and how many of it are new or updated."""

    all: tuple[Said, ...]
    new: int
    updated: int

    def imported(self, read: int, problems: Iterable[CensusError]) -> Imported:
        """What became of so many things that were read."""
        unchanged = read - self.new - self.updated
        return Imported(self.new, self.updated, unchanged, len(self.all), tuple(problems))


def latest(
    before: Iterable[Said],
    read: Iterable[Said],
    about: Callable[[Said], Hashable],
    said_at: Callable[[Said], datetime],
) -> Latest[Said]:
    """Of all that is about the same thing the latest; of two at the same time the first.

    Args:
        before: what was there.
        read: what came, in its order.
        about: tells what something is about.
        said_at: tells when it was said.
    """
    known = {about(each): each for each in before}
    now = dict(known)
    for each in read:
        if said_at(now.setdefault(about(each), each)) < said_at(each):
            now[about(each)] = each
    updated = sum(now[key] is not each for key, each in known.items())
    return Latest(tuple(now.values()), len(now) - len(known), updated)
