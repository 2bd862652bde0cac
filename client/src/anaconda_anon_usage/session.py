"""The session of one process: its suffix, and whether sharing is on.

conda's setting ``anaconda_anon_usage`` (any condarc, ``CONDA_ANACONDA_ANON_USAGE``) and ``DO_NOT_TRACK``
decide whether sharing is on. To find out, no token file is touched. conda has no types, so its context is
``Any`` here.
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

#: The name of the setting in a condarc.
SETTING = "anaconda_anon_usage"
#: The setting, off by default, that turns on heartbeats.
HEARTBEAT = "anaconda_heartbeat"
#: https://consoledonottrack.com
DO_NOT_TRACK = "DO_NOT_TRACK"

#: Commands that make the environment that they name (by the names that conda gives a pre-command hook).
_MAKES_ENVIRONMENT = frozenset(["create", "env_create"])
#: Commands that work on one environment. Every command has a prefix, if only that of base, and a search must
#: not make base an environment that a person works with. ``info`` and ``anon-usage`` show what is sent.
_HAS_ENVIRONMENT = _MAKES_ENVIRONMENT | {"anon-usage", "env_update", "info", "install", "remove", "update"}
#: Commands that read the name from a file if the command line has none; ``create`` does since conda 26.3.
NAMED_IN_FILE = frozenset(["env_create", "env_update"])


class Session:
    """The state of one process: the command of conda that it runs, and the tokens that it has read.

    All threads of a process share its :data:`SESSION`. After a fork, the child has a new session token and
    keeps everything else.
    """

    def __init__(self) -> None:
        #: The command, by the name that conda gives a pre-command hook.
        self.command = ""
        #: The environment that conda has found by the name in a file.
        self.prefix_in_file = ""
        #: Hosts whose channels the command has named in a file or a specification.
        self.named_hosts: set[str] = set()
        #: conda's own ``Context.user_agent``, after ``request_headers`` has replaced it.
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
        """Note `host` if conda asks it for an index: then it has a channel, wherever that is named."""
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
        """Return ``aau/VERSION`` and the tokens. While sharing is off, it touches no token file."""
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
        # Another thread may hold the lock at the fork. The child would wait for ever.
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
                    return None  # not cached: at the next request the prefix may exist
                if to_be_made:
                    atexit.register(self._settle, folder, prefix)
                self._environments.setdefault(prefix, token)
            return self._environments.get(prefix)
        except Exception as error:  # the other tokens are sent all the same
            explain("no environment token: %r", error)
            return None

    def _set_by_administrator(self, context: Any) -> list[tokens.Token]:  # noqa: ANN401
        try:
            from conda.base.constants import SEARCH_PATH

            root_prefix = str(context.root_prefix)
            key = (root_prefix, os.environ.get("CONDA_PREFIX", ""))
            if key not in self._administrators:
                # conda knows its root prefix without this variable, which may be unset.
                environ = {**os.environ, "CONDA_ROOT": root_prefix}
                self._administrators[key] = admin_tokens.read_admin_tokens(SEARCH_PATH, environ)
            return self._administrators[key]
        except Exception as error:  # the other tokens are sent all the same
            explain("no administrator tokens: %r", error)
            return []

    def _prefix(self, context: Any) -> str:  # noqa: ANN401
        # A build tool packs every file of the prefix, so a token file would go to all users of the package.
        if self.command not in _HAS_ENVIRONMENT or os.environ.get("CONDA_BUILD") == "1":
            return ""
        arguments = context._argparse_args  # noqa: SLF001
        named = arguments.get("name") or arguments.get("prefix")
        # Until conda has read the name, the target prefix is that of base or of the active environment.
        if self.command in NAMED_IN_FILE | {"create"} and not named:
            return self.prefix_in_file
        return str(context.target_prefix)

    def _makes_environment(self, context: Any) -> bool:  # noqa: ANN401
        return self.command in _MAKES_ENVIRONMENT and not context.dry_run and not context.download_only

    def _settle(self, folder: str | None, prefix: str) -> None:
        """Move the token of an environment that this command has made into the prefix."""
        try:
            store.ensure_environment_token(folder, prefix, self._host(), to_be_made=False)
        except Exception as error:  # the next command moves it
            explain("the token was not moved into %s: %r", prefix, error)


#: The session of this process.
SESSION = Session()


def register_settings() -> None:
    """Register ``anaconda_anon_usage`` (on by default), ``…_hosts`` and ``anaconda_heartbeat`` as settings.

    conda's hook for settings would name them ``plugins.anaconda_anon_usage``, and exists only since 24.7.
    Call this while the plug-in is imported: ``conda --no-plugins config`` imports plug-ins and calls no hook.
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
        explain("%s cannot be read: %r", SETTING, error)
    return decide_sharing(setting, os.environ)


def decide_sharing(setting: bool | None, environ: Mapping[str, str]) -> tuple[bool, DecidedBy]:
    """Return whether sharing is on, and what decided it.

    `setting` is conda's value of :data:`SETTING` (its default is true), or ``None`` if conda cannot read it:
    then sharing is off, because that is what the person more likely meant.
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
    # Newer conda copies the settings of the class into the context when it makes the context: before this.
    vars(context).get("_parameter_loaders", {})[name] = loader
