"""Programs and systems named in a user agent

Most programs name themselves first. A program that only sends the name of a library (a mirror that is
written with requests) is counted as that library.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from conda_census.decode.kept_texts import kept_name_sql, kept_version_sql
from conda_census.decode.web_agents import BROWSERS, OTHER_BROWSER, WEB_AGENT_SQL

__all__ = ["AGENT_COLUMNS", "DESCRIBE_AGENT_SQL", "TOOLS", "TOOL_KINDS", "Tool", "ToolKind"]

ToolKind = Literal["conda tool", "browser", "command-line fetcher", "other"]


@dataclass(frozen=True)
class Tool:
    """Program with its name, its kind, and the rule that recognizes it.

    ``products`` are the names that the user agent may begin with, in lower case, followed by a slash and the
    version. ``pattern``, in RE2 with the version as first group, is tried if no program has such a product.
    A tool with neither is recognized by the lists of ``web_agents``, which are tried last.
    """

    name: str
    kind: ToolKind
    products: tuple[str, ...] = ()
    pattern: str | None = None


# Everything up to the next blank. A version holds no slash and no percent sign: a token may follow one, if
# some tool ran it together with the text before it. Such a text is not a version, and is not cut to one.
_VERSION = r"(\S+)"
# The same for a version that may be in parentheses.
_BARE_VERSION = r"([^\s()]+)"
#: Server monitors that are on no list of crawlers.
_MONITORS = ("elb-healthchecker", "googlehc", "kube-probe", "prometheus", "zabbix")

#: If several patterns match, the first one wins.
TOOLS: tuple[Tool, ...] = (
    Tool("conda", "conda tool", ("conda",)),
    Tool("conda-build", "conda tool", ("conda-build",)),
    Tool("conda-lock", "conda tool", ("conda-lock",)),
    Tool("mamba", "conda tool", ("mamba",)),
    Tool("micromamba", "conda tool", ("micromamba",)),
    Tool("libmamba", "conda tool", ("libmamba", "libmambapy")),
    Tool("pixi-pack", "conda tool", ("pixi-pack", "pixi-unpack")),
    # Its build backends and other companions put their names after it: pixi-build-python.
    Tool("pixi", "conda tool", pattern=rf"^pixi(?:[_-][a-z0-9]+)*(?:/{_VERSION}| |$)"),
    Tool("anaconda-client", "conda tool", ("anaconda-client", "binstar")),
    Tool("anaconda-navigator", "conda tool", ("anaconda-navigator",)),
    Tool("anaconda-auth", "conda tool", ("anaconda-auth", "anaconda-cloud-auth")),
    Tool("anaconda-cli", "conda tool", ("anaconda-cli", "anaconda-cli-base")),
    Tool("ana", "conda tool", ("ana",)),
    Tool("boa", "conda tool", ("boa",)),
    Tool("conda-content-trust", "conda tool", ("conda-content-trust",)),
    Tool("conda-forge-tick", "conda tool", ("conda-forge-tick", "autotick-bot")),
    Tool("conda-index", "conda tool", ("conda-index",)),
    Tool("conda-pack", "conda tool", ("conda-pack",)),
    Tool("conda-smithy", "conda tool", ("conda-smithy",)),
    Tool("conda-store", "conda tool", ("conda-store", "conda-store-server")),
    Tool("condax", "conda tool", ("condax",)),
    Tool("ensureconda", "conda tool", ("ensureconda",)),
    Tool("grayskull", "conda tool", ("grayskull",)),
    Tool("setup-micromamba", "conda tool", ("setup-micromamba", "mamba-org")),
    Tool(
        "setup-miniconda",
        "conda tool",
        ("setup-miniconda", "conda-incubator"),
        rf"^actions/setup-miniconda(?:/{_VERSION})?",
    ),
    Tool("constructor", "conda tool", ("constructor",)),
    # The crates of both name themselves: rattler_repodata_gateway, rattler_build_core.
    Tool("rattler-build", "conda tool", pattern=rf"^rattler[_-]build(?:[_-][a-z]+)*(?:/{_VERSION}| |$)"),
    Tool("rattler", "conda tool", pattern=rf"^(?:(?:py|js)-)?rattler(?:[_-][a-z]+)*(?:/{_VERSION}| |$)"),
    # Mirrors and caches, and programs that watch them
    Tool("artifactory", "other", ("artifactory",)),
    Tool("nexus", "other", ("nexus",)),
    Tool("pulp", "other", ("pulpcore", "pulp")),
    Tool("quetz", "other", ("quetz", "quetz-server")),
    Tool("cloudsmith", "other", ("cloudsmith", "cloudsmith-cli")),
    Tool("proget", "other", ("proget",)),
    Tool("varnish", "other", ("varnish",)),
    Tool("squid", "other", ("squid",)),
    Tool("rclone", "other", ("rclone",)),
    Tool("conda-mirror", "other", ("conda-mirror",)),
    Tool("bandersnatch", "other", ("bandersnatch",)),
    Tool("devpi", "other", ("devpi-server",)),
    Tool("cloudfront", "other", pattern=rf"^Amazon CloudFront(?:/{_VERSION})?"),
    # Fetchers
    Tool("wget", "command-line fetcher", ("wget", "wget2")),
    Tool("aria2", "command-line fetcher", ("aria2",)),
    Tool("axel", "command-line fetcher", ("axel",)),
    Tool("lftp", "command-line fetcher", ("lftp",)),
    Tool("httpie", "command-line fetcher", ("httpie",)),
    Tool("homebrew", "command-line fetcher", ("homebrew",)),
    Tool("scoop", "command-line fetcher", ("scoop",)),
    Tool("spack", "command-line fetcher", ("spackbot",)),
    Tool("winget", "command-line fetcher", pattern=rf"^winget-cli(?: WindowsPackageManager/{_VERSION})?"),
    Tool("bits", "command-line fetcher", pattern=rf"^Microsoft BITS/{_VERSION}"),
    Tool("libfetch", "command-line fetcher", pattern=rf"^fetch libfetch/{_VERSION}"),
    Tool("powershell", "command-line fetcher", pattern=rf"\b(?:Windows)?PowerShell/{_VERSION}"),
    # Builders and bots of developers
    Tool("bazel", "other", pattern=rf"^Bazel/(?:release )?{_VERSION}"),
    Tool("buildkit", "other", ("buildkit",)),
    Tool("docker", "other", ("docker",)),
    Tool("podman", "other", ("podman", "buildah", "skopeo")),
    Tool("dependabot", "other", ("dependabot-core", "dependabot")),
    Tool("renovate", "other", ("renovate", "renovatebot")),
    Tool("github-actions-runner", "other", pattern=rf"^GitHubActionsRunner[A-Za-z0-9-]*/{_VERSION}"),
    Tool("ansible", "other", ("ansible-httpget",)),
    Tool("nix", "other", pattern=rf"^curl/\S+ (?:Nix|Lix)/{_VERSION}"),
    Tool("apt", "other", pattern=rf"^(?:Debian )?APT-HTTP/\S+ \({_BARE_VERSION}|^Debian APT-HTTP"),
    Tool("dnf", "other", pattern=rf"^(?:libdnf|dnf5?|librepo)(?:/{_VERSION}| |$)"),
    # Languages and their libraries. Some are built on curl, and name curl first.
    Tool("python-requests", "other", ("python-requests",)),
    Tool("python-urllib", "other", ("python-urllib", "python-urllib3")),
    Tool("python-httpx", "other", ("python-httpx",)),
    Tool("aiohttp", "other", ("aiohttp",), rf"^Python/\S+ aiohttp/{_VERSION}"),
    Tool("pip", "other", ("pip",)),
    Tool("uv", "other", ("uv",)),
    Tool("poetry", "other", ("poetry",)),
    Tool("pdm", "other", ("pdm",)),
    Tool("hatch", "other", ("hatch",)),
    Tool("go-http-client", "other", ("go-http-client",)),
    Tool("reqwest", "other", ("reqwest",)),
    Tool("ruby", "other", ("ruby", "faraday", "excon")),
    Tool("guzzle", "other", ("guzzlehttp",)),
    Tool("dart", "other", ("dart",)),
    Tool("deno", "other", ("deno",)),
    Tool("bun", "other", ("bun",)),
    Tool("boto", "other", ("boto3", "aws-cli", "botocore")),
    Tool("windows-cryptoapi", "other", ("microsoft-cryptoapi",)),
    Tool("winhttp", "other", pattern=rf"^(?:Microsoft )?(?:WinHttp|WinINet)(?:[/. ]{_BARE_VERSION})?"),
    Tool("java", "other", ("java", "java-http-client")),
    Tool("apache-httpclient", "other", ("apache-httpclient",)),
    Tool("okhttp", "other", ("okhttp",)),
    Tool("node", "other", ("node", "node-fetch", "undici", "axios", "got")),
    Tool("perl", "other", ("libwww-perl",)),
    Tool("github-actions", "other", pattern=rf"^actions/tool-cache(?:/{_VERSION})?"),
    Tool("r", "other", pattern=rf"^R[ /]\(?{_BARE_VERSION}| r-curl/"),
    Tool("julia", "other", pattern=rf"^curl/\S+ julia/{_VERSION}"),
    Tool("curl", "command-line fetcher", pattern=rf"^curl(?:/{_VERSION}| |$)"),
    Tool("libcurl", "other", pattern=rf"^(?:PycURL/\S+ )?libcurl/{_VERSION}"),
    # Robots and browsers, recognized by the lists of ``web_agents``
    Tool("monitor", "other", _MONITORS),
    Tool("scanner", "other"),
    Tool("crawler", "other"),
    *(Tool(name, "browser") for name in sorted({*BROWSERS.values(), OTHER_BROWSER})),
)

TOOL_KINDS: dict[str, ToolKind] = {tool.name: tool.kind for tool in TOOLS}

_BY_PRODUCT = ", ".join(f"('{product}', '{tool.name}')" for tool in TOOLS for product in tool.products)
_PATTERNS = {tool.name: tool.pattern for tool in TOOLS if tool.pattern is not None}
_BY_PATTERN = " ".join(
    f"WHEN regexp_matches(agent, '{pattern}') THEN '{name}'" for name, pattern in _PATTERNS.items()
)
_PATTERN_VERSIONS = " ".join(
    f"WHEN '{name}' THEN regexp_extract(agent, '{pattern}', 1)" for name, pattern in _PATTERNS.items()
)

_PYTHONS = "CPython|PyPy|GraalPy|Jython"
_SYSTEMS = "Linux|Darwin|Windows|FreeBSD|OpenBSD|SunOS|AIX"
_LIBCS = "glibc|musl|uClibc(?:-ng)?"
# Old versions of conda send the whole name, such as CentOS Linux. A word is longer than a token kind and
# shorter than a token, because a token may be in its place.
_WORD = "[A-Za-z0-9._+-]{2,20}"
_DISTRO = rf"(?:{_SYSTEMS})/\S* ({_WORD}(?: {_WORD})*) ?"
# Texts that follow the system if the distribution is not given. They are not distributions.
_IS_DISTRO = "distro.name NOT IN ('', 'glibc', 'musl', 'uClibc', 'uClibc-ng', 'solver', 'rustc', 'requests')"


# All versions go through one expression, because its patterns are compiled for each part of a log.
_VERSIONS = {
    "tool_version": "tool_version",
    "python_version": "python.version",
    "os_version": "os.version",
    "distro_version": f"if({_IS_DISTRO}, distro.version, NULL)",
    "libc_version": "libc.version",
    "solver_version": "solver_version",
}
_KEPT_VERSIONS = (
    f"list_transform([{', '.join(_VERSIONS.values())}], lambda version: {kept_version_sql('version')})"
)


def _version(column: str) -> str:
    return f"versions[{list(_VERSIONS).index(column) + 1}]"


_COLUMNS: dict[str, str] = {
    "tool": "tool",
    "tool_version": _version("tool_version"),
    "python": "nullif(python.name, '')",
    "python_version": _version("python_version"),
    "os": "nullif(os.name, '')",
    "os_version": _version("os_version"),
    "distro": f"if({_IS_DISTRO}, {kept_name_sql('distro', 'distro.name')}, NULL)",
    "distro_version": _version("distro_version"),
    "libc": "nullif(libc.name, '')",
    "libc_version": _version("libc_version"),
    "solver": kept_name_sql("solver", "solver"),
    "solver_version": _version("solver_version"),
}

#: Columns that describe an agent, with the names they have in the table ``sessions``.
AGENT_COLUMNS = tuple(_COLUMNS)


def _product(pattern: str) -> str:
    return rf"regexp_extract(agent, ' {pattern}/(\S*)', ['name', 'version'])"


#: From ``agents(agent)``: the agent and the columns of ``AGENT_COLUMNS``, null if the agent does not say.
#: The database needs the function from ``web_agents``.
DESCRIBE_AGENT_SQL = rf"""
    WITH first_products AS (
        SELECT agent, lower(regexp_extract(agent, '^[^/ (;,]+')) AS product FROM agents
    ), by_product AS (
        SELECT agent, products.tool AS product_tool
        FROM first_products LEFT JOIN (VALUES {_BY_PRODUCT}) AS products(product, tool) USING (product)
    ), by_pattern AS (
        SELECT agent, product_tool, coalesce(product_tool, CASE {_BY_PATTERN} END) AS named FROM by_product
    ), told AS (
        SELECT *, CASE WHEN named IS NULL THEN {WEB_AGENT_SQL} END AS web, coalesce(named, web[1]) AS tool
        FROM by_pattern
    ), described AS (
        SELECT agent, tool,
               CASE WHEN product_tool IS NOT NULL THEN regexp_extract(agent, '^[^/ ]+/{_VERSION}', 1)
                    WHEN web IS NOT NULL THEN web[2]
                    ELSE CASE tool {_PATTERN_VERSIONS} END END AS tool_version,
               {_product(f"({_PYTHONS})")} AS python,
               {_product(f"({_SYSTEMS})")} AS os,
               {_product(_DISTRO)} AS distro,
               {_product(f"({_LIBCS})")} AS libc,
               regexp_extract(agent, ' solver/{_VERSION}', 1) AS solver,
               regexp_extract(agent, ' conda-[a-z]+-solver/{_VERSION}', 1) AS solver_version
        FROM told
    ), kept AS (
        SELECT *, {_KEPT_VERSIONS} AS versions FROM described
    )
    SELECT agent, {", ".join(f"{sql} AS {column}" for column, sql in _COLUMNS.items())} FROM kept
"""
