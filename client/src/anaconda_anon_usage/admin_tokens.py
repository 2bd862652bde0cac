"""The tokens that an administrator has set.

``installer_token``, ``org_token`` and ``machine_token`` (also with a leading dot) in each folder where conda
looks for a ``.condarc``, except the home itself, and the variables ``ANACONDA_ANON_USAGE_INSTALLER_TOKEN``,
``…_ORG_TOKEN`` and ``…_MACHINE_TOKEN``. Values are separated by ``/`` or by line breaks.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from anaconda_anon_usage import explain, tokens

if TYPE_CHECKING:
    from typing import Iterable, Iterator, Mapping

_NAMES = {"i": "installer_token", "o": "org_token", "m": "machine_token"}
_VARIABLE = "ANACONDA_ANON_USAGE_"
_SIZE_MAX_BYTES = 4096
# O_NONBLOCK: a named pipe must not make conda wait for a writer. Windows has none, and text mode.
_O_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def read_admin_tokens(search_path: Iterable[str], environ: Mapping[str, str]) -> list[tokens.Token]:
    """Return the tokens that are set: those of the variables first, then in conda's order of folders.

    `search_path` is conda's list of places of configuration files, with ``~`` and variables in it. Repeated
    values, and values that do not follow the grammar, are left out.
    """
    # Most folders do not exist; this saves six attempts to open a file in each of them.
    folders = [folder for folder in _folders(search_path, environ) if os.path.isdir(folder)]
    kept: dict[tokens.Token, None] = {}
    for prefix, name in _NAMES.items():
        texts = [environ.get(_VARIABLE + name.upper(), "")]
        texts += [_read(os.path.join(folder, dot + name)) for folder in folders for dot in ("", ".")]
        for value in (value for text in texts for value in _values(text)):
            if tokens.is_value(value):
                kept.setdefault(tokens.Token(prefix, value))
            else:
                explain("a value of %s/ does not follow the grammar and is left out", prefix)
    return list(kept)


def _folders(search_path: Iterable[str], environ: Mapping[str, str]) -> Iterator[str]:
    home = os.path.normpath(os.path.expanduser("~"))
    for place in search_path:
        folder, _, name = str(place).replace("\\", "/").rpartition("/")
        if name != ".condarc":
            continue  # condarc, condarc.d and others in the same folder
        first, slash, rest = folder.partition("/")
        if first.startswith("$"):
            first = environ.get(first[1:], "")
        elif first == "~":
            first = home
        # A home has dot files of all programs; conda's own folders in it are in the list too.
        path = first + slash + rest
        if os.path.isabs(path) and os.path.normpath(path) != home:
            yield path


def _values(text: str) -> list[str]:
    return [value.strip() for line in text.splitlines() for value in line.split("/") if value.strip()]


def _read(path: str) -> str:
    """Return the text of a file; nothing if it is not a regular file, too long, or not text."""
    try:
        descriptor = os.open(path, _O_READ)
    except OSError as error:
        if not isinstance(error, (FileNotFoundError, NotADirectoryError)):
            explain("cannot read: %s", error)
        return ""
    try:
        regular = stat.S_ISREG(os.fstat(descriptor).st_mode)
        data = os.read(descriptor, _SIZE_MAX_BYTES + 1) if regular else b""
        return data.decode("ascii") if len(data) <= _SIZE_MAX_BYTES else ""
    except (OSError, UnicodeDecodeError) as error:
        explain("cannot read: %s: %s", path, type(error).__name__)
        return ""
    finally:
        os.close(descriptor)
