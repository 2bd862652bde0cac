"""Installer downloads by product and kind of agent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import ibis
from ibis.expr.types import StringColumn, Table, Value

from conda_census.decode.agents import TOOL_KINDS, ToolKind

__all__ = ["OTHER_KIND", "InstallerDownloadCounts", "InstallerDownloads", "count_installer_downloads"]

#: The kind of an agent that fits no other kind.
OTHER_KIND: ToolKind = "other"


@dataclass(frozen=True)
class InstallerDownloads:
    """Complete downloads of one installer in one month by one kind of agent.

    Attributes:
        period: Month, such as 2024-01.
        product: Name of the installer, such as Miniconda3.
        platform: Platform in the name of the file, such as Linux-x86_64.
        version: Version in the name of the file, such as py311_24.1.2-0 or latest.
        agent: Kind of the agent: conda tool, command-line fetcher, browser, or other.
        downloads: Complete downloads.
    """

    period: str
    product: str
    platform: str
    version: str
    agent: str
    downloads: int


@dataclass(frozen=True)
class InstallerDownloadCounts:
    """Complete downloads of installers.

    Attributes:
        rows: Downloads by month, installer, platform, version and kind of agent.
    """

    JSON_KEYS: ClassVar = ("total", "rows")

    rows: list[InstallerDownloads]

    @property
    def total(self) -> int:
        """All complete downloads of an installer: the sum of the rows."""
        return sum(row.downloads for row in self.rows)


def count_installer_downloads(installer_downloads: Table) -> list[InstallerDownloads]:
    """Count the installer downloads of the window in column order, earliest month first."""
    rows = downloads_by_installer(installer_downloads).to_pyarrow().to_pylist()
    return [InstallerDownloads(**{**row, "downloads": int(row["downloads"])}) for row in rows]


def downloads_by_installer(installer_downloads: Table) -> Table:
    """Return rows of (period, product, platform, version, agent (its kind), downloads)."""
    named = installer_downloads.select(
        period=installer_downloads.day.strftime("%Y-%m"),
        product=installer_downloads["product"].fill_null(""),
        platform=installer_downloads.platform.fill_null(""),
        version=installer_downloads.version.fill_null(""),
        agent=kind_of(installer_downloads.tool),
    )
    keys = ["period", "product", "platform", "version", "agent"]
    return named.group_by(keys).aggregate(downloads=named.count()).order_by(keys)


def kind_of(tool: StringColumn) -> Value:
    """Return the kind of the agent: conda tool, browser, command-line fetcher, or other."""
    cases = [(ibis.literal(name), ibis.literal(kind)) for name, kind in sorted(TOOL_KINDS.items())]
    return tool.cases(*cases, else_=ibis.literal(OTHER_KIND))
