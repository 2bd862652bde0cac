"""Which files does a path name, and what bytes do they hold once decompressed?"""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from conda_census.errors import SourceError
from conda_census.logs.compression import MAGIC_BYTES, codec_of, unpacked
from conda_census.logs.parquet import PARQUET_MAGIC, rows_as_json_lines

__all__ = ["LogFile", "decompressed", "find", "is_compressed"]

#: A folder that holds a file of this name is a lake of the census.
_LAKE_MANIFEST = "lake.json"


@dataclass(frozen=True)
class LogFile:
    """A file that may be an access log, and its size in bytes as it is stored."""

    path: Path
    stored_size: int


def find(paths: Iterable[str]) -> tuple[list[LogFile], list[SourceError]]:
    """The files that paths, folders (with all below them) and globs name, each once, smallest first.

    Smallest first, because a file that is the beginning of another must be read before it.
    Hidden files, and files of the census itself, are left out of a folder. What cannot be found is
    returned as errors beside the files, so that one wrong path does not stop the rest.
    """
    files: dict[Path, LogFile] = {}
    errors: list[SourceError] = []
    for text in paths:
        try:
            found = _expand(text, errors)
        except SourceError as error:
            errors.append(error)
        except OSError as error:
            errors.append(_unreadable(Path(text), error))
        else:
            for path in found:
                _add(path, files, errors)
    return sorted(files.values(), key=lambda file: (file.stored_size, str(file.path))), errors


def decompressed(path: Path) -> Iterator[bytes]:
    """The bytes of a plain, gzip, zstd or bzip2 file in pieces, whatever its name says.

    Several members in one file are read one after the other, as ``zcat`` does. The rows of a Parquet file are
    lines of JSON.

    Raises:
        SourceError: the file cannot be read, is cut short or is damaged.
    """
    try:
        with path.open("rb") as file:
            is_parquet = file.read(MAGIC_BYTES) == PARQUET_MAGIC
            file.seek(0)
            yield from rows_as_json_lines(path) if is_parquet else unpacked(file, str(path))
    except OSError as error:
        raise _unreadable(path, error) from None


def is_compressed(path: Path) -> bool:
    """Does the file start as a compressed one, or as Parquet, which is written once and does not grow?

    Raises:
        SourceError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            beginning = file.read(MAGIC_BYTES)
            return beginning == PARQUET_MAGIC or codec_of(beginning) is not None
    except OSError as error:
        raise _unreadable(path, error) from None


def _add(path: Path, files: dict[Path, LogFile], errors: list[SourceError]) -> None:
    try:
        status = path.stat()
        if stat.S_ISREG(status.st_mode):
            files.setdefault(path.resolve(), LogFile(path, status.st_size))
        else:
            # A log is read more than once, and a pipe may wait for ever.
            errors.append(SourceError(f"{path}: a pipe or a device: save the log in a file first"))
    except OSError as error:
        errors.append(_unreadable(path, error))


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
    """The files in a folder and below it, but for hidden ones and those of a lake."""

    def tell(error: OSError) -> None:
        errors.append(_unreadable(Path(error.filename), error))

    for folder, folders, names in os.walk(top, onerror=tell):
        if _LAKE_MANIFEST in names:
            folders.clear()
            continue
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (
            path for name in names if not name.startswith(".") and (path := Path(folder, name)).is_file()
        )


def _unreadable(path: Path, error: OSError) -> SourceError:
    return SourceError(
        f"{path}: cannot be read ({error.strerror or type(error).__name__}): "
        "check that it is there and that you may read it"
    )
