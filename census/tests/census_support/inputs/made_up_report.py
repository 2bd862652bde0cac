"""Which report has something for every chart? One that is written down, and not counted from a lake."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from conda_census.metrics.agent_shares import AgentCount
from conda_census.metrics.coverage.completeness import DayRead
from conda_census.metrics.coverage.window import Window
from conda_census.metrics.day_totals import Day
from conda_census.metrics.installers import InstallerDownloadCounts, InstallerDownloads
from conda_census.metrics.intervals import Estimate
from conda_census.metrics.organization_counts import Organization
from conda_census.metrics.packages import PackageCount
from conda_census.metrics.retention import Cohort
from conda_census.reports.usage.schema import (
    Report,
)

__all__ = ["made_up"]

_PRODUCTS = (("Miniconda3", 30), ("Anaconda3", 8), ("Miniforge3", 5), ("Old", 2), ("Older", 1))
_MONDAY = date(2024, 1, 1)


def made_up(report: Report, weeks: int) -> Report:
    """The report with so many weeks of days and cohorts, three quarters of installers, packages and agents.

    Each day has 100 sessions of 60 installations, of which 5 are new, and 1,000 lines; the third day has no
    log. Each cohort has 40 installations, of which a half comes back in the next week, a third in the one
    after it, and so on.
    """
    days = [_MONDAY + timedelta(days=number) for number in range(7 * weeks)]
    nothing = Day(days[2], sessions=None, installations=None, first_seen=None, downloads=None)
    by_class = report.installations.by_class | {"lasting": sum(100 - n for n in range(14))}
    return replace(
        report,
        window=Window(days[0], days[-1], complete_until=days[-3], days_without_log=(days[2],)),
        by_day=[
            nothing if day == days[2] else Day(day, 100, 60, first_seen=5, downloads=300) for day in days
        ],
        completeness=[_read(day, place) for place, day in enumerate(days)],
        retention=[_cohort(days[7 * week], weeks - week) for week in range(weeks)],
        installer_downloads=InstallerDownloadCounts(
            [
                InstallerDownloads(f"{day:%Y-%m}", product, "Linux-x86_64", "latest", "browser", downloads)
                for day in days
                if day.day == 1
                for product, downloads in _PRODUCTS
            ]
        ),
        packages=replace(
            report.packages,
            top=[
                PackageCount(f"package-{n}", 2000 - n, 900 + n, downloads=70_000 // (n + 1))
                for n in range(20)
            ],
        ),
        agents=report.agents
        | {
            "tool_version": [_agent("conda", f"24.{n}.0", 100 - n) for n in range(14)],
            "python": [
                _agent("CPython", "3.12.1", 6),
                _agent("CPython", "3.12.4", 3),
                _agent("PyPy", "7.3.5", 1),
            ],
            "os": [_agent("Linux", None, 8), _agent(None, None, 2)],
        },
        organizations=[Organization(name="Acme", installations=3, sessions=20, downloads=100)],
        installations=replace(report.installations, by_class=by_class),
    )


def _read(day: date, place: int) -> DayRead:
    if place == 2:
        return DayRead(day, sources=0, requests=0, dropped=0, state="no_log")
    return DayRead(day, sources=1, requests=990, dropped=10, state="complete")


def _cohort(monday: date, weeks: int) -> Cohort:
    shares = [Estimate(value=1 / (1 + later), low=0.0, high=1.0) for later in range(weeks)]
    return Cohort(monday, installations=40, active=shares)


def _agent(name: str | None, version: str | None, installations: int) -> AgentCount:
    return AgentCount("tool", (name, version), installations, sessions=installations)
