from __future__ import annotations

from conda_census.metrics.opted_out import OptedOut, Traffic, count_opted_out
from small_lake import SmallLake


def test_each_measure_counts_its_own_unit(lake: SmallLake) -> None:
    """Off: 4 requests, 2 visitor-hours, 1 visitor. On: 9 requests, 2 sessions of 1 visitor on 2 days."""
    off = {"sharing": "off", "folded": True, "network": "home"}
    lake.session("2024-01-01", "h1", **off, requests=3).session("2024-01-01", "h2", **off, requests=1)
    lake.session("2024-01-01", "s1", "ada", requests=4, network="work")
    lake.session("2024-01-02", "s2", "ada", requests=5, network="work")

    found = count_opted_out(lake.open().sessions)

    assert found == OptedOut(
        off=Traffic(requests=4, sessions=2, visitor_days=1),
        tokens=Traffic(requests=9, sessions=2, visitor_days=2),
    )


def test_a_visitor_is_a_network_and_an_agent(lake: SmallLake) -> None:
    """Two versions of conda behind one address are two visitors; what is left unsaid is no trouble."""
    lake.session("2024-01-01", "s1", "ada", tool_version="24.3.0", solver=None)
    lake.session("2024-01-01", "s2", "bob", tool_version="24.3.0", solver=None)
    lake.session("2024-01-01", "s3", "cy", tool_version="24.7.1", solver=None)

    assert count_opted_out(lake.open().sessions).tokens.visitor_days == 2


def test_a_session_in_two_batches_is_one_session(lake: SmallLake) -> None:
    """Its requests add up."""
    lake.session("2024-01-01", "s1", "ada", requests=2).session("2024-01-01", "s1", "ada", requests=3)

    assert count_opted_out(lake.open().sessions).tokens == Traffic(requests=5, sessions=1, visitor_days=1)


def test_clients_without_the_plugin_are_in_neither(lake: SmallLake) -> None:
    """They did not choose."""
    tables = lake.session("2024-01-01", "s1", sharing="absent", folded=True).open()

    assert count_opted_out(tables.sessions) == OptedOut(off=Traffic(0, 0, 0), tokens=Traffic(0, 0, 0))
