"""Advisories: groups of records that name each other as aliases, directly or through others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from conda_census.logs.possible_times import EARLIEST_TIME
from conda_census.vulnerabilities.osv import Advisory
from conda_census.vulnerabilities.severity import Severity, worst

__all__ = ["AdvisoryGroup", "find_group", "group_aliases"]

#: Programs write the first day of the calendar, or of 1970, for a time that they do not know.
_EARLIEST = datetime.fromisoformat(EARLIEST_TIME).replace(tzinfo=UTC)
#: A record is published before it is modified, unless a clock is wrong or the day was planned.
_PLANNED = timedelta(days=366)


@dataclass(frozen=True)
class AdvisoryGroup:
    """One advisory with all its records.

    Attributes:
        id: its CVE id if it has one, else the id of its first record.
        ids: the ids of its records and all their aliases, sorted.
        records: all its records, also withdrawn ones, sorted by id.
    """

    id: str
    ids: tuple[str, ...]
    records: tuple[Advisory, ...]

    @property
    def active_records(self) -> tuple[Advisory, ...]:
        """The records that were not withdrawn."""
        return tuple(
            record for record in self.records if not record.withdrawn or record.withdrawn < _EARLIEST
        )

    @property
    def is_open(self) -> bool:
        """Whether some record was not withdrawn."""
        return bool(self.active_records)

    @property
    def severity(self) -> Severity:
        """The worst severity of the active records, or of all records if all were withdrawn."""
        return worst(record.severity for record in self.active_records or self.records)

    @property
    def published(self) -> datetime | None:
        """The time at which the first record was published; impossible times are left out."""
        return min(
            (
                record.published
                for record in self.records
                if record.published
                and record.published >= _EARLIEST
                and record.published - record.modified <= _PLANNED
            ),
            default=None,
        )

    @property
    def summary(self) -> str:
        """The first summary that is not empty, of active records first."""
        return next(
            (record.summary for record in (*self.active_records, *self.records) if record.summary), ""
        )


def group_aliases(advisories: Iterable[Advisory]) -> list[AdvisoryGroup]:
    """Group records into advisories, sorted by id: connected components of ids and ``aliases``.

    ``upstream`` and ``related`` do not connect records: they name other vulnerabilities.
    """
    leaders: dict[str, str] = {}
    records = sorted(advisories, key=lambda record: record.id)
    for record in records:
        for alias in (record.id, *record.aliases):
            leaders[_leader(leaders, alias)] = _leader(leaders, record.id)
    members = defaultdict(list)
    for record in records:
        members[_leader(leaders, record.id)].append(record)
    groups = [_group(of_advisory) for of_advisory in members.values()]
    return sorted(groups, key=lambda group: group.id)


def find_group(groups: Iterable[AdvisoryGroup], name: str) -> AdvisoryGroup | None:
    """Return the advisory with this id or alias, in upper or lower case; None if there is none."""
    wanted = name.casefold()
    return next((group for group in groups if wanted in map(str.casefold, group.ids)), None)


def _leader(leaders: dict[str, str], name: str) -> str:
    """Return the representative of the ids connected with this one (union-find with path halving)."""
    while (leader := leaders.setdefault(name, name)) != name:
        leaders[name] = leaders.setdefault(leader, leader)
        name = leader
    return name


def _group(records: list[Advisory]) -> AdvisoryGroup:
    ids = sorted({name for record in records for name in (record.id, *record.aliases)})
    cve = next((name for name in ids if name.startswith("CVE-")), records[0].id)
    return AdvisoryGroup(cve, tuple(ids), tuple(records))
