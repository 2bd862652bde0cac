"""Discovery of the sources that a path names, and their decompressed bytes"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from conda_census.errors import SourceError
from conda_census.logs.sources.compression import MAGIC_BYTES, codec_of, tell_nobody, unpacked
from conda_census.logs.sources.files import LogFile, find_files, unreadable
from conda_census.logs.sources.object_addresses import is_object_address
from conda_census.logs.sources.objects import find_objects, object_at
from conda_census.logs.sources.parquet_rows import PARQUET_MAGIC, rows_as_json_lines
from conda_census.logs.sources.readable import Readable, Source
from conda_census.logs.sources.standard_input import (
    STANDARD_INPUT,
    delete_spooled,
    is_spooled,
    spool,
    spooled_at,
)

__all__ = ["decompressed", "find", "is_compressed", "release", "source_at"]


def find(
    paths: Iterable[str], config_folder: Path | None = None, exclude: Collection[str] = ()
) -> tuple[list[Source], list[SourceError]]:
    """Return the sources that paths, addresses and ``-`` name, each once, smallest first.

    A path is a file, a folder with everything below it, or a glob. An address of objects is the same in a
    bucket. The smallest come first, because a file that is the beginning of another must be read before it.
    ``config_folder`` holds the notes about stored standard input; without it standard input is not read.
    Sources that match a pattern of ``exclude`` are left out. A pattern without a slash is the name of a file
    or of a folder that contains it. A pattern with a slash is a path, or the end of one. Errors for sources
    that cannot be found are returned with the sources, so that one wrong path does not stop the rest.
    """
    sources: dict[str, Source] = {}
    errors: list[SourceError] = []
    for text in dict.fromkeys(paths):
        try:
            if text == STANDARD_INPUT and config_folder:
                sources[text] = spool(config_folder)
            elif is_object_address(text):
                for each in find_objects(text):
                    sources.setdefault(each.location, each)
            else:
                files, told = find_files(text)
                errors += told
                for file in files:
                    sources.setdefault(str(file.path.resolve()), file)
        except SourceError as error:
            errors.append(error)
    kept = [source for source in sources.values() if not _is_excluded(source.location, exclude)]
    if sources and not kept:
        errors.append(
            SourceError(f"all {len(sources)} files are left out by --exclude or exclude in census.toml")
        )
    return sorted(kept, key=lambda source: (source.stored_size, str(source))), errors


def _is_excluded(location: str, exclude: Collection[str]) -> bool:
    parts = location.split("/")
    return any(
        fnmatchcase(location, pattern) or fnmatchcase(location, f"*/{pattern.removeprefix('./')}")
        if "/" in pattern
        else any(fnmatchcase(part, pattern) for part in parts)
        for pattern in exclude
    )


def source_at(location: str, config_folder: Path) -> Source:
    """Return the source at a location that a batch recorded.

    Raises:
        SourceError: it is gone, or cannot be reached.
    """
    if is_spooled(location):
        return spooled_at(location, config_folder)
    if is_object_address(location):
        return object_at(location)
    path = Path(location)
    try:
        return LogFile(path, path.stat().st_size)
    except OSError as error:
        raise unreadable(path, error) from None


def release(location: str, config_folder: Path) -> None:
    """Delete stored standard input at this location. Call this when no batch needs the source any more."""
    if is_spooled(location):
        delete_spooled(location, config_folder)


def decompressed(source: Readable, passed_over: Callable[[int], object] = tell_nobody) -> Iterator[bytes]:
    """Yield the bytes of a plain, gzip, zstd, bzip2 or xz source in pieces, whatever its name says.

    Several members in one file are read one after the other, as ``zcat`` does. The rows of a Parquet file
    become lines of JSON. ``passed_over`` is called with the number of bytes after the compressed data that
    are not read.

    Raises:
        SourceError: the source cannot be read, is cut short or is damaged.
    """
    try:
        with source.open("rb") as file:
            is_parquet = file.read(len(PARQUET_MAGIC)) == PARQUET_MAGIC
            file.seek(0)
            if is_parquet:
                yield from rows_as_json_lines(file, str(source))
            else:
                yield from unpacked(file, str(source), passed_over)
    except OSError as error:
        raise unreadable(source, error) from None


def is_compressed(source: Readable) -> bool:
    """Return True if the source starts like a compressed one, or like Parquet, which does not grow.

    A Parquet file is written once.

    Raises:
        SourceError: the source cannot be read.
    """
    try:
        with source.open("rb") as file:
            beginning = file.read(MAGIC_BYTES)
            return beginning.startswith(PARQUET_MAGIC) or codec_of(beginning) is not None
    except OSError as error:
        raise unreadable(source, error) from None
