"""How can an environment that asks for nothing be counted as in use?

One ``HEAD`` request to each host of channels says so, for a package that no channel has. It is sent only
where somebody has set ``anaconda_heartbeat: true``. conda has no types, so its context is ``Any`` here.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from anaconda_anon_usage import channel_hosts, explain, request_headers, session
from anaconda_anon_usage.session import SESSION

if TYPE_CHECKING:
    from typing import Callable

#: What all requests together may take, from before the first name is looked up.
TIMEOUT_S = 0.75
_PATH = "/noarch/activate-0.0.0-0.conda"


def send(context: Any) -> None:  # noqa: ANN401
    """Send the requests, all at once, and wait for at most :data:`TIMEOUT_S`.

    Nothing says whether one has arrived. May raise whatever conda raises for a configuration that it cannot
    read.
    """
    if not _is_wanted(context):
        return
    if not os.environ.get("CONDA_PREFIX"):
        SESSION.begin("")  # no environment is active, and base must not pass for one
    urls = list_urls(context)
    if urls:
        # Made here, once: reading and saving tokens is no work for several threads.
        _send_all(urls, request_headers.build_user_agent())


def list_urls(context: Any) -> list[str]:  # noqa: ANN401
    """Return what to ask for: for each host that gets tokens, a URL in the first of its channels."""
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
    """Send from one thread for each URL, and leave behind those that are not done in time.

    No timeout of a library covers the whole of a request: a name server that is silent, or an answer that
    comes byte by byte, takes as long as it likes. A daemon thread does not keep the process.
    """
    from threading import Thread
    from time import monotonic

    from conda.gateways.connection.session import CondaSession

    outcomes: dict[str, object] = {}

    def send_one(url: str) -> None:
        try:
            outcomes[url] = _head(CondaSession, url, agent)
        except Exception as error:  # the network is what it is
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
    """Return the status of the answer. conda's own session knows about proxies and certificates."""
    session = session_of_conda()
    # No name, password or token of the channel, and no question for those of a proxy: conda's own would ask.
    session.auth = _without_credentials
    adapter = session.get_adapter(url)
    adapter.max_retries = type(adapter.max_retries)(0, read=False)
    answer = session.head(url, headers={"User-Agent": agent}, timeout=TIMEOUT_S, allow_redirects=False)
    return int(answer.status_code)


def _without_credentials(request: Any) -> Any:  # noqa: ANN401
    return request
