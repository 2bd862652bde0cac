"""Does the SQL read the suffix as the wire format's rules do, whatever stands in it?"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conda_census.decode.tokens import AGENT_SQL, TOKENS_SQL

VERSION = re.compile(r"[0-9A-Za-z.!+_-]{1,64}")
VALUE = re.compile(r"[A-Za-z0-9_-]{1,36}")
IDENTIFYING_VALUE = re.compile(r"[A-Za-z0-9_-]{22,36}")
ID = "IDENTIFIERidentifier01"
#: Of the versions below, those that look like one.
KEPT_VERSIONS = {"1", "1.0.0", "1.0.0+fork.1", "1!2.0"}


def _read(user_agents: list[str]) -> list[dict[str, Any]]:
    connection = duckdb.connect()
    connection.register("numbered", pa.table({"user_agent": user_agents, "number": range(len(user_agents))}))
    connection.execute("CREATE VIEW user_agents AS SELECT DISTINCT user_agent FROM numbered")
    rows = connection.sql(f"FROM ({TOKENS_SQL}) JOIN numbered USING (user_agent) ORDER BY number")
    return rows.to_arrow_table().drop(["number"]).to_pylist()


def _by_the_rules(user_agent: str) -> dict[str, Any]:
    """The section "How the census reads it" of the wire format, in plain Python."""
    agent, mark, suffix = user_agent.partition(" aau/")
    version, *products = suffix.split(" ")
    tokens = [(product[0], product[2:]) for product in products if re.match("[a-z]/", product)]
    kinds = Counter(kind for kind, _ in tokens)
    is_valid = {"c": IDENTIFYING_VALUE, "s": IDENTIFYING_VALUE, "e": IDENTIFYING_VALUE} | dict.fromkeys(
        "iom", VALUE
    )
    is_malformed = bool(mark) and (
        not VERSION.fullmatch(version)
        or any(product.startswith("aau/") for product in products)
        or any(kinds[kind] > 1 for kind in "csea")
        or any(not is_valid[kind].fullmatch(value) for kind, value in tokens if kind in is_valid)
    )
    kept = [] if is_malformed else tokens
    values = {kind: [value for its_kind, value in kept if its_kind == kind] for kind in "cseiom"}
    return {
        "user_agent": user_agent,
        "agent": agent,
        "is_malformed": is_malformed,
        "has_unknown_token": bool(kinds.keys() - set("acseiom")),
        "sharing": "absent" if not mark else "tokens" if tokens or is_malformed else "off",
        "plugin_version": version if version in KEPT_VERSIONS else None,
        "client_token": next(iter(values["c"]), None),
        "session_token": next(iter(values["s"]), None),
        "environment_token": next(iter(values["e"]), None),
        "organizations": values["o"],
        "installers": values["i"],
        "machines": values["m"],
    }


VALUES = st.one_of(
    st.sampled_from([ID, ID + "2345678901234", "x" * 22, "x" * 36]),
    st.sampled_from([ID[:-1], ID + "23456789012345", "x" * 37, "x", "", "rack_12", "|"]),
    st.sampled_from([f"{ID}{character}" for character in "'\u00e9%/|\n\t\u0301"]),
    st.text(alphabet="aceimosxyz019-_./|", max_size=40),
)
TOKENS = st.builds("{}/{}".format, st.sampled_from("cseaiomz"), st.just(ID))
PRODUCTS = st.one_of(
    TOKENS,
    st.builds("{}/{}".format, st.sampled_from("cseaiomzCSEA\u00e9|"), VALUES),
    st.builds("{}/{}".format, st.sampled_from(["aau", "proxy", "cc", "", "c\u0301", "cseaiom"]), VALUES),
    st.sampled_from(["", "|", "c", "/", "i/i/o", "i/io/"]) | st.text(max_size=5),
)
AGENTS = st.sampled_from(
    ["conda/24.7.1 requests/2.32.3", "", "-", f"conda/24.7.1 c/{ID}", "Mozill\u00e4/5.0", "aau/1"]
)
VERSIONS = st.sampled_from(
    ["1.0.0", "1.0.0+fork.1", "1!2.0", "v" * 64] * 2 + ["", "v" * 65, "1.0%", "1.0/2", "|"]
)
# In the usual order, each token there or not: what the client writes, and what is nearly that.
WRITTEN = st.builds(
    lambda values: [
        f"{kind}/{value}" for kind, value in zip("cseaiomm", values, strict=True) if value is not None
    ],
    st.tuples(*[st.none() | st.just(ID) | VALUES] * 8),
)
SUFFIXES = st.one_of(WRITTEN, st.lists(TOKENS, max_size=4), st.lists(PRODUCTS, max_size=8))
USER_AGENTS = st.one_of(
    st.builds(
        lambda agent, version, products: " ".join([agent, f"aau/{version}", *products]),
        AGENTS,
        VERSIONS,
        SUFFIXES,
    ),
    st.text(max_size=40),
)


# DuckDB takes longer to plan than to read: few examples of many user agents.
@settings(max_examples=40, deadline=None)
@given(st.lists(USER_AGENTS, max_size=100))
def test_the_sql_reads_as_the_rules_say(user_agents: list[str]) -> None:
    """Repeated, unknown, upper-case, malformed, in any order, at any length: the same as reading by hand."""
    assert _read(user_agents) == [_by_the_rules(user_agent) for user_agent in user_agents]


@pytest.mark.parametrize("length", [0, 1, 21, 22, 36, 37])
@pytest.mark.parametrize("kind", "cseaiom")
def test_lengths_at_their_borders(kind: str, length: int) -> None:
    """c/, s/ and e/ have 22 to 36 characters, i/, o/ and m/ 1 to 36; a/ is dropped whatever it says."""
    value = "x" * length
    [row] = _read([f"conda/24.7.1 aau/1.0.0 {kind}/{value}"])
    is_right = kind == "a" or (22 if kind in "cse" else 1) <= length <= 36
    assert row["is_malformed"] == (not is_right)
    assert row["sharing"] == "tokens"
    values = [row["client_token"], row["session_token"], row["environment_token"]]
    values += row["organizations"] + row["installers"] + row["machines"]
    assert [value for value in values if value is not None] == ([value] if is_right and kind != "a" else [])


def test_a_version_at_its_border() -> None:
    """A version of 64 characters is one, of 65 it is none, and then no token counts."""
    versions = [".".join(["12345678"] * 7) + end for end in (".0", ".01")]
    right, wrong = _read([f"conda/24.7.1 aau/{version} s/{ID}" for version in versions])
    assert (right["plugin_version"], right["session_token"]) == (versions[0], ID)
    assert (wrong["plugin_version"], wrong["session_token"], wrong["is_malformed"]) == (None, None, True)


def test_many_administered_tokens_keep_their_order() -> None:
    """Any number of i/, o/ and m/, between each other too, and a value that looks like a prefix."""
    [row] = _read(["conda/24.7.1 aau/1.0.0 o/i o/acme i/o m/m-1 o/acme-labs i/i m/i"])
    assert row["organizations"] == ["i", "acme", "acme-labs"]
    assert row["installers"] == ["o", "i"]
    assert row["machines"] == ["m-1", "i"]


def test_the_agent_alone_is_what_stands_before_the_suffix() -> None:
    """AGENT_SQL and the column agent say the same, beyond ASCII too."""
    user_agents = [
        "conda/24.7.1 aau/1.0.0",
        "k\u00f6nda/1 aau/1 x aau/2",
        "\U0001f40d aau/",
        "aau/1",
        "",
        " aau/",
    ]
    connection = duckdb.connect()
    connection.register("user_agents", pa.table({"user_agent": user_agents}))
    rows = connection.execute(f"SELECT {AGENT_SQL}, agent FROM ({TOKENS_SQL})").fetchall()
    assert len(rows) == len(user_agents)
    assert all(alone == column for alone, column in rows)
