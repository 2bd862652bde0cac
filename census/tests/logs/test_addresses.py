"""Is the client's address an address in every format, and never something else that stands in its place?"""

from __future__ import annotations

import ipaddress
import json
import re
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from census_support.oracles.raw_rows import raw_rows
from conda_census.errors import SourceError
from conda_census.logs.format_detection import Beginning, format_of
from conda_census.logs.formats import BUILT_IN
from conda_census.logs.parsing.addresses import PLAIN_ADDRESS, client_address, has_host_names

COMBINED = BUILT_IN["combined"].example
#: What is written, and the address that it is: None if it is none, ``-`` if the log does not know it.
WRITTEN = {
    "192.0.2.7": "192.0.2.7",
    "255.255.255.255": "255.255.255.255",
    "192.0.2.7:443": "192.0.2.7",
    "2001:db8::7": "2001:db8::7",
    "2001:DB8::7": "2001:db8::7",
    "[2001:db8::7]": "2001:db8::7",
    "[2001:db8::7]:443": "2001:db8::7",
    "fe80::1%eth0": "fe80::1",
    "::ffff:192.0.2.7": "192.0.2.7",
    "[::FFFF:192.0.2.7]:80": "192.0.2.7",
    "64:ff9b::192.0.2.7": "64:ff9b::192.0.2.7",
    "::1": "::1",
    "203.0.113.9, 198.51.100.1": "203.0.113.9",
    "10.1.2.3, 203.0.113.9, 198.51.100.1": "203.0.113.9",
    "10.1.2.3,172.31.0.1:80,[2001:db8::7]:443": "2001:db8::7",
    "unknown, 100.64.0.1, 192.0.2.7": "192.0.2.7",
    "fd12:3456::1, 192.168.0.1, 169.254.1.1": "fd12:3456::1",
    "127.0.0.1, fe80::1%2, 203.0.113.9": "203.0.113.9",
    "192.0.2.256": None,
    "192.0.2": None,
    "192.0.2.7.1": None,
    "192.0.2.7:x": None,
    "192.000.002.007": None,
    "2001:db8::7::1": None,
    "12345::": None,
    "1:2:3:4:5:6:7:8:9": None,
    "conda.example.org": None,
    "conda.example.org:443": None,
    "localhost": None,
    "Jan": None,
    "<190>Jan": None,
    "2024-01-16T23:53:20Z": None,
    '"192.0.2.7"': None,
    "host, name": None,
    "-": "-",
    "": "-",
    "unknown": "-",
    "unix:": "-",
    "unknown, -": "-",
}


@pytest.mark.parametrize(("written", "address"), WRITTEN.items())
def test_an_address_is_read_or_is_none(written: str, address: str | None) -> None:
    """Ports, brackets and zones are cut off; of a list the first public address counts."""
    query = f"SELECT {client_address('written')} FROM (SELECT ?::VARCHAR AS written)"
    assert duckdb.execute(query, [written]).fetchall() == [(address,)]


@given(st.one_of(st.ip_addresses().map(str), st.text("0123456789abf:.", max_size=24)))
def test_a_plain_address_is_one_that_python_knows(text: str) -> None:
    """The pattern that the fast path and the SQL share says what an independent reader says."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        is_one = False
    else:
        is_one = ":" not in text or "." not in text  # a dotted end is rewritten, and so not plain
    assert bool(re.fullmatch(PLAIN_ADDRESS, text)) == is_one


@pytest.mark.parametrize(("written", "address"), WRITTEN.items())
@pytest.mark.parametrize("name", ["combined", "common", "nexus"])
def test_a_line_begins_with_an_address(name: str, written: str, address: str | None) -> None:
    """The same in lines that begin with it, in which it must be known; by SQL, fast and when sniffed."""
    line = BUILT_IN[name].example.replace("192.0.2.7", written, 1)
    expected = None if address == "-" else address
    [row] = raw_rows(BUILT_IN[name], [line])
    assert (row["dropped"], row["address"] if expected else None) == (
        None if expected else "not_in_format",
        expected,
    )
    fast = BUILT_IN[name].parse_regular([])((line + "\n" + COMBINED + "\n").encode() * 2).requests
    taken = [
        found for found, at in zip(fast.address.to_pylist(), fast.line.tolist(), strict=True) if at % 2 == 0
    ]
    assert set(taken) <= {expected}
    if expected:
        assert _sniffed([line]) == name
    else:
        with pytest.raises(SourceError):
            _sniffed([line])


@pytest.mark.parametrize(("written", "address"), WRITTEN.items())
def test_a_field_of_json_or_between_tabs_is_an_address(written: str, address: str | None) -> None:
    """Where a field has a name, it may also say that the log does not know the address."""
    entry = json.loads(BUILT_IN["caddy"].example)
    entry["request"] |= {"client_ip": written, "remote_ip": written}
    [row] = raw_rows(BUILT_IN["caddy"], [json.dumps(entry)])
    assert (row["dropped"], row["address"]) == (None if address else "not_in_format", address)
    [row] = raw_rows(
        BUILT_IN["cloudfront"], [BUILT_IN["cloudfront"].example.replace("192.0.2.7", written, 1)]
    )
    assert (row["dropped"], row["address"]) == (None if address else "not_in_format", address)


@pytest.mark.parametrize(
    "start",
    [
        "conda.example.org:443 192.0.2.7 - -",
        "conda.example.org 192.0.2.7 - -",
        "192.0.2.1:443 192.0.2.7 - -",
        "192.0.2.1 192.0.2.7 - -",
        "Dec  8 11:47:48 web nginx: 192.0.2.7 - -",
        "Dec 18 11:47:48 web nginx: 192.0.2.7 - -",
        "2024-01-16T23:53:20Z stdout F 192.0.2.7 - -",
    ],
)
def test_what_stands_before_the_address_is_never_the_client(start: str) -> None:
    """A server, a date or a proxy in its place would make all clients one network."""
    line = COMBINED.replace("192.0.2.7 - -", start, 1)
    [row] = raw_rows(BUILT_IN["combined"], [line])
    assert row["dropped"] == "not_in_format" or row["address"] == "192.0.2.7"
    fast = BUILT_IN["combined"].parse_regular([])((line + "\n").encode() * 4).requests
    assert set(fast.address.to_pylist()) <= {"192.0.2.7"}


def _named(*names: str) -> list[str]:
    return [COMBINED.replace("192.0.2.7", name, 1) for name in names]


@pytest.mark.parametrize(
    ("names", "are_clients"),
    [
        (["a.example.net", "B.example.net", "192.0.2.7", "localhost"], True),
        ([f"host{number}.example.net" for number in range(100)], True),
        (["conda.example.org"], False),
        (["conda.example.org"] * 100, False),
        (["conda.example.org", "files.example.org"] * 100, False),
        (["192.0.2.7"] * 100 + ["a.example.net"], False),
    ],
)
def test_host_names_are_addresses_if_they_are_those_of_clients(names: list[str], are_clients: bool) -> None:
    """``HostnameLookups`` writes many; those that hardly differ are the server's."""
    lines = _named(*names)
    beginning = [line.encode() for line in lines]
    assert has_host_names(beginning) == are_clients
    rows = raw_rows(BUILT_IN["combined"], lines, beginning)
    kept = [row["address"] for row in rows if row["dropped"] is None]
    assert kept == [name.lower() for name in names if are_clients or name.startswith("192.")]
    if not kept:
        with pytest.raises(SourceError, match="names that hardly differ"):
            _sniffed(lines)


def _sniffed(lines: list[str]) -> str:
    beginning = Beginning([line.encode() for line in lines], is_binary=False)
    return format_of(Path("access.log"), beginning, BUILT_IN).name
