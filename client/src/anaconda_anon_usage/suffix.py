"""What does this conda command send after conda's own user agent, and is sharing on at all?

The answer to the second comes from conda's own setting ``anaconda_anon_usage`` (any condarc,
``CONDA_ANACONDA_ANON_USAGE``) and from ``DO_NOT_TRACK``. No token file is ever touched to find it. conda has
no types, so its context is ``Any`` here.
"""

from __future__ import annotations

import atexit
import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from anaconda_anon_usage import administrator, explain, host, store, tokens

if TYPE_CHECKING:
    from typing import Literal, Mapping

    DecidedBy = Literal["DO_NOT_TRACK", "setting", "unreadable setting"]

#: The setting, as it is written in a condarc.
SETTING = "anaconda_anon_usage"
#: The setting, off by default, with which a person asks for requests of the plug-in's own: see ``heartbeat``.
HEARTBEAT = "anaconda_heartbeat"
#: https://consoledonottrack.com
DO_NOT_TRACK = "DO_NOT_TRACK"

#: The commands that make the environment they name (as conda calls them when it invokes a pre-command hook).
_MAKES_ENVIRONMENT = frozenset(["create", "env_create"])
#: The commands that work on one environment. Every command has a prefix, base if no other: a search must not
#: make base one of the environments that a person works with. ``info`` and ``anon-usage`` show what is sent.
_HAS_ENVIRONMENT = _MAKES_ENVIRONMENT | {"anon-usage", "env_update", "info", "install", "remove", "update"}
#: The commands that take the name from a file where the command line has none; ``create`` since conda 26.3.
NAMED_IN_FILE = frozenset(["env_create", "env_update"])

_command = ""
_prefix_in_file = ""
_installations: dict[str, str | None] = {}
_environments: dict[str, str] = {}
_administrators: dict[tuple[str, str], list[tokens.Token]] = {}


def begin(command: str) -> None:
    """Note which command of conda this process runs."""
    global _command  # noqa: PLW0603  a process runs one command
    _command = command


def found_in_file(prefix: str) -> None:
    """Note the environment of this command, which conda has found by the name in a file."""
    global _prefix_in_file  # noqa: PLW0603  a process runs one command
    _prefix_in_file = prefix


def of(context: Any) -> str:  # noqa: ANN401
    """Return ``aau/VERSION`` and the tokens. While sharing is off, no token file is touched."""
    sharing, decided_by = choice(context)
    if not sharing:
        explain("sharing is off: %s", decided_by)
        return tokens.suffix()
    found = (("c", _installation(context)), ("s", tokens.session()), ("e", _environment(context)))
    sent = [tokens.Token(prefix, value) for prefix, value in found if value] + _set_by_administrator(context)
    explain("sharing is on: %s", " ".join(token.prefix + "/" for token in sent))
    return tokens.suffix(sent)


def choice(context: Any) -> tuple[bool, DecidedBy]:  # noqa: ANN401
    """Return whether sharing is on, and what decided it."""
    setting: bool | None = None
    try:
        setting = bool(getattr(context, SETTING))
    except Exception as error:  # conda's own errors for a value that it cannot understand
        explain("the setting cannot be read: %r", error)
    return choose(setting, os.environ)


def choose(setting: bool | None, environ: Mapping[str, str]) -> tuple[bool, DecidedBy]:
    """Return whether sharing is on, and what decided it.

    `setting` is conda's value of :data:`SETTING` (its default is true), or ``None`` where conda could not
    tell it: a person who wrote something there that cannot be understood has more likely meant *off*.
    ``DO_NOT_TRACK`` turns sharing off unless it is unset, empty or ``0``.
    """
    if environ.get(DO_NOT_TRACK, "").strip() not in ("", "0"):
        return False, "DO_NOT_TRACK"
    if setting is None:
        return False, "unreadable setting"
    return setting, "setting"


@lru_cache(maxsize=None)
def _host() -> str | None:
    return host.identity()


def _installation(context: Any) -> str | None:  # noqa: ANN401
    try:
        root_prefix = str(context.root_prefix)
        if root_prefix not in _installations:
            folder = store.home_folder()
            token = store.installation(folder, root_prefix, _host()) if folder else None
            _installations.setdefault(root_prefix, token)
        return _installations[root_prefix]
    except Exception as error:  # the other tokens are sent all the same
        explain("no installation token: %r", error)
        return None


def _environment(context: Any) -> str | None:  # noqa: ANN401
    try:
        prefix = _prefix(context)
        if prefix and prefix not in _environments:
            folder = store.home_folder()
            made = _makes_environment(context) and not store.is_environment(prefix)
            token = store.environment(folder, prefix, _host(), to_be_made=made)
            if token is None:
                return None  # and ask again at the next request: the prefix may be there by then
            if made:
                atexit.register(_settle, folder, prefix)
            _environments.setdefault(prefix, token)
        return _environments.get(prefix)
    except Exception as error:  # conda cannot tell the prefix, or anything else
        explain("no environment token: %r", error)
        return None


def _set_by_administrator(context: Any) -> list[tokens.Token]:  # noqa: ANN401
    try:
        from conda.base.constants import SEARCH_PATH

        root_prefix = str(context.root_prefix)
        key = (root_prefix, os.environ.get("CONDA_PREFIX", ""))
        if key not in _administrators:
            # conda itself knows its root prefix without this variable, which nobody need have set.
            environ = {**os.environ, "CONDA_ROOT": root_prefix}
            _administrators[key] = administrator.found(SEARCH_PATH, environ)
        return _administrators[key]
    except Exception as error:  # the other tokens are sent all the same
        explain("no tokens of an administrator: %r", error)
        return []


def _prefix(context: Any) -> str:  # noqa: ANN401
    # What a build script leaves in the prefix of a package goes into the package, and so to everybody.
    if _command not in _HAS_ENVIRONMENT or os.environ.get("CONDA_BUILD") == "1":
        return ""
    arguments = context._argparse_args  # noqa: SLF001
    named = arguments.get("name") or arguments.get("prefix")
    # The context takes base, or the active environment, for the target until it knows the name.
    if _command in NAMED_IN_FILE | {"create"} and not named:
        return _prefix_in_file
    return str(context.target_prefix)


def _makes_environment(context: Any) -> bool:  # noqa: ANN401
    return _command in _MAKES_ENVIRONMENT and not context.dry_run and not context.download_only


def _settle(folder: str | None, prefix: str) -> None:
    """Move the token of an environment that this command has made into its prefix."""
    try:
        store.environment(folder, prefix, _host(), to_be_made=False)
    except Exception as error:  # the next command does it
        explain("not moved into %s: %r", prefix, error)
