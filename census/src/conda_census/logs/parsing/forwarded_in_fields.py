"""Clients behind a proxy, named by another field of a log with a line ``#Fields:``

In such a log ``c-ip`` is the proxy's address in each line, and ``x-forwarded-for`` has the clients. The
census reads ``c-ip``, so that all clients are in one network. This is reported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from conda_census.logs.parsing.addresses import client_in, is_public_address

__all__ = ["FORWARDED_IN_FIELDS", "forwarded_in_fields"]

FORWARDED_IN_FIELDS = (
    "nearly all requests come from one address (c-ip), and x-forwarded-for names more clients, so that "
    "networks are not known: let the server log the clients' addresses as c-ip"
)
_NAMES = ("x-forwarded-for", "cs(x-forwarded-for)")
#: Fewer requests than these may come from a few machines.
_FEWEST = 100
#: One address with this many clients is a proxy's, if it has all but one in this many requests.
_CLIENTS_OF_A_PROXY, _ALL_BUT_ONE_IN = 3, 20


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
