"""Who are the clients of a log in the combined format whose server stands behind a proxy?"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from census_support.oracles.raw_rows import raw_rows
from conda_census.logs.formats.combined import COMBINED
from conda_census.logs.parsing.forwarded import FORWARDED_DOUBT

START = '{} - - [16/Jan/2024:23:53:20 +0000] "GET /p HTTP/1.1" 200 2326 "-" "conda/24.7.1"'
PROXIES = ("10.0.0.1", "192.168.7.1", "172.20.0.9", "127.0.0.1", "100.64.3.2", "fd12:3456::1", "::1")
CLIENTS = [f"203.0.113.{number}" for number in range(40)]


def _lines(firsts: Sequence[str], added: Sequence[str]) -> list[str]:
    return [
        START.format(firsts[number % len(firsts)]) + text.replace("+", str(number))
        for number, text in enumerate(added)
    ]


def _addresses(lines: Sequence[str]) -> list[str]:
    """Return the clients of a log, however its lines are read: fast, or by SQL."""
    first_lines = [line.encode() for line in lines]
    by_sql = [row["address"] for row in raw_rows(COMBINED, lines, first_lines)]
    fast = COMBINED.parse_regular(first_lines)(("\n".join(lines) + "\n").encode()).requests
    for line, address in zip(fast.line.tolist(), fast.address.to_pylist(), strict=True):
        assert by_sql[line] == address
    return by_sql


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize("proxy", PROXIES)
@pytest.mark.parametrize(
    "added",
    [
        ' "{}"',
        ' "{}, 10.0.0.3"',
        ' "10.9.9.9, {}, 10.0.0.3"',
        ' "{}:4+"',
        ' 0.004 "{}"',
        ' "-" "{}"',
        ' "10.0.0.5:8080" "{}"',
        ' rt=0.004 xff="{}, 10.0.0.3" host="conda.example.org"',
        " {}",
        " {}, 10.0.0.3 0.004",
    ],
)
def test_the_added_field_names_the_clients(proxy: str, added: str) -> None:
    """Behind one private proxy the first public address of the list is the client, wherever it stands."""
    lines = _lines([proxy], [added.format(client) for client in CLIENTS])
    assert _addresses(lines) == CLIENTS


def test_a_pool_of_proxies_is_one_too() -> None:
    """Several private proxies, few clients, one line: the list is what names the clients."""
    assert _addresses(_lines(PROXIES, [f' "{client}"' for client in CLIENTS])) == CLIENTS
    assert _addresses(_lines(PROXIES[:3], [' "203.0.113.9"', ' "203.0.113.8"'])) == [
        "203.0.113.9",
        "203.0.113.8",
    ]
    assert _addresses(_lines(PROXIES[:1], [' "203.0.113.9, 10.0.0.3"'])) == ["203.0.113.9"]


def test_clients_of_an_intranet_may_be_private() -> None:
    """Of a list of private addresses the first one is the client, if there are more clients than proxies."""
    clients = [f"10.20.30.{number}" for number in range(20)]
    assert _addresses(_lines(["10.0.0.1"], [f' "{client}"' for client in clients])) == clients


def test_who_comes_past_the_proxy_is_the_client() -> None:
    """A monitor inside has no list, and a public address at the start is no proxy's."""
    lines = _lines(["10.0.0.1"], [f' "{client}"' for client in CLIENTS])
    lines += [START.format("10.0.0.77") + ' "-"', START.format("198.51.100.7") + ' "192.0.2.66"']
    assert _addresses(lines) == [*CLIENTS, "10.0.0.77", "198.51.100.7"]
    lines = [*_lines(["10.0.0.1"], [f' "{client}"' for client in CLIENTS]), START.format("10.0.0.77")]
    assert _addresses(lines) == [*CLIENTS, "10.0.0.77"]


def test_proxies_of_a_network_are_public() -> None:
    """Few public addresses beside the lists of many clients are a CDN's."""
    proxies = ["198.51.100.1", "198.51.100.2"]
    assert _addresses(_lines(proxies, [f' "{client}"' for client in CLIENTS])) == CLIENTS


@pytest.mark.parametrize(
    ("firsts", "added"),
    [
        # the server has put the address right, and logs the header or the proxy too
        (CLIENTS, [f' "{client}"' for client in CLIENTS]),
        (CLIENTS, [' "10.0.0.1"'] * 40),
        (CLIENTS, [' "198.51.100.1"'] * 40),
        # private clients beside the address of a server
        ([f"10.1.1.{number}" for number in range(40)], [' "10.0.0.5:8080"'] * 40),
        ([f"10.1.1.{number}" for number in range(40)], [' "198.51.100.5"'] * 40),
        (
            [f"10.1.1.{number}" for number in range(40)],
            [f' "198.51.100.{number % 5}:443"' for number in range(40)],
        ),
        (["10.0.0.1"], [' "10.0.0.5:8080"'] * 40),
        # private clients, of which some come through a proxy of their own
        ([f"10.1.1.{number}" for number in range(40)], [' "-"', ' "-"', ' "203.0.113.9"', ' "-"'] * 10),
        # no addresses
        (["10.0.0.1"], [' "-"'] * 40),
        (["10.0.0.1"], [' "gzip" 0.004'] * 40),
        (["10.0.0.1"], [""] * 40),
    ],
)
def test_the_first_field_names_the_clients(firsts: list[str], added: list[str]) -> None:
    """If the added field may be anything else the first one counts, and there is no doubt about it."""
    lines = _lines(firsts, added)
    assert _addresses(lines) == [firsts[number % len(firsts)] for number in range(len(lines))]
    assert COMBINED.doubt([line.encode() for line in lines]) is None


@pytest.mark.parametrize(
    ("firsts", "added"),
    [
        (
            [f"10.1.1.{number}" for number in range(40)],
            [f' "198.51.100.{number % 5}"' for number in range(40)],
        ),
        ([f"192.0.2.{number}" for number in range(20)], [f' "{client}"' for client in CLIENTS]),
    ],
)
def test_nobody_knows_which_field_names_the_clients(firsts: list[str], added: list[str]) -> None:
    """If both may be clients the first field counts as ever, and that is told."""
    lines = _lines(firsts, added)
    assert _addresses(lines) == [firsts[number % len(firsts)] for number in range(len(lines))]
    assert COMBINED.doubt([line.encode() for line in lines]) == FORWARDED_DOUBT


def test_what_is_no_address_in_the_list_is_none() -> None:
    """A client may send what it likes in the header: then the first field counts."""
    lines = _lines(["10.0.0.1"], [f' "{client}"' for client in CLIENTS])
    lines += _lines(["10.0.0.2"], [' "\\x22<script>"', ' "unknown, 203.0.113.5"'])
    assert _addresses(lines) == [*CLIENTS, "10.0.0.2", "203.0.113.5"]
