"""Temporary folders for data that does not fit into memory, removed even after a killed run.

The process that uses a folder holds a lock on it. A folder without a lock holder was left behind, and the
next run removes it.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import functools
import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

__all__ = ["remove_left_over", "spill_folder", "spill_folder_of_process"]

_PREFIX = "conda-census-spill-"
_NAME = re.compile(re.escape(_PREFIX) + r"[a-z0-9_]{8}")
_LOCK = "lock"
#: A folder without a lock may be one that is being created.
_YOUNG_S = 3600


@contextlib.contextmanager
def spill_folder() -> Iterator[Path]:
    """Create a folder for the context, and remove those that killed runs of this user left.

    Raises:
        OSError: it cannot be created.
    """
    remove_left_over(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        descriptor = os.open(folder / _LOCK, os.O_RDONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with contextlib.suppress(OSError):  # some file systems have no locks
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield folder
        finally:
            os.close(descriptor)


@functools.cache
def spill_folder_of_process() -> Path:
    """Create one folder for the whole process, which is removed when the process ends.

    Raises:
        OSError: it cannot be created.
    """
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(spill_folder())


def remove_left_over(above: Path) -> None:
    """Remove the folders in ``above`` that killed runs of this user left; unremovable ones stay."""
    with contextlib.suppress(OSError):
        for folder in [path for path in above.iterdir() if _NAME.fullmatch(path.name)]:
            with contextlib.suppress(OSError):
                _remove_if_left_over(folder)


def _remove_if_left_over(folder: Path) -> None:
    status = folder.lstat()
    # One that we made: nobody else has access to it, so nobody else has put anything there.
    if not (
        stat.S_ISDIR(status.st_mode)
        and status.st_uid == os.geteuid()
        and stat.S_IMODE(status.st_mode) == stat.S_IRWXU
    ):
        return
    try:
        descriptor = os.open(folder / _LOCK, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        if time.time() - status.st_mtime > _YOUNG_S:
            shutil.rmtree(folder)
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder)
    finally:
        os.close(descriptor)
