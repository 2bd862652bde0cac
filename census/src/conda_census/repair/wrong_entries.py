"""Wrong entries in a table's log about files that are whole.

A file with the digest in its name is unchanged, whatever an entry says of its size, its rows or its day. So
its entry is rewritten. An entry whose path differs from a file's path in one or two letters names no file: it
is removed, and the file gets an entry. An entry that should have been removed duplicates the rows of another
one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from conda_census.lake.checks.self_check import Snapshot, is_of_its_day
from conda_census.lake.delta_log import are_alike
from conda_census.lake.file_names import day_in, says_its_digest
from conda_census.lake.joined_files import batches_in
from conda_census.lake.schema import TableName
from conda_census.repair.batch_removal import batch_name

__all__ = ["adding_up_to", "entries_alike", "entries_twice", "files_with_wrong_entries"]

#: Maximum number of wrong letters in a path: the paths of any two files differ in many more.
_LETTERS = 2
#: Number of combinations for a number of rows from which the result is ambiguous.
_WAYS = 2
Item = TypeVar("Item")


def files_with_wrong_entries(snapshot: Snapshot, name: TableName) -> list[Path]:
    """Return the whole files of a table whose size, rows or day differ from those in its log."""
    wrong = []
    for file in snapshot.done_files(name):
        place = snapshot.lake.path / name / file["path"]
        try:
            size, rows = place.stat().st_size, pq.read_metadata(place).num_rows
        except (OSError, pa.ArrowException):
            continue  # damaged, or missing
        if size == file["size_bytes"] and file["num_records"] in (None, rows) and is_of_its_day(file):
            continue
        is_whole = says_its_digest(place)
        if is_whole or (is_whole is None and size == file["size_bytes"] and file["num_records"] == rows):
            wrong.append(place)
    return wrong


def entries_alike(
    snapshot: Snapshot, name: TableName, unused: Collection[Path]
) -> list[tuple[dict[str, Any], Path]]:
    """Return the entries that name no file, each with the one whole file that has nearly the same path."""
    pairs = []
    for file in [*snapshot.done_files(name), *snapshot.unfinished_files(name)]:
        if not (snapshot.lake.path / name / file["path"]).exists():
            alike = [
                path
                for path in unused
                if are_alike(f"{path.parent.name}/{path.name}", file["path"], _LETTERS)
            ]
            if len(alike) == 1:
                pairs.append((file, alike[0]))
    return pairs


def entries_twice(
    snapshot: Snapshot, name: TableName, recorded: Collection[str] | None, too_many: Mapping[date, int]
) -> set[str]:
    """Return the paths of the entries that make the rows of a day too many.

    Their batches are in a joined file of the day as well, or ``sources`` has no row of them.

    Args:
        snapshot: the lake.
        name: the table.
        recorded: the batches that ``sources`` has, if they are known.
        too_many: number of surplus rows of each day.
    """
    twice: set[str] = set()
    of_day: dict[date | None, list[dict[str, Any]]] = {}
    for file in snapshot.done_files(name):
        of_day.setdefault(day_in(file["path"]), []).append(file)
    for day, files in of_day.items():
        if day is None or (rows := too_many.get(day, 0)) <= 0:
            continue
        joined = {
            batch for file in files if not batch_name(file["path"]) for batch in _joined(snapshot, name, file)
        }
        some = [
            (file["path"], int(file["num_records"] or 0))
            for file in files
            if (batch := batch_name(file["path"]))
            and (batch in joined or (recorded is not None and batch not in recorded))
        ]
        twice.update(adding_up_to(some, rows))
    return twice


def adding_up_to(items: Sequence[tuple[Item, int]], total: int) -> list[Item]:
    """Return those of the items whose numbers add up to a total; none if they are ambiguous."""
    ways_to: dict[int, list[list[Item]]] = {0: [[]]}
    for item, count in items:
        for so_far, ways in [*ways_to.items()]:
            if so_far + count <= total:
                more = ways_to.setdefault(so_far + count, [])
                more += [[*way, item] for way in ways][: _WAYS - len(more)]
    ways = ways_to.get(total, [])
    return ways[0] if len(ways) == 1 else []


def _joined(snapshot: Snapshot, name: TableName, file: dict[str, Any]) -> Iterable[str]:
    try:
        return batches_in(snapshot.lake.path / name / file["path"]) or ()
    except (OSError, pa.ArrowException):
        return ()
