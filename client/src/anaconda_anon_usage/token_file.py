"""Token files, and how to read and write them safely beside other processes.

A token file is a regular file of at most 4 kB. Its first line that is not blank is the token; a line that
starts with ``# aau`` has what the token is tied to. The reference plug-in reads the same file.
"""

from __future__ import annotations

import os
import stat
import time
from typing import TYPE_CHECKING

from anaconda_anon_usage import explain, tokens

if TYPE_CHECKING:
    from typing import Mapping

SIZE_MAX_BYTES = 4096
_MODE = 0o600
_TIES = "# aau "
_LOCK_ATTEMPTS = 50
_LOCK_WAIT_S = 0.002
#: Without hard links, a file system cannot put a whole file in place at once. So an empty file that is
#: younger may be one that another process is writing.
_BEING_WRITTEN_S = 10
#: The names of token files; further ones of the same kind end in a number.
INSTALLATION = ENVIRONMENT = "aau_token"
TO_BE_MADE = "aau_new"
#: An older temporary file was left by a process that no longer runs.
_TEMPORARY_KEPT_S = 10 * 60
# Windows has none of these flags. O_NONBLOCK: a named pipe must not make conda wait for a writer.
_O_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_O_READ = os.O_RDONLY | _O_NOFOLLOW | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_O_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _O_NOFOLLOW | getattr(os, "O_BINARY", 0)


class Saved:
    """The content of a token file: its token (empty if there is none) and what the token is tied to."""

    __slots__ = ("ties", "token")

    def __init__(self, token: str, ties: Mapping[str, str]) -> None:
        self.token = token
        self.ties = ties

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Saved) and (self.token, self.ties) == (other.token, other.ties)

    __hash__ = None  # type: ignore[assignment]


NO_TOKEN = Saved("", {})


def read(path: str) -> Saved | None:
    """Return the content of the file, or ``None`` if there is no file.

    Raises ``OSError`` if a token can neither be read nor written there: no permission, a symbolic link, a
    folder.
    """
    try:
        descriptor = os.open(path, _O_READ)
    except FileNotFoundError:
        if os.path.islink(path):
            raise
        return None
    try:
        return _content(descriptor, path)
    finally:
        os.close(descriptor)


def write(path: str, saved: Saved, *, over: Saved | None) -> None:
    """Put `saved` at `path`, whole or not at all, with mode 0600. The folder must exist.

    Without `over`, the file must not exist yet. With it, the file is replaced if its content is still `over`.
    If another process was quicker, its file stays and nothing is raised: read the file again to see whose it
    is. Raises ``OSError`` if nothing could be written.
    """
    temporary = path + "." + tokens.generate_value()
    _remove_left_over(os.path.dirname(path))
    try:
        _write_new(temporary, saved)
        if over is not None:
            _replace(temporary, path, over)
        else:
            _link(temporary, path, saved)
    finally:
        _remove(temporary)


def _remove_left_over(folder: str) -> None:
    """Remove the temporary files in `folder` that killed processes have left."""
    for entry in os.listdir(folder):
        name, _, random = entry.rpartition(".")
        if _kind(name) not in (INSTALLATION, TO_BE_MADE) or not tokens.is_random_value(random):
            continue
        temporary = os.path.join(folder, entry)
        try:
            status = os.lstat(temporary)
        except OSError:
            continue  # its own process has just removed it
        if stat.S_ISREG(status.st_mode) and time.time() - status.st_mtime > _TEMPORARY_KEPT_S:
            _remove(temporary)


def _kind(name: str) -> str:
    """Return the name of a token file without the number at its end."""
    kind, underscore, counter = name.rpartition("_")
    return kind if underscore and counter.isdigit() else name


def _content(descriptor: int, path: str) -> Saved:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise OSError(f"not a regular file: {path}")
    if status.st_size == 0 and abs(time.time() - status.st_mtime) < _BEING_WRITTEN_S:
        raise OSError(f"empty, perhaps another process is writing it: {path}")
    data = os.read(descriptor, SIZE_MAX_BYTES + 1)
    return _parse(data) if len(data) <= SIZE_MAX_BYTES else NO_TOKEN


def _parse(data: bytes) -> Saved:
    try:
        lines = [line.strip() for line in data.decode("ascii").splitlines() if line.strip()]
    except UnicodeDecodeError:
        return NO_TOKEN
    # The reference plug-in once wrote "token SP host".
    token = lines[0].split(" ")[0] if lines else ""
    if not tokens.is_random_value(token):
        return NO_TOKEN
    ties = (word.partition("=") for line in lines[1:] if line.startswith(_TIES) for word in line.split())
    return Saved(token, {name: value for name, equals, value in ties if equals})


def _write_new(path: str, saved: Saved) -> None:
    ties = " ".join(f"{name}={value}" for name, value in saved.ties.items())
    data = f"{saved.token}\n{_TIES}{ties}\n".encode("ascii")
    descriptor = os.open(path, _O_CREATE, _MODE)
    try:
        if hasattr(os, "fchmod"):
            os.fchmod(descriptor, _MODE)  # whatever the umask
        if os.write(descriptor, data) != len(data):
            raise OSError(f"disk full: {path}")
    finally:
        os.close(descriptor)


def _link(temporary: str, path: str, saved: Saved) -> None:
    try:
        os.link(temporary, path)
    except FileExistsError:
        explain("another process was quicker: %s", path)
    except OSError:
        _write_without_links(path, saved)


def _write_without_links(path: str, saved: Saved) -> None:
    try:
        _write_new(path, saved)
    except FileExistsError:
        explain("another process was quicker: %s", path)
    except OSError:
        # This process has made the file, and it is incomplete.
        _remove(path)
        raise


def _replace(temporary: str, path: str, over: Saved) -> None:
    """Rename `temporary` to `path`, if `path` is still the same file with the content `over`.

    The lock is on the file that is replaced: a process that has waited for it then finds another file there.
    """
    descriptor = os.open(path, _O_READ)
    try:
        _lock(descriptor)
        still_there = os.path.samestat(os.fstat(descriptor), os.lstat(path))
        if still_there and _content(descriptor, path) == over:
            if os.name == "nt":
                os.close(descriptor)  # Windows does not rename over a file that is open
                descriptor = -1
            os.replace(temporary, path)
    except BlockingIOError:
        # On a busy machine the process with the lock may be slow, but it will write the file.
        explain("another process is writing it: %s", path)
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def _lock(descriptor: int) -> None:
    try:
        import fcntl
    except ImportError:
        return
    for attempt in range(_LOCK_ATTEMPTS):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # noqa: PERF203
            if attempt == _LOCK_ATTEMPTS - 1:
                raise
            time.sleep(_LOCK_WAIT_S)
        except OSError as error:
            explain("the file system has no locks: %s", error)
            return
        else:
            return


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
    except OSError as error:
        explain("cannot remove: %s", error)
