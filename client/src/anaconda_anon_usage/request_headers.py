"""What has to be changed in conda itself?

Only what no public hook of every supported version offers: the settings, which have to be keys of their own
in a condarc; the header of conda before 24.11; a redirect to a foreign host; the environment that a file
names; what ``conda info`` shows. conda has no types, so its objects are ``Any`` here.
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
    """Get ready for this command of conda."""
    for step in (
        lambda: SESSION.begin(command),
        redact_info,
        lambda: watch_sessions(send=not has_header_hook()),
    ):
        attempt(step)
    if command in session.NAMED_IN_FILE:
        attempt(lambda: watch_named_in_file(SESSION.note_prefix_in_file))


def attempt(step: Callable[[], None]) -> None:
    """Take a step that conda can do without."""
    try:
        step()
    except Exception as error:
        explain("%s: %r", step, error)


def has_header_hook() -> bool:
    """Say whether conda asks plug-ins for the headers of each request, as 24.11 and later do."""
    from conda.plugins import types

    return hasattr(types, "CondaRequestHeader")


def watch_sessions(*, send: bool) -> None:
    """Act as soon as conda makes a session of requests, which reads the context's user agent.

    The modules that send requests take long to import, and most commands need none of them. With `send`
    (conda before 24.11) a session adds the suffix; in any case a redirect to a foreign host loses it. The
    context's user agent itself stays conda's own: reports of crashes are sent with it.
    """
    from conda.base.context import Context

    def user_agent(context: Any) -> Any:  # noqa: ANN401
        try:
            _change_sessions(send=send)
        except Exception as error:  # whatever it is, conda goes on without
            explain("sessions of requests: %r", error)
        return SESSION.plain_user_agent.__get__(context)

    if SESSION.plain_user_agent is None:
        SESSION.plain_user_agent = Context.user_agent
        Context.user_agent = property(user_agent)
    _change_sessions(send=send)


def choose_user_agent(host: str, path: str) -> str | None:
    """Return the user agent with the suffix for a request, or ``None`` where conda's own is to be sent."""
    from conda.base.context import context

    _change_sessions(send=False)
    SESSION.note_request(host, path)
    return build_user_agent() if gets_tokens(context, host) else None


def gets_tokens(context: Any, host: str) -> bool:  # noqa: ANN401
    """Return whether a request to `host` carries the suffix, for all that this process knows by now."""
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


def watch_named_in_file(tell: Callable[[str], None]) -> None:
    """Have `tell` called with the prefix that ``conda env …`` finds by a name in the file that it reads.

    conda reads the name for itself and never tells its context, but asks one function for the prefix of it.
    (``conda create`` of 26.3 and later does tell.) conda 23.7 has imported that function by name before.
    """
    from conda.base import context as module

    def determine_target_prefix(context: Any, args: Any = None) -> Any:  # noqa: ANN401
        prefix = original(context, args)
        if getattr(args, "name", None) or getattr(args, "prefix", None):  # else it is base or the active one
            tell(str(prefix))
        return prefix

    original: Callable[..., Any] = module.determine_target_prefix
    if getattr(original, "__module__", "") == __name__:
        return
    for name in (module.__name__, "conda_env.cli.main_create", "conda_env.cli.main_update"):
        if getattr(sys.modules.get(name), "determine_target_prefix", None) is original:
            sys.modules[name].determine_target_prefix = determine_target_prefix  # type: ignore[attr-defined]


def redact_info() -> None:
    """Let ``conda info``, and conda's report of an unexpected error, show each token as ``.``."""
    from conda.cli import main_info

    original: Callable[..., Any] = main_info.get_info_dict
    if getattr(original, "__module__", "") == __name__:
        return

    def get_info_dict(*args: object, **options: object) -> Any:  # noqa: ANN401
        info = original(*args, **options)
        try:
            info["user_agent"] = tokens.redact(build_user_agent())
        except Exception as error:
            explain("conda info: %r", error)
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
        # What requests calls last of all, for each request on its way, one that follows a redirect too.
        original(self, request, **options)
        try:
            _withdraw_suffix(request)
        except Exception as error:  # a token that may be at the wrong place is not sent
            explain("no tokens: %r", error)
            request.headers[_HEADER] = read_plain_user_agent()

    adapter.add_headers = add_headers
    if send:
        _send_with_sessions(session.CondaSession)  # type: ignore[union-attr]


def _send_with_sessions(session: Any) -> None:  # noqa: ANN401
    """Let older sessions do what those of conda 24.11 do for the hook: ask for the headers of a request."""
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
        # The path says nothing here: where a redirect leads is not what the command has named.
        if not host or not gets_tokens(context, host):
            request.headers[_HEADER] = read_plain_user_agent()


def _split_url(url: str) -> tuple[str, str]:
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    return (parts.netloc, parts.path) if parts.scheme.lower() in ("http", "https") else ("", "")
