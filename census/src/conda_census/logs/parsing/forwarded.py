"""Clients behind a proxy, named by an added field of a log

``10.0.0.1 - - [time] "request" 200 2326 "referer" "user agent" "203.0.113.9, 10.0.0.3"``

In such a log the first address is that of the proxy, and the added field is the header ``X-Forwarded-For``,
as in the format ``main`` of nginx. The first lines of a log show if this is the case. They do not if the
added field may also be the address of a server. Then it is not known which address is the client's, and the
log is reported as doubtful.
See ``docs/decisions/clients-behind-a-proxy.md``.

In a log with a line ``#Fields:`` the first address is ``c-ip``, the added field ``x-forwarded-for``. If
``c-ip`` is the proxy's address in each line, all clients seem to be in one network. This is reported.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from conda_census.logs.parsing.addresses import (
    ADDRESSES,
    ADDRESSES_IN_ORDER,
    UNKNOWN,
    client_address,
    client_in,
    is_public,
    is_public_address,
)

__all__ = [
    "FORWARDED_DOUBT",
    "FORWARDED_IN_FIELDS",
    "MOST_FIELDS",
    "Forwarded",
    "forwarded_address",
    "forwarded_doubt",
    "forwarded_field",
    "forwarded_in_fields",
    "has_forwarded",
    "quoted_fields",
]

#: All but one in this many lines are alike: a monitor, or an internal client, may bypass the proxy.
_ALL_BUT_ONE_IN = 20
#: Public addresses are only a proxy's if there are at least this many clients for each of them.
_CLIENTS_OF_A_PROXY = 3
_FIELD = re.compile(rb'[^"]*+"((?:[^"\\]++|\\.)*+)"')
_START = re.compile(f"({ADDRESSES_IN_ORDER}) ".encode())
_ONLY_ADDRESSES = re.compile(ADDRESSES_IN_ORDER.encode())
_UNQUOTED = re.compile(rf"\s({ADDRESSES_IN_ORDER})(?:\s|$)".encode())
_PORT = re.compile(rb":([0-9]{1,5})$")
_UNKNOWN = {word.encode() for word in UNKNOWN}
#: The quoted fields of ``combined``: request, referer, user agent.
_FIELDS = 3
#: Number of quoted fields after these that are inspected.
_MOST_ADDED = 16
MOST_FIELDS = _FIELDS + _MOST_ADDED
#: Index of the text after the user agent, and of the next quoted field, in SQL that splits at the quotes.
_BEHIND, _FIRST_ADDED = 7, 8

FORWARDED_DOUBT = (
    "addresses stand behind the user agent, and nobody knows whether they or the first ones are the "
    "clients': describe the format in census.toml, with address = the variable of the client's address"
)

FORWARDED_IN_FIELDS = (
    "nearly all requests come from one address (c-ip), and x-forwarded-for names more clients, so that "
    "networks are not known: let the server log the clients' addresses as c-ip"
)
_NAMES = ("x-forwarded-for", "cs(x-forwarded-for)")
#: Fewer requests than these may come from a few machines.
_FEWEST = 100


@dataclass(frozen=True)
class Forwarded:
    """Added field that names the clients.

    Attributes:
        place: its number among the parts of a line that is split at its quotes, from 1.
        is_proxy_private: true if private addresses identify the proxies. Then a public address at the start
            of a line belongs to a client that bypassed them.
    """

    place: int
    is_proxy_private: bool

    @property
    def is_quoted(self) -> bool:
        """Return True if the field is in quotes."""
        return self.place != _BEHIND


@dataclass(frozen=True)
class _Line:
    first: bytes
    added: dict[int, bytes]


def forwarded_field(first_lines: Sequence[bytes]) -> Forwarded | None:
    """Return the field that names the clients of these lines; None if it is the first one, as usual."""
    return _clients_field(tuple(first_lines))[0]


def forwarded_doubt(first_lines: Sequence[bytes]) -> str | None:
    """Return why the clients of these lines are not known; None if they are."""
    return FORWARDED_DOUBT if _clients_field(tuple(first_lines))[1] else None


def forwarded_address(forwarded: Forwarded, first: str, field: str, *, host_names: bool) -> str:
    """Return SQL for the client's address of a line, after two columns that it needs.

    ``first`` is SQL for its first field and ``field`` for the list of its parts, split at the quotes. The
    first field counts if the added one holds no address. If the line is not in the format, it is null.
    """
    part = f"{field}[{forwarded.place}]"
    if not forwarded.is_quoted:
        part = rf"regexp_extract({part}, '^\s({ADDRESSES})(?:\s|$)', 1)"
    direct = client_address(first, host_names=host_names)
    came_past = f"WHEN {is_public('direct')} THEN direct" if forwarded.is_proxy_private else ""
    return f"""
        {direct} AS direct, {part} AS added,
        CASE WHEN direct IS NULL THEN NULL {came_past}
             ELSE coalesce(nullif({client_address("added")}, '-'), direct) END
    """


def has_forwarded(forwarded: Forwarded, line: bytes) -> bool:
    """Return True if an unended line has the added field, and the field cannot become longer."""
    fields = quoted_fields(line)
    if forwarded.is_quoted:
        return len(fields) > _FIELDS + (forwarded.place - _FIRST_ADDED) // 2
    address = _unquoted(fields) if len(fields) >= _FIELDS else None
    return address is not None and address.end() > address.end(1)


def forwarded_in_fields(fields: Sequence[str], separator: bytes, first_lines: Sequence[bytes]) -> str | None:
    """Return why the addresses of these lines may not be those of the clients; None if nothing says so."""
    name = next((name for name in _NAMES if name in fields), None)
    if name is None or "c-ip" not in fields:
        return None
    address, forwarded = fields.index("c-ip"), fields.index(name)
    lines = [line.split(separator) for line in first_lines if not line.startswith(b"#")]
    rows = [line for line in lines if len(line) == len(fields)]
    firsts = Counter(row[address] for row in rows)
    if len(rows) < _FEWEST or (len(rows) - max(firsts.values())) * _ALL_BUT_ONE_IN > len(rows):
        return None
    named = [client_in(row[forwarded].replace(b"%20", b" ").replace(b"%2C", b",")) for row in rows]
    public = [client for client in named if is_public_address(client)]
    if len(set(public)) < _CLIENTS_OF_A_PROXY or 2 * len(public) <= len(rows):
        return None
    return FORWARDED_IN_FIELDS


@lru_cache(maxsize=2)
def _clients_field(first_lines: tuple[bytes, ...]) -> tuple[Forwarded | None, bool]:
    """Return the field that names the clients, if there is one, and whether that is in doubt."""
    lines = [line for text in first_lines if (line := _taken_apart(text))]
    if not any(line.added for line in lines):
        return None, False
    proxies = [client_in(line.first) for line in lines]
    private = sum(not is_public_address(proxy) for proxy in proxies)
    is_proxy_private = _nearly_all(private, lines)
    is_doubtful = False
    for place in sorted({place for line in lines for place in line.added}):
        written = [line.added.get(place, b"") for line in lines]
        texts = [text for text in written if text not in _UNKNOWN]
        if not _nearly_all(len(texts), lines) or _has_one_port(written):
            continue
        names_clients = _names_clients(
            [client_in(text) for text in texts], len(set(proxies)), is_proxy_private=is_proxy_private
        )
        if names_clients:
            return Forwarded(place, is_proxy_private), False
        is_doubtful |= names_clients is None
    return None, is_doubtful


def _names_clients(addresses: Sequence[bytes], proxies: int, *, is_proxy_private: bool) -> bool | None:
    """Return True if these addresses of an added field are those of clients, None if that is in doubt.

    ``proxies`` is the number of addresses at the start of the lines.
    """
    clients = len(set(addresses))
    are_public = 2 * sum(map(is_public_address, addresses)) > len(addresses)
    if is_proxy_private:
        # A few servers occur beside more clients, and a proxy's address beside those of more clients.
        if clients > proxies or (are_public and 2 * clients >= proxies):
            return True
        return None if clients > 1 and are_public else False
    if not are_public or clients <= proxies:
        return False
    return True if clients >= _CLIENTS_OF_A_PROXY * proxies else None


def _taken_apart(text: bytes) -> _Line | None:
    """Return the first field of a line, and the fields after its user agent that may hold addresses."""
    start = _START.match(text)
    if not start:
        return None
    if _has_usual_fields(text):
        return _Line(start[1], {})
    fields = quoted_fields(text)
    if len(fields) < _FIELDS:
        return None
    added = {
        _FIRST_ADDED + 2 * index: field[1].strip()
        for index, field in enumerate(fields[_FIELDS:])
        if field[1] in _UNKNOWN or _ONLY_ADDRESSES.fullmatch(field[1].strip())
    }
    if unquoted := _unquoted(fields):
        added[_BEHIND] = unquoted[1]
    return _Line(start[1], added)


def _has_usual_fields(text: bytes) -> bool:
    """Return True if a line ends after three quoted fields: most lines do, and this is a fast check."""
    is_usual = text.endswith(b'"') and text.count(b'"') == 2 * _FIELDS
    return is_usual and b"\\" not in text and b' "" [' not in text


def _unquoted(fields: list[re.Match[bytes]]) -> re.Match[bytes] | None:
    agent = fields[_FIELDS - 1]
    return _UNQUOTED.match(agent.string, agent.end())


def quoted_fields(text: bytes) -> list[re.Match[bytes]]:
    """Return the first quoted fields of a line except an empty user, each with the text before it.

    Group 1 is the field.
    """
    text = text.replace(b' "" [', b" - [", 1)
    fields: list[re.Match[bytes]] = []
    while len(fields) < MOST_FIELDS and (field := _FIELD.match(text, fields[-1].end() if fields else 0)):
        fields.append(field)
    return fields


def _nearly_all(count: int, lines: Sequence[_Line]) -> bool:
    return (len(lines) - count) * _ALL_BUT_ONE_IN <= len(lines)


def _has_one_port(written: Sequence[bytes]) -> bool:
    """Return True if most addresses have the same port, which is a server's, as in ``$upstream_addr``."""
    ports = Counter(port[1] for text in written if (port := _PORT.search(text)))
    return bool(ports) and 2 * ports.most_common(1)[0][1] > len(written)
