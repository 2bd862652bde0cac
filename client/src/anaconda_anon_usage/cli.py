"""The commands ``conda anon-usage …`` and ``anaconda-anon-usage …``.

Exit codes: 0 done, 1 not possible (one line on standard error says why), 2 wrong usage.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from anaconda_anon_usage import (
    __version__,
    channel_hosts,
    explain,
    machine_identity,
    request_headers,
    session,
    store,
    tokens,
)
from anaconda_anon_usage.session import SESSION

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import Callable, Sequence

_SUMMARY = "Show and choose what conda shares with the hosts of channels."
_COMMAND = "anon-usage"


class NotPossibleError(Exception):
    """A command that cannot be carried out; the message says why, and what to do."""


def run_as_subcommand(arguments: Sequence[str]) -> int:
    """Run as a subcommand of conda."""
    return _run(arguments, "conda " + _COMMAND)


def main() -> int:
    """Run as a command of its own."""
    try:
        return _run(sys.argv[1:], "anaconda-" + _COMMAND)
    except BrokenPipeError:
        # The reader of the output has closed it (as head does). Python would report that again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _run(arguments: Sequence[str], program: str) -> int:
    options = _parser(program).parse_args(list(arguments))
    action: Callable[[Namespace], int] = options.action
    try:
        return action(options)
    except NotPossibleError as error:
        sys.stderr.write(f"{program}: {error}\n")
        return 1


def _parser(program: str) -> ArgumentParser:
    from argparse import ArgumentParser

    parser = ArgumentParser(prog=program, description=_SUMMARY)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(metavar="COMMAND", dest="command")
    commands.required = True
    for name, action, text in (
        (
            "status",
            _status,
            "show whether sharing is on, which setting decided it, and where it is",
        ),
        ("preview", _preview, "print exactly the user agent that each configured channel gets"),
        ("on", _on, "turn sharing on in your condarc"),
        ("off", _off, "turn sharing off in your condarc"),
        ("reset", _reset, "delete the token of this installation; the next command makes a new one"),
        ("print", _print, "print only the suffix, for use by other clients"),
        ("heartbeat", _heartbeat, "send one request to each host of your channels, if heartbeats are on"),
        ("random", _random, "print a new random value, for use by administrators"),
    ):
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        command.set_defaults(action=action)
        if name in ("status", "preview"):
            command.add_argument("--json", action="store_true", help="print the result as JSON")
        if name == "reset":
            command.add_argument(
                "--environments",
                action="store_true",
                help="also delete the tokens of base and of all environments in the configured envs_dirs",
            )
    return parser


def _status(options: Namespace) -> int:
    context = _context()
    sharing, decided_by, where = _decision(context)
    status: dict[str, Any] = {
        "version": __version__,
        "sharing": sharing,
        "decided_by": decided_by,
        "where": where,
        "hosts": _only_hosts(context),
        "heartbeat": _wants_heartbeat(context),
    }
    if options.json:
        return _write_json(status)
    _write("sharing: " + ("on" if sharing else "off"))
    _write(f"decided by: {decided_by}" + (f", in {where}" if where else ""))
    _write("hosts: " + (", ".join(status["hosts"]) or "of all configured channels"))
    if status["heartbeat"]:
        _write("heartbeat: on")
    return 0


def _preview(options: Namespace) -> int:
    context = _context()
    rows = []
    for url in channel_hosts.list_channel_urls(context):
        sends = request_headers.gets_tokens(context, channel_hosts.parse_host(url))
        agent = request_headers.build_user_agent() if sends else request_headers.read_plain_user_agent()
        rows.append({"channel": url, "user_agent": _reveal(agent)})
    if options.json:
        return _write_json(rows)
    for row in rows:
        _write(row["channel"])
        _write("  " + row["user_agent"])
    return 0


def _on(_: Namespace) -> int:
    return _set(sharing=True)


def _off(_: Namespace) -> int:
    return _set(sharing=False)


def _set(*, sharing: bool) -> int:
    import subprocess

    # conda knows which file to write, and keeps its comments. This reads and writes no token.
    value = "true" if sharing else "false"
    command = [sys.executable, "-m", "conda", "config", "--set", session.SETTING, value]
    if subprocess.run(command, check=False).returncode:  # noqa: S603  conda itself, with our own words
        raise NotPossibleError("conda could not save the setting; see its message above")
    now, decided_by, where = _decision(_context(again=True))
    if now != sharing:
        state = "on" if now else "off"
        raise NotPossibleError(
            f"the setting is saved, but sharing is still {state}: decided by {decided_by}, in {where}"
        )
    _write("sharing: " + ("on" if sharing else "off"))
    return 0


def _reset(options: Namespace) -> int:
    context = _context()
    if not _decision(context)[0]:
        raise NotPossibleError(
            "sharing is off, so no token file is touched; turn it on first, or delete the files yourself"
        )
    forgotten: list[str] = []
    try:
        folder = store.find_home_folder()
        if folder:
            forgotten += store.forget_installation(
                folder, str(context.root_prefix), machine_identity.find_machine_identity()
            )
        for prefix in _prefixes(context) if options.environments else ():
            forgotten += store.forget_environment(prefix)
    except OSError as error:
        raise NotPossibleError(f"a token file could not be deleted: {error}") from None
    for path in forgotten:
        _write("forgotten: " + path)
    return 0


def _print(_: Namespace) -> int:
    _write(SESSION.build_suffix(_context()))
    return 0


def _heartbeat(_: Namespace) -> int:
    import logging
    import warnings

    from anaconda_anon_usage import heartbeat

    # It runs in the background, where nobody can act on a warning.
    logging.disable()
    warnings.simplefilter("ignore")
    try:
        heartbeat.send(_context())
    except Exception as error:
        explain("no heartbeat: %r", error)
    return 0


def _random(_: Namespace) -> int:
    _write(tokens.generate_value())
    return 0


def _context(*, again: bool = False) -> Any:  # noqa: ANN401
    """Return conda's context with its configuration read; `again` reads it once more.

    Raises ``NotPossibleError`` if conda cannot be imported.
    """
    try:
        from conda.base.context import context, reset_context
    except ImportError:
        raise NotPossibleError("there is no conda here: use the Python of conda's base environment") from None
    if again or not hasattr(type(context), session.SETTING):
        # Outside conda the plug-in, which registers the settings, was not loaded, and no condarc was read.
        request_headers.attempt(session.register_settings)
        request_headers.prepare(_COMMAND)
        reset_context()
    return context


def _decision(context: Any) -> tuple[bool, str, str | None]:  # noqa: ANN401
    """Return whether sharing is on, what decided it, and its file or variable (``None`` by default)."""
    sharing, decided_by = session.read_choice(context)
    if decided_by == session.DO_NOT_TRACK:
        return sharing, decided_by, session.DO_NOT_TRACK
    where = None
    for source, parameters in context.raw_data.items():
        if session.SETTING in parameters:
            where = str(source)
            if "final" in str(parameters[session.SETTING].keyflag()):
                break  # conda's #!final: files that are read later do not count
    if where == "envvars":
        where = "CONDA_" + session.SETTING.upper()
    return sharing, decided_by if where else "default", where


def _only_hosts(context: Any) -> list[str]:  # noqa: ANN401
    try:
        return [str(entry) for entry in getattr(context, channel_hosts.SETTING)]
    except Exception:
        raise NotPossibleError(
            f"{channel_hosts.SETTING} is not a list of hosts: see conda config --show-sources"
        ) from None


def _wants_heartbeat(context: Any) -> bool:  # noqa: ANN401
    try:
        return bool(getattr(context, session.HEARTBEAT))
    except Exception as error:  # then no heartbeat is sent either
        explain("%s cannot be read: %r", session.HEARTBEAT, error)
        return False


def _prefixes(context: Any) -> list[str]:  # noqa: ANN401
    prefixes = [str(context.root_prefix)]
    for folder in context.envs_dirs:
        names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        prefixes += [os.path.join(folder, name) for name in names]
    return [prefix for prefix in prefixes if store.is_environment(prefix)]


def _reveal(agent: str) -> str:
    # The plug-in's user agent hides its tokens as a string; as bytes it is what is sent.
    return agent.encode("utf-8").decode("utf-8")


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")


def _write_json(answer: object) -> int:
    import json

    _write(json.dumps(answer, indent=2))
    return 0
