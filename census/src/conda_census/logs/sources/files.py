"""Log files that a path names"""

from __future__ import annotations

import glob
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from conda_census.config import LAKE_MANIFEST, SIMULATED_FOLDERS, SIMULATED_TRUTH
from conda_census.errors import SourceError
from conda_census.logs.fingerprints import fingerprint_of_file

__all__ = ["LogFile", "find_files", "name_as_text", "one_spelling", "path_named", "unreadable"]


#: Representation of a byte in a name that is not text.
_BYTE = re.compile(rb"\\x([89a-f][0-9a-f])")


def name_as_text(name: str | Path) -> str:
    r"""Return a file name as text, the only form that a table may hold: ``bad\xff.log`` for a raw byte.

    A name that is text is unchanged, also if it was returned by this function.
    """
    return os.fsencode(name).decode(errors="backslashreplace")


def path_named(text: str) -> Path:
    """Return the path of a file that has this name as text, see :func:`name_as_text`."""
    path = Path(text)
    meant = os.fsdecode(_BYTE.sub(_byte, os.fsencode(text)))
    return path if path.exists() or name_as_text(meant) != text else Path(meant)


def _byte(escaped: re.Match[bytes]) -> bytes:
    return bytes.fromhex(escaped[1].decode())


@dataclass(frozen=True)
class LogFile:
    """File that may be an access log, and its size in bytes as it is stored."""

    path: Path
    stored_size: int

    def __str__(self) -> str:
        return name_as_text(self.path.absolute())

    @property
    def location(self) -> str:
        """Return the absolute path."""
        return str(self.path.absolute())

    @property
    def may_grow(self) -> bool:
        """Return True, because a server may be writing the file."""
        return True

    def open(self, mode: Literal["rb"], /) -> BinaryIO:
        """Open the file to read its bytes."""
        return self.path.open(mode)

    def stored_fingerprint(self, key: bytes) -> str:
        """Return the fingerprint of its two ends and its size."""
        return fingerprint_of_file(self.path, key)


def one_spelling(name: str) -> str:
    """Return an absolute path in the form in which paths are compared, as text; other names are unchanged.

    ``..`` is kept after a link, which leads to another folder than the text says.
    """
    if not Path(name).is_absolute():
        return name_as_text(name)
    normal = os.path.normpath(name)
    is_same = ".." not in Path(name).parts or os.path.realpath(normal) == os.path.realpath(name)
    return name_as_text(normal if is_same else name)


def find_files(text: str) -> tuple[list[LogFile], list[SourceError]]:
    """Return the files that a path, a folder (with everything below it) or a glob names.

    In a folder, hidden files and files of the census itself are left out. Errors for files that cannot be
    read are returned with the files.
    """
    files: list[LogFile] = []
    errors: list[SourceError] = []
    try:
        for path in _expand(text, errors):
            _add(path, files, errors)
    except SourceError as error:
        errors.append(error)
    except OSError as error:
        errors.append(unreadable(Path(text), error))
    return files, errors


def unreadable(name: object, error: OSError) -> SourceError:
    """Return an error that gives the system's reason why something cannot be read."""
    return SourceError(
        f"{name}: cannot be read ({error.strerror or type(error).__name__}): "
        "check that it is there and that you may read it"
    )


def _add(path: Path, files: list[LogFile], errors: list[SourceError]) -> None:
    try:
        status = path.stat()
        if stat.S_ISREG(status.st_mode):
            files.append(LogFile(path, status.st_size))
        else:
            # A log is read more than once, and reading a pipe may wait forever.
            errors.append(
                SourceError(f"{path}: a pipe or a device: name - and let the log come from standard input")
            )
    except OSError as error:
        errors.append(unreadable(path, error))


def _expand(text: str, errors: list[SourceError]) -> list[Path]:
    path = Path(text)
    if path.is_dir():
        told = len(errors)
        below = sorted(_below(path, errors))
        if not below and len(errors) == told:
            raise SourceError(f"{text}: no files in this folder: name a folder that holds access logs")
        return below
    if path.exists():
        return [path]
    matches = sorted(Path(match) for match in glob.glob(text, recursive=True))  # noqa: PTH207 (absolute too)
    if not matches:
        raise SourceError(f"{text}: no such file, folder or pattern: check the path")
    return [file for match in matches for file in (_below(match, errors) if match.is_dir() else [match])]


def _below(top: Path, errors: list[SourceError]) -> Iterator[Path]:
    """Yield the files in a folder and below it, except hidden files and those of the census itself."""

    def tell(error: OSError) -> None:
        errors.append(unreadable(Path(error.filename), error))

    for folder, folders, names in os.walk(top, onerror=tell):
        if LAKE_MANIFEST in names:
            folders.clear()
            continue
        published = SIMULATED_FOLDERS if SIMULATED_TRUTH in names else ()
        folders[:] = [name for name in folders if not name.startswith(".") and name not in published]
        logs = [name for name in names if not name.startswith(".") and name != SIMULATED_TRUTH]
        yield from (path for name in logs if (path := Path(folder, name)).is_file())
