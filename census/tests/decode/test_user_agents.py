"""Is each user agent of the contract read as the contract says?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from conda_census.decode.agents import AGENT_COLUMNS, DESCRIBE_AGENT_SQL
from conda_census.decode.tokens import TOKENS_SQL
from conda_census.decode.web_agents import register_web_agents

FIXTURES = Path(__file__).parents[3] / "fixtures" / "user_agents.yaml"
CASES: list[dict[str, Any]] = yaml.safe_load(FIXTURES.read_text())


def _decoded(user_agent: str) -> dict[str, Any]:
    connection = duckdb.connect()
    register_web_agents(connection)
    connection.execute("CREATE TABLE user_agents AS SELECT ? AS user_agent", [user_agent])
    connection.execute(f"CREATE TABLE decoded AS {TOKENS_SQL}")
    connection.execute("CREATE VIEW agents AS SELECT DISTINCT agent FROM decoded")
    [row] = (
        connection.sql(f"FROM decoded JOIN ({DESCRIBE_AGENT_SQL}) USING (agent)").to_arrow_table().to_pylist()
    )
    return row


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_tokens_are_read_as_the_contract_says(case: dict[str, Any]) -> None:
    """Sharing, plug-in version and tokens are those that stand beside the user agent."""
    row = _decoded(case["user_agent"])
    tokens = case["tokens"]
    assert row["sharing"] == case["sharing"]
    assert row["plugin_version"] == case.get("plugin_version")
    assert row["is_malformed"] == case.get("malformed", False)
    assert row["has_unknown_token"] == case.get("unknown", False)
    assert row["client_token"] == tokens.get("c")
    assert row["session_token"] == tokens.get("s")
    assert row["environment_token"] == tokens.get("e")
    assert row["installers"] == tokens.get("i", [])
    assert row["organizations"] == tokens.get("o", [])
    assert row["machines"] == tokens.get("m", [])


@pytest.mark.parametrize("case", [case for case in CASES if "agent" in case], ids=lambda case: case["case"])
def test_agents_are_described_as_the_contract_says(case: dict[str, Any]) -> None:
    """Tool, Python, system, C library and solver are those that stand beside the user agent."""
    row = _decoded(case["user_agent"])
    assert {column: row[column] for column in case["agent"]} == case["agent"]


@pytest.mark.takes_turns(5, among="the longest")
def test_no_token_is_in_the_agent() -> None:
    """What is kept of a user agent as its agent ends where the suffix begins."""
    for case in CASES:
        agent = _decoded(case["user_agent"])["agent"]
        assert " aau/" not in agent
        if case["sharing"] == "tokens":
            assert not any(value in agent for value in case["tokens"].values() if isinstance(value, str))


@pytest.mark.parametrize(
    "user_agent",
    [
        "conda/24.7.1%20aau/1.0.0%20c/TOKENTOKENTOKENTOKENTO",
        "conda/24.7.1+aau/1.0.0+c/TOKENTOKENTOKENTOKENTO",
        "conda/24.7.1 CPython/3.12/c/TOKENTOKENTOKENTOKENTO Linux/6.1%20c/TOKENTOKENTOKENTOKENTO glibc/2.36",
        "conda/24.7.1 Linux/6.1.0 c/TOKENTOKENTOKENTOKENTO",
        "conda/24.7.1 Linux/6.1.0 ubuntu c/TOKENTOKENTOKENTOKENTO",
        "conda/24.7.1 Linux/6.1.0 TOKENTOKENTOKENTOKENTO ubuntu/22.04",
        "conda/24.7.1 solver/x%20c/TOKENTOKENTOKENTOKENTO",
    ],
)
def test_a_token_that_is_not_where_it_belongs_is_not_kept(user_agent: str) -> None:
    """Run together or encoded by some tool, it is in no column that describes the agent."""
    row = _decoded(user_agent)
    assert "TOKEN" not in str([row[column] for column in AGENT_COLUMNS])
    assert row["tool"] == "conda"


def test_the_examples_of_the_document_are_cases() -> None:
    """Whole, or up to the suffix."""
    document = (FIXTURES.parents[1] / "docs" / "wire-format.md").read_text()
    examples = [line for line in document.splitlines() if line.startswith("conda/")]
    agents = [case["user_agent"] for case in CASES]
    assert len(examples) > 1
    for example in examples:
        assert any(agent == example or agent.startswith(f"{example} aau/") for agent in agents), example
