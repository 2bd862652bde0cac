"""Which program, on which system, does a user agent name?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["AGENT_COLUMNS", "DESCRIBE_AGENT_SQL", "TOOLS", "TOOL_KINDS", "Tool", "ToolKind"]

ToolKind = Literal["conda tool", "browser", "command-line fetcher", "other"]


@dataclass(frozen=True)
class Tool:
    """A program: its name, its kind, and an RE2 pattern that finds it, with its version as first group."""

    name: str
    kind: ToolKind
    pattern: str


# A version holds no slash and no percent sign: what is behind one may be a token that some tool ran together
# with what stands before it, and no token may be kept.
_VERSION = r"([^\s/%]{1,64})"

#: The first that matches is the one: a browser names all browsers that it is like, and a crawler too.
TOOLS: tuple[Tool, ...] = (
    Tool("conda", "conda tool", rf"^conda/{_VERSION}"),
    Tool("conda-build", "conda tool", rf"^conda-build/{_VERSION}"),
    Tool("mamba", "conda tool", rf"^mamba/{_VERSION}"),
    Tool("micromamba", "conda tool", rf"^micromamba/{_VERSION}"),
    Tool("pixi", "conda tool", rf"^pixi/{_VERSION}"),
    Tool("rattler-build", "conda tool", rf"^rattler-build/{_VERSION}"),
    Tool("rattler", "conda tool", rf"^(?:py-)?rattler(?:[_-][a-z_-]+)?/{_VERSION}"),
    Tool("anaconda-client", "conda tool", rf"(?i)^anaconda-client/{_VERSION}"),
    Tool("anaconda-navigator", "conda tool", rf"(?i)^anaconda-navigator/{_VERSION}"),
    Tool("constructor", "conda tool", rf"^constructor/{_VERSION}"),
    Tool("artifactory", "other", rf"^Artifactory/{_VERSION}"),
    Tool("nexus", "other", rf"^Nexus/{_VERSION}"),
    Tool("crawler", "other", r"(?i)(?:bot|crawler|spider|slurp)\b(?:/([0-9.]+))?"),
    Tool("curl", "command-line fetcher", rf"^curl/{_VERSION}"),
    Tool("wget", "command-line fetcher", rf"^Wget2?/{_VERSION}"),
    Tool("aria2", "command-line fetcher", rf"^aria2/{_VERSION}"),
    Tool("powershell", "command-line fetcher", rf"\bWindowsPowerShell/{_VERSION}|\bPowerShell/{_VERSION}"),
    Tool("python-requests", "other", rf"^python-requests/{_VERSION}"),
    Tool("python-urllib", "other", rf"^Python-urllib/{_VERSION}"),
    Tool("edge", "browser", r"^Mozilla/.*\bEdg(?:e|A|iOS)?/([0-9.]+)"),
    Tool("opera", "browser", r"^Mozilla/.*\bOPR/([0-9.]+)"),
    Tool("firefox", "browser", r"^Mozilla/.*\b(?:Firefox|FxiOS)/([0-9.]+)"),
    Tool("chrome", "browser", r"^Mozilla/.*\b(?:Chrome|CriOS)/([0-9.]+)"),
    Tool("safari", "browser", r"^Mozilla/.*\bVersion/([0-9.]+).*\bSafari/"),
)

TOOL_KINDS: dict[str, ToolKind] = {tool.name: tool.kind for tool in TOOLS}

# Longer than the kinds of token, one of which may stand in its place.
_DISTRO = "[^/% ]{2,64}"
_SYSTEMS = "Linux|Darwin|Windows|FreeBSD|OpenBSD|SunOS|AIX"


def _found(pattern: str) -> str:
    return f"nullif(regexp_extract(agent, '{pattern}', 1), '')"


def _by_tool(value: str) -> str:
    """A CASE over the tools; ``value`` is SQL that may name {name} and {pattern}."""
    cases = ((tool.pattern, value.format(name=tool.name, pattern=tool.pattern)) for tool in TOOLS)
    whens = " ".join(f"WHEN regexp_matches(agent, '{pattern}') THEN {then}" for pattern, then in cases)
    return f"CASE {whens} END"


_COLUMNS: dict[str, str] = {
    "tool": _by_tool("'{name}'"),
    "tool_version": _by_tool("nullif(regexp_extract(agent, '{pattern}', 1), '')"),
    "python": _found(r" (CPython|PyPy|GraalPy)/\S+"),
    "python_version": _found(rf" (?:CPython|PyPy|GraalPy)/{_VERSION}"),
    "os": _found(rf" ({_SYSTEMS})/\S+"),
    "os_version": _found(rf" (?:{_SYSTEMS})/{_VERSION}"),
    "distro": _found(rf" (?:{_SYSTEMS})/\S+ ({_DISTRO})/\S+"),
    "distro_version": _found(rf" (?:{_SYSTEMS})/\S+ {_DISTRO}/{_VERSION}"),
    "libc": _found(r" (glibc|musl)/\S+"),
    "libc_version": _found(rf" (?:glibc|musl)/{_VERSION}"),
    "solver": _found(rf" solver/{_VERSION}"),
    "solver_version": _found(rf" conda-[a-z]+-solver/{_VERSION}"),
}

#: The columns that describe an agent, as the table ``sessions`` names them.
AGENT_COLUMNS = tuple(_COLUMNS)

_SELECTED = ", ".join(f"{sql} AS {column}" for column, sql in _COLUMNS.items())

#: From ``agents(agent)``: the agent and the columns of ``AGENT_COLUMNS``, null where the agent does not say.
DESCRIBE_AGENT_SQL = f"SELECT agent, {_SELECTED} FROM agents"
