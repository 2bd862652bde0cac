"""Files in which nothing was new, so that the next run need not read them again.

Each writer of a lake adds lines to a file of its own: the name of a file as it is stored, and why it waits if
it does. A line that a kill cut is no entry. Whoever loses these files only reads some logs once more.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from conda_census.lake.store import Lake

__all__ = ["SeenFile", "forget_seen_files", "remember_files", "seen_files"]

_FOLDER = "seen"
_KNOWN = "known"


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
        for line in file.read_text(errors="replace").splitlines(keepends=True):
            name, _, waits = line.partition(" ")
            if waits.endswith("\n"):
                seen[name] = "" if waits.strip() == _KNOWN else waits.strip()
    return seen


def remember_files(lake: Lake, writer: str, files: Iterable[SeenFile]) -> None:
    """Remember files in which nothing is new.

    Raises:
        OSError: the lake's folder cannot be written.
    """
    lines = [f"{file.name} {file.waits or _KNOWN}\n" for file in files if file.name]
    if lines:
        folder = lake.path / _FOLDER
        folder.mkdir(mode=0o700, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(folder / writer, flags, 0o600)
        try:
            # After a line that a kill cut the next one must begin anew.
            os.write(descriptor, ("\n" + "".join(lines)).encode())
        finally:
            os.close(descriptor)


def forget_seen_files(lake: Lake) -> None:
    """Forget them all: if what a source brought is taken out of the lake, a copy of it is new again.

    Raises:
        OSError: the lake's folder cannot be written.
    """
    folder = lake.path / _FOLDER
    for file in folder.iterdir() if folder.is_dir() else ():
        file.unlink(missing_ok=True)
