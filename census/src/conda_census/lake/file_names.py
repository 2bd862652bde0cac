"""Names of the lake's Parquet files, with their batch and the digest of their content.

A digest in the name is in the Delta commit that adds the file, in every later checkpoint, and in the name on
disk. So a changed file can be detected for as long as the table refers to it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

__all__ = [
    "BatchFile",
    "batch_of",
    "day_in",
    "digest_of",
    "has_digest",
    "name_of_rewritten",
    "named_by_digest",
    "part_of",
    "says_its_digest",
]

_DIGEST_BYTES = 16
_DIGEST = r"[0-9a-f]{32}"
_NAMED = re.compile(rf".+-(?P<digest>{_DIGEST})\.parquet")
_MARK_DIGITS = 16
_OF_BATCH = re.compile(
    rf"(?P<part>(?P<writer>.+)-(?P<batch>\d{{8,}})-\d{{4,}})(?:-{_DIGEST}|-[0-9a-f]{{{_MARK_DIGITS}}})?\.parquet"
)


@dataclass(frozen=True)
class BatchFile:
    """The batch of a file."""

    writer: str
    batch: int


def batch_of(name: str) -> BatchFile | None:
    """Return the batch that wrote the file of this name; null if it was a compaction."""
    match = _OF_BATCH.fullmatch(name)
    return BatchFile(match["writer"], int(match["batch"])) if match else None


def day_in(path: str) -> date | None:
    """Return the day of a file of rows, given as ``day=<day>/<file>``; null if the path has no day."""
    try:
        return date.fromisoformat(path.partition("/")[0].removeprefix("day="))
    except ValueError:
        return None


def part_of(name: str) -> str | None:
    """Return batch and part of the file of this name; null if a compaction wrote it."""
    match = _OF_BATCH.fullmatch(name)
    return match["part"] if match else None


def name_of_rewritten(name: str, mark: str) -> str | None:
    """Return a new name for the replacement of a batch's file, of the same batch; null for other files.

    ``mark`` is a string of hexadecimal digits that makes the name unique.
    """
    match = _OF_BATCH.fullmatch(name)
    return f"{match['part']}-{mark[:_MARK_DIGITS]}.parquet" if match else None


def digest_of(path: Path) -> str:
    """Return the BLAKE2 digest of a file's content, 32 hexadecimal digits.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=_DIGEST_BYTES)).hexdigest()


def has_digest(name: str) -> bool:
    """Return whether the name contains the digest of the file's content."""
    return _NAMED.fullmatch(name) is not None


def named_by_digest(path: Path) -> Path:
    """Give a complete file its final name: ``NAME.parquet`` becomes ``NAME-DIGEST.parquet``.

    Raises:
        OSError: the file cannot be read or renamed.
    """
    return path.replace(path.with_name(f"{path.stem}-{digest_of(path)}{path.suffix}"))


def says_its_digest(path: Path) -> bool | None:
    """Return whether a file's content has the digest in its name; null if its name has none.

    Raises:
        OSError: the file cannot be read.
    """
    match = _NAMED.fullmatch(path.name)
    return digest_of(path) == match["digest"] if match else None
