"""Logs whose clients seem to be a proxy, so that their addresses show no installations.

The lake keeps the content of such a log, because nobody can tell a proxy from a site with one machine. So
each run that reads such a log says so in one line. The line contains no address.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from conda_census.ingest.log_faults.agent_faults import MANY_CLIENTS
from conda_census.ingest.source_reading import SourceReading
from conda_census.ingest.sql_parsing import first_requests
from conda_census.logs.formats import LogFormat
from conda_census.logs.parsing.addresses import is_public_address

__all__ = ["LogAddresses", "addresses_of", "few_private_addresses", "few_public_addresses", "proxy_warnings"]

#: Maximum number of private addresses, and minimum number of their requests: fewer requests are those of a
#: few machines.
_FEW = ((1, 3), (4, 1000))
#: Fewer requests from one public address may come from a site with many machines.
_REQUESTS_OF_PUBLIC = 1000
#: Behind a proxy, at most one in this many requests has another address: a monitor may bypass the proxy.
_ALL_BUT_ONE_IN = 20
_NOT_KNOWN = (
    "probably a proxy's, so the opted-out share and sessions without a token may be wrong: let the server "
    "log the clients' addresses, or name the variable that has them in census.toml"
)
#: Placeholder for an address that is not in the log.
_UNKNOWN = "-"


def few_private_addresses(count: int) -> str:
    """Return the sentence for ``count`` private addresses that have nearly all requests of a log."""
    addresses = "one private address" if count == 1 else f"{count} private addresses"
    return f"nearly all requests come from {addresses}, {_NOT_KNOWN}"


def few_public_addresses(count: int) -> str:
    """Return the sentence for ``count`` public addresses that have nearly all requests of a large log."""
    addresses = "one public address" if count == 1 else f"{count} public addresses"
    return (
        f"nearly all requests come from {addresses}, with {count * MANY_CLIENTS} installations "
        f"or more behind, {_NOT_KNOWN}"
    )


@dataclass(frozen=True)
class LogAddresses:
    """The private addresses that have nearly all requests of a log, with the requests of each; or a doubt.

    ``doubt`` is the reason why the addresses may not be those of clients.
    """

    private: Counter[str]
    doubt: str | None = None


def addresses_of(
    connection: duckdb.DuckDBPyConnection,
    log_format: LogFormat,
    beginning: Sequence[bytes],
    read: SourceReading,
) -> LogAddresses:
    """Return what the addresses read from a log show about its clients.

    A log that grew may have few new lines, so its beginning must confirm the result.
    """
    if read.doubt or read.change:
        return LogAddresses(Counter(), read.doubt)
    addresses = read.addresses
    if addresses is None:
        return LogAddresses(Counter())
    public = _few_public(addresses, len(read.agents.clients))
    if read.first_line > 1 and (public or _all_but_few(addresses)):
        of_beginning = first_requests(connection, log_format, beginning, "address")
        addresses = addresses + Counter(of_beginning.to_pylist())
    if public and (public := _few_public(addresses, len(read.agents.clients))):
        return LogAddresses(Counter(), few_public_addresses(public))
    return LogAddresses(_all_but_few(addresses))


def proxy_warnings(logs: Mapping[str, LogAddresses]) -> dict[str, str]:
    """Return by the names of logs why their addresses may not be those of clients.

    A log of an hour may have one client. If logs that were read together have different clients, these are no
    proxies.
    """
    few = {name: log.private for name, log in logs.items() if _are_few(log.private)}
    if not _are_few(sum(few.values(), Counter())):
        few = {name: private for name, private in few.items() if private.total() >= _FEW[-1][1]}
    doubts = {name: log.doubt for name, log in logs.items() if log.doubt}
    return doubts | {name: few_private_addresses(len(private)) for name, private in few.items()}


def _are_few(private: Counter[str]) -> bool:
    return bool(private) and any(len(private) <= few and private.total() >= fewest for few, fewest in _FEW)


def _all_but_few(addresses: Counter[str]) -> Counter[str]:
    """Return the addresses of nearly all requests if they are few and private; else none."""
    few: Counter[str] = Counter()
    rest = total = addresses.total()
    for address, count in addresses.most_common(_FEW[-1][0]):
        if address == _UNKNOWN or is_public_address(address.encode()) or not _is_numeric(address):
            return Counter()
        few[address] = count
        rest -= count
        if rest * _ALL_BUT_ONE_IN <= total:
            return few
    return Counter()


def _few_public(addresses: Counter[str], clients: int) -> int:
    """Return how many public addresses have nearly all of many requests, if many clients are behind each."""
    rest = total = addresses.total()
    if total < _REQUESTS_OF_PUBLIC:
        return 0
    most = min(_FEW[-1][0], clients // MANY_CLIENTS)
    for count, (address, requests) in enumerate(addresses.most_common(most), 1):
        if not (_is_numeric(address) and is_public_address(address.encode())):
            return 0
        rest -= requests
        if rest * _ALL_BUT_ONE_IN <= total:
            return count
    return 0


def _is_numeric(address: str) -> bool:
    return ":" in address or address.replace(".", "").isdecimal()
