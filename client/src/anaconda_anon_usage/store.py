"""The place of each token on disk.

======================  =======================================  ============================================
token                   file                                     tied to
======================  =======================================  ============================================
installation            ``~/.conda/aau_token``, ``_2``, …        the root prefix; the host, if it has an id
environment             ``<prefix>/etc/aau_token``               the prefix
environment to be made  ``~/.conda/aau_new``, ``_2``, …          the prefix; the host, if it has an id
======================  =======================================  ============================================

A tie is a hash keyed with the token, so that a file identifies the owner of the token without naming a folder
or a host. A home that installations or hosts share has one file for each of them; an installation that finds
no file of its own makes the next one.

conda downloads the packages of a new environment before the prefix exists, and asks before it uses a prefix
that has files but is not an environment. So the token of a new environment is first kept beside that of the
installation, and moves into the prefix when that is an environment.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from anaconda_anon_usage import explain, tokens
from anaconda_anon_usage.token_file import ENVIRONMENT, INSTALLATION, TO_BE_MADE, Saved, read, write

if TYPE_CHECKING:
    from typing import Mapping

_NOTICE = "aau_told"
#: The most token files of one kind in a home: reading more of them would delay conda too long.
_FILES_MAX = 128
_ATTEMPTS = 4
_TO_BE_MADE_KEPT_S = 7 * 24 * 3600


def find_home_folder() -> str | None:
    """Return ``~/.conda``, or ``None`` for a user without a home. It need not exist yet."""
    home = os.path.expanduser("~")
    # For a user without an entry in the user database, "~" would be a folder in the working directory.
    if not os.path.isabs(home) or os.environ.get("HOME") == "" or not os.path.isdir(home):
        explain("no home folder: no token can be kept")
        return None
    return os.path.join(home, ".conda")


def ensure_installation_token(folder: str, root_prefix: str, host: str | None) -> str | None:
    """Return the saved token of the installation at `root_prefix`; make one if there is none.

    The first installation that finds a token without a tie, which the reference plug-in has left, adopts it.
    Returns ``None`` if the token cannot be read or saved.
    """
    root = os.path.realpath(root_prefix)

    try:
        return _ensure_in_home(folder, INSTALLATION, {"root": root}, host, adopts=True)
    except OSError as error:
        explain("no installation token: %s", error)
        return None


def ensure_environment_token(
    folder: str | None, prefix: str, host: str | None, *, to_be_made: bool
) -> str | None:
    """Return the saved token of the environment at `prefix`; make one if there is none.

    If `prefix` is not an environment yet, return ``None`` unless this command will make it (`to_be_made`).
    """
    prefix = os.path.realpath(prefix)
    try:
        if is_environment(prefix):
            return _ensure_in_prefix(folder, prefix, host)
        if to_be_made and folder:
            _prune(folder)
            return _ensure_in_home(folder, TO_BE_MADE, {"prefix": prefix}, host)
    except OSError as error:
        explain("no environment token: %s", error)
    return None


def record_notice() -> bool:
    """Record that this user has seen the notice; return whether this is the first time and was recorded.

    Of several processes that start at the same time, only one gets ``True``.
    """
    folder = find_home_folder()
    if not folder:
        return False
    try:
        _make_folder(folder)
        os.close(os.open(os.path.join(folder, _NOTICE), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        if not isinstance(error, FileExistsError):
            explain("the notice cannot be recorded: %s", error)
        return False
    return True


def forget_installation(folder: str, root_prefix: str, host: str | None) -> list[str]:
    """Delete the token of this installation, also one that it would adopt, and return the deleted files.

    Raises ``OSError`` if that cannot be done.
    """
    root = os.path.realpath(root_prefix)
    own = [
        path
        for path, saved in _read_files(folder, INSTALLATION).items()
        if saved and saved.token and (not saved.ties or _is_tied_to(saved, {"root": root}, host))
    ]
    for path in own:
        os.unlink(path)
    return own


def forget_environment(prefix: str) -> list[str]:
    """Delete the token of the environment at `prefix`, if there is one, and return the deleted file.

    Raises ``OSError`` if that cannot be done.
    """
    etc = os.path.join(os.path.realpath(prefix), "etc")
    path = os.path.join(etc, ENVIRONMENT)
    if os.path.islink(etc) or read(path) is None:
        return []
    os.unlink(path)
    return [path]


def is_environment(prefix: str) -> bool:
    """Return whether `prefix` is an environment, by the rule of conda's ``is_conda_environment``."""
    return os.path.isfile(os.path.join(prefix, "conda-meta", "history"))


def _ensure_in_prefix(folder: str | None, prefix: str, host: str | None) -> str | None:
    etc = os.path.join(prefix, "etc")
    path = os.path.join(etc, ENVIRONMENT)
    for _ in range(_ATTEMPTS):
        if os.path.islink(etc):
            explain("a symbolic link is not used: %s", etc)
            return None
        saved = read(path)
        if saved and _is_tied_to(saved, {"prefix": prefix}, None):
            return saved.token
        untied = saved.token if saved and not saved.ties else ""
        promised, token = _find_promised(folder, prefix, host)
        try:
            _make_folder(etc)
            token = untied or token or tokens.generate_value()
            write(path, _tie_token(token, {"prefix": prefix}, None), over=saved)
        except OSError as error:
            explain("a token cannot be saved: %s", error)
            return untied or None
        if promised:
            _forget(promised)
    return None


def _ensure_in_home(
    folder: str, name: str, place: Mapping[str, str], host: str | None, *, adopts: bool = False
) -> str | None:
    """Return the token in `folder` that is tied to `place` and `host`; make one if there is none.

    Processes that start at the same time see the same free name. One of them gets it, and
    the others then read it.
    """
    token = tokens.generate_value()
    for _ in range(_ATTEMPTS):
        files = _read_files(folder, name)
        for saved in files.values():
            if saved and _is_tied_to(saved, place, host):
                return saved.token
        path, left = _choose_file(folder, name, files, adopts=adopts)
        if not path:
            explain("no further file is made: %s has %d", folder, len(files))
            return None
        try:
            _make_folder(folder)
            write(path, _tie_token(left or token, place, host), over=files.get(path))
        except OSError as error:
            explain("a token cannot be saved: %s", error)
            return left or None
    return None


def _read_files(folder: str, name: str) -> dict[str, Saved | None]:
    """Return the content of each token file of this name, ``None`` for one that cannot be read."""
    files: dict[str, Saved | None] = {}
    try:
        entries = os.listdir(folder)
    except FileNotFoundError:
        return files
    for entry in sorted(entries):
        if entry == name or (entry.startswith(name + "_") and entry[len(name) + 1 :].isdigit()):
            path = os.path.join(folder, entry)
            try:
                files[path] = read(path)
            except OSError as error:
                explain("cannot read: %s", error)
                files[path] = None
    return files


def _choose_file(
    folder: str, name: str, files: dict[str, Saved | None], *, adopts: bool
) -> tuple[str | None, str]:
    """Return the file to write, and the token without a tie to adopt in it (empty if there is none).

    A file without a token is overwritten; a file that cannot be read is not changed.
    """
    for position in range(1, _FILES_MAX + 1):
        path = os.path.join(folder, name if position == 1 else f"{name}_{position}")
        if path not in files:
            return path, ""
        saved = files[path]
        if saved and not saved.token:
            return path, ""
        if saved and not saved.ties and adopts:
            return path, saved.token
    return None, ""


def _find_promised(folder: str | None, prefix: str, host: str | None) -> tuple[str, str]:
    """Return the file and the token of the environment at `prefix` from the time before it was made."""
    for path, saved in _read_files(folder, TO_BE_MADE).items() if folder else ():
        if saved and _is_tied_to(saved, {"prefix": prefix}, host):
            return path, saved.token
    return "", ""


def _prune(folder: str) -> None:
    """Delete old tokens of environments that were never made."""
    for path in _read_files(folder, TO_BE_MADE):
        try:
            old = time.time() - os.lstat(path).st_mtime > _TO_BE_MADE_KEPT_S
        except OSError:
            continue
        if old:
            _forget(path)


def _forget(path: str) -> None:
    try:
        os.unlink(path)
    except OSError as error:
        explain("cannot remove: %s", error)


def _make_folder(path: str) -> None:
    try:
        os.mkdir(path)
    except FileExistsError:
        return


def _tie_token(token: str, place: Mapping[str, str], host: str | None) -> Saved:
    """Return `token` tied to `place` (``root`` or ``prefix``) and, if it has an identity, to the host."""
    things = {**place, "host": host} if host else place
    return Saved(token, {name: _hash_place(token, value) for name, value in things.items()})


def _is_tied_to(saved: Saved, place: Mapping[str, str], host: str | None) -> bool:
    if not saved.token:
        return False
    ties = _tie_token(saved.token, place, host).ties
    # If the host has or had no identity, now or when the token was made, it is not compared.
    return all(saved.ties.get(name, tie if name == "host" else "") == tie for name, tie in ties.items())


def _hash_place(token: str, value: str) -> str:
    from hashlib import blake2b

    keyed = blake2b(value.encode("utf-8", "surrogateescape"), key=token.encode("ascii"), digest_size=16)
    return tokens.encode(keyed.digest())
