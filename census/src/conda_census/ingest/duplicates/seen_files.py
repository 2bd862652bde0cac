"""Files in which nothing was new, so that the next run need not read them again.

Each writer of a lake keeps a file of its own in the folder ``seen``, with a line for each of them: its name
as it is stored, and why it waits if it does. The file is replaced as a whole, after the rows are in the lake
for which nothing was new. Whoever loses it only reads some logs once more.
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
#: Stands in place of why a file waits: it was not read whole, and is known only as long as that is noted.
READ_IN_PART = "read in part"
#: So many are remembered for each writer, the newest ones.
_FILES_MAX = 50_000
#: Neither a link nor a pipe that somebody put there is read.
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True)
class SeenFile:
    """A file in which nothing was new: what names it as it is stored, and why it waits if it does."""

    name: str
    waits: str = ""


def seen_files(lake: Lake) -> dict[str, str]:
    """Why each of the remembered files waits, by its name; empty if it does not.

    Raises:
        OSError: what is remembered cannot be read.
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
    """Forget them all: if what a source brought is taken out of the lake, a copy of it is new again.

    Raises:
        OSError: the lake's folder cannot be written.
    """
    folder = lake.path / _FOLDER
    for file in folder.iterdir() if folder.is_dir() else ():
        file.unlink(missing_ok=True)


def _read(file: Path) -> dict[str, str]:
    """What one writer remembers; a line that was cut is no entry."""
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
