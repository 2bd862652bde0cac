"""Files that are written atomically and survive a power cut.

A file is written under a random name beside its place (a draft), and then linked or renamed to its place. A
draft is locked while it is written: a draft without a lock was left by a killed process.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import secrets
import stat
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

__all__ = [
    "create_exclusively",
    "make_folders",
    "ordinary_umask",
    "private_umask",
    "remove_dead_drafts",
    "replace_durably",
    "replace_file",
    "sync",
    "sync_folder",
]

_DRAFT_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_DRAFT = re.compile(r"\.(?P<name>.+)\.[0-9a-f]{16}")
#: A disk combines the requests of several threads.
_SYNC_THREADS = 8
#: Another process may take a new draft for a dead one, in the moment before it is locked.
_TRIES = 10
#: A file's name may have 255 bytes.
_NAME_BYTES = 200


def create_exclusively(
    path: Path, content: bytes, mode: int = 0o644, draft_folder: Path | None = None, *, durable: bool = True
) -> bool:
    """Create a file with all its content at once; return false if it already exists.

    Only one of several processes can succeed. Missing folders above it are created.

    Args:
        path: the file.
        content: all of it.
        mode: of the file, less the umask.
        draft_folder: the folder of the draft, on the same file system; beside the file by default.
        durable: whether the file survives a power cut from now on. If not, the caller calls ``sync`` later.

    Raises:
        OSError: the folder cannot be created or written.
    """
    make_folders(path.parent)
    for _ in range(_TRIES):
        with _draft((draft_folder or path.parent), path.name, mode) as (draft, descriptor):
            _write(descriptor, content, durable=durable)
            try:
                os.link(draft, path)
            except FileNotFoundError:
                continue
            except FileExistsError:
                return False
        if durable:
            sync_folder(path.parent)
        return True
    raise FileNotFoundError(2, "the file is removed while it is written", str(path))


def replace_file(path: Path, content: bytes) -> None:
    """Write a file that a person asked for, replacing an older one.

    The file is an ordinary one: it has the mode of the older file, or the mode from the user's umask. A link
    of this name is replaced and not followed, since anybody may have made it in a shared folder. Only a
    device, such as ``/dev/stdout``, is written directly.

    Raises:
        OSError: the file cannot be written.
    """
    if _is_device(path):
        path.write_bytes(content)
        return
    remove_dead_drafts(path.parent, path.name)
    try:
        _replace(path, content, _ordinary_mode(path))
    except OSError as error:  # a person knows the file, and not its draft
        raise OSError(error.errno, error.strerror, str(path)) from error


def replace_durably(path: Path, content: bytes) -> None:
    """Replace a file so that a kill or a power cut leaves the old or the new one, whole.

    A new file has the usual mode.

    Raises:
        OSError: the folder cannot be written.
    """
    mode = stat.S_IMODE(path.lstat().st_mode) if path.exists() else 0o666 & ~ordinary_umask()
    _replace(path, content, mode, durable=True)
    sync_folder(path.parent)


def make_folders(path: Path, mode: int = 0o777) -> None:
    """Create a folder and the missing ones above it so that they survive a power cut.

    Raises:
        OSError: one cannot be made.
    """
    if not path.is_dir():
        make_folders(path.parent, mode)
        path.mkdir(mode, exist_ok=True)
        sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make the names in a folder survive a power cut: added and removed ones.

    Raises:
        OSError: it cannot be read.
    """
    _sync_one(path)


def sync(files: Iterable[Path], folders: Iterable[Path] = ()) -> None:
    """Make files survive a power cut, then the names in folders; each is synced only once.

    Raises:
        OSError: one cannot be read, or the disk fails.
    """
    for paths in (dict.fromkeys(files), dict.fromkeys(folders)):
        if len(paths) < 2:  # noqa: PLR2004 (a thread is not worth it)
            for path in paths:
                _sync_one(path)
        else:
            with ThreadPoolExecutor(_SYNC_THREADS, thread_name_prefix="sync") as threads:
                list(threads.map(_sync_one, paths))


def remove_dead_drafts(folder: Path, name: str | None = None) -> None:
    """Remove the drafts that killed processes of this user left in a folder, of one file or of all.

    A draft that cannot be removed stays: it does no harm.
    """
    entries: list[Path] = []
    with contextlib.suppress(OSError):
        entries = list(folder.iterdir())
    for path in entries:
        draft = _DRAFT.fullmatch(path.name)
        if draft and (name is None or draft["name"] == _short(name)):
            _remove_if_dead(path)


@contextlib.contextmanager
def private_umask(*, group_readable: bool = False) -> Iterator[None]:
    """Restrict files created in the context, also by libraries, to their owner, or also to the group."""
    before = os.umask(0o027 if group_readable else 0o077)
    try:
        yield
    finally:
        os.umask(before)


def ordinary_umask() -> int:
    """Return the umask of the process; reading it requires setting it for a moment."""
    umask = os.umask(0o077)
    os.umask(umask)
    return umask


@contextlib.contextmanager
def _draft(folder: Path, name: str, mode: int) -> Iterator[tuple[Path, int]]:
    draft = folder / f".{_short(name)}.{secrets.token_hex(8)}"
    descriptor = os.open(draft, _DRAFT_FLAGS, mode)
    try:
        with contextlib.suppress(OSError):  # some file systems have no locks
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield draft, descriptor
    finally:
        os.close(descriptor)
        draft.unlink(missing_ok=True)


def _replace(path: Path, content: bytes, mode: int, *, durable: bool = False) -> None:
    for left in reversed(range(_TRIES)):
        with _draft(path.parent, path.name, 0o600) as (draft, descriptor):
            _write(descriptor, content, durable=durable)
            os.fchmod(descriptor, mode)
            try:
                draft.replace(path)
            except FileNotFoundError:
                if not left:
                    raise
            else:
                return


def _write(descriptor: int, content: bytes, *, durable: bool) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]
    if durable:
        os.fsync(descriptor)


def _sync_one(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _short(name: str) -> str:
    """Return a name that leaves room for the additions of a draft."""
    return name if len(os.fsencode(name)) <= _NAME_BYTES else "draft"


def _is_device(path: Path) -> bool:
    if str(path).startswith(("/dev/fd/", "/dev/std", "/proc/")):
        return True
    with contextlib.suppress(OSError):
        return stat.S_ISCHR(path.stat().st_mode)
    return False


def _ordinary_mode(path: Path) -> int:
    with contextlib.suppress(OSError):
        status = path.lstat()
        if stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid():
            return stat.S_IMODE(status.st_mode) & 0o777
    return 0o666 & ~ordinary_umask()


def _remove_if_dead(draft: Path) -> None:
    with contextlib.suppress(OSError):
        descriptor = os.open(draft, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            status = os.fstat(descriptor)
            if stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid():
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                draft.unlink()
        finally:
            os.close(descriptor)
