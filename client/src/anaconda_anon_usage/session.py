"""What does this conda command send after conda's own user agent, and is sharing on at all?

The answer to the second comes from conda's own setting ``anaconda_anon_usage`` (any condarc,
``CONDA_ANACONDA_ANON_USAGE``) and from ``DO_NOT_TRACK``. No token file is ever touched to find it. conda has
no types, so its context is ``Any`` here.
"""

from __future__ import annotations

import atexit
import os
import threading
from typing import TYPE_CHECKING, Any

from anaconda_anon_usage import admin_tokens, channel_hosts, explain, machine_identity, store, tokens

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


class Session:
    """The state of one process: which command of conda it runs, and what it has read and saved for that.

    All threads of a process share its :data:`SESSION`. After a fork the child keeps everything but the
    session token: it is a process of its own.
    """

    def __init__(self) -> None:
        #: The command, as conda calls it when it invokes a pre-command hook.
        self.command = ""
        #: The environment that conda has found by the name in a file.
        self.prefix_in_file = ""
        #: Hosts whose channels the command has named in a file or a specification.
        self.named_hosts: set[str] = set()
        #: conda's own ``Context.user_agent``, once another property is in its place.
        self.plain_user_agent: Any = None
        self._token = (0, "")
        self._token_lock = threading.Lock()
        self._machine: tuple[str | None, ...] = ()
        self._installations: dict[str, str | None] = {}
        self._environments: dict[str, str] = {}
        self._administrators: dict[tuple[str, str], list[tokens.Token]] = {}
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._renew_lock)

    def begin(self, command: str) -> None:
        """Note which command of conda this process runs."""
        self.command = command

    def note_prefix_in_file(self, prefix: str) -> None:
        """Note the environment of this command, which conda has found by the name in a file."""
        self.prefix_in_file = prefix

    def note_request(self, host: str, path: str) -> None:
        """Note the host if conda asks it for an index: it has a channel then, wherever that was named."""
        if channel_hosts.is_index(path):
            self.named_hosts.add(channel_hosts.normalize_host(host))

    def token(self) -> str:
        """Return the session token: the same in all threads of this process, another one after a fork."""
        with self._token_lock:
            pid, value = self._token
            if pid != os.getpid():
                value = tokens.generate_value()
                self._token = (os.getpid(), value)
            return value

    def build_suffix(self, context: Any) -> str:  # noqa: ANN401
        """Return ``aau/VERSION`` and the tokens. While sharing is off, no token file is touched."""
        sharing, decided_by = read_choice(context)
        if not sharing:
            explain("sharing is off: %s", decided_by)
            return tokens.format_suffix()
        own = (("c", self._installation(context)), ("s", self.token()), ("e", self._environment(context)))
        sent = [tokens.Token(prefix, value) for prefix, value in own if value]
        sent += self._set_by_administrator(context)
        explain("sharing is on: %s", " ".join(token.prefix + "/" for token in sent))
        return tokens.format_suffix(sent)

    def _renew_lock(self) -> None:
        # Another thread may hold the lock at the fork; the child would wait for it for ever.
        self._token_lock = threading.Lock()

    def _host(self) -> str | None:
        if not self._machine:
            self._machine = (machine_identity.find_machine_identity(),)
        return self._machine[0]

    def _installation(self, context: Any) -> str | None:  # noqa: ANN401
        try:
            root_prefix = str(context.root_prefix)
            if root_prefix not in self._installations:
                folder = store.find_home_folder()
                token = store.ensure_installation_token(folder, root_prefix, self._host()) if folder else None
                self._installations.setdefault(root_prefix, token)
            return self._installations[root_prefix]
        except Exception as error:  # the other tokens are sent all the same
            explain("no installation token: %r", error)
            return None

    def _environment(self, context: Any) -> str | None:  # noqa: ANN401
        try:
            prefix = self._prefix(context)
            if prefix and prefix not in self._environments:
                folder = store.find_home_folder()
                to_be_made = self._makes_environment(context) and not store.is_environment(prefix)
                token = store.ensure_environment_token(folder, prefix, self._host(), to_be_made=to_be_made)
                if token is None:
                    return None  # and ask again at the next request: the prefix may be there by then
                if to_be_made:
                    atexit.register(self._settle, folder, prefix)
                self._environments.setdefault(prefix, token)
            return self._environments.get(prefix)
        except Exception as error:  # conda cannot tell the prefix, or anything else
            explain("no environment token: %r", error)
            return None

    def _set_by_administrator(self, context: Any) -> list[tokens.Token]:  # noqa: ANN401
        try:
            from conda.base.constants import SEARCH_PATH

            root_prefix = str(context.root_prefix)
            key = (root_prefix, os.environ.get("CONDA_PREFIX", ""))
            if key not in self._administrators:
                # conda itself knows its root prefix without this variable, which nobody need have set.
                environ = {**os.environ, "CONDA_ROOT": root_prefix}
                self._administrators[key] = admin_tokens.read_admin_tokens(SEARCH_PATH, environ)
            return self._administrators[key]
        except Exception as error:  # the other tokens are sent all the same
            explain("no tokens of an administrator: %r", error)
            return []

    def _prefix(self, context: Any) -> str:  # noqa: ANN401
        # What a build script leaves in the prefix of a package goes into the package, and so to everybody.
        if self.command not in _HAS_ENVIRONMENT or os.environ.get("CONDA_BUILD") == "1":
            return ""
        arguments = context._argparse_args  # noqa: SLF001
        named = arguments.get("name") or arguments.get("prefix")
        # The context takes base, or the active environment, for the target until it knows the name.
        if self.command in NAMED_IN_FILE | {"create"} and not named:
            return self.prefix_in_file
        return str(context.target_prefix)

    def _makes_environment(self, context: Any) -> bool:  # noqa: ANN401
        return self.command in _MAKES_ENVIRONMENT and not context.dry_run and not context.download_only

    def _settle(self, folder: str | None, prefix: str) -> None:
        """Move the token of an environment that this command has made into its prefix."""
        try:
            store.ensure_environment_token(folder, prefix, self._host(), to_be_made=False)
        except Exception as error:  # the next command does it
            explain("not moved into %s: %r", prefix, error)


#: The session of this process.
SESSION = Session()


def register_settings() -> None:
    """Make ``anaconda_anon_usage`` (on by default), ``…_hosts`` and ``anaconda_heartbeat`` settings of conda.

    conda's own hook for settings would make them ``plugins.anaconda_anon_usage``, and only from 24.7 on. This
    has to be done while the plug-in is imported: ``conda --no-plugins config`` imports plug-ins and calls
    none of their hooks.
    """
    from conda.common.configuration import ParameterLoader, PrimitiveParameter, SequenceParameter

    _register(SETTING, ParameterLoader(PrimitiveParameter(default=True)))
    _register(HEARTBEAT, ParameterLoader(PrimitiveParameter(default=False)))
    element = PrimitiveParameter("", element_type=str)
    _register(channel_hosts.SETTING, ParameterLoader(SequenceParameter(element, string_delimiter=",")))


def read_choice(context: Any) -> tuple[bool, DecidedBy]:  # noqa: ANN401
    """Return whether sharing is on, and what decided it."""
    setting: bool | None = None
    try:
        setting = bool(getattr(context, SETTING))
    except Exception as error:  # conda's own errors for a value that it cannot understand
        explain("the setting cannot be read: %r", error)
    return decide_sharing(setting, os.environ)


def decide_sharing(setting: bool | None, environ: Mapping[str, str]) -> tuple[bool, DecidedBy]:
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


def _register(setting: str, loader: Any) -> None:  # noqa: ANN401
    from conda.base.context import Context, context

    if setting in Context.__dict__:
        return
    # What conda's metaclass ConfigurationType does for a setting of conda's own.
    name = loader._set_name(setting)  # noqa: SLF001
    setattr(Context, name, loader)
    Context.parameter_names += (name,)
    if hasattr(Context, "_set_parameter_names_and_aliases"):  # newer conda only
        Context._set_parameter_names_and_aliases()  # noqa: SLF001
    # Newer conda copies the class's settings into the context when it makes it, which has been before this.
    vars(context).get("_parameter_loaders", {})[name] = loader
