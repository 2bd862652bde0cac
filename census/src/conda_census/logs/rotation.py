"""Search for logs that rotation renamed within their folder"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from conda_census.errors import SourceError
from conda_census.logs.fingerprints import head_of
from conda_census.logs.format_detection import read_beginning

__all__ = ["RotatedLogs", "files_like"]


class RotatedLogs:
    """Index of logs by the keyed hashes of their first lines, which the lake has too."""

    def __init__(self, key: bytes) -> None:
        self._head = cache(lambda path: _head(path, key))
        self._by_head = cache(
            lambda folder, stem: {self._head(path): path for path in files_like(folder, stem)}
        )

    def find(self, path: Path, head: str) -> Path | None:
        """Return the current path of the log that was ``path`` when it was read; None if no file matches.

        A file matches if it has the first line of the log. ``path`` itself is returned if it cannot be read,
        so that its reader gets the reason.
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
    """Return the files that may now be a log with this stem.

    ``access.log`` becomes ``access.log.1``, ``access.log-20240116.gz``, ``access-2024-01-16.log``, …
    """
    try:
        return sorted(
            path for path in folder.iterdir() if stem and path.name.startswith(stem) and path.is_file()
        )
    except OSError:
        return []
