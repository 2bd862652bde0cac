"""Which files does a path name?"""

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


#: What stands in a text for a byte of a name that is no text.
_BYTE = re.compile(rb"\\x([89a-f][0-9a-f])")


def name_as_text(name: str | Path) -> str:
    r"""Return the name of a file as text, which is all that a table may hold: ``bad\xff.log`` for a byte.

    A name that is text, also one that was returned here, stays as it is.
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
    """A file that may be an access log, and its size in bytes as it is stored."""

    path: Path
    stored_size: int

    def __str__(self) -> str:
        return name_as_text(self.path.absolute())

    @property
    def location(self) -> str:
        """The path from the root on."""
        return str(self.path.absolute())

    @property
    def may_grow(self) -> bool:
        """A server may be writing it."""
        return True

    def open(self, mode: Literal["rb"], /) -> BinaryIO:
        """The file's bytes."""
        return self.path.open(mode)

    def stored_fingerprint(self, key: bytes) -> str:
        """The fingerprint of its two ends and its size."""
        return fingerprint_of_file(self.path, key)


def one_spelling(name: str) -> str:
    """Return a path from the root on as it is compared with others, as text; any other name stays as it is.

    ``..`` stays behind a link, which leads to another folder than the text says.
    """
    if not Path(name).is_absolute():
        return name_as_text(name)
    normal = os.path.normpath(name)
    is_same = ".." not in Path(name).parts or os.path.realpath(normal) == os.path.realpath(name)
    return name_as_text(normal if is_same else name)


def find_files(text: str) -> tuple[list[LogFile], list[SourceError]]:
    """The files that a path, a folder (with all below it) or a glob names.

    Hidden files, and files of the census itself, are left out of a folder. What cannot be read is returned as
    errors beside the files.
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
    """What the system says against reading it, for a person."""
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
            # A log is read more than once, and a pipe may wait for ever.
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
    """The files in a folder and below it, but for hidden ones and those of the census itself."""

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
