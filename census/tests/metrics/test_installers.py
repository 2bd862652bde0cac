from __future__ import annotations

import pytest

from census_support.lakes.small_lake import SmallLake
from conda_census.metrics.installers import InstallerDownloads, count_installer_downloads


def test_downloads_are_counted_by_month_product_platform_version_and_agent(lake: SmallLake) -> None:
    """Three by fetchers in January are one row; another month, kind or version is its own."""
    lake.installer("2024-01-01", "curl").installer("2024-01-31", "curl").installer("2024-01-31", "wget")
    lake.installer("2024-01-31", "firefox").installer("2024-02-01", "curl")
    lake.installer("2024-01-31", "curl", version="py311_24.1.2-0")

    rows = count_installer_downloads(lake.open().installer_downloads)

    linux = ("Miniconda3", "Linux-x86_64")
    assert rows == [
        InstallerDownloads("2024-01", *linux, "latest", "browser", 1),
        InstallerDownloads("2024-01", *linux, "latest", "command-line fetcher", 3),
        InstallerDownloads("2024-01", *linux, "py311_24.1.2-0", "command-line fetcher", 1),
        InstallerDownloads("2024-02", *linux, "latest", "command-line fetcher", 1),
    ]


@pytest.mark.parametrize(
    ("tool", "kind"),
    [
        ("conda", "conda tool"),
        ("micromamba", "conda tool"),
        ("safari", "browser"),
        ("curl", "command-line fetcher"),
        ("something-new", "other"),
        (None, "other"),
    ],
)
def test_every_tool_has_a_kind(lake: SmallLake, tool: str | None, kind: str) -> None:
    """A tool that nobody knows, and one that was not named, are of the kind other."""
    (row,) = count_installer_downloads(lake.installer("2024-01-01", tool).open().installer_downloads)

    assert row.agent == kind


def test_an_empty_lake_has_no_rows(lake: SmallLake) -> None:
    """No download, no row."""
    assert count_installer_downloads(lake.open().installer_downloads) == []
