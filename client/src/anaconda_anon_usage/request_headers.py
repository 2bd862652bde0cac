"""The header of conda's requests: its user agent with the suffix, and the changes to conda that it needs.

The changes are those for which some supported conda has no public hook: the header before conda 24.11, a
redirect to a foreign host, the environment that a file names, and what ``conda info`` shows. conda has no
types, so its objects are ``Any`` here.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from anaconda_anon_usage import channel_hosts, explain, session, tokens
from anaconda_anon_usage.session import SESSION

if TYPE_CHECKING:
    from typing import Callable

_HEADER = "User-Agent"


def prepare(command: str) -> None:
    """Prepare this process for `command`: begin its session and change conda where it has no hook."""
    for step in (
        lambda: SESSION.begin(command),
        redact_info,
        lambda: watch_sessions(send=not has_header_hook()),
    ):
        attempt(step)
    if command in session.NAMED_IN_FILE:
        attempt(lambda: watch_named_in_file(SESSION.note_prefix_in_file))


def attempt(step: Callable[[], None]) -> None:
    """Run `step`; if it fails, explain why, and let conda go on without it."""
    try:
        step()
    except Exception as error:
        explain("%s: %r", step, error)


def has_header_hook() -> bool:
    """Return whether conda asks plug-ins for the headers of each request, as 24.11 and later do."""
    from conda.plugins import types

    return hasattr(types, "CondaRequestHeader")


def watch_sessions(*, send: bool) -> None:
    """Change conda's HTTP sessions as soon as it makes the first one, which reads the context's user agent.

    Not earlier: the modules that send requests take long to import, and most commands do not need them. With
    `send` (conda before 24.11) a session adds the suffix. In all versions a redirect to a foreign host loses
    it. The context's user agent does not change, because conda sends crash reports with it.
    """
    from conda.base.context import Context

    def user_agent(context: Any) -> Any:  # noqa: ANN401
        try:
            _change_sessions(send=send)
        except Exception as error:  # conda goes on without tokens
            explain("conda's HTTP sessions cannot be changed: %r", error)
        return SESSION.plain_user_agent.__get__(context)

    if SESSION.plain_user_agent is None:
        SESSION.plain_user_agent = Context.user_agent
        Context.user_agent = property(user_agent)
    _change_sessions(send=send)


def choose_user_agent(host: str, path: str) -> str | None:
    """Return the user agent with the suffix for a request, or ``None`` if conda sends its own."""
    from conda.base.context import context

    _change_sessions(send=False)
    SESSION.note_request(host, path)
    return build_user_agent() if gets_tokens(context, host) else None


def gets_tokens(context: Any, host: str) -> bool:  # noqa: ANN401
    """Return whether a request to `host` carries the suffix, given the channels that the command names."""
    return channel_hosts.gets_tokens(context, host, SESSION.named_hosts)


def build_user_agent() -> str:
    """Return conda's user agent with the suffix."""
    from conda.base.context import context

    return tokens.UserAgent(read_plain_user_agent() + " " + SESSION.build_suffix(context))


def read_plain_user_agent() -> str:
    """Return conda's own user agent."""
    from conda.base.context import context

    own = SESSION.plain_user_agent
    return str(context.user_agent if own is None else own.__get__(context))


def watch_named_in_file(note: Callable[[str], None]) -> None:
    """Call `note` with the prefix of the environment that ``conda env create`` or ``update`` reads in a file.

    conda does not set that name in its context, but calls one function to find its prefix. (``conda create``
    of 26.3 and later does set it.) conda 23.7 has already imported that function into two of its modules.
    """
    from conda.base import context as module

    def determine_target_prefix(context: Any, args: Any = None) -> Any:  # noqa: ANN401
        prefix = original(context, args)
        if getattr(args, "name", None) or getattr(args, "prefix", None):  # else it is base or the active one
            note(str(prefix))
        return prefix

    original: Callable[..., Any] = module.determine_target_prefix
    if getattr(original, "__module__", "") == __name__:
        return
    for name in (module.__name__, "conda_env.cli.main_create", "conda_env.cli.main_update"):
        if getattr(sys.modules.get(name), "determine_target_prefix", None) is original:
            sys.modules[name].determine_target_prefix = determine_target_prefix  # type: ignore[attr-defined]


def redact_info() -> None:
    """Make ``conda info``, and conda's report of an unexpected error, show each token as ``.``."""
    from conda.cli import main_info

    original: Callable[..., Any] = main_info.get_info_dict
    if getattr(original, "__module__", "") == __name__:
        return

    def get_info_dict(*args: object, **options: object) -> Any:  # noqa: ANN401
        info = original(*args, **options)
        try:
            info["user_agent"] = tokens.redact(build_user_agent())
        except Exception as error:
            explain("the user agent in conda info cannot be shown: %r", error)
            info["user_agent"] = None
        return info

    main_info.get_info_dict = get_info_dict


def _change_sessions(*, send: bool) -> None:
    session = sys.modules.get("conda.gateways.connection.session")
    adapter: Any = getattr(session, "HTTPAdapter", None)
    if adapter is None or getattr(adapter.add_headers, "__module__", "") == __name__:
        return
    original = adapter.add_headers

    def add_headers(self: Any, request: Any, **options: Any) -> None:  # noqa: ANN401
        # requests calls this last, for each request that it sends, including those that follow a redirect.
        original(self, request, **options)
        try:
            _withdraw_suffix(request)
        except Exception as error:  # never send a token to a host that may be the wrong one
            explain("no tokens: %r", error)
            request.headers[_HEADER] = read_plain_user_agent()

    adapter.add_headers = add_headers
    if send:
        _send_with_sessions(session.CondaSession)  # type: ignore[union-attr]


def _send_with_sessions(session: Any) -> None:  # noqa: ANN401
    """Make sessions before conda 24.11 ask for the headers of a request, as the hook does in later ones."""
    original = session.prepare_request

    def prepare_request(self: Any, request: Any) -> Any:  # noqa: ANN401
        try:
            _add_suffix(self, request)
        except Exception as error:  # conda goes on with its own user agent
            explain("no tokens: %r", error)
        return original(self, request)

    session.prepare_request = prepare_request


def _add_suffix(session: Any, request: Any) -> None:  # noqa: ANN401
    host, path = _split_url(request.url)
    others = any(name.lower() == "user-agent" for name in request.headers or ())
    if not host or others or session.headers.get(_HEADER) != read_plain_user_agent():
        return
    agent = choose_user_agent(host, path)
    if agent:
        request.headers = {**(request.headers or {}), _HEADER: agent}


def _withdraw_suffix(request: Any) -> None:  # noqa: ANN401
    from conda.base.context import context

    if isinstance(request.headers.get(_HEADER), tokens.UserAgent):
        host, _ = _split_url(request.url)
        # The request is not noted: the command has not named the target of a redirect.
        if not host or not gets_tokens(context, host):
            request.headers[_HEADER] = read_plain_user_agent()


def _split_url(url: str) -> tuple[str, str]:
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    return (parts.netloc, parts.path) if parts.scheme.lower() in ("http", "https") else ("", "")
