"""Does ``ingest`` say so if the addresses in a log are those of a proxy, or read the clients' behind them?"""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from census_support.inputs.small_log import CONDA, SmallLog
from census_support.processes.census_process import CensusProcess
from conda_census.ingest.log_faults.proxies import few_private_addresses, few_public_addresses
from conda_census.logs.formats import BUILT_IN
from conda_census.logs.parsing.forwarded import FORWARDED_DOUBT, FORWARDED_IN_FIELDS


def _log(*addresses: str, requests: int = 40, behind: str = "") -> SmallLog:
    """A log with a session for each request, by these addresses in turn; ``+`` becomes a number."""
    log = SmallLog()
    for number in range(requests):
        log.request(client=f"c{number}", session=f"s{number}", address=addresses[number % len(addresses)])
        log.lines[-1] += behind.replace("+", str(number))
    return log


def _networks(folder: Path) -> int:
    files = folder / "census-lake" / "sessions" / "**" / "*.parquet"
    return int(duckdb.sql(f"SELECT count(DISTINCT network) FROM read_parquet('{files}')").fetchall()[0][0])


def test_clients_behind_a_proxy_have_networks_of_their_own(census: CensusProcess, tmp_path: Path) -> None:
    """The format main of nginx behind a proxy says as many networks as clients, and nothing is told."""
    _log("10.0.0.1", behind=' "198.51.+.13, 10.0.0.3"').write(tmp_path / "access.log")
    done = census("ingest", "access.log", "--json")
    assert json.loads(done.stdout)["warnings"] == []
    assert (done.returncode, _networks(tmp_path)) == (0, 40)


@pytest.mark.takes_turns(5)
@pytest.mark.parametrize(
    "proxy", ["10.0.0.1", "172.16.5.4", "192.168.0.9", "127.0.0.1", "100.100.0.1", "fd00::5"]
)
def test_a_log_with_one_private_client_is_told(census: CensusProcess, tmp_path: Path, proxy: str) -> None:
    """One line at each run that reads of it, without the address; in JSON too."""
    log = _log(proxy)
    reason = few_private_addresses(1)
    log.write(tmp_path / "access.log")
    done = census("ingest", "access.log")
    assert f"conda-census: access.log: {reason}\n" in done.stderr.replace(f"{tmp_path}/", "")
    assert done.returncode == 0
    assert proxy not in done.stderr
    log.request(client="later", address=proxy).write(tmp_path / "access.log")
    [warning] = json.loads(census("ingest", "access.log", "--json").stdout)["warnings"]
    assert warning["reason"] == reason


@pytest.mark.parametrize("name", ["combined", "common", "nexus", "traefik", "caddy", "artifactory"])
def test_the_format_makes_no_difference(census: CensusProcess, tmp_path: Path, name: str) -> None:
    """A log in whatever format whose clients have one private address is told."""
    example = BUILT_IN[name].example
    assert "192.0.2.7" in example
    lines = [example.replace("192.0.2.7", "10.0.0.1") for _ in range(5)]
    (tmp_path / "access.log").write_text("".join(f"{line}\n" for line in lines))
    found = json.loads(census("ingest", "access.log", "--format", name, "--json").stdout)
    assert [each["reason"] for each in found["warnings"]] == [few_private_addresses(1)]


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize(
    ("log", "reason"),
    [
        (_log("10.0.0.1", *["198.51.100.7", "198.51.100.9"]), None),
        (_log("198.51.100.7"), None),
        (_log("10.0.0.1", "10.0.0.2"), None),
        (_log("10.0.0.1", requests=2), None),
        (_log(*["10.0.0.1"] * 39, "127.0.0.1"), few_private_addresses(1)),
        (_log("10.0.0.1", "10.0.0.2", "10.0.0.3", requests=1200), few_private_addresses(3)),
        (_log("198.51.100.7", requests=1000), few_public_addresses(1)),
        (_log(*["2001:db8::7"] * 59, "198.51.100.9", requests=1200), few_public_addresses(1)),
        (_log("198.51.100.7", requests=999), None),
        (_log("198.51.100.7", "198.51.100.9", requests=1200), few_public_addresses(2)),
        (_log(*(f"198.51.100.{n}" for n in range(4)), requests=1200), few_public_addresses(4)),
        (_log(*(f"198.51.100.{n}" for n in range(5)), requests=1200), None),
        (_log("198.51.100.7", "10.0.0.1", requests=1200), None),
        (_log(*[f"10.0.0.{number}" for number in range(100)], requests=1200), None),
        (_log(*[f"10.1.1.{number}" for number in range(40)], behind=' "198.51.100.+"'), None),
        (
            _log("192.0.2.1", "192.0.2.2", *[f"203.0.113.{n}" for n in range(18)], behind=' "198.51.100.+"'),
            FORWARDED_DOUBT,
        ),
    ],
)
def test_only_what_may_be_wrong_is_told(
    census: CensusProcess, tmp_path: Path, log: SmallLog, reason: str | None
) -> None:
    """A mirror inside has many private clients, and a monitor beside a proxy changes nothing."""
    log.write(tmp_path / "access.log")
    found = json.loads(census("ingest", "access.log", "--json").stdout)
    assert [each["reason"] for each in found["warnings"]] == ([reason] if reason else [])


def test_one_site_with_few_installations_is_no_proxy(census: CensusProcess, tmp_path: Path) -> None:
    """One public address with many requests of some machines may well be a site's."""
    log = SmallLog()
    for number in range(1200):
        log.request(client=f"c{number % 49}", session=f"s{number}", address="198.51.100.7")
    log.write(tmp_path / "access.log")
    assert json.loads(census("ingest", "access.log", "--json").stdout)["warnings"] == []


_IIS = (
    "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) "
    "sc-status sc-substatus sc-win32-status time-taken X-Forwarded-For"
)


@pytest.mark.parametrize(
    ("proxy", "behind", "requests", "is_told"),
    [
        ("198.51.100.7", "203.0.113.+,+198.51.100.7", 100, True),
        ("198.51.100.7", "203.0.113.+", 99, False),
        ("198.51.100.7", "203.0.113.9", 100, False),
        ("198.51.100.7", "10.0.0.+", 100, False),
        ("198.51.100.7", "-", 100, False),
        ("198.51.100.+", "203.0.113.+", 100, False),
    ],
)
def test_a_field_that_names_more_clients_is_told(
    census: CensusProcess, tmp_path: Path, proxy: str, behind: str, requests: int, is_told: bool
) -> None:
    """IIS behind a proxy logs the clients in a field of their own."""
    start = "2024-01-16 23:53:20 192.0.2.1 GET /main/noarch/repodata.json - 443 - "
    lines = [
        f"{start}{proxy.replace('+', str(number))} {CONDA.replace(' ', '+')} - 200 0 0 12 "
        + behind.replace(".+", f".{number}")
        for number in range(requests)
    ]
    (tmp_path / "u_ex.log").write_text("".join(f"{line}\n" for line in [f"#Fields: {_IIS}", *lines]))
    found = json.loads(census("ingest", "u_ex.log", "--json").stdout)
    assert found["requests"] == requests
    assert [each["reason"] for each in found["warnings"]] == [FORWARDED_IN_FIELDS] * is_told


@pytest.mark.takes_turns(5, among="the longest")
def test_a_quiet_hour_is_no_proxy(census: CensusProcess, tmp_path: Path) -> None:
    """A log that grows by the requests of one client inside had others before."""
    log = _log(*[f"10.0.0.{number}" for number in range(20)])
    log.write(tmp_path / "access.log")
    census("ingest", "access.log")
    for _ in range(10):
        log.request(client="one", address="10.0.0.1")
    log.write(tmp_path / "access.log")
    assert json.loads(census("ingest", "access.log", "--json").stdout)["warnings"] == []


def test_hours_with_one_client_each_are_no_proxy(census: CensusProcess, tmp_path: Path) -> None:
    """Logs of an hour each have one client inside, and each another."""
    (tmp_path / "logs").mkdir()
    for number in range(8):
        _log(f"10.0.0.{number}", requests=12).write(tmp_path / "logs" / f"access-{number}.log")
    assert json.loads(census("ingest", "logs", "--json").stdout)["warnings"] == []


def test_many_logs_are_one_line(census: CensusProcess, tmp_path: Path) -> None:
    """The line names some of the logs, and how many more there are."""
    (tmp_path / "logs").mkdir()
    for number in range(8):
        log = _log("10.0.0.1", requests=5)
        log.start = log.start.replace(day=number + 1)
        log.lines = [line.replace("16/Jan", f"{number + 1:02}/Jan") for line in log.lines]
        log.write(tmp_path / "logs" / f"access-{number}.log")
    done = census("ingest", "logs")
    [line] = [line for line in done.stderr.splitlines() if "private address" in line]
    assert " and 5 more: " in line
