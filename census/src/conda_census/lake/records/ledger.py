"""Totals of the rows that batches brought to each table, kept in commits of ``sources``.

The commit of a batch to the table ``sources`` ends the batch. Beside the batch's number, it carries what its
writer has brought so far: rows of each table, in all and by day, and requests of the sessions by day. Delta
keeps these numbers as the versions of application transactions, in one commit with the rows of ``sources``
and in every later checkpoint. Compaction changes none of them. So the content of a table can be compared with
its expected content without opening a file.

A lake of an earlier version has no totals. Its requests in ``sessions`` must be those in ``sources``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import DeltaTable, Transaction

from conda_census.lake.schema import TableName

__all__ = [
    "LEDGER_TABLES",
    "Ledger",
    "Totals",
    "application",
    "initial_totals",
    "totals_of_files",
]

#: Tables whose rows all stay, unlike those of ``request_ids``.
LEDGER_TABLES: tuple[TableName, ...] = (
    "sessions",
    "downloads",
    "installer_downloads",
    "line_marks",
    "sources",
)
#: Name for rows from before there were totals, and for rows taken out of the lake since.
_BASE = ""


@dataclass(frozen=True)
class Totals:
    """Numbers of rows by table and day. ``requests`` are those of the rows of ``sessions``, by day.

    ``doubts`` is the number of doubts about the logs of a batch (``lake.records.doubts``).
    """

    rows: Mapping[tuple[str, str], int] = field(default_factory=dict)
    requests: Mapping[str, int] = field(default_factory=dict)
    doubts: int = 0

    def by_name(self) -> Counter[str]:
        """Return each number by the name under which the ledger keeps it."""
        numbers: Counter[str] = Counter()
        for (table, day), rows in self.rows.items():
            if table in LEDGER_TABLES:
                numbers[f"rows/{table}"] += rows
                numbers[f"rows/{table}/{day}"] += rows
        for day, requests in self.requests.items():
            numbers[f"requests/{day}"] += requests
        if self.doubts:
            numbers["doubts"] = self.doubts
        return numbers


def application(writer: str) -> str:
    """Return Delta's name for a writer, whose last batch each table remembers."""
    return f"conda-census:{writer}"


class Ledger:
    """The totals in one version of the table ``sources``."""

    def __init__(self, sources: DeltaTable) -> None:
        self._sources = sources

    @property
    def is_kept(self) -> bool:
        """Return whether the lake has totals; one of an earlier version has none."""
        return any(self._number(_BASE, f"rows/{table}") is not None for table in LEDGER_TABLES)

    def rows(self, table: str, writers: Iterable[str]) -> int:
        """Return how many rows the table must have."""
        return self._sum(f"rows/{table}", writers)

    @property
    def lost_days(self) -> int:
        """Return how many days are marked as lost."""
        return self._number(_BASE, "lost") or 0

    def doubts(self, writers: Iterable[str]) -> int:
        """Return how many doubts about logs the lake must keep."""
        return self._sum("doubts", writers)

    def with_lost_days(self, number: int) -> list[Transaction]:
        """Return the transactions that record the number of lost days."""
        return [Transaction(_id(_BASE, "lost"), number)]

    def with_batch(self, writer: str, brought: Totals) -> list[Transaction]:
        """Return the transactions that record the totals of a batch's writer.

        The totals over all days are always included: if this commit is lost, the next one still has them.
        """
        numbers = Counter({f"rows/{table}": 0 for table in LEDGER_TABLES})
        numbers.update(brought.by_name())
        return [
            Transaction(_id(writer, name), (self._number(writer, name) or 0) + total)
            for name, total in sorted(numbers.items())
        ]

    def with_change(self, change: Mapping[str, int]) -> list[Transaction]:
        """Return the transactions for a commit that removes or replaces rows of the lake.

        ``change`` has the names of :meth:`Totals.by_name`, and the differences in the numbers of rows.
        """
        return [
            Transaction(_id(_BASE, name), (self._number(_BASE, name) or 0) + change_of_total)
            for name, change_of_total in sorted(change.items())
            if change_of_total
        ]

    def brought(self, names: Iterable[str], writers: Iterable[str]) -> Counter[str]:
        """Return each of these numbers summed over the writers, without rows from before them."""
        writers = set(writers)
        return Counter({name: sum(self._number(writer, name) or 0 for writer in writers) for name in names})

    @staticmethod
    def is_of(app: str, writers: Iterable[str]) -> bool:
        """Return whether the number is one of these writers', or that of the rows from before them."""
        name, slash, _ = app.partition("/")
        return bool(slash) and name in {application(writer) for writer in {_BASE, *writers}}

    def _sum(self, name: str, writers: Iterable[str]) -> int:
        return sum(self._number(writer, name) or 0 for writer in {_BASE, *writers})

    def _number(self, writer: str, name: str) -> int | None:
        return self._sources.transaction_version(_id(writer, name))


def initial_totals(held: Mapping[str, int], brought: Mapping[str, int] | None = None) -> list[Transaction]:
    """Return the transactions that start the totals of a lake.

    ``held`` has the numbers of its rows, by the names of :meth:`Totals.by_name`. ``brought`` has the numbers
    that writers have already recorded.
    """
    numbers = {f"rows/{table}": 0 for table in LEDGER_TABLES} | dict(held)
    return [
        Transaction(_id(_BASE, name), total - (brought or {}).get(name, 0))
        for name, total in sorted(numbers.items())
    ]


def totals_of_files(files: Iterable[tuple[str, Path]]) -> Totals:
    """Return the totals of these Parquet files, each given with the name of its table.

    Raises:
        OSError: a file cannot be read.
        pyarrow.ArrowException: a file is damaged.
    """
    rows: Counter[tuple[str, str]] = Counter()
    requests: Counter[str] = Counter()
    for table, path in files:
        day = path.parent.name.removeprefix("day=")
        with pq.ParquetFile(path) as file:
            rows[table, day] += file.metadata.num_rows
            if table == "sessions":
                of_file = file.read(["requests"], use_threads=False)["requests"]
                requests[day] += pc.sum(of_file).as_py() or 0
    return Totals(rows, requests)


def _id(writer: str, name: str) -> str:
    return f"{application(writer)}/{name}"
