from __future__ import annotations

import pytest

from census_support.lakes.small_lake import SmallLake
from conda_census.metrics.intervals import Estimate
from conda_census.metrics.opted_out import Traffic, count_opted_out


def test_each_measure_counts_its_own_unit(lake: SmallLake) -> None:
    """Off: 4 requests, 2 visitor-hours, 1 visitor. On: 9 requests, 2 sessions of 1 visitor on 2 days."""
    off = {"sharing": "off", "folded": True, "network": "home"}
    lake.session("2024-01-01", "h1", **off, requests=3).session("2024-01-01", "h2", **off, requests=1)
    lake.session("2024-01-01", "s1", "ada", requests=4, network="work")
    lake.session("2024-01-02", "s2", "ada", requests=5, network="work")

    found = count_opted_out(lake.open())

    assert found.off == Traffic(requests=4, sessions=2, visitor_days=1)
    assert found.tokens == Traffic(requests=9, sessions=2, visitor_days=2)


def test_a_visitor_is_a_network_and_an_agent(lake: SmallLake) -> None:
    """Two versions of conda behind one address are two visitors; what is left unsaid is no trouble."""
    lake.session("2024-01-01", "s1", "ada", tool_version="24.3.0", solver=None)
    lake.session("2024-01-01", "s2", "bob", tool_version="24.3.0", solver=None)
    lake.session("2024-01-01", "s3", "cy", tool_version="24.7.1", solver=None)

    assert count_opted_out(lake.open()).tokens.visitor_days == 2


def test_a_session_in_two_batches_is_one_session(lake: SmallLake) -> None:
    """Its requests add up."""
    lake.session("2024-01-01", "s1", "ada", requests=2).session("2024-01-01", "s1", "ada", requests=3)

    assert count_opted_out(lake.open()).tokens == Traffic(requests=5, sessions=1, visitor_days=1)


def test_clients_without_the_plugin_are_in_neither(lake: SmallLake) -> None:
    """They did not choose."""
    found = count_opted_out(lake.session("2024-01-01", "s1", sharing="absent", folded=True).open())

    assert (found.off, found.tokens) == (Traffic(0, 0, 0), Traffic(0, 0, 0))
    assert found.share == Estimate(None, None, None)


def test_the_calibration_is_what_is_known_of_those_who_share(lake: SmallLake) -> None:
    """Ada on two days, on the second beside Bob behind one address: 3 installation-days, 2 visitor-days."""
    lake.session("2024-01-01", "s1", "ada").session("2024-01-02", "s2", "ada")
    lake.session("2024-01-02", "s3", "bob").session("2024-01-02", "s4", "bob")

    calibration = count_opted_out(lake.open()).calibration

    assert calibration.installation_days == 3
    assert calibration.per_visitor_day == 3 / 2
    assert calibration.per_installation_day == 2 / 3
    # 2 and 1 network-days: their mean is 1.5, their variance 0.25.
    assert calibration.dispersion == pytest.approx(0.25 / 1.5)


def test_one_visitor_may_be_of_both_kinds(lake: SmallLake) -> None:
    """Four of one agent share behind an address, and some opted out: R(q) = 1 - (1 - q)^4 = 1."""
    for client in ("ada", "bob", "cy", "dee"):
        lake.session("2024-01-01", f"s-{client}", client, network="office")
    lake.session("2024-01-01", "h1", sharing="off", folded=True, network="office")

    found = count_opted_out(lake.open())

    assert (found.off.visitor_days, found.tokens.visitor_days) == (1, 1)
    # All of one network on one day: nothing can be said of how sure that is.
    assert found.share == Estimate(0.5, None, None)


def test_the_share_is_read_off_the_curve(lake: SmallLake) -> None:
    """One alone at home and two in an office: R(q) = q + 1 - (1 - q)^2 = 3 q - q^2 = 1 at (3 - 5^0.5) / 2."""
    lake.session("2024-01-01", "s1", "ada", network="home")
    lake.session("2024-01-01", "s2", "bob", network="office").session(
        "2024-01-01", "s3", "cy", network="office"
    )
    lake.session("2024-01-01", "h1", sharing="off", folded=True, network="elsewhere")
    ratio = (3 - 5**0.5) / 2

    share = count_opted_out(lake.open()).share

    assert share.value == pytest.approx(ratio / (1 + ratio))
    assert 0 < share.low < share.value < share.high < 1


def test_a_visitor_of_no_known_address_is_nobody(lake: SmallLake) -> None:
    """All whose address the log does not have would else be one visitor, and the share wrong."""
    for number in range(5):
        lake.session("2024-01-01", f"s{number}", f"c{number}", network=None)
        lake.session("2024-01-01", f"h{number}", sharing="off", folded=True, network=None)

    found = count_opted_out(lake.open())

    assert (found.tokens.visitor_days, found.off.visitor_days) == (0, 0)
    assert (found.tokens.sessions, found.off.sessions) == (5, 5)
    assert found.share is None or found.share.value is None
