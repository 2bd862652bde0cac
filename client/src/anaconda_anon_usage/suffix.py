"""What does this conda command send after conda's own user agent?

conda has no types, so its context is ``Any`` here.
"""

from __future__ import annotations

import atexit
import os
from functools import lru_cache
from typing import Any

from anaconda_anon_usage import administrator, choice, explain, host, store, tokens

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
    chosen = choice.choose(setting(context), os.environ)
    if not chosen.sharing:
        explain("sharing is off: %s", chosen.decided_by)
        return tokens.suffix()
    found = (("c", _installation(context)), ("s", tokens.session()), ("e", _environment(context)))
    sent = [tokens.Token(prefix, value) for prefix, value in found if value] + _set_by_administrator(context)
    explain("sharing is on: %s", " ".join(token.prefix + "/" for token in sent))
    return tokens.suffix(sent)


def setting(context: Any) -> bool | None:  # noqa: ANN401
    """Return conda's value of the setting, or ``None`` where conda cannot tell it."""
    try:
        return bool(getattr(context, choice.SETTING))
    except Exception as error:  # conda's own errors for a value that it cannot understand
        explain("the setting cannot be read: %r", error)
        return None


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
