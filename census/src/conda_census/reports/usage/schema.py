"""Usage report: the document that terminal, page, tables and JSON show."""

from __future__ import annotations

from dataclasses import dataclass

from conda_census.metrics.agent_shares import AgentCount, AgentPart
from conda_census.metrics.coverage.accounting import LineCounts
from conda_census.metrics.coverage.completeness import DayRead
from conda_census.metrics.coverage.window import Window
from conda_census.metrics.day_totals import Day
from conda_census.metrics.downloads import Downloads
from conda_census.metrics.environments import Environments
from conda_census.metrics.installations import Installations
from conda_census.metrics.installers import InstallerDownloadCounts
from conda_census.metrics.opted_out import OptedOut
from conda_census.metrics.organization_counts import Organization
from conda_census.metrics.packages import PackageCounts
from conda_census.metrics.retention import Cohort
from conda_census.metrics.sample import SampleCounts
from conda_census.metrics.sessions import Sessions

__all__ = ["Note", "Report"]


@dataclass(frozen=True)
class Note:
    """Direction in which a number is wrong, and why.

    Attributes:
        number: Name of the number in this document.
        note: One sentence.
    """

    number: str
    note: str


@dataclass(frozen=True)
class Report:
    """Answer of ``conda-census report``. Keys are added, and never changed or removed.

    Attributes:
        window: Days that the report is about.
        sample: Sample that the counts of installations and environments rest on; null if all were counted.
        installations: Installations, by class and by their last activity.
        environments: Environments, and their number for each installation.
        opted_out: Share of the installations that opted out.
        installer_downloads: Downloads of installers.
        sessions: Sessions.
        downloads: Package downloads.
        by_day: Activity on each day of the window, in order.
        agents: Use of each part of the user agent, the values with the most installations first.
        packages: Packages with the most use, and the requested package.
        retention: Cohorts of installations by their first week, in order.
        accounting: Accounting of the lines of the logs.
        completeness: Coverage of each day of the window, in order.
        notes: Direction in which each number is wrong, and why.
        organizations: Use of the tokens of organisations, in the order of ``census.toml``.
    """

    window: Window
    sample: SampleCounts | None
    installations: Installations
    environments: Environments
    opted_out: OptedOut
    installer_downloads: InstallerDownloadCounts
    sessions: Sessions
    downloads: Downloads
    by_day: list[Day]
    agents: dict[AgentPart, list[AgentCount]]
    packages: PackageCounts
    retention: list[Cohort]
    accounting: LineCounts
    completeness: list[DayRead]
    notes: list[Note]
    organizations: list[Organization]
