r"""Addresses of clients, as servers, proxies and CDNs write them

An address is IPv4 or IPv6. It may have brackets, a port, a zone (``fe80::1%eth0``) or the prefix of IPv4 in
IPv6 (``::ffff:192.0.2.7``) around it, which are cut off. In a list, as in ``X-Forwarded-For``, the first
public address counts, or the first one if none is public. Addresses for documentation are public here. Host
names are only addresses in a log for which :func:`has_host_names` is true.

All patterns but one work in both Python and RE2, so that SQL, the fast path and detection share one rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = [
    "ADDRESSES",
    "ADDRESSES_IN_ORDER",
    "HOST_NAME",
    "ONE_ADDRESS",
    "PLAIN_ADDRESS",
    "UNKNOWN",
    "client_address",
    "client_in",
    "has_host_names",
    "host_name_fault",
    "is_address",
    "is_public",
    "is_public_address",
]

_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = rf"{_BYTE}(?:\.{_BYTE}){{3}}"


def _ipv6(digit: str) -> str:
    """Return the pattern of an IPv6 address without a part in dots (RFC 4291, section 2.2)."""
    group = f"{digit}{{1,4}}"
    shortened = (
        f"(?:{group}:){{1,{before}}}(?::{group}){{1,{7 - before}}}" if before else f":(?::{group}){{1,7}}"
        for before in range(7)
    )
    return "(?:" + "|".join([f"(?:{group}:){{7}}{group}", *shortened, f"(?:{group}:){{1,7}}:", "::"]) + ")"


_IPV6 = _ipv6("[0-9A-Fa-f]")
_GROUP = "[0-9A-Fa-f]{1,4}:"
#: IPv6 with dots at its end, as in ``64:ff9b::192.0.2.7``; ``::ffff:192.0.2.7`` is an IPv4 address.
_DOTTED = rf"(?:(?:{_GROUP}){{1,6}}(?::(?:{_GROUP}){{0,5}})?|::(?:{_GROUP}){{0,5}}){_IPV4}"
_ZONE = "(?:%[0-9A-Za-z._~-]{1,32})?"
_PORT = "(?::[0-9]{1,5})?"
_MAPPED = f"::[Ff]{{4}}:({_IPV4})"

#: Addresses that are kept unchanged: the usual case, which is checked fast.
PLAIN_ADDRESS = f"(?:{_IPV4}|{_ipv6('[0-9a-f]')})"
#: One address with optional text around it. Its groups hold the address; exactly one of them matches.
_WRITTEN = (
    rf"(?:({_IPV4}){_PORT}|\[?{_MAPPED}{_ZONE}\]?{_PORT}"
    rf"|({_IPV6}|{_DOTTED}){_ZONE}|\[({_IPV6}|{_DOTTED}|{_IPV4}){_ZONE}\]{_PORT})"
)
ONE_ADDRESS = re.sub(r"(?<!\\)\((?!\?)", "(?:", _WRITTEN)
#: Values that a proxy writes instead of an address (RFC 7239, section 6.2), or a server for a socket.
UNKNOWN = ("", "-", "unknown", "unix:", '""')
#: One address, or a list with at least one, with or without blanks.
ADDRESSES = rf"(?:(?:unknown|-),[ +]?)*{ONE_ADDRESS}(?:,[ +]?(?:{ONE_ADDRESS}|unknown|-))*"
#: The same for Python, whose patterns backtrack and those of RE2 do not. Each address is tried in only one
#: way. Otherwise the ways to try a long list would be those of its addresses multiplied.
ADDRESSES_IN_ORDER = (
    rf"(?:(?:unknown|-),[ +]?)*+(?>{ONE_ADDRESS}(?![^,\s]))"
    rf"(?:,[ +]?(?>(?:{ONE_ADDRESS}|unknown|-)(?![^,\s])))*+"
)
HOST_NAME = (
    r"(?:localhost|(?:[0-9A-Za-z_](?:[0-9A-Za-z_-]{0,62})\.)+[A-Za-z][0-9A-Za-z-]{0,61}[0-9A-Za-z]\.?)"
)

#: Networks that no client on the Internet uses (RFC 1918, 4193, 6598, 6890), and groups of hosts.
_NOT_PUBLIC = (
    r"(?:0|10|127)\..*|192\.168\..*|172\.(?:1[6-9]|2[0-9]|3[01])\..*|169\.254\..*"
    r"|100\.(?:6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\..*|(?:22[4-9]|2[3-5][0-9])\..*"
    r"|f[cd][0-9a-f]{2}:.*|fe[89ab][0-9a-f]:.*|ff[0-9a-f]{2}:.*|::1?"
)

_NOT_PUBLIC_TEXT = re.compile(_NOT_PUBLIC.encode())
_ONE = re.compile(_WRITTEN.encode())
_FIRST_FIELD = re.compile(rf"(?:({ONE_ADDRESS})|({HOST_NAME})) - ".encode())
#: Host names are those of clients if at least one line in this many begins with a name,
_LINES_OF_A_NAME = 10
#: and if at least one client in this many lines differs from the others.
_LINES_OF_A_CLIENT = 20


def client_address(text: str, *, host_names: bool = False) -> str:
    """Return SQL for the client's address in a field: ``-`` if the log has none, null if it is invalid."""
    unknown = ", ".join(f"'{word}'" for word in UNKNOWN)
    name = f"WHEN regexp_full_match({text}, '{HOST_NAME}') THEN lower({text})" if host_names else ""
    listed = f"list_transform(string_split({text}, ','), lambda one: trim(replace(one, '+', ' ')))"
    addresses = (
        f"list_filter(list_transform({listed}, lambda one: {_one('one')}), lambda one: one IS NOT NULL)"
    )
    public = f"list_filter({addresses}, lambda one: NOT regexp_full_match(one, '{_NOT_PUBLIC}'))"
    return f"""
        CASE WHEN regexp_full_match({text}, '{PLAIN_ADDRESS}') THEN {text}
             WHEN coalesce({text}, '') IN ({unknown}) THEN '-'
             WHEN contains({text}, ',') THEN
                  coalesce({public}[1], {addresses}[1],
                           if(len(list_filter({listed}, lambda one: one NOT IN ({unknown}))) = 0, '-', NULL))
             {name}
             ELSE {_one(f"trim({text})")} END
    """


def is_address(text: str) -> str:
    """Return SQL that is true if a text is one address, with optional text around it."""
    return f"regexp_full_match({text}, '{ONE_ADDRESS}')"


def is_public(address: str) -> str:
    """Return SQL that is true if an address from :func:`client_address` may be a host on the Internet."""
    return f"NOT regexp_full_match({address}, '{_NOT_PUBLIC}')"


def is_public_address(address: bytes) -> bool:
    """Return the same for an address from :func:`client_in`; an empty one is not public."""
    return bool(address) and not _NOT_PUBLIC_TEXT.fullmatch(address)


def client_in(text: bytes) -> bytes:
    """Return the address that :func:`client_address` gives for a field; empty if none is known."""
    matches = [
        match for one in text.split(b",") if (match := _ONE.fullmatch(one.replace(b"+", b" ").strip()))
    ]
    addresses = [next(group for group in match.groups() if group).lower() for match in matches]
    return next(filter(is_public_address, addresses), addresses[0] if addresses else b"")


def has_host_names(first_lines: Iterable[bytes]) -> bool:
    """Return True if Apache's ``HostnameLookups`` wrote these lines, so that a client's name is its address.

    Names that hardly differ are names of the server, as in the field ``%v``, and say nothing about clients.
    """
    fields = [match for line in first_lines if (match := _FIRST_FIELD.match(line))]
    names = [match[2].lower() for match in fields if match[2]]
    clients = {match[1] or match[2].lower() for match in fields}
    are_many = _LINES_OF_A_NAME * len(names) >= len(fields)
    return bool(names) and are_many and len(clients) >= max(2, len(fields) / _LINES_OF_A_CLIENT)


def host_name_fault(first_lines: Iterable[bytes]) -> str | None:
    """Return why lines that begin with host names are not from ``HostnameLookups``; None if they are."""
    lines = list(first_lines)
    fields = [match for line in lines if (match := _FIRST_FIELD.match(line))]
    if any(match[1] for match in fields) or not fields or has_host_names(lines):
        return None
    return "its lines begin with names that hardly differ, which are no clients"


def _one(text: str) -> str:
    """Return SQL for one address without the text around it, null if it is not an address."""
    groups = len(re.findall(r"(?<!\\)\((?!\?)", _WRITTEN))
    kept = "".join(rf"\{number}" for number in range(1, groups + 1))
    whole = f"^{_WRITTEN}$"
    bare = f"lower(regexp_replace({text}, '{whole}', '{kept}'))"
    return f"if(regexp_full_match({text}, '{ONE_ADDRESS}'), {bare}, NULL)"
