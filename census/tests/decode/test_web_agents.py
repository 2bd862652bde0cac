"""Browsers, crawlers, monitors and scanners, told by lists that others keep."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conda_census.decode.agents import TOOL_KINDS
from conda_census.decode.web_agents import BROWSERS, OTHER_BROWSER, web_agent

_LISTED = json.loads((files("crawleruseragents") / "crawler-user-agents.json").read_text(encoding="utf-8"))
_ROBOTS = {"crawler", "monitor", "scanner"}


def test_every_example_of_the_list_is_a_robot() -> None:
    """The list names real agents beside each pattern; libraries and automated browsers are no robots here."""
    libraries = {"http-library", "browser-automation"}
    examples = {
        example
        for entry in _LISTED
        if not libraries.intersection(entry.get("tags", ()))
        for example in entry["instances"]
    }
    assert len(examples) > 1500
    assert [each for each in examples if (web_agent(each) or ["none"])[0] not in _ROBOTS] == []


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        ("FancyNewBot/3.1", ["crawler", "3.1"]),
        ("Mozilla/5.0 (compatible; unheard-of; +https://example.org/why)", ["crawler", None]),
        ("our-healthcheck/2.0", ["monitor", "2.0"]),
        ("our-tool/1.0", None),
        ("Mozilla/5.0", None),
        ("", None),
        (None, None),
    ],
)
def test_what_no_list_has(agent: str | None, told: list[str | None] | None) -> None:
    """What calls itself a robot is one; of any other program nothing is known."""
    assert web_agent(agent) == told


# The lists are loaded with the first agent.
@settings(deadline=None)
@given(st.text() | st.text().map("Mozilla/5.0 {}".format))
def test_whatever_is_sent_is_told_by_a_known_name(agent: str) -> None:
    """The version holds digits, letters and dots only, so that no token can be in it."""
    told = web_agent(agent)
    if told is not None:
        name, version = told
        assert name in TOOL_KINDS
        assert version is None or version.replace(".", "").isalnum()


def test_browsers_have_the_kind_of_browsers() -> None:
    """The report groups installer downloads by the kind of what fetched them."""
    assert {TOOL_KINDS[name] for name in (*BROWSERS.values(), OTHER_BROWSER)} == {"browser"}
