"""Files that only their user may change: the keys behind the pseudonyms, and ``census.toml``.

Write access to them decides what is counted and what the pseudonyms hide. So they are refused, as ``ssh``
refuses a key, if they belong to anybody but their user or root, or if others may write them.
"""

from __future__ import annotations

import os
import pwd
import shlex
import stat
from pathlib import Path

import typer

from conda_census.errors import CensusError, one_line

__all__ = ["expect_own", "warn_if_readable"]

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_OTHERS_READ = stat.S_IRGRP | stat.S_IROTH
_warned: set[Path] = set()


def expect_own(path: Path) -> None:
    """Check that only this user and root can change a file, or replace it by another one.

    A missing file is no mistake here.

    Raises:
        CensusError: somebody else owns it or its folder, or may write it.
    """
    for place in dict.fromkeys((path, Path(os.path.realpath(path)))):
        _expect_own(place)
        _expect_own(place.parent)


def warn_if_readable(path: Path) -> None:
    """Warn once on standard error that others can read a secret file, if its user can change that."""
    try:
        status = path.stat()
    except OSError:
        return
    if status.st_uid == os.geteuid() and status.st_mode & _OTHERS_READ and path not in _warned:
        _warned.add(path)
        said = f"{path}: secret, and other users can read it: chmod go-rwx {shlex.quote(str(path))}"
        typer.echo(f"conda-census: {one_line(said)}", err=True)


def _expect_own(place: Path) -> None:
    try:
        status = place.stat()
    except OSError:
        return  # the reader of the file reports why it cannot be read
    quoted = shlex.quote(str(place))
    user = os.geteuid()
    if status.st_uid not in (0, user):
        raise CensusError(
            f"{place}: belongs to {_name(status.st_uid)}, who can change it: chown {_name(user)} {quoted}"
        )
    if status.st_mode & _OTHERS_WRITE and not _is_harmless(status, user):
        raise CensusError(f"{place}: other users can write it: chmod go-w {quoted}")


def _is_harmless(status: os.stat_result, user: int) -> bool:
    """Return whether write access by others does no harm.

    Others may write the folder but not its content, or it is a volume for this user's group.
    """
    if not stat.S_ISDIR(status.st_mode):
        return False
    is_volume = status.st_uid == 0 != user and not status.st_mode & stat.S_IWOTH
    return bool(status.st_mode & stat.S_ISVTX) or is_volume


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)
