"""Heartbeats: requests that show that an environment is in use, although it does not change.

A heartbeat is one ``HEAD`` request to each host of channels, for a package that no channel has. It is sent
only if somebody has set ``anaconda_heartbeat: true``. conda has no types, so its context is ``Any`` here.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from anaconda_anon_usage import channel_hosts, explain, request_headers, session
from anaconda_anon_usage.session import SESSION

if TYPE_CHECKING:
    from typing import Callable

#: How long all requests together may take, including the time to look up names.
TIMEOUT_S = 0.75
_PATH = "/noarch/activate-0.0.0-0.conda"


def send(context: Any) -> None:  # noqa: ANN401
    """Send the requests, all at once, and wait for at most :data:`TIMEOUT_S`.

    The caller does not learn whether a request arrived. Raises whatever conda raises for a configuration
    that it cannot read.
    """
    if not _is_wanted(context):
        return
    if not os.environ.get("CONDA_PREFIX"):
        SESSION.begin("")  # no environment is active, and base must not count as one
    urls = list_urls(context)
    if urls:
        # Built here, once: tokens are read and saved by one thread only.
        _send_all(urls, request_headers.build_user_agent())


def list_urls(context: Any) -> list[str]:  # noqa: ANN401
    """Return the URLs to request: for each host that gets tokens, one in the first of its channels."""
    first: dict[str, str] = {}
    for url in channel_hosts.list_channel_urls(context):
        host = channel_hosts.parse_host(url)
        if request_headers.gets_tokens(context, host):
            first.setdefault(channel_hosts.normalize_host(host), url + _PATH)
    return list(first.values())


def _is_wanted(context: Any) -> bool:  # noqa: ANN401
    sharing, decided_by = session.read_choice(context)
    if not sharing:
        explain("no heartbeat: sharing is off: %s", decided_by)
        return False
    if not getattr(context, session.HEARTBEAT):
        explain("no heartbeat: %s is not set", session.HEARTBEAT)
        return False
    if context.offline:
        explain("no heartbeat: conda is offline")
        return False
    return True


def _send_all(urls: list[str], agent: str) -> None:
    """Send each request in a thread of its own, and do not wait for those that take too long.

    No timeout of a library covers a whole request: a silent name server, or an answer that comes byte by
    byte, can take any time. The threads are daemons, so the process can end without them.
    """
    from threading import Thread
    from time import monotonic

    from conda.gateways.connection.session import CondaSession

    outcomes: dict[str, object] = {}

    def send_one(url: str) -> None:
        try:
            outcomes[url] = _head(CondaSession, url, agent)
        except Exception as error:  # a heartbeat that fails is not an error
            outcomes[url] = error

    begin_s = monotonic()
    threads = [Thread(target=send_one, args=(url,), daemon=True) for url in urls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, begin_s + TIMEOUT_S - monotonic()))
    took_ms = (monotonic() - begin_s) * 1000
    for url in urls:
        explain("heartbeat: %s: %r", url, outcomes.get(url, "no answer in time"))
    explain("heartbeat: %d ms", took_ms)


def _head(session_of_conda: Callable[[], Any], url: str, agent: str) -> int:
    """Send one request through a session of conda, for its proxies and certificates; return the status."""
    session = session_of_conda()
    # No name, password or token of the channel; and conda's own would ask the user for those of a proxy.
    session.auth = _without_credentials
    adapter = session.get_adapter(url)
    adapter.max_retries = type(adapter.max_retries)(0, read=False)
    answer = session.head(url, headers={"User-Agent": agent}, timeout=TIMEOUT_S, allow_redirects=False)
    return int(answer.status_code)


def _without_credentials(request: Any) -> Any:  # noqa: ANN401
    return request
