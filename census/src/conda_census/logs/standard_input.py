"""How is a log read that comes from standard input, although a log is read more than once?"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from conda_census.errors import SourceError
from conda_census.logs.fingerprints import fingerprint_of_file

__all__ = ["STANDARD_INPUT", "Spooled", "delete_spooled", "is_spooled", "spool", "spooled_at"]

#: The path that stands for standard input.
STANDARD_INPUT = "-"
#: Begins the location of what came from it, which no path from the root on does.
_SCHEME = "stdin:"
_PIECE_BYTES = 1 << 20


@dataclass(frozen=True)
class Spooled:
    """What came from standard input, in a file that its owner alone may read, until its batch is finished.

    A run that is killed leaves the file, and the next one reads it: what a pipe has given it gives no more.
    """

    path: Path
    stored_size: int

    def __str__(self) -> str:
        return "standard input"

    @property
    def location(self) -> str:
        """Where the file is, marked as one that is to be deleted."""
        return f"{_SCHEME}{self.path}"

    @property
    def may_grow(self) -> bool:
        """A pipe that has ended gives no more."""
        return False

    def open(self, mode: Literal["rb"], /) -> BinaryIO:
        """The file's bytes."""
        return self.path.open(mode)

    def stored_fingerprint(self, key: bytes) -> str:
        """The same as that of a file that holds these bytes."""
        return fingerprint_of_file(self.path, key)


def spool() -> Spooled:
    """Everything that comes from standard input, up to its end.

    Raises:
        SourceError: nothing can come from there, or it cannot be kept.
    """
    if sys.stdin is None or sys.stdin.isatty():
        raise SourceError("standard input: nothing comes from it: send a log there, as in zcat FILE | …")
    descriptor, name = tempfile.mkstemp(prefix="conda-census-stdin-")
    path = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file, _PIECE_BYTES)
            return Spooled(path, file.tell())
    except OSError as error:
        path.unlink()
        raise SourceError(
            f"standard input: cannot be kept in {path.parent} ({error.strerror}): "
            "make room there, or name another folder by TMPDIR"
        ) from None
    except BaseException:
        path.unlink()
        raise


def is_spooled(location: str) -> bool:
    """Is this the location of what came from standard input?"""
    return location.startswith(_SCHEME)


def spooled_at(location: str) -> Spooled:
    """What an earlier run left.

    Raises:
        SourceError: it is gone.
    """
    path = Path(location.removeprefix(_SCHEME))
    try:
        return Spooled(path, path.stat().st_size)
    except OSError:
        raise SourceError(
            f"standard input: what an earlier run was reading of it is gone ({path}): send it again"
        ) from None


def delete_spooled(location: str) -> None:
    """Delete what was kept there."""
    Path(location.removeprefix(_SCHEME)).unlink(missing_ok=True)
