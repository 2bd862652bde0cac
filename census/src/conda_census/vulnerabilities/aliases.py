"""Which records are one advisory? Those that name each other as aliases, and theirs, and so on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from conda_census.logs.possible_times import EARLIEST_TIME
from conda_census.vulnerabilities.osv import Advisory
from conda_census.vulnerabilities.severity import Severity, worst

__all__ = ["AdvisoryGroup", "find_group", "group_aliases"]

#: Programs that do not know a time write the first day of the calendar, or the first of 1970.
_EARLIEST = datetime.fromisoformat(EARLIEST_TIME).replace(tzinfo=UTC)
#: A record is published before it is modified, but for clocks and days that somebody planned.
_PLANNED = timedelta(days=366)


@dataclass(frozen=True)
class AdvisoryGroup:
    """One advisory, in all its records.

    Attributes:
        id: by which it is called: its CVE where it has one, else its first record.
        ids: this, those of its records, and all that they name as aliases, sorted.
        records: sorted by id, those that were withdrawn among them.
    """

    id: str
    ids: tuple[str, ...]
    records: tuple[Advisory, ...]

    @property
    def active_records(self) -> tuple[Advisory, ...]:
        """The records that were not withdrawn."""
        return tuple(each for each in self.records if not each.withdrawn or each.withdrawn < _EARLIEST)

    @property
    def is_open(self) -> bool:
        """Whether some record was not withdrawn."""
        return bool(self.active_records)

    @property
    def severity(self) -> Severity:
        """The worst of the records that stand, or of all where all were withdrawn."""
        return worst(record.severity for record in self.active_records or self.records)

    @property
    def published(self) -> datetime | None:
        """When the first record was published; what cannot be is not known."""
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
        """What the first record that has something to say says, standing ones first."""
        return next((each.summary for each in (*self.active_records, *self.records) if each.summary), "")


def group_aliases(advisories: Iterable[Advisory]) -> list[AdvisoryGroup]:
    """The advisories that the records make up, by id: connected components of ids and ``aliases``.

    ``upstream`` and ``related`` merge nothing: what they name is another vulnerability.
    """
    leaders: dict[str, str] = {}
    records = sorted(advisories, key=lambda record: record.id)
    for record in records:
        for alias in (record.id, *record.aliases):
            leaders[_leader(leaders, alias)] = _leader(leaders, record.id)
    members = defaultdict(list)
    for record in records:
        members[_leader(leaders, record.id)].append(record)
    groups = [_group(each) for each in members.values()]
    return sorted(groups, key=lambda group: group.id)


def find_group(groups: Iterable[AdvisoryGroup], name: str) -> AdvisoryGroup | None:
    """The advisory that has this id, or this alias, in capitals or not."""
    wanted = name.casefold()
    return next((group for group in groups if wanted in map(str.casefold, group.ids)), None)


def _leader(leaders: dict[str, str], name: str) -> str:
    """Who stands for the ids that are connected with this one (union-find, with halved paths)."""
    while (leader := leaders.setdefault(name, name)) != name:
        leaders[name] = leaders.setdefault(leader, leader)
        name = leader
    return name


def _group(records: list[Advisory]) -> AdvisoryGroup:
    ids = sorted({name for record in records for name in (record.id, *record.aliases)})
    cve = next((name for name in ids if name.startswith("CVE-")), records[0].id)
    return AdvisoryGroup(cve, tuple(ids), tuple(records))
