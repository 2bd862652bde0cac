from __future__ import annotations

from datetime import UTC, datetime

from census_support.lakes.small_lake import SmallLake
from conda_census.metrics.agent_shares import PARTS, AgentCount, count_agents


def test_installations_count_by_their_latest_session(lake: SmallLake) -> None:
    """One went from conda 23 to 24, one stayed; curl has no token, so it is a session alone."""
    lake.session("2024-01-01", "s1", "ada", tool_version="23.7.4", os="Linux")
    lake.session("2024-01-02", "s2", "ada", tool_version="24.1.0", os="Linux")
    lake.session("2024-01-02", "s3", "bob", tool_version="23.7.4", os="Windows")
    lake.session("2024-01-02", "h1", tool="curl", tool_version="8.5.0", sharing="absent", folded=True)

    found = count_agents(lake.open().sessions)

    assert [each for each in found if each.part == "tool_version"] == [
        AgentCount("tool_version", ("conda", "23.7.4"), installations=1, sessions=2),
        AgentCount("tool_version", ("conda", "24.1.0"), installations=1, sessions=1),
        AgentCount("tool_version", ("curl", "8.5.0"), installations=0, sessions=1),
    ]
    assert [(each.values, each.installations, each.sessions) for each in found if each.part == "os"] == [
        (("Linux",), 1, 2),
        (("Windows",), 1, 1),
        ((None,), 0, 1),
    ]


def test_each_installation_counts_once_for_each_part(lake: SmallLake) -> None:
    """Also where two sessions ended in the same second, and where one session came in two batches."""
    noon = datetime(2024, 1, 2, 12, tzinfo=UTC)
    for session, version in (("s1", "24.1.0"), ("s2", "24.3.0"), ("s2", "24.3.0")):
        lake.session("2024-01-02", session, "ada", tool_version=version, last_time=noon)

    found = count_agents(lake.open().sessions)

    for part in PARTS:
        assert sum(each.installations for each in found if each.part == part) == 1
        assert sum(each.sessions for each in found if each.part == part) == 2


def test_nobody(lake: SmallLake) -> None:
    """No agent, no row."""
    assert count_agents(lake.open().sessions) == []
