"""Writing of report files, completely or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from conda_census.atomic_files import replace_file
from conda_census.errors import CensusError

__all__ = ["expect_writable", "make_folder", "remove_own", "write_whole"]


def expect_writable(files: Iterable[Path | None], folders: Iterable[Path | None] = (), *, lake: Path) -> None:
    """Check before the work that the requested files and folders can be written.

    A file needs its folder; a folder is created with its parents. None is not requested. Nothing but the
    lake's own files may be written into the lake.

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
    """Write ``content``, which is called ``what``, over an older file; no other file is left behind.

    Raises:
        CensusError: the file cannot be written.
    """
    try:
        replace_file(file, content)
    except OSError as error:
        reason = error.strerror or error
        raise CensusError(f"{file}: cannot write the {what} ({reason}): choose another file") from error


def make_folder(folder: Path) -> None:
    """Create the folder and its parents, if they do not exist.

    Raises:
        CensusError: it cannot be created.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise CensusError(f"{folder}: cannot make the folder ({reason}): choose another one") from error


def remove_own(file: Path) -> None:
    """Remove what an earlier report wrote, if this one has nothing of the kind.

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
