"""How does a file of the report come into being, whole or not at all?"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from conda_census.atomic_files import replace_file
from conda_census.errors import CensusError

__all__ = ["expect_writable", "make_folder", "remove_own", "write_whole"]


def expect_writable(files: Iterable[Path | None], folders: Iterable[Path | None] = (), *, lake: Path) -> None:
    """Go on only if files and folders that are wanted can be written, before the work is done.

    A file needs its folder; a folder is made with those above it. None is not wanted. Into the lake nothing
    is written but what is the lake's own.

    Raises:
        CensusError: one cannot be written.
    """
    files, folders = list(files), list(folders)
    for place in filter(None, [*files, *folders]):
        if Path(os.path.realpath(place)).is_relative_to(os.path.realpath(lake)):
            raise CensusError(
                f"{place}: lies in the lake, which holds nothing but its own: choose another place"
            )
    for file in filter(None, files):
        if file.is_dir():
            raise CensusError(f"{file}: is a folder: name a file in it")
        if not file.parent.is_dir():
            raise CensusError(f"{file}: there is no folder {file.parent}: make it first")
        if not file.exists() and not os.access(file.parent, os.W_OK | os.X_OK):
            raise CensusError(f"{file}: you may not write into {file.parent}: choose another file")
    for folder in filter(None, folders):
        there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
        if not there.is_dir():
            what = "this" if there == folder else there
            raise CensusError(f"{folder}: {what} is no folder: choose another one")
        if not os.access(there, os.W_OK | os.X_OK):
            raise CensusError(f"{folder}: you may not write into {there}: choose another one")


def write_whole(file: Path, content: bytes, what: str) -> None:
    """Writes ``content``, which is called ``what``, over an older file; nothing is left beside it.

    Raises:
        CensusError: the file cannot be written.
    """
    try:
        replace_file(file, content)
    except OSError as error:
        reason = error.strerror or error
        raise CensusError(f"{file}: cannot write the {what} ({reason}): choose another file") from error


def make_folder(folder: Path) -> None:
    """The folder, with those above it, where it is not there yet.

    Raises:
        CensusError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise CensusError(f"{folder}: cannot make the folder ({reason}): choose another one") from error


def remove_own(file: Path) -> None:
    """Removes what an earlier report wrote, where this one has nothing of the kind.

    Raises:
        CensusError: the file cannot be removed.
    """
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise CensusError(
            f"{file}: cannot remove what an earlier report wrote ({reason}): choose another folder"
        ) from error
