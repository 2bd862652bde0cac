"""Browsers, crawlers, monitors and scanners, recognized by lists that others maintain

Crawlers, monitors and scanners come from ``crawler-user-agents``, browsers from ``ua-parser`` (uap-core).
Both lists are matched by ``ua-parser-rs``, which tries all patterns at once.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # most logs hold no such agent, and the lists take half a second to load
    import duckdb
    import ua_parser_rs

__all__ = ["BROWSERS", "OTHER_BROWSER", "WEB_AGENT_SQL", "register_web_agents", "web_agent"]

#: Names in the census by the family in ua-parser, in lower case. Other families are ``other-browser``.
BROWSERS = {
    "chrome": "chrome",
    "chromium": "chrome",
    "headlesschrome": "chrome",
    "edge": "edge",
    "firefox": "firefox",
    "ie": "internet-explorer",
    "mobile safari": "safari",
    "opera": "opera",
    "safari": "safari",
    "samsung internet": "samsung-internet",
    "vivaldi": "vivaldi",
    "yandex browser": "yandex-browser",
}
OTHER_BROWSER = "other-browser"
#: ua-parser puts the device after the browser in a family: Chrome Mobile iOS, Mobile Safari UI/WKWebView.
_DEVICE = re.compile(r" (?:mobile|ios|webview|mini|coast|touch|tablet|large screen|ui/wkwebview)\b")
#: An agent that calls itself a robot, or links to a page about it, is a robot, even if no list has it.
_ROBOT = re.compile(
    r"(?i)(?:^|[^u])bot\b|crawler\b|spider\b|slurp\b|httrack|https?://|\+[\w.-]+@|(?P<monitor>health-?check|uptime)"
)
_LIBRARIES = {"http-library", "browser-automation"}
#: End of a version. If other characters follow, the text is not a version.
_END = r"(?![^\s;,()\[\]\"'])"
_NUMBERS = r"[0-9]+(?:\.[0-9]+)*(?:~?[a-z]{1,2})?"  # 2.1, 1.0b, 7~bl
_VERSION = re.compile(rf"[A-Za-z_-]*[/ ]?v?({_NUMBERS}){_END}")
_ROBOT_VERSION = re.compile(rf"(?i)(?:bot|crawler|spider)/v?({_NUMBERS}){_END}")

#: SQL for the name and the version, as a list, of an agent that is not a tool; null if no list has it.
WEB_AGENT_SQL = "web_agent(agent)"


def register_web_agents(connection: duckdb.DuckDBPyConnection) -> None:
    """Make :func:`web_agent` callable in a database, for ``WEB_AGENT_SQL``."""
    from duckdb.func import FunctionNullHandling

    connection.create_function(
        "web_agent", web_agent, ["VARCHAR"], "VARCHAR[]", null_handling=FunctionNullHandling.SPECIAL
    )


def web_agent(agent: str | None) -> list[str | None] | None:
    """Return the name of a browser, ``crawler``, ``monitor`` or ``scanner``, and a version or None.

    Return None if neither list has the agent and it does not call itself a robot.
    """
    if not agent:
        return None
    if found := _crawlers().extract(agent):
        return [found.major, _version_behind(found.family, agent)]
    if robot := _ROBOT.search(agent):
        return ["monitor" if robot["monitor"] else "crawler", _version_behind(robot[0], agent)]
    if agent.startswith(("Mozilla/", "Opera/")) and (browser := _browsers().extract(agent)):
        family = _DEVICE.sub("", f" {browser.family.lower()}").strip()
        version = [browser.major, browser.minor, browser.patch, browser.patch_minor]
        return [BROWSERS.get(family, OTHER_BROWSER), _whole(".".join(filter(None, version)), agent)]
    return None


def _whole(version: str, agent: str) -> str | None:
    """Return a version found in an agent, possibly without its later numbers; None if it was cut short."""
    behind = rf"(?<![\w.]){re.escape(version)}(?P<cut>(?:\.[0-9]+)*{_END})?"
    found = [match["cut"] is not None for match in re.finditer(behind, agent)]
    return version if version and (any(found) or not found) else None


def _version_behind(name: str, agent: str) -> str | None:
    found = _VERSION.match(agent, agent.index(name) + len(name)) or _ROBOT_VERSION.search(agent)
    return found[1] if found else None


@cache
def _crawlers() -> ua_parser_rs.UserAgentExtractor:
    """Return an extractor that gives a crawler's name as family and its kind as major version."""
    import ua_parser_rs

    listed = json.loads((files("crawleruseragents") / "crawler-user-agents.json").read_text(encoding="utf-8"))
    return ua_parser_rs.UserAgentExtractor(
        (f"({_without_groups(each['pattern'])})", None, _kind(set(each.get("tags", ()))), None, None, None)
        for each in listed
        if not _LIBRARIES.intersection(each.get("tags", ()))
    )


@cache
def _browsers() -> ua_parser_rs.UserAgentExtractor:
    import ua_parser_rs
    from ua_parser.loaders import load_lazy_builtins

    return ua_parser_rs.UserAgentExtractor(
        map(attrgetter("regex", "family", "major", "minor", "patch", "patch_minor"), load_lazy_builtins()[0])
    )


def _kind(tags: set[str]) -> str:
    return "monitor" if "monitoring" in tags else "scanner" if "scanner" in tags else "crawler"


def _without_groups(pattern: str) -> str:
    return re.sub(r"(?<!\\)\((?!\?)", "(?:", pattern)
