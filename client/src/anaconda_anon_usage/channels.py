"""At which URLs are the configured channels, as far as conda asks for them over a network?

conda has no types, so its context is ``Any`` here.
"""

from __future__ import annotations

from typing import Any


def urls(context: Any) -> list[str]:  # noqa: ANN401
    """Return each URL once, in conda's order, without the channel's name, password or token in it."""
    from conda.models.channel import Channel

    found = (url for name in context.channels for url in Channel(name).base_urls if url)
    return list(dict.fromkeys(url for url in found if url.startswith(("http://", "https://"))))


def host(url: str) -> str:
    """Return the host of a channel's URL, with its port if one stands there."""
    return url.partition("://")[2].partition("/")[0]
