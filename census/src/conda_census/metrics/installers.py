"""Installer downloads by product and kind of agent."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
from ibis.expr.types import StringColumn, Table, Value

from conda_census.decode.agents import TOOL_KINDS, ToolKind

__all__ = ["OTHER_KIND", "InstallerDownloads", "count_installer_downloads"]

#: The kind of an agent that fits no other kind.
OTHER_KIND: ToolKind = "other"


@dataclass(frozen=True)
class InstallerDownloads:
    """Complete downloads of one installer in one month (``period``, such as 2024-01) by one kind of agent."""

    period: str
    product: str
    platform: str
    version: str
    agent: str
    downloads: int


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
