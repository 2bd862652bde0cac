"""Compaction of small Parquet files into large ones, beside concurrent readers and writers.

A day's files become one in a commit of its own, which changes no row and keeps the numbers of the batches.
The replaced files stay for some days, for readers that opened the table before, and are then deleted. A kill
at any point leaves files that no table knows; the next compaction deletes them. Each file is checked against
the digest in its name before its rows go into another file, which gets its own digest.

A file is deleted only if its origin is known: a compaction wrote it, or it is of a batch that the table has.
The reason is that an ingest places its files in the table's folder before it commits them.
"""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypedDict

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable
from deltalake.exceptions import CommitFailedError, DeltaError
from deltalake.transaction import AddAction, RemoveAction

from conda_census.errors import LakeError, first_line
from conda_census.lake.file_names import batch_of, says_its_digest
from conda_census.lake.joined_files import join
from conda_census.lake.records.ledger import application
from conda_census.lake.schema import TABLES, TableName
from conda_census.lake.store import NOTHING_AFTER_COMMIT, Lake, files_of, in_place, removal
from conda_census.steps import Steps

__all__ = ["KEEP_DAYS", "FilesJson", "TableCompacted", "compact", "delete_all_old"]

#: Number of days for which Delta remembers the earlier files of a table.
KEEP_DAYS = 7

_FILE_BYTES = 128 << 20
_TRIES = 5
_REMEMBERED = "delta.deletedFileRetentionDuration"
# Files that a compaction writes, including incomplete ones after a kill.
_COMPACTED = re.compile(r"part-\d{5}-[0-9a-f-]{36}-c\d{3}\.zstd(?:-[0-9a-f]{32})?\.parquet(?:#\d+)?")


class FilesJson(TypedDict):
    """The number of files, and their bytes."""

    files: int
    bytes: int


class TableCompacted(TypedDict):
    """The result for a table, in the form of ``compact --json``.

    ``before`` and ``after`` are the files of the table. ``kept`` are old files that still exist for their
    readers, and ``deleted`` those that are gone.
    """

    table: TableName
    before: FilesJson
    after: FilesJson
    kept: FilesJson
    deleted: FilesJson


def compact(lake: Lake, keep_days: int, progress: Steps) -> list[TableCompacted]:
    """Merge the small files of each day of each table, and delete files replaced ``keep_days`` ago.

    Raises:
        LakeError: another compaction is running, or the lake cannot be read or written.
    """
    with lake.alone("compact.lock", "another compaction is running"):
        return [
            _compact_table(lake, table.name, keep_days, progress)
            for table in TABLES
            if not lake.lacks(table.name)
        ]


def _compact_table(lake: Lake, name: TableName, keep_days: int, progress: Steps) -> TableCompacted:
    folder = lake.path / name
    try:
        table = lake.table(name)
        before = _files(_sizes(table).values())
        with lake.changed_by_delta(name):
            _remember(table, keep_days)
        _, old = _delete_old(table, folder, keep_days)  # first of all, because the others need room
        days = _days_of_many_files(table)
        for number, (day, size) in enumerate(days):
            progress(f"{name} of {day}", done=number, of=len(days))
            _expect_room(folder, size)
            with lake.changed_by_delta(name):
                _compact_day(lake, name, day)
        table = lake.table(name)
        if days:
            lake.checkpoint(name)
        kept, replaced = _delete_old(table, folder, keep_days)
        return TableCompacted(
            table=name,
            before=before,
            after=_files(_sizes(table).values()),
            kept=kept,
            deleted=FilesJson(files=old["files"] + replaced["files"], bytes=old["bytes"] + replaced["bytes"]),
        )
    except (OSError, DeltaError) as error:
        raise LakeError(
            f"{folder}: cannot be compacted ({first_line(error)}): "
            "put this right and run the same command again"
        ) from None


def _remember(table: DeltaTable, keep_days: int) -> None:
    """Set how long Delta remembers the earlier files of the table."""
    interval = re.fullmatch(r"interval (\d+) days", table.metadata().configuration.get(_REMEMBERED, ""))
    if keep_days > (int(interval[1]) if interval else KEEP_DAYS):
        table.alter.set_table_properties(
            {_REMEMBERED: f"interval {keep_days} days"}, commit_properties=_patient()
        )


def _days_of_many_files(table: DeltaTable) -> list[tuple[str, int]]:
    """Return the days that have more than one small file, and the bytes of these files."""
    sizes = defaultdict(list)
    for file in files_of(table):
        if file["size_bytes"] < _FILE_BYTES:
            sizes[str(file["partition.day"])].append(file["size_bytes"])
    return sorted((day, sum(of_day)) for day, of_day in sizes.items() if len(of_day) > 1)


def _expect_room(folder: Path, size_bytes: int) -> None:
    """Check the free space, because Delta's own error for a full disk is a page long."""
    if shutil.disk_usage(folder).free < size_bytes:
        raise LakeError(
            f"{folder}: {size_bytes:,} bytes are needed for a while, and less is free: "
            "make room and run the same command again"
        )


def _compact_day(lake: Lake, name: TableName, day: str) -> None:
    """Make one commit for each large file, or none if the day's files do not fit together.

    Files that arrive meanwhile stay as they are.
    """
    for left in reversed(range(_TRIES)):
        table = lake.table(name)
        if _has_rows_of_unfinished_batch(lake, table, day):
            return  # reports leave them out until the batch is done: the next compaction takes them
        try:
            for files in _fitting_together(table, day):
                _join(lake, table, name, files)
                table = lake.table(name)
        except CommitFailedError:
            # A day's request ids were forgotten meanwhile, or a setting was changed.
            if not left:
                raise
        else:
            return


def _fitting_together(table: DeltaTable, day: str) -> list[list[dict[str, Any]]]:
    """Return the small files of a day, oldest first, in groups that each make one large file."""
    small = [
        file
        for file in files_of(table)
        if str(file["partition.day"]) == day and file["size_bytes"] < _FILE_BYTES
    ]
    groups: list[list[dict[str, Any]]] = []
    size = 0
    for file in sorted(small, key=lambda file: (file["modification_time"], file["path"])):
        if not groups or size + file["size_bytes"] > _FILE_BYTES:
            groups.append([])
            size = 0
        groups[-1].append(file)
        size += file["size_bytes"]
    return [group for group in groups if len(group) > 1]


def _join(lake: Lake, table: DeltaTable, name: TableName, files: list[dict[str, Any]]) -> None:
    """Replace some files by one, unless one of them is damaged.

    The damage would no longer show in the new file.
    """
    folder = lake.path / name
    for file in files:
        _expect_whole(folder, file)
    try:
        joined = join(name, [folder / file["path"] for file in files])
    except pa.ArrowException as error:
        raise LakeError(
            f"{folder}: a file of {files[0]['partition.day']} is damaged ({first_line(error)}): "
            "run conda-census repair"
        ) from None
    added = [] if joined is None else [in_place(joined)]
    actions: list[AddAction | RemoveAction] = [
        *(replace(file, data_change=False) for file in added),
        *(removal(file, data_change=False) for file in files),
    ]
    try:
        table.create_write_transaction(
            actions,
            mode="append",
            schema=table.schema(),
            partition_by=["day"],
            commit_properties=_patient(),
            post_commithook_properties=NOTHING_AFTER_COMMIT,
        )
    except CommitFailedError:
        if joined is not None:
            joined.unlink()
        raise


def _expect_whole(folder: Path, file: dict[str, Any]) -> None:
    path = folder / file["path"]
    status = path.stat()
    if status.st_size != file["size_bytes"] or says_its_digest(path) is False:
        raise LakeError(
            f"{path}: damaged, a file of {file['partition.day']}: nothing of this day was put together: "
            "run conda-census repair"
        )


def delete_all_old(lake: Lake, name: TableName) -> None:
    """Delete at once every file that the table had and no longer has, even if it still has readers.

    The lock of the compaction must be held.

    Raises:
        LakeError: the table cannot be read.
        OSError: a file cannot be deleted.
    """
    table = lake.table(name)
    current, had = _sizes(table), _removed(table, 0)
    for path in sorted((lake.path / name).glob("day=*/*")):
        file = f"{path.parent.name}/{path.name}"
        if file not in current and (file in had or _is_known(path.name, table)):
            path.unlink(missing_ok=True)


def _has_rows_of_unfinished_batch(lake: Lake, table: DeltaTable, day: str) -> bool:
    batches = {
        batch_of(Path(file["path"]).name) for file in files_of(table) if str(file["partition.day"]) == day
    }
    return any(of and of.batch > lake.last_batch("sources", of.writer) for of in batches)


def _delete_old(table: DeltaTable, folder: Path, keep_days: int) -> tuple[FilesJson, FilesJson]:
    """Delete the files that no version of the last days refers to; return the kept and the deleted ones.

    The table was opened before its folder is listed: batches that arrive in between have higher numbers.
    """
    current = _sizes(table)
    recent = _removed(table, 0) - _removed(table, keep_days)
    kept: list[int] = []
    deleted: list[int] = []
    for path in sorted(folder.glob("day=*/*")):
        file = f"{path.parent.name}/{path.name}"
        if file in current:
            continue
        size = path.stat().st_size
        if file in recent:
            kept.append(size)
        elif _is_known(path.name, table):
            path.unlink(missing_ok=True)
            deleted.append(size)
    return _files(kept), _files(deleted)


def _removed(table: DeltaTable, days: int) -> set[str]:
    """Return the files that the table had and has not had for this many days."""
    return set(table.vacuum(retention_hours=24 * days, dry_run=True, enforce_retention_duration=False))


def _is_known(name: str, table: DeltaTable) -> bool:
    """Return whether a compaction, or a batch that the table has, wrote the file.

    No other compaction is running.
    """
    if _COMPACTED.fullmatch(name):
        return True
    of = batch_of(name)
    return of is not None and of.batch <= (table.transaction_version(application(of.writer)) or 0)


def _sizes(table: DeltaTable) -> dict[str, int]:
    """Return the table's files, as ``day=<day>/<file>``, and their bytes."""
    return {file["path"]: file["size_bytes"] for file in files_of(table)}


def _files(sizes: Iterable[int]) -> FilesJson:
    each = list(sizes)
    return {"files": len(each), "bytes": sum(each)}


def _patient() -> CommitProperties:
    return CommitProperties(max_commit_retries=100)
