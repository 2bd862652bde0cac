"""How does a file of the report come into being, whole or not at all?"""

from __future__ import annotations

from pathlib import Path

from conda_census.atomic_files import replace_file
from conda_census.errors import CensusError

__all__ = ["make_folder", "remove_own", "write_whole"]


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
