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


#: The first that matches is the one: a browser names all browsers that it is like, and a crawler too.
TOOLS: tuple[Tool, ...] = (
    Tool("conda", "conda tool", r"^conda/(\S+)"),
    Tool("conda-build", "conda tool", r"^conda-build/(\S+)"),
    Tool("mamba", "conda tool", r"^mamba/(\S+)"),
    Tool("micromamba", "conda tool", r"^micromamba/(\S+)"),
    Tool("pixi", "conda tool", r"^pixi/(\S+)"),
    Tool("rattler-build", "conda tool", r"^rattler-build/(\S+)"),
    Tool("rattler", "conda tool", r"^(?:py-)?rattler(?:[_-][a-z_-]+)?/(\S+)"),
    Tool("anaconda-client", "conda tool", r"(?i)^anaconda-client/(\S+)"),
    Tool("anaconda-navigator", "conda tool", r"(?i)^anaconda-navigator/(\S+)"),
    Tool("constructor", "conda tool", r"^constructor/(\S+)"),
    Tool("artifactory", "other", r"^Artifactory/(\S+)"),
    Tool("nexus", "other", r"^Nexus/(\S+)"),
    Tool("crawler", "other", r"(?i)(?:bot|crawler|spider|slurp)\b(?:/([0-9.]+))?"),
    Tool("curl", "command-line fetcher", r"^curl/(\S+)"),
    Tool("wget", "command-line fetcher", r"^Wget2?/(\S+)"),
    Tool("aria2", "command-line fetcher", r"^aria2/(\S+)"),
    Tool("powershell", "command-line fetcher", r"\bWindowsPowerShell/(\S+)|\bPowerShell/(\S+)"),
    Tool("python-requests", "other", r"^python-requests/(\S+)"),
    Tool("python-urllib", "other", r"^Python-urllib/(\S+)"),
    Tool("edge", "browser", r"^Mozilla/.*\bEdg(?:e|A|iOS)?/([0-9.]+)"),
    Tool("opera", "browser", r"^Mozilla/.*\bOPR/([0-9.]+)"),
    Tool("firefox", "browser", r"^Mozilla/.*\b(?:Firefox|FxiOS)/([0-9.]+)"),
    Tool("chrome", "browser", r"^Mozilla/.*\b(?:Chrome|CriOS)/([0-9.]+)"),
    Tool("safari", "browser", r"^Mozilla/.*\bVersion/([0-9.]+).*\bSafari/"),
)

TOOL_KINDS: dict[str, ToolKind] = {tool.name: tool.kind for tool in TOOLS}

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
    "python_version": _found(r" (?:CPython|PyPy|GraalPy)/(\S+)"),
    "os": _found(rf" ({_SYSTEMS})/\S+"),
    "os_version": _found(rf" (?:{_SYSTEMS})/(\S+)"),
    "distro": _found(rf" (?:{_SYSTEMS})/\S+ ([^/ ]+)/\S+"),
    "distro_version": _found(rf" (?:{_SYSTEMS})/\S+ [^/ ]+/(\S+)"),
    "libc": _found(r" (glibc|musl)/\S+"),
    "libc_version": _found(r" (?:glibc|musl)/(\S+)"),
    "solver": _found(r" solver/(\S+)"),
    "solver_version": _found(r" conda-[a-z]+-solver/(\S+)"),
}

#: The columns that describe an agent, as the table ``sessions`` names them.
AGENT_COLUMNS = tuple(_COLUMNS)

_SELECTED = ", ".join(f"{sql} AS {column}" for column, sql in _COLUMNS.items())

#: From ``agents(agent)``: the agent and the columns of ``AGENT_COLUMNS``, null where the agent does not say.
DESCRIBE_AGENT_SQL = f"SELECT agent, {_SELECTED} FROM agents"
