"""Keys of a report. They are a public interface: keys are added, never changed."""

from __future__ import annotations

from typing import TypedDict

from conda_census.metrics.agent_shares import AgentCount
from conda_census.metrics.coverage.completeness import DayState
from conda_census.metrics.coverage.window import WindowDays
from conda_census.metrics.downloads import Downloads
from conda_census.metrics.environments import Environments
from conda_census.metrics.installations import Installations
from conda_census.metrics.installers import InstallerDownloadCounts
from conda_census.metrics.intervals import Estimate
from conda_census.metrics.opted_out import OptedOut
from conda_census.metrics.organization_counts import Organization
from conda_census.metrics.packages import PackageCounts
from conda_census.metrics.sample import SampleCounts
from conda_census.metrics.sessions import Sessions

__all__ = [
    "CohortRow",
    "DayRow",
    "LineCounts",
    "Note",
    "ReadDay",
    "Report",
    "WindowDays",
]


class DoubtfulLogs(TypedDict):
    """Number of logs that were read with a doubt, by subject; see ``docs/explanation/unknown.md``.

    ``before_window`` have no line of the window, but numbers that look back before it need them.
    """

    tokens: int
    addresses: int
    unread: int
    before_window: int


class LineCounts(TypedDict):
    """Destinations of all lines: lines = requests + the sum of dropped.

    ``logs_begin`` (a day) and ``newest_request`` (a time, UTC) are of all logs that were read, regardless of
    the window; null if none has a request. ``likely_copies`` logs look like copies of others with other
    bytes, so their requests and downloads count again. ``unread_logs`` files and objects may be access logs
    and could not be read, whatever their days. ``doubtful_logs`` were read with a doubt.
    """

    lines: int
    requests: int
    dropped: dict[str, int]
    other_share: float | None
    malformed_tokens: int
    unknown_tokens: int
    logs_begin: str | None
    newest_request: str | None
    likely_copies: int
    unread_logs: int
    doubtful_logs: DoubtfulLogs


class DayRow(TypedDict):
    """Numbers of one UTC day; ``first_seen`` are the installations that were not seen on any earlier day.

    All are null for a day without a log. On a day without any token, in logs that hide tokens,
    ``installations`` and ``first_seen`` are null. In the week after a day without a log ``first_seen`` is
    also null: installations that came on that day are first seen on the days that follow.
    """

    day: str
    sessions: int | None
    installations: int | None
    first_seen: int | None
    downloads: int | None


class CohortRow(TypedDict):
    """Installations first seen in the week of a Monday, and the share seen k weeks later, from k = 0.

    A share is null if a day of its week, of the first week or of the week before that has no log. The number
    of installations is null if one of the latter two weeks has such a day.
    """

    week: str
    installations: int | None
    active: list[Estimate]


class ReadDay(TypedDict):
    """Coverage of one UTC day: ``lines`` is ``requests`` plus ``dropped``.

    ``state`` is complete, provisional, no_log or declared_hole. ``reason`` is the declared reason, or for
    ``no_log`` why nothing is known of a day that logs span.
    """

    day: str
    sources: int
    lines: int
    requests: int
    dropped: int
    complete: bool
    state: DayState
    reason: str


class Note(TypedDict):
    """One sentence on the direction and cause of an error; ``number`` is the number's name in the report."""

    number: str
    note: str


class Report(TypedDict):
    """Answer of ``conda-census report``; its keys are a public interface."""

    window: WindowDays
    sample: SampleCounts | None
    installations: Installations
    environments: Environments
    opted_out: OptedOut
    installer_downloads: InstallerDownloadCounts
    sessions: Sessions
    downloads: Downloads
    by_day: list[DayRow]
    agents: dict[str, list[AgentCount]]
    packages: PackageCounts
    retention: list[CohortRow]
    accounting: LineCounts
    completeness: list[ReadDay]
    notes: list[Note]
    organizations: list[Organization]
