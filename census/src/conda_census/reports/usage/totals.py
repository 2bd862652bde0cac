"""Sums and groups of numbers that fit into a chart or a terminal."""

from __future__ import annotations

from datetime import date, timedelta

from conda_census.metrics.agent_shares import AgentCount
from conda_census.metrics.coverage.silent_days import days_between
from conda_census.metrics.packages import PackageCount
from conda_census.reports.render.numbers import NOT_SAID, plain
from conda_census.reports.usage.schema import Report

__all__ = [
    "AGENT_KINDS",
    "NO_LOG",
    "conda_versions",
    "installer_products",
    "installer_totals",
    "installers_by_period",
    "installers_by_quarter",
    "python_versions",
    "systems",
    "top_packages",
]

AGENT_KINDS = ("conda tool", "command-line fetcher", "browser", "other")

#: The end of the name of a period without any log.
NO_LOG = ", no log"

_MOST_BARS = 10
_MOST_INSTALLERS = 10
_MOST_PRODUCTS = 4
_MOST_PERIODS = 16
_TOP_PACKAGES = 10
_MOST_PACKAGES = 16
_TWO_QUARTERS = timedelta(days=180)
_MONTHS_OF_QUARTER = 3
_MONTHS_OF_YEAR = 12


def conda_versions(report: Report) -> dict[str, int]:
    """Return installations by the version of conda, most first, the smallest grouped."""
    rows = [row for row in report.agents["tool_version"] if row.values[0] == "conda"]
    return _most([(row.values[1] or NOT_SAID, row.installations) for row in rows])


def python_versions(report: Report) -> dict[str, int]:
    """Return installations by the minor version of Python, most first, the smallest grouped."""
    return _most([(_python(row), row.installations) for row in report.agents["python"]])


def systems(report: Report) -> dict[str, int]:
    """Return installations by operating system, most first, the smallest grouped."""
    return _most([(row.values[0] or NOT_SAID, row.installations) for row in report.agents["os"]])


def installer_totals(report: Report) -> dict[str, dict[str, int]]:
    """Return downloads by product and platform, then kind of agent; most first, the smallest grouped."""
    found: dict[str, dict[str, int]] = {}
    for row in report.installer_downloads.rows:
        name = plain(f"{row.product} {row.platform}")
        kinds = found.setdefault(name, dict.fromkeys(AGENT_KINDS, 0))
        kinds[row.agent if row.agent in kinds else "other"] += row.downloads
    ordered = sorted(found.items(), key=lambda item: (-sum(item[1].values()), item[0]))
    rest = [kinds for _, kinds in ordered[_MOST_INSTALLERS:]]
    if len(rest) <= 1:
        return dict(ordered)
    together = {kind: sum(kinds[kind] for kinds in rest) for kind in AGENT_KINDS}
    return dict([*ordered[:_MOST_INSTALLERS], (f"{len(rest)} others", together)])


def installer_products(report: Report) -> dict[str, int]:
    """Return downloads by product; most first, those after the third grouped if there are several."""
    names = _products(report)
    found = dict.fromkeys(names, 0)
    for row in report.installer_downloads.rows:
        name = plain(row.product)
        found[name if name in found else "others"] += row.downloads
    return found


def installers_by_period(report: Report) -> dict[str, dict[str, int]]:
    """Return downloads by quarter, or by month if the window is shorter than two quarters, then by product.

    At most the last 16 periods are included, in order, also those without a download. A name ends with "in
    part" if some days of the period are outside the window or have no log, and with "no log" if no day has
    one.
    """
    since, until = report.window.since, report.window.until
    if since is None or until is None:
        return {}
    months = 1 if until - since < _TWO_QUARTERS else _MONTHS_OF_QUARTER
    return _by_period(report, since, until, months)


def installers_by_quarter(report: Report) -> dict[str, dict[str, int]]:
    """Return downloads by quarter, such as 2024-Q1, and then by product, as they were counted."""
    found: dict[str, dict[str, int]] = {}
    for row in report.installer_downloads.rows:
        year, month = map(int, row.period.split("-"))
        products = found.setdefault(f"{year}-Q{_quarter(month)}", {})
        products[row.product] = products.get(row.product, 0) + row.downloads
    return found


def top_packages(report: Report) -> list[PackageCount]:
    """Return the packages that are among the first ten by environments, installations or downloads."""
    rows = report.packages.top
    ranks = (
        sorted(rows, key=lambda row: -row.environments),
        sorted(rows, key=lambda row: -row.installations),
        sorted(rows, key=lambda row: -row.downloads),
    )
    chosen = {row.name for ranked in ranks for row in ranked[:_TOP_PACKAGES]}
    return [row for row in rows if row.name in chosen][:_MOST_PACKAGES]


def _most(counted: list[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for label, number in counted:
        if number:
            found[plain(label)] = found.get(plain(label), 0) + number
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    rest = [number for _, number in ordered[_MOST_BARS:]]
    if len(rest) <= 1:
        return dict(ordered)
    return dict([*ordered[:_MOST_BARS], (f"{len(rest)} others", sum(rest))])


def _python(row: AgentCount) -> str:
    """Return the version of Python: CPython is what everybody calls Python."""
    name, version = row.values
    minor = ".".join((version or "").split(".")[:2])
    return " ".join(filter(None, ("" if name == "CPython" else name, minor))) or NOT_SAID


def _by_period(report: Report, first: date, last: date, months: int) -> dict[str, dict[str, int]]:
    products = _products(report)
    found: dict[int, dict[str, int]] = {}
    for place in range(_period(first.year, first.month, months), _period(last.year, last.month, months) + 1):
        found[place] = dict.fromkeys(products, 0)
    for row in report.installer_downloads.rows:
        year, month = map(int, row.period.split("-"))
        name = plain(row.product)
        counts = found[_period(year, month, months)]
        counts[name if name in counts else "others"] += row.downloads
    days = set(days_between(first, last)) - set(report.window.days_without_log)
    kept = list(found)[-_MOST_PERIODS:]
    return {_called(place, months, days): found[place] for place in kept}


def _products(report: Report) -> list[str]:
    """Return the products with the most downloads, and ``others`` if there are too many for a legend."""
    found: dict[str, int] = {}
    for row in report.installer_downloads.rows:
        name = plain(row.product)
        found[name] = found.get(name, 0) + row.downloads
    ordered = sorted(found, key=lambda name: (-found[name], name))
    return ordered if len(ordered) <= _MOST_PRODUCTS else [*ordered[: _MOST_PRODUCTS - 1], "others"]


def _period(year: int, month: int, months: int) -> int:
    """Return the number of the period of ``months`` months that contains a month."""
    return (year * _MONTHS_OF_YEAR + month - 1) // months


def _quarter(month: int) -> int:
    return (month - 1) // _MONTHS_OF_QUARTER + 1


def _called(place: int, months: int, with_log: set[date]) -> str:
    begin, end = _first_day(place, months), _first_day(place + 1, months) - timedelta(days=1)
    name = f"{begin:%b %Y}" if months == 1 else f"Q{_quarter(begin.month)} {begin.year}"
    days = set(days_between(begin, end))
    if days <= with_log:
        return name
    return f"{name}, in part" if days & with_log else f"{name}{NO_LOG}"


def _first_day(place: int, months: int) -> date:
    year, month = divmod(place * months, _MONTHS_OF_YEAR)
    return date(year, month + 1, 1)
