"""Does the client keep to the contract that it shares with the census?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from anaconda_anon_usage import tokens
from anaconda_anon_usage.tokens import Token

FIXTURE = Path(__file__).parents[2] / "fixtures" / "user_agents.yaml"
CASES: list[dict[str, Any]] = yaml.safe_load(FIXTURE.read_text(encoding="utf-8"))
WRITTEN = [case for case in CASES if case.get("written")]
# The client's own version is never in doubt, so nothing checks it.
MALFORMED = [case for case in CASES if case.get("malformed") and case["plugin_version"]]
READ = [case for case in CASES if case.get("tokens")]


def _behind(user_agent: str) -> str:
    """Return what stands behind conda's own user agent."""
    return "aau/" + user_agent.split(" aau/", 1)[1]


def _values(case: dict[str, Any]) -> list[Token]:
    """Return the tokens that stand beside a user agent, where several of a kind are a list."""
    return [
        Token(prefix, value)
        for prefix, values in case["tokens"].items()
        for value in (values if isinstance(values, list) else [values])
    ]


def _name(case: dict[str, Any]) -> str:
    return str(case["case"])


@pytest.mark.parametrize("case", WRITTEN, ids=_name)
def test_the_client_writes_what_the_census_reads(
    case: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Byte for byte, in whatever order it is given the tokens."""
    monkeypatch.setattr(tokens, "__version__", case["plugin_version"])
    values = _values(case)
    assert tokens.format_suffix(values) == _behind(case["user_agent"])
    kinds_reversed = sorted(values, key=lambda token: -tokens.ORDER.index(token.prefix))
    assert tokens.format_suffix(kinds_reversed) == _behind(case["user_agent"])


@pytest.mark.parametrize("case", MALFORMED, ids=_name)
def test_the_client_cannot_write_what_the_census_takes_for_malformed(
    case: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given the very values that are wrong there, it leaves some out."""
    monkeypatch.setattr(tokens, "__version__", case["plugin_version"])
    behind = _behind(case["user_agent"])
    given = [Token(*product.split("/", 1)) for product in behind.split(" ")[1:]]
    assert given
    assert len(tokens.format_suffix(given)) < len(behind)


@pytest.mark.parametrize("case", READ, ids=_name)
def test_a_value_that_the_census_accepts_is_one_for_the_client(case: dict[str, Any]) -> None:
    """So that a token adopted from another plug-in is one that the census can read."""
    for prefix, value in _values(case):
        is_valid = tokens.is_random_value if prefix in tokens.SINGLE else tokens.is_value
        assert is_valid(value)
