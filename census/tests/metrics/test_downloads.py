from __future__ import annotations

from census_support.lakes.small_lake import SmallLake
from conda_census.metrics.downloads import count_downloads


def test_every_download_counts(lake: SmallLake) -> None:
    """The same package fetched twice is two downloads."""
    lake.download("2024-01-01", "numpy").download("2024-01-01", "numpy").download("2024-01-02", "scipy")

    assert count_downloads(lake.open().downloads).total == 3


def test_an_empty_lake_has_no_downloads(lake: SmallLake) -> None:
    """Zero."""
    assert count_downloads(lake.open().downloads).total == 0
