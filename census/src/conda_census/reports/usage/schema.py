"""Keys of a report. They are a public interface: keys are added, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from conda_census.metrics.agent_shares import AgentCount
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

__all__ = [
    "Note",
    "Report",
]


@dataclass(frozen=True)
class Note:
    """Direction in which a number is wrong, and why.

    Attributes:
        number: Name of the number in this document.
        note: One sentence.
    """

    number: str
    note: str


class Report(TypedDict):
    """Answer of ``conda-census report``; its keys are a public interface."""

    window: Window
    sample: SampleCounts | None
    installations: Installations
    environments: Environments
    opted_out: OptedOut
    installer_downloads: InstallerDownloadCounts
    sessions: Sessions
    downloads: Downloads
    by_day: list[Day]
    agents: dict[str, list[AgentCount]]
    packages: PackageCounts
    retention: list[Cohort]
    accounting: LineCounts
    completeness: list[DayRead]
    notes: list[Note]
    organizations: list[Organization]
