"""Modes of the files of a lake: for its user only, or also for its group.

``lake.json`` says whether the group may read them. The umask does not matter. A lake of an earlier release
has modes from the umask; the first later write corrects them.
"""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from conda_census.config import LAKE_MANIFEST

__all__ = ["make_private"]

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def make_private(lake: Path, *, group_readable: bool) -> None:
    """Give every file and folder of a lake its mode; those of other users stay as they are.

    ``lake.json`` is changed last: if its mode is right, all modes are right.
    """
    folder_mode, file_mode = (0o750, 0o640) if group_readable else (0o700, 0o600)
    with contextlib.suppress(OSError):
        if _mode(lake) == folder_mode and _mode(lake / LAKE_MANIFEST) == file_mode:
            return
    for place, _folders, files, descriptor in os.fwalk(lake, follow_symlinks=False):
        _change(descriptor, folder_mode)
        for name in files:
            if place != str(lake) or name != LAKE_MANIFEST:
                _change_file(name, descriptor, file_mode)
    with contextlib.suppress(OSError):
        folder = os.open(lake, _FLAGS & ~os.O_NOFOLLOW | os.O_DIRECTORY)
        try:
            _change_file(LAKE_MANIFEST, folder, file_mode)
        finally:
            os.close(folder)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode) & 0o777


def _change_file(name: str, folder: int, mode: int) -> None:
    """Change a file unless it has another name too: that may be a file that somebody else chose."""
    with contextlib.suppress(OSError):
        descriptor = os.open(name, _FLAGS, dir_fd=folder)
        try:
            status = os.fstat(descriptor)
            if stat.S_ISREG(status.st_mode) and status.st_nlink == 1:
                _change(descriptor, mode)
        finally:
            os.close(descriptor)


def _change(descriptor: int, mode: int) -> None:
    status = os.fstat(descriptor)
    if status.st_uid == os.geteuid() and status.st_mode & 0o777 != mode:
        os.fchmod(descriptor, status.st_mode & 0o7000 | mode)
