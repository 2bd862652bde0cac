"""Removal of batches from the lake, with their files and their rows in compacted files.

``sources`` is the last table, and the totals come after it. The caller has recorded the removal before
(``unfinished_repair``), so that an interrupted removal is done again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from deltalake import CommitProperties, Transaction
from deltalake.transaction import AddAction, RemoveAction

from conda_census.lake.checks.self_check import Snapshot
from conda_census.lake.file_names import batch_of
from conda_census.lake.joined_files import batches_in, join
from conda_census.lake.records.ledger import LEDGER_TABLES, totals_of_files
from conda_census.lake.schema import TABLES, TableName
from conda_census.lake.store import NOTHING_AFTER_COMMIT, Lake, in_place, removal

__all__ = [
    "batch_name",
    "commit",
    "joined_with",
    "remove_files",
    "set_totals",
    "take_out",
    "take_out_of_table",
]


def batch_name(path: str) -> str:
    """Return the batch that wrote a file, as ``sources`` names it; empty if it was a compaction."""
    of = batch_of(path.rpartition("/")[2])
    return f"{of.writer}/{of.batch}" if of else ""


def joined_with(
    snapshot: Snapshot, batches: Collection[str]
) -> Iterator[tuple[TableName, dict[str, Any], bool]]:
    """Yield the joined files that have or may have rows of these batches, and if they name the batches.

    Raises:
        OSError: a file cannot be read.
        pyarrow.ArrowException: a file is damaged.
    """
    for name in snapshot.tables:
        for file in snapshot.done_files(name):
            if not batch_name(file["path"]):
                held = batches_in(snapshot.lake.path / name / file["path"])
                if held is None or not set(batches).isdisjoint(held):
                    yield name, file, held is not None


def take_out(snapshot: Snapshot, batches: Collection[str], *, is_all: bool = False) -> None:
    """Remove all rows of these batches from the lake, and all rows of a damaged joined file.

    Raises:
        OSError: a file cannot be read or written.
        DeltaError: a table cannot be written.
    """
    names: list[TableName] = [table.name for table in TABLES]
    for name in sorted(names, key=lambda name: name == "sources"):
        take_out_of_table(snapshot, name, batches, is_all=is_all)


def take_out_of_table(
    snapshot: Snapshot, name: TableName, batches: Collection[str], *, is_all: bool = False
) -> None:
    """Remove the rows of these batches from one table, as :func:`take_out` does for all tables.

    Raises:
        OSError: a file cannot be read or written.
        DeltaError: the table cannot be written.
    """
    if name in snapshot.tables:
        lake = snapshot.lake
        damaged = {file["path"] for file in snapshot.damaged_files(name)}
        removed: set[str] = set()
        added: list[AddAction | RemoveAction] = []
        for file in snapshot.done_files(name):
            path = file["path"]
            if is_all or batch_name(path) in batches or (path in damaged and not batch_name(path)):
                removed.add(path)
            elif not batch_name(path):
                place = lake.path / name / path
                held = batches_in(place)
                if held is not None and not set(batches).isdisjoint(held):
                    removed.add(path)
                    if left := join(name, [place], but=batches):
                        added.append(in_place(left))
        change_files(snapshot, name, removed, added)


def remove_files(snapshot: Snapshot, name: TableName, paths: Collection[str]) -> None:
    """Remove these files from a table, given as ``day=<day>/<file>``.

    Raises:
        DeltaError: the table cannot be written.
    """
    change_files(snapshot, name, paths, [])


def change_files(
    snapshot: Snapshot, name: TableName, paths: Collection[str], added: list[AddAction | RemoveAction]
) -> None:
    """Remove these files from a table, and add the others, in one commit.

    Raises:
        DeltaError: the table cannot be written.
    """
    removed: list[AddAction | RemoveAction] = [
        removal(file, data_change=True) for file in snapshot.done_files(name) if file["path"] in paths
    ]
    if removed or added:
        commit(snapshot.lake, name, [*removed, *added], [])


def commit(
    lake: Lake, name: TableName, actions: list[AddAction | RemoveAction], transactions: list[Transaction]
) -> None:
    """Write a commit with these actions and numbers that survives a power cut.

    Raises:
        DeltaError: the table cannot be written.
    """
    table = lake.table(name)
    with lake.changed_by_delta(name):
        table.create_write_transaction(
            actions,
            mode="append",
            schema=table.schema(),
            partition_by=["day"],
            commit_properties=CommitProperties(app_transactions=transactions),
            post_commithook_properties=NOTHING_AFTER_COMMIT,
        )


def set_totals(lake: Lake) -> None:
    """Set the totals to those of the existing rows.

    Raises:
        OSError: a file cannot be read.
        pyarrow.ArrowException: a file is damaged.
    """
    snapshot = Snapshot(lake)
    if not snapshot.ledger.is_kept:
        lake.note("sources", snapshot.first_totals())
        return
    files = snapshot.files()
    held = totals_of_files((name, Path(file)) for name in LEDGER_TABLES for file in files[name]).by_name()
    names = {name for name in {*held, *snapshot.totals} if name.startswith(("rows/", "requests/"))}
    change = {name: held[name] - snapshot.totals[name] for name in names}
    if transactions := snapshot.ledger.with_change(change):
        lake.note("sources", transactions)
