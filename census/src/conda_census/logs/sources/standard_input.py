"""Standard input as a log, although a log is read more than once

The input is stored in a temporary file. A note beside the keys names that file, so that nobody who can write
to the lake can have another file read or deleted in its place.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
import stat
import string
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from conda_census.atomic_files import create_exclusively, make_folders
from conda_census.errors import SourceError
from conda_census.logs.fingerprints import fingerprint_of_file

__all__ = ["STANDARD_INPUT", "Spooled", "delete_spooled", "is_spooled", "spool", "spooled_at"]

#: Path that means standard input.
STANDARD_INPUT = "-"
#: Prefix of the location of stored standard input; no absolute path begins with it.
_SCHEME = "stdin:"
_PREFIX = "conda-census-stdin-"
_LETTERS = string.ascii_lowercase + string.digits + "_"
_NAME = re.compile(re.escape(_PREFIX) + r"[a-z0-9_]{8}")
_NOTES = "standard-input"
_PIECE_BYTES = 1 << 20


@dataclass(frozen=True)
class Spooled:
    """Standard input in a file that only its owner may read, until its batch is finished.

    A run that is killed leaves the file, and the next run reads it: a pipe gives its data only once.
    """

    path: Path
    stored_size: int

    def __str__(self) -> str:
        return "standard input"

    @property
    def location(self) -> str:
        """Return the path of the file, marked as one to be deleted."""
        return f"{_SCHEME}{self.path}"

    @property
    def may_grow(self) -> bool:
        """Return False, because a pipe that has ended gives no more."""
        return False

    def open(self, mode: Literal["rb"], /) -> BinaryIO:
        """Open the file to read its bytes."""
        return self.path.open(mode)

    def stored_fingerprint(self, key: bytes) -> str:
        """Return the same fingerprint as that of a file with these bytes."""
        return fingerprint_of_file(self.path, key)


def spool(config_folder: Path) -> Spooled:
    """Store all of standard input, up to its end, and note the file in the folder of the keys.

    Raises:
        SourceError: standard input cannot hold a log, or cannot be stored.
    """
    if sys.stdin is None or sys.stdin.isatty():
        raise SourceError("standard input: nothing comes from it: send a log there, as in zcat FILE | …")
    # The name comes first, so that Ctrl-C at any time leaves no doubt about which file to delete.
    name = _PREFIX + "".join(secrets.choice(_LETTERS) for _ in range(8))
    path = Path(tempfile.gettempdir(), name).absolute()
    try:
        with open(path, "xb", opener=_opened_privately) as file:
            _write_note(config_folder, path, file.fileno())
            shutil.copyfileobj(sys.stdin.buffer, file, _PIECE_BYTES)
            return Spooled(path, file.tell())
    except OSError as error:
        if not isinstance(error, FileExistsError):
            _delete(path, config_folder)
        raise SourceError(
            f"standard input: cannot be kept in {path.parent} ({error.strerror}): "
            "make room there, or name another folder by TMPDIR"
        ) from None
    except BaseException:
        _delete(path, config_folder)
        raise


def _opened_privately(name: str, flags: int) -> int:
    return os.open(name, flags, mode=0o600)


def is_spooled(location: str) -> bool:
    """Return True if this is the location of stored standard input."""
    return location.startswith(_SCHEME)


def spooled_at(location: str, config_folder: Path) -> Spooled:
    """Return the standard input that an earlier run left.

    Raises:
        SourceError: it is gone.
    """
    path = Path(location.removeprefix(_SCHEME))
    if _is_noted(path, config_folder):
        with contextlib.suppress(OSError):
            return Spooled(path, path.stat().st_size)
    raise SourceError(
        f"standard input: what an earlier run was reading of it is gone ({path}): send it again"
    )


def delete_spooled(location: str, config_folder: Path) -> None:
    """Delete the stored input at this location, but nothing that is not noted."""
    path = Path(location.removeprefix(_SCHEME))
    if _is_noted(path, config_folder):
        _delete(path, config_folder)


def _write_note(config_folder: Path, path: Path, descriptor: int) -> None:
    notes = config_folder / _NOTES
    make_folders(notes, mode=0o700)
    note = {"path": str(path), "inode": os.fstat(descriptor).st_ino}
    create_exclusively(notes / path.name, json.dumps(note).encode(), mode=0o600)


def _is_noted(path: Path, config_folder: Path) -> bool:
    """Return True if the census made this file, and it is still the same one."""
    if not _NAME.fullmatch(path.name):
        return False
    try:
        status = path.lstat()
        note = json.loads((config_folder / _NOTES / path.name).read_bytes())
        return bool(
            note == {"path": str(path), "inode": status.st_ino}
            and stat.S_ISREG(status.st_mode)
            and status.st_uid == os.geteuid()
            and status.st_nlink == 1
        )
    except (OSError, ValueError, RecursionError):
        return False


def _delete(path: Path, config_folder: Path) -> None:
    path.unlink(missing_ok=True)
    (config_folder / _NOTES / path.name).unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        (config_folder / _NOTES).rmdir()
