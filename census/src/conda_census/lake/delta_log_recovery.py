"""Readable remains of a Delta table's log with damaged commits or checkpoints.

Delta does not read a table if a commit in the middle is missing. The other commits are still true for most of
its files. The self-check of the lake then reports what is missing.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, Transaction
from deltalake.exceptions import DeltaError
from deltalake.transaction import AddAction, RemoveAction

from conda_census.atomic_files import sync, sync_folder
from conda_census.lake.delta_log import actions_of, checkpoints_of, commits_of
from conda_census.lake.file_names import says_its_digest
from conda_census.lake.schema import Table, delta_schema
from conda_census.lake.store import CHECKPOINT_COMMITS, NOTHING_AFTER_COMMIT, in_place
from conda_census.lake.unsafe_files import expect_plain_name

__all__ = ["LogRemains", "is_readable", "read_log_remains", "rewrite_log"]

_LOG = "_delta_log"
_DAMAGED = "_delta_log.damaged"
_PARTS = ("add", "remove", "txn")


@dataclass
class LogRemains:
    """The content of the commits that can be read.

    Attributes:
        files: what they say of each file of the table, by ``day=<day>/<file>``.
        removed: the files that it once had.
        transactions: the last number of each application.
    """

    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    transactions: dict[str, int] = field(default_factory=dict)

    def take(self, actions: Iterable[dict[str, Any]], place: Path) -> None:
        """Apply the actions of a commit or a checkpoint."""
        for action in actions:
            if (add := action.get("add")) and (name := _path_of(add)):
                path = expect_plain_name(name, place)
                self.files[path] = add
                self.removed.discard(path)
            if (remove := action.get("remove")) and (name := _path_of(remove)):
                path = expect_plain_name(name, place)
                self.files.pop(path, None)
                self.removed.add(path)
            if (txn := action.get("txn")) and isinstance(txn, dict):
                app, version = txn.get("appId"), txn.get("version")
                if isinstance(app, str) and isinstance(version, int):
                    self.transactions[app] = version


def is_readable(table: Path) -> bool:
    """Return whether Delta can read the table's log."""
    try:
        opened = DeltaTable(str(table))
        opened.get_add_actions(flatten=True)
        opened.transaction_version("")
    except (OSError, DeltaError, pa.ArrowException):
        return False
    return True


def read_log_remains(table: Path) -> LogRemains:
    """Return the remains of the log of the table in this folder.

    Raises:
        LakeError: it names files that are not below the table.
        OSError: it cannot be read.
    """
    log, left, begin = table / _LOG, LogRemains(), -1
    if not log.is_dir() and (table / _DAMAGED).is_dir():  # an earlier repair was interrupted
        (table / _DAMAGED).rename(log)
    for version, checkpoint in sorted(checkpoints_of(table).items(), reverse=True):
        if (actions := _actions_of_checkpoint(checkpoint)) is not None:
            left.take(actions, log)
            begin = version
            break
    for version, commit in sorted(commits_of(table).items()):
        if version > begin:
            left.take(actions_of(commit) or (), log)
    return left


def rewrite_log(lake: Path, table: Table, left: LogRemains, table_id: str | None = None) -> None:
    """Give a table a new log with the remains of the old one, which stays beside it.

    ``table_id`` is the id that the table had, if it is known.

    Raises:
        OSError: it cannot be written.
        DeltaError: it cannot be written.
    """
    folder, draft = lake / table.name, lake / f"{table.name}.repair"
    shutil.rmtree(draft, ignore_errors=True)
    DeltaTable.create(
        str(draft),
        schema=delta_schema(table),
        partition_by=["day"],
        description=f"one row for {table.one_row}",
        configuration={"delta.checkpointInterval": str(CHECKPOINT_COMMITS)},
    )
    if table_id is not None:
        _set_id(draft / _LOG / f"{0:020}.json", table_id)
    actions: list[AddAction | RemoveAction] = [
        _added(folder / path, path, add) for path, add in sorted(left.files.items())
    ]
    DeltaTable(str(draft)).create_write_transaction(
        actions,
        mode="append",
        schema=delta_schema(table),
        partition_by=["day"],
        commit_properties=CommitProperties(
            app_transactions=[Transaction(*transaction) for transaction in sorted(left.transactions.items())]
        ),
        post_commithook_properties=NOTHING_AFTER_COMMIT,
    )
    sync((draft / _LOG).iterdir(), [draft / _LOG])
    if (folder / _LOG).is_dir():
        shutil.rmtree(folder / _DAMAGED, ignore_errors=True)
        (folder / _LOG).rename(folder / _DAMAGED)
    folder.mkdir(exist_ok=True)
    (draft / _LOG).rename(folder / _LOG)
    sync_folder(folder)
    shutil.rmtree(draft)


def _set_id(commit: Path, table_id: str) -> None:
    actions = [json.loads(line) for line in commit.read_text().splitlines()]
    for action in actions:
        if "metaData" in action:
            action["metaData"]["id"] = table_id
    commit.write_text("".join(f"{json.dumps(action)}\n" for action in actions))


def _path_of(action: object) -> str | None:
    """Return the path in an entry; null if it is too damaged to have one."""
    path = action.get("path") if isinstance(action, dict) else None
    return unquote(path) if isinstance(path, str) else None


def _added(place: Path, path: str, add: dict[str, Any]) -> AddAction:
    """Return the add action of a file; if the file has its digest, the values come from the file itself."""
    if place.is_file() and says_its_digest(place):
        return in_place(place)
    stats = add.get("stats")
    return AddAction(
        path=path,
        size=_number(add.get("size")),
        partition_values={"day": path.partition("/")[0].removeprefix("day=")},
        modification_time=_number(add.get("modificationTime")),
        data_change=True,
        stats=stats if isinstance(stats, str) else json.dumps({}),
    )


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _actions_of_checkpoint(checkpoint: Path) -> list[dict[str, Any]] | None:
    try:
        rows: list[dict[str, Any]] = pq.read_table(
            checkpoint, columns=list(_PARTS), use_threads=False
        ).to_pylist()
    except (OSError, pa.ArrowException):
        return None
    return rows
