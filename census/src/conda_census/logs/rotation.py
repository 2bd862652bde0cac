"""Which file is it now that a log was read from? Rotation gives it another name in the same folder."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from conda_census.errors import SourceError
from conda_census.logs.fingerprints import head_of
from conda_census.logs.format_detection import read_beginning

__all__ = ["RotatedLogs", "files_like"]


class RotatedLogs:
    """Finds logs by their first lines, of which it keeps the keyed hashes that the lake has too."""

    def __init__(self, key: bytes) -> None:
        self._head = cache(lambda path: _head(path, key))
        self._by_head = cache(
            lambda folder, stem: {self._head(path): path for path in files_like(folder, stem)}
        )

    def find(self, path: Path, head: str) -> Path | None:
        """Where the log is that was ``path`` when it was read; null where no file has its first line.

        ``path`` itself where it cannot be read, so that whoever does is told why.
        """
        if path.exists() and self._head(path) in {head, None}:
            return path
        found: Path | None = self._by_head(path.parent, path.name.partition(".")[0]).get(head)
        return found


def _head(path: Path, key: bytes) -> str | None:
    try:
        return head_of(read_beginning(path).lines, key)
    except SourceError:
        return None


def files_like(folder: Path, stem: str) -> list[Path]:
    """The files that may be a log of this stem by now.

    ``access.log`` becomes ``access.log.1``, ``access.log-20240116.gz``, ``access-2024-01-16.log``, …
    """
    try:
        return sorted(
            path for path in folder.iterdir() if stem and path.name.startswith(stem) and path.is_file()
        )
    except OSError:
        return []
