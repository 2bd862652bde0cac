"""The log of a Delta table on disk: made to survive a power cut, and mended after one.

Delta (deltalake 1.6) writes commits, checkpoints and files of rows without ``fsync``. So each commit is
synced after it was written, and before the next one. After a power cut only the last commit or the last
checkpoint may be damaged. Without them the table is as it was before the interrupted run, which is run again.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq

from conda_census.atomic_files import make_folders, sync, sync_folder

__all__ = [
    "actions_of",
    "are_alike",
    "checkpoints_of",
    "commits_of",
    "has_commits",
    "is_unborn",
    "last_checkpoint",
    "last_commit",
    "mend",
    "settle_left_over",
    "state_of_log",
    "sync_log",
    "unsettled",
]

_COMMIT = re.compile(r"\d{20}\.json")
_CHECKPOINT = re.compile(r"\d{20}\.checkpoint\.parquet")
_POINTER = "_last_checkpoint"
#: Files of a batch, which ``staging.py`` syncs before they get a name here.
_OF_BATCH = re.compile(r".+-\d{8,}-\d{4,}(?:-[0-9a-f]{32})?\.parquet")
_MARKERS = "unsettled"


def last_commit(table: Path) -> int:
    """Return the version of the newest existing commit; -1 for none."""
    return max(commits_of(table), default=-1)


def last_checkpoint(table: Path) -> int:
    """Return the version of the newest existing checkpoint; -1 for none."""
    return max(checkpoints_of(table), default=-1)


def state_of_log(table: Path) -> tuple[tuple[str, int, int, int], ...]:
    """Return a value that changes with the log: each of its files, and its folder, with their file status.

    Raises:
        OSError: the log cannot be read.
    """
    log = table / "_delta_log"
    if not log.is_dir():
        return ()
    noted = [("", log.stat())]
    for entry in os.scandir(log):
        with contextlib.suppress(FileNotFoundError):  # another process cleans up
            noted.append((entry.name, entry.stat()))
    return tuple(sorted((name, status.st_ino, status.st_size, status.st_mtime_ns) for name, status in noted))


def are_alike(one: str, other: str, letters: int) -> bool:
    """Return whether two names have the same length and differ in at most this many letters."""
    return len(one) == len(other) and sum(map(str.__ne__, one, other)) <= letters


def has_commits(table: Path) -> bool:
    """Return whether anything was ever written to the table."""
    return bool(commits_of(table) or checkpoints_of(table))


def is_unborn(table: Path) -> bool:
    """Return whether there is no table yet, or its creation was interrupted before it had a row."""
    if not table.exists():
        return True
    others = [path for path in table.iterdir() if path.name != "_delta_log"]
    commits = commits_of(table)
    return (
        not others
        and not checkpoints_of(table)
        and not (commits.keys() - {0})
        and not _is_whole(commits.get(0))
    )


def sync_log(table: Path, after: int) -> int:
    """Make the commits after a version survive a power cut, with the rows that Delta wrote.

    Returns:
        The version of the newest commit.

    Raises:
        OSError: the disk fails.
    """
    log = table / "_delta_log"
    commits, checkpoints = commits_of(table), checkpoints_of(table)
    after = max(after, _usable(checkpoints))
    new = [commits[version] for version in sorted(commits) if version > after]
    rows = {
        table / unquote(action["add"]["path"])
        for commit in new
        for action in actions_of(commit) or []
        if "add" in action and not _OF_BATCH.fullmatch(Path(action["add"]["path"]).name)
    }
    # A file of an older commit may be gone again.
    rows = {file for file in rows if file.is_file()}
    last = [path for version, path in checkpoints.items() if version >= after]
    pointer = [log / _POINTER] if (log / _POINTER).is_file() else []
    folders = [folder for file in rows for folder in (file.parent, table)]
    sync(rows, folders)
    sync([*new, *last, *pointer], [log, table])
    return last_commit(table)


def mend(table: Path) -> None:
    """Undo what a power cut left damaged: the last commit and the last checkpoint.

    It is called when a run was interrupted, before the run is repeated. A commit of a compaction is whole
    only with the files that it added.

    Raises:
        OSError: the log cannot be written.
    """
    log = table / "_delta_log"
    if not log.is_dir():
        return
    commits, checkpoints = commits_of(table), checkpoints_of(table)
    for version in sorted(checkpoints, reverse=True):
        if _is_readable(checkpoints[version]):
            break
        base = max((other for other in checkpoints if other < version), default=-1)
        if set(range(base + 1, version + 1)) <= commits.keys():
            checkpoints[version].unlink()
    pointer = log / _POINTER
    if pointer.exists() and not _leads_somewhere(pointer, checkpoints_of(table)):
        pointer.unlink()
    usable = _usable(checkpoints_of(table))
    while commits and (newest := max(commits)) > usable and not _is_complete(table, commits[newest]):
        commits.pop(newest).unlink()
    sync_folder(log)


@contextlib.contextmanager
def unsettled(lake: Path, name: str) -> Iterator[None]:
    """Leave a note while Delta itself writes rows to a table; an interrupted run leaves the note behind.

    On entry, the damage of an earlier run is mended.

    Raises:
        OSError: the lake cannot be written.
    """
    folder = lake / _MARKERS
    make_folders(folder)
    settle_left_over(lake, name)
    marker = folder / f"{name}.{secrets.token_hex(8)}"
    descriptor = os.open(marker, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        sync_folder(folder)
        yield
        marker.unlink()
    finally:
        os.close(descriptor)


def settle_left_over(lake: Path, name: str) -> None:
    """Mend a table that Delta was writing to when its run was interrupted.

    Raises:
        OSError: the lake cannot be written.
    """
    for marker in (lake / _MARKERS).glob(f"{name}.*"):
        with contextlib.suppress(FileNotFoundError):
            descriptor = os.open(marker, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                mend(lake / name)
                sync_log(lake / name, -1)
                marker.unlink()
            except BlockingIOError:
                pass  # its run is still going on
            finally:
                os.close(descriptor)


def commits_of(table: Path) -> dict[int, Path]:
    """Return the commits of the table in this folder, by their versions."""
    return _versions(table, _COMMIT)


def checkpoints_of(table: Path) -> dict[int, Path]:
    """Return the checkpoints of the table in this folder, by their versions."""
    return _versions(table, _CHECKPOINT)


def _versions(table: Path, pattern: re.Pattern[str]) -> dict[int, Path]:
    log = table / "_delta_log"
    paths = log.iterdir() if log.is_dir() else ()
    return {int(path.name[:20]): path for path in paths if pattern.fullmatch(path.name)}


def _usable(checkpoints: dict[int, Path]) -> int:
    """Return the version of the newest readable checkpoint; -1 for none."""
    newest_first = sorted(checkpoints, reverse=True)
    return next((version for version in newest_first if _is_readable(checkpoints[version])), -1)


def actions_of(commit: Path) -> list[dict[str, Any]] | None:
    """Return the actions of a commit; null if it is damaged."""
    try:
        actions = [json.loads(line) for line in commit.read_text().splitlines() if line]
    except (ValueError, RecursionError):
        return None
    return actions if actions and all(isinstance(action, dict) for action in actions) else None


def _is_whole(commit: Path | None) -> bool:
    return commit is not None and actions_of(commit) is not None


def _is_complete(table: Path, commit: Path) -> bool:
    """Return whether the commit is whole, with the rows that Delta wrote for it."""
    actions = actions_of(commit)
    if actions is None:
        return False
    added = [action["add"]["path"] for action in actions if "add" in action]
    return all(
        _is_readable(table / unquote(path)) for path in added if not _OF_BATCH.fullmatch(Path(path).name)
    )


def _is_readable(file: Path) -> bool:
    """Return whether the footer of this Parquet file can be read."""
    try:
        pq.read_metadata(file)
    except (OSError, pa.ArrowInvalid):
        return False
    return True


def _leads_somewhere(pointer: Path, checkpoints: dict[int, Path]) -> bool:
    try:
        return int(json.loads(pointer.read_text())["version"]) in checkpoints
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
