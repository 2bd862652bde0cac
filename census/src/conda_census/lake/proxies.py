"""Logs whose clients seem to be a proxy: their addresses and networks say nothing of installations.

The lake keeps what such a log says, for nobody can tell a proxy from a site with one machine. So each run
that reads such a log says so in one line. No address is in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import duckdb
import numpy as np
import pyarrow as pa

from conda_census.lake.reading import SourceReading
from conda_census.logs.formats import LogFormat
from conda_census.logs.formats.addresses import is_public_address
from conda_census.logs.line_reader import LineReader

__all__ = ["few_private_addresses", "proxy_warning"]

#: So few private addresses, of at least so many requests: fewer requests are those of a few machines.
_FEW = ((1, 3), (4, 1000))
#: Of so many requests all but one are a proxy's: a monitor may ask past it.
_ALL_BUT_ONE_IN = 20
#: What the log does not say.
_UNKNOWN = "-"


def few_private_addresses(count: int) -> str:
    """Say that so many private addresses have nearly all requests of a log."""
    number = "one private address" if count == 1 else f"{count} private addresses"
    return (
        f"(nearly) all requests come from {number}, as if a proxy were the client, so that networks are not "
        "known: let the server log the clients' addresses, or name the variable that has them in census.toml"
    )


def proxy_warning(
    connection: duckdb.DuckDBPyConnection,
    log_format: LogFormat,
    beginning: Sequence[bytes],
    read: SourceReading,
) -> str | None:
    """Return why the addresses that were read of a log may not be those of clients; None if nothing says so.

    New lines of a log that grew may be few: with its beginning they must say the same.
    """
    if read.doubt:
        return read.doubt
    addresses = read.addresses
    if addresses and read.first_line > 1 and _all_but_few(addresses):
        addresses = addresses + _addresses(connection, log_format, beginning)
    private = _all_but_few(addresses) if addresses else []
    enough = (
        any(len(private) <= few and addresses.total() >= fewest for few, fewest in _FEW)
        if addresses
        else False
    )
    return few_private_addresses(len(private)) if private and enough else None


def _all_but_few(addresses: Counter[str]) -> list[str]:
    """The addresses of nearly all requests, if these are few and private; else none."""
    found: list[str] = []
    rest = total = addresses.total()
    for address, count in addresses.most_common(_FEW[-1][0]):
        if address == _UNKNOWN or is_public_address(address.encode()) or not _is_numeric(address):
            return []
        found.append(address)
        rest -= count
        if rest * _ALL_BUT_ONE_IN <= total:
            return found
    return []


def _is_numeric(address: str) -> bool:
    return ":" in address or address.replace(".", "").isdecimal()


def _addresses(
    connection: duckdb.DuckDBPyConnection, log_format: LogFormat, beginning: Sequence[bytes]
) -> Counter[str]:
    reader = LineReader(log_format, beginning)
    text = pa.array([line.decode("utf-8", "replace") for line in reader.first_lines], pa.large_string())
    table = pa.table({"line_number": pa.array(np.arange(len(text), dtype=np.int64)), "line": text})
    connection.register("lines", table)
    try:
        found = connection.sql(
            f"SELECT address, count(*) FROM ({log_format.columns(reader.first_lines)}) "
            "WHERE dropped IS NULL GROUP BY address"
        ).fetchall()
    finally:
        connection.unregister("lines")
    return Counter(dict(found))
