"""Which program, on which system, does a user agent name?

Most programs name themselves first; what only adds the name of a library (a mirror that is written with
requests) is told as that library.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["AGENT_COLUMNS", "DESCRIBE_AGENT_SQL", "TOOLS", "TOOL_KINDS", "Tool", "ToolKind"]

ToolKind = Literal["conda tool", "browser", "command-line fetcher", "other"]


@dataclass(frozen=True)
class Tool:
    """A program: its name, its kind, and how it is told.

    ``products`` are the names that it may begin with, in lower case, its version behind a slash. ``pattern``,
    in RE2 with the version as first group, is tried where no program has such a product.
    """

    name: str
    kind: ToolKind
    products: tuple[str, ...] = ()
    pattern: str | None = None


# A version holds no slash and no percent sign: what is behind one may be a token that some tool ran together
# with what stands before it, and no token may be kept.
_VERSION = r"([^\s/%]+)"
_ROBOT_VERSION = r"(?:/v?([0-9]+(?:\.[0-9]+)*))?"
_CRAWLER = (
    r"(?:^|[^u])bot\b|crawler\b|spider\b|slurp\b|https?://|\+[\w.-]+@"
    r"|googleother|google-inspectiontool|mediapartners|bingpreview|externalhit|ia_archiver|httrack|heritrix"
)
_MONITORS = ("check_http", "elb-healthchecker", "googlehc", "kube-probe", "prometheus", "zabbix")
_MONITOR = (
    r"[\w-]*uptime[\w-]*|pingdom\w*|statuscake\w*|site24x7|datadog\w*|newrelic\w*|[\w-]*health-?check[\w-]*"
)
_SCANNER = (
    r"\b(?:acunetix|censysinspect|dirbuster|expanse|feroxbuster|gobuster|internetmeasurement|l9explore|masscan"
    r"|nessus|netsystemsresearch|nikto|nmap scripting engine|nuclei|openvas|qualys|sqlmap|wpscan|zgrab)\b"
)

#: Of those that are told by their pattern the first that matches is the one: a browser names all browsers
#: that it is like, and a crawler too.
TOOLS: tuple[Tool, ...] = (
    Tool("conda", "conda tool", ("conda",)),
    Tool("conda-build", "conda tool", ("conda-build",)),
    Tool("conda-lock", "conda tool", ("conda-lock",)),
    Tool("mamba", "conda tool", ("mamba",)),
    Tool("micromamba", "conda tool", ("micromamba",)),
    Tool("pixi", "conda tool", ("pixi",)),
    Tool("anaconda-client", "conda tool", ("anaconda-client", "binstar")),
    Tool("anaconda-navigator", "conda tool", ("anaconda-navigator",)),
    Tool("ana", "conda tool", ("ana",)),
    Tool("constructor", "conda tool", ("constructor",)),
    # The crates of each name themselves: rattler_repodata_gateway, rattler_build_core.
    Tool("rattler-build", "conda tool", pattern=rf"^rattler[_-]build(?:[_-][a-z]+)*(?:/{_VERSION}| |$)"),
    Tool("rattler", "conda tool", pattern=rf"^(?:(?:py|js)-)?rattler(?:[_-][a-z]+)*(?:/{_VERSION}| |$)"),
    # Mirrors, caches and what watches them
    Tool("artifactory", "other", ("artifactory",)),
    Tool("nexus", "other", ("nexus",)),
    Tool("pulp", "other", ("pulpcore",)),
    Tool("conda-mirror", "other", ("conda-mirror",)),
    Tool("bandersnatch", "other", ("bandersnatch",)),
    Tool("devpi", "other", ("devpi-server",)),
    Tool("cloudfront", "other", pattern=r"^Amazon CloudFront(?:/([0-9.]+))?"),
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
    # Languages and their libraries; some are curl, and say so first.
    Tool("python-requests", "other", ("python-requests",)),
    Tool("python-urllib", "other", ("python-urllib", "python-urllib3")),
    Tool("python-httpx", "other", ("python-httpx",)),
    Tool("aiohttp", "other", ("aiohttp",), rf"^Python/\S+ aiohttp/{_VERSION}"),
    Tool("pip", "other", ("pip",)),
    Tool("uv", "other", ("uv",)),
    Tool("poetry", "other", ("poetry",)),
    Tool("go-http-client", "other", ("go-http-client",)),
    Tool("java", "other", ("java", "java-http-client")),
    Tool("apache-httpclient", "other", ("apache-httpclient",)),
    Tool("okhttp", "other", ("okhttp",)),
    Tool("node", "other", ("node", "node-fetch", "undici", "axios", "got")),
    Tool("perl", "other", ("libwww-perl",)),
    Tool("github-actions", "other", pattern=r"^actions/tool-cache(?:/([0-9.]+))?"),
    Tool("r", "other", pattern=r"^R[ /]\(?([0-9.]+)| r-curl/"),
    Tool("julia", "other", pattern=rf"^curl/\S+ julia/{_VERSION}"),
    Tool("curl", "command-line fetcher", pattern=rf"^curl(?:/{_VERSION}| |$)"),
    Tool("libcurl", "other", pattern=rf"^(?:PycURL/\S+ )?libcurl/{_VERSION}"),
    # Robots
    Tool("monitor", "other", _MONITORS, rf"(?i)(?:{_MONITOR}){_ROBOT_VERSION}"),
    Tool("scanner", "other", pattern=rf"(?i){_SCANNER}{_ROBOT_VERSION}"),
    Tool("crawler", "other", pattern=rf"(?i)(?:{_CRAWLER}){_ROBOT_VERSION}"),
    # Browsers
    Tool("edge", "browser", pattern=r"^Mozilla/.*\bEdg(?:e|A|iOS)?/([0-9.]+)"),
    Tool("opera", "browser", pattern=r"^(?:Mozilla/.*\bOP[RTX]|Opera/.*\bVersion)/([0-9.]+)"),
    Tool("samsung-internet", "browser", pattern=r"^Mozilla/.*\bSamsungBrowser/([0-9.]+)"),
    Tool("firefox", "browser", pattern=r"^Mozilla/.*\b(?:Firefox|FxiOS)/([0-9.]+)"),
    Tool("chrome", "browser", pattern=r"^Mozilla/.*(?:Chrome|CriOS)/([0-9.]+)"),
    Tool("safari", "browser", pattern=r"^Mozilla/.*\bVersion/([0-9.]+).*\bSafari/"),
    Tool("internet-explorer", "browser", pattern=r"^Mozilla/.*(?:\bMSIE |\bTrident/.*\brv:)([0-9.]+)"),
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
# Old versions of conda send the whole name, such as CentOS Linux. A word is longer than the kinds of token
# and shorter than a token, one of which may stand in its place.
_WORD = "[A-Za-z0-9._+-]{2,20}"
_DISTRO = rf"(?:{_SYSTEMS})/\S* ({_WORD}(?: {_WORD})*) ?"
# What follows the system where the distribution is not told, and is none.
_IS_DISTRO = "distro.name NOT IN ('', 'glibc', 'musl', 'uClibc', 'uClibc-ng', 'solver', 'rustc', 'requests')"


def _version(sql: str) -> str:
    return f"nullif(left({sql}, 64), '')"


_COLUMNS: dict[str, str] = {
    "tool": "tool",
    "tool_version": _version("tool_version"),
    "python": "nullif(python.name, '')",
    "python_version": _version("python.version"),
    "os": "nullif(os.name, '')",
    "os_version": _version("os.version"),
    "distro": f"if({_IS_DISTRO}, distro.name, NULL)",
    "distro_version": _version(f"if({_IS_DISTRO}, distro.version, NULL)"),
    "libc": "nullif(libc.name, '')",
    "libc_version": _version("libc.version"),
    "solver": _version("solver"),
    "solver_version": _version("solver_version"),
}

#: The columns that describe an agent, as the table ``sessions`` names them.
AGENT_COLUMNS = tuple(_COLUMNS)


def _product(pattern: str) -> str:
    return rf"regexp_extract(agent, ' {pattern}/([^\s/%]*)', ['name', 'version'])"


#: From ``agents(agent)``: the agent and the columns of ``AGENT_COLUMNS``, null where the agent does not say.
DESCRIBE_AGENT_SQL = rf"""
    WITH first_products AS (
        SELECT agent, lower(regexp_extract(agent, '^[^/ (;,]+')) AS product FROM agents
    ), by_product AS (
        SELECT agent, products.tool AS product_tool
        FROM first_products LEFT JOIN (VALUES {_BY_PRODUCT}) AS products(product, tool) USING (product)
    ), by_pattern AS (
        SELECT agent, product_tool, coalesce(product_tool, CASE {_BY_PATTERN} END) AS tool FROM by_product
    ), described AS (
        SELECT agent, tool,
               CASE WHEN product_tool IS NOT NULL THEN regexp_extract(agent, '^[^/ ]+/{_VERSION}', 1)
                    ELSE CASE tool {_PATTERN_VERSIONS} END END AS tool_version,
               {_product(f"({_PYTHONS})")} AS python,
               {_product(f"({_SYSTEMS})")} AS os,
               {_product(_DISTRO)} AS distro,
               {_product(f"({_LIBCS})")} AS libc,
               regexp_extract(agent, ' solver/{_VERSION}', 1) AS solver,
               regexp_extract(agent, ' conda-[a-z]+-solver/{_VERSION}', 1) AS solver_version
        FROM by_pattern
    )
    SELECT agent, {", ".join(f"{sql} AS {column}" for column, sql in _COLUMNS.items())} FROM described
"""
