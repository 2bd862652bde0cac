"""The hooks that conda calls.

conda imports this module through the entry point group ``conda``. No hook raises, prints to standard output,
or changes what a command returns.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from conda.plugins import hookimpl, types

from anaconda_anon_usage import explain, request_headers, session

if TYPE_CHECKING:
    from typing import Iterator

#: Commands that conda 25.5 and later run in each new shell. They send nothing and must not take longer.
_ACTIVATION = frozenset(["activate", "commands", "deactivate", "hook", "reactivate"])

_SUMMARY = "Show and choose what conda shares with the hosts of channels."


class _EveryCommand(frozenset):  # type: ignore[type-arg]  # not subscriptable in Python 3.8
    """The set of all commands except activation, including those of other plug-ins."""

    __slots__ = ()

    def __contains__(self, command: object) -> bool:
        return command not in _ACTIVATION


@hookimpl  # type: ignore[untyped-decorator]
def conda_pre_commands() -> Iterator[Any]:
    """Get ready before a command of conda runs."""
    yield types.CondaPreCommand(name="anaconda-anon-usage", action=_before_command, run_for=_EveryCommand())


@hookimpl  # type: ignore[untyped-decorator]
def conda_request_headers(host: str, path: str) -> Iterator[Any]:
    """Send the suffix with each request to the host of a channel (conda 24.11 and later)."""
    if request_headers.has_header_hook():
        try:
            agent = request_headers.choose_user_agent(host, path)
        except Exception as error:  # conda goes on with its own user agent
            explain("no tokens in this request: %r", error)
        else:
            if agent:
                yield types.CondaRequestHeader(name="User-Agent", value=agent)


@hookimpl  # type: ignore[untyped-decorator]
def conda_subcommands() -> Iterator[Any]:
    """Offer ``conda anon-usage``."""
    yield types.CondaSubcommand(name="anon-usage", summary=_SUMMARY, action=_subcommand)


def _before_command(command: str) -> None:
    request_headers.prepare(command)
    request_headers.attempt(lambda: _give_notice(command))


def _give_notice(command: str) -> None:
    if sys.stderr.isatty():
        from anaconda_anon_usage import notice  # most commands do not need it

        notice.show_once(command)


def _subcommand(arguments: Any) -> int:  # noqa: ANN401
    from anaconda_anon_usage import cli

    return cli.run_as_subcommand(arguments)


# If this fails, the setting does not exist, and sharing is off.
request_headers.attempt(session.register_settings)
