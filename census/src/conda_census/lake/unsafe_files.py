"""Detection of planted links and pipes, through which a write harms files outside the lake."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from conda_census.errors import LakeError

__all__ = ["expect_plain_name", "refuse_links", "refuse_pipes"]

_PLAIN = re.compile(r"day=[^/\0]+/(?!\.\.?$)[^/\0]+")
#: Folders that are inspected completely. Below the tables, files of rows of a day are not inspected.
_ALL_OF = ("batches", "claims", "unsettled")


def refuse_links(lake: Path) -> None:
    """Check that the lake's folders are its own: a write through a link goes somewhere else.

    Raises:
        LakeError: there is a link.
        OSError: a folder cannot be read.
    """
    for entry in _entries(lake):
        if entry.is_dir(follow_symlinks=False):
            for inner in _entries(entry):
                is_looked_at = entry.name in _ALL_OF or inner.name == "_delta_log"
                if is_looked_at and inner.is_dir(follow_symlinks=False):
                    _refuse_below(inner)


def refuse_pipes(lake: Path) -> None:
    """Check that the lake's own files are regular files: reading a pipe or a device may block for ever.

    Raises:
        LakeError: one is neither file nor folder. An unreadable folder is reported where it is used.
    """
    try:
        with os.scandir(lake) as children:
            odd = sorted(entry.path for entry in children if not (entry.is_file() or entry.is_dir()))
    except OSError:
        return
    for path in odd:
        if Path(path).exists():
            raise LakeError(
                f"{path}: a pipe or a device, and a lake holds none: see who made it, and remove it"
            )


def expect_plain_name(name: object, place: Path) -> str:
    """Return a file of rows as ``day=<day>/<file>``; no other name is safe inside its table's folder.

    Raises:
        LakeError: it is another name; ``place`` is the file that contains the name.
    """
    if isinstance(name, str) and _PLAIN.fullmatch(name):
        return name
    raise LakeError(f"{place}: damaged: it names a file that is not below its table: restore your backup")


def _refuse_below(folder: os.DirEntry[str]) -> None:
    for entry in _entries(folder):
        if entry.is_dir(follow_symlinks=False):
            _refuse_below(entry)


def _is_lock(name: str) -> bool:
    """Return whether the file is a lock file, which is emptied when it is locked."""
    return name == "lock" or name.endswith(".lock")


def _has_second_name(entry: os.DirEntry[str]) -> bool:
    status = entry.stat(follow_symlinks=False)
    return stat.S_ISREG(status.st_mode) and status.st_nlink > 1


def _entries(folder: Path | os.DirEntry[str]) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as children:
            entries = list(children)
    except FileNotFoundError:
        return []  # a batch is removed when it is finished
    for entry in entries:
        if entry.is_symlink() or (_is_lock(entry.name) and _has_second_name(entry)):
            raise LakeError(f"{entry.path}: a link, and a lake holds none: see who made it, and remove it")
    return entries
