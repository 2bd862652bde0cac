"""The hosts that get tokens, which are those of channels, and the URLs of channels.

A channel is one that is configured, that the command names, or whose index conda itself asks for (because a
YAML file or a package specification names it). conda has no types, so its context is ``Any`` here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anaconda_anon_usage import explain

if TYPE_CHECKING:
    from typing import Callable, Container, Iterable

#: The name of the setting in a condarc: a list that narrows the hosts further.
SETTING = "anaconda_anon_usage_hosts"
_SCHEMES = ("http", "https")
# Left out of a host: conda's hook gives the host without the scheme.
_DEFAULT_PORTS = ("80", "443")
_INDEXES = frozenset(
    name + ending
    for name in ("repodata", "current_repodata", "repodata_from_packages")
    for ending in (".json", ".json.zst", ".json.bz2", ".json.gz", ".jlap")
) | {"repodata_shards.msgpack.zst"}


def gets_tokens(context: Any, host: str, named_hosts: Container[str] = ()) -> bool:  # noqa: ANN401
    """Return whether a request to `host` (a URL's ``netloc``) carries the suffix.

    A host is a name and a port: another port of the same machine is another host. `named_hosts` are those
    whose channels this command has named where conda does not keep them: in a file or a specification.
    """
    named = normalize_host(host)
    if named not in named_hosts and named not in find_channel_hosts(context):
        return False
    try:
        allowed = tuple(getattr(context, SETTING, ()))
    except Exception as error:  # a list that cannot be read was meant to narrow the hosts
        explain("%s cannot be read: %r", SETTING, error)
        return False
    return not allowed or any(_matches(named, str(entry)) for entry in allowed)


def list_channel_urls(context: Any) -> list[str]:  # noqa: ANN401
    """Return the URL of each configured channel once, in conda's order, if it is http or https.

    A URL has no name, password or token in it.
    """
    from conda.models.channel import Channel

    urls = (url for name in context.channels for url in Channel(name).base_urls if url)
    return list(dict.fromkeys(url for url in urls if url.startswith(("http://", "https://"))))


def parse_host(url: str) -> str:
    """Return the host of a channel's URL, with its port if the URL has one."""
    return url.partition("://")[2].partition("/")[0]


def is_index(path: str) -> bool:
    """Return whether `path` is that of a channel's index, for which conda asks channels only."""
    return path.rsplit("/", 1)[-1] in _INDEXES


def find_channel_hosts(context: Any) -> set[str]:  # noqa: ANN401
    """Return the hosts of all channels that are configured or named with ``--channel``."""
    hosts: set[str] = set()
    for channels in (_named, _alias, _custom, _multiple):
        hosts.update(_hosts(context, channels))
    return hosts


def normalize_host(host: str) -> str:
    """Return `host` in lower case, without credentials and without the default port of http and https."""
    host = host.rpartition("@")[2].lower()
    name, colon, port = host.rpartition(":")
    return name.rstrip(".") if colon and port in _DEFAULT_PORTS else host.rstrip(".")


def _hosts(context: Any, channels: Callable[[Any], Iterable[Any]]) -> set[str]:  # noqa: ANN401
    try:
        urls = [url for channel in channels(context) for url in channel.base_urls if url]
    except Exception as error:  # the other kinds of channels still count
        explain("the hosts of one kind of channels cannot be read (%s): %r", channels.__name__, error)
        return set()
    parts = (url.partition("://") for url in urls)
    return {normalize_host(rest.partition("/")[0]) for scheme, _, rest in parts if scheme in _SCHEMES}


def _named(context: Any) -> list[Any]:  # noqa: ANN401
    from conda.models.channel import Channel

    return [Channel(name) for name in context.channels]


def _alias(context: Any) -> list[Any]:  # noqa: ANN401
    return [context.channel_alias]


def _custom(context: Any) -> list[Any]:  # noqa: ANN401
    return list(context.custom_channels.values())


def _multiple(context: Any) -> list[Any]:  # noqa: ANN401
    # The default channels are one of them, and always exist.
    return [channel for channels in context.custom_multichannels.values() for channel in channels]


def _matches(host: str, entry: str) -> bool:
    """Return whether `entry` matches `host`: ``name``, ``name:port``, or ``*.domain`` for all names below."""
    allowed = normalize_host(entry.strip().rpartition("://")[2].partition("/")[0])
    # A name without a port matches all ports; an IPv6 address has its colons in brackets.
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    if allowed.startswith("*."):
        return name.endswith(allowed[1:])
    return allowed in (host, name)
