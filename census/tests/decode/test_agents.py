"""Is each real user agent of the table read as a person would read it?"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
import yaml

from conda_census.decode.agents import AGENT_COLUMNS, DESCRIBE_AGENT_SQL, TOOL_KINDS, TOOLS
from conda_census.decode.tokens import TOKENS_SQL
from conda_census.decode.web_agents import register_web_agents

FAMILIES = sorted((Path(__file__).parent / "agents").glob("*.yaml"))
# In the table everything is text, so that no version needs quotes.
CASES: list[dict[str, Any]] = [
    case
    for family in FAMILIES
    for case in yaml.load(family.read_text(), Loader=yaml.BaseLoader)  # noqa: S506
]


@cache
def _decoded() -> dict[str, dict[str, Any]]:
    """By user agent: its tokens and what its agent says, all read at once."""
    connection = duckdb.connect()
    register_web_agents(connection)
    connection.register("user_agents", pa.table({"user_agent": [case["user_agent"] for case in CASES]}))
    connection.execute(f"CREATE TABLE decoded AS {TOKENS_SQL}")
    connection.execute("CREATE VIEW agents AS SELECT DISTINCT agent FROM decoded")
    rows = (
        connection.sql(f"FROM decoded JOIN ({DESCRIBE_AGENT_SQL}) USING (agent)").to_arrow_table().to_pylist()
    )
    return {row["user_agent"]: row for row in rows}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["user_agent"])
def test_an_agent_says_what_stands_beside_it(case: dict[str, Any]) -> None:
    """Tool, Python, system, distribution, C library and solver; what is left out in the table is null."""
    row = _decoded()[case["user_agent"]]
    assert {column: row[column] for column in AGENT_COLUMNS if row[column] is not None} == case["agent"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["user_agent"])
def test_a_suffix_says_what_stands_beside_it(case: dict[str, Any]) -> None:
    """Sharing, plug-in version and tokens; without a suffix sharing is absent."""
    row = _decoded()[case["user_agent"]]
    tokens = case.get("tokens", {})
    assert row["sharing"] == case.get("sharing", "absent")
    assert row["plugin_version"] == case.get("plugin_version")
    assert row["is_malformed"] == ("malformed" in case)
    assert row["has_unknown_token"] == ("unknown" in case)
    assert row["client_token"] == tokens.get("c")
    assert row["session_token"] == tokens.get("s")
    assert row["environment_token"] == tokens.get("e")
    assert row["installers"] == tokens.get("i", [])
    assert row["organizations"] == tokens.get("o", [])
    assert row["machines"] == tokens.get("m", [])


def test_the_table_holds_each_user_agent_once() -> None:
    """At least 300 of them."""
    assert len({case["user_agent"] for case in CASES}) == len(CASES) >= 300


def test_the_table_has_a_case_of_each_tool_and_each_column() -> None:
    """Each tool with a version, but for those that never send one; each column with a value and without."""
    described = [case["agent"] for case in CASES]
    assert {agent["tool"] for agent in described if "tool" in agent} == set(TOOL_KINDS)
    versioned = {agent["tool"] for agent in described if "tool_version" in agent}
    assert set(TOOL_KINDS) - versioned == {"conda-lock", "cloudfront", "github-actions"}
    for column in AGENT_COLUMNS:
        assert 0 < sum(column in agent for agent in described) < len(CASES)


@pytest.mark.parametrize("product", sorted(product for tool in TOOLS for product in tool.products))
def test_a_product_belongs_to_one_tool_in_whatever_case(product: str) -> None:
    """A second tool of the same product would make two rows of one agent."""
    connection = duckdb.connect()
    register_web_agents(connection)
    agents = [f"{product}/1.0 (x)", f"{product.upper()}/1.0", product]
    connection.register("agents", pa.table({"agent": agents}))
    tools = connection.execute(f"SELECT tool FROM ({DESCRIBE_AGENT_SQL})").fetchall()
    [name] = [tool.name for tool in TOOLS if product in tool.products]
    assert tools == [(name,)] * len(agents)


def test_each_tool_stands_once_and_has_a_kind() -> None:
    """The kinds are a closed list: the report groups installer downloads by them."""
    assert len(TOOL_KINDS) == len(TOOLS)
    assert set(TOOL_KINDS.values()) == {"conda tool", "browser", "command-line fetcher", "other"}
