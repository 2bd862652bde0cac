"""Files in which nothing was new, so that the next run need not read them again.

Each writer of a lake keeps a file of its own in the folder ``seen``. It has one line for each such file: the
file's name as stored, and the reason if the file waits. It is replaced atomically, after the rows that made
the files redundant are in the lake. If it is lost, some logs are read once more.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from conda_census.atomic_files import create_exclusively, remove_dead_drafts, replace_durably
from conda_census.lake.store import Lake

__all__ = ["READ_IN_PART", "SeenFile", "forget_seen_files", "remember_files", "seen_files"]

_FOLDER = "seen"
_KNOWN = "known"
#: Replaces the reason why a file waits: the file was not read whole, and is known only while this is
#: recorded.
READ_IN_PART = "read in part"
#: Maximum number of files remembered for each writer, the newest ones.
_FILES_MAX = 50_000
#: Links and pipes that somebody placed there are not read.
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True)
class SeenFile:
    """A file in which nothing was new: its name as stored, and the reason if it waits."""

    name: str
    waits: str = ""


def seen_files(lake: Lake) -> dict[str, str]:
    """Return why each remembered file waits, by its name; an empty reason if it does not wait.

    Raises:
        OSError: the remembered files cannot be read.
    """
    seen: dict[str, str] = {}
    folder = lake.path / _FOLDER
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        seen |= _read(file)
    return seen


def remember_files(lake: Lake, writer: str, files: Iterable[SeenFile]) -> None:
    """Remember files in which nothing is new.

    Raises:
        OSError: the lake's folder cannot be written.
    """
    added = {file.name: file.waits for file in files if file.name}
    if not added:
        return
    path = lake.path / _FOLDER / writer
    remove_dead_drafts(path.parent)
    kept = {name: waits for name, waits in _read(path).items() if name not in added}
    newest = list((kept | added).items())[-_FILES_MAX:]
    content = "".join(f"{name} {waits or _KNOWN}\n" for name, waits in newest).encode()
    if not create_exclusively(path, content):
        replace_durably(path, content)


def forget_seen_files(lake: Lake) -> None:
    """Forget all remembered files.

    If the rows of a source are taken out of the lake, a copy of the source is new again.

    Raises:
        OSError: the lake's folder cannot be written.
    """
    folder = lake.path / _FOLDER
    for file in folder.iterdir() if folder.is_dir() else ():
        file.unlink(missing_ok=True)


def _read(file: Path) -> dict[str, str]:
    """Return the files that one writer remembers; a truncated line is no entry."""
    try:
        descriptor = os.open(file, _FLAGS)
    except FileNotFoundError:
        return {}
    with os.fdopen(descriptor, "rb") as opened:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return {}
        lines = opened.read().decode(errors="replace").split("\n")[:-1]
    entries = (line.partition(" ") for line in lines)
    return {name: "" if waits == _KNOWN else waits for name, _, waits in entries if waits}
