"""The examples in ``docs/wire-format.md`` are the cases of the fixture, word for word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "wire-format.md").read_text()
CASES: list[dict[str, Any]] = yaml.safe_load((ROOT / "fixtures" / "user_agents.yaml").read_text())
#: The cases in which somebody sends a suffix, or something like it.
WITH_SUFFIX = [case for case in CASES if "aau/" in case["user_agent"] or " c/" in case["user_agent"]]


def _example(case: dict[str, Any]) -> str:
    """Return a case as the page shows it: what it is, the user agent, and what the census reads."""
    tokens = ", ".join(
        f"`{kind}/{value}`"
        for kind, values in case["tokens"].items()
        for value in (values if isinstance(values, list) else [values])
    )
    malformed = "; counts as `malformed_tokens`" if case.get("malformed") else ""
    unknown = "; counts in `unknown_tokens`" if case.get("unknown") else ""
    title = case["case"][0].upper() + case["case"][1:]
    read = f"Sharing: `{case['sharing']}`. Tokens: {tokens or 'none'}{malformed}{unknown}."
    return f"{title}:\n\n```\n{case['user_agent']}\n```\n\n{read}\n"


@pytest.mark.parametrize("case", WITH_SUFFIX, ids=lambda case: case["case"])
def test_a_case_of_the_fixture_is_an_example(case: dict[str, Any]) -> None:
    """With what the census reads of it."""
    assert f"\n{_example(case)}" in TEXT


def test_the_page_has_no_other_examples() -> None:
    """Each user agent in a block of its own is one of a case, or the beginning of one."""
    blocks = TEXT.split("```")[1::2]
    shown = [block.strip() for block in blocks if block.startswith(("\nconda/", "\naau/"))]
    agents = [case["user_agent"] for case in CASES]
    assert len(shown) > 20
    assert all(any(agent.startswith(example) for agent in agents) for example in shown)
