from __future__ import annotations

from census_support.lakes.small_lake import SmallLake
from conda_census.metrics.packages import PackageCount, PackageFile, count_package, count_packages


def _fill(lake: SmallLake) -> SmallLake:
    """One package in three environments of two installations, one in one, one by nobody with a token."""
    numpy = {"channel": "pkgs/main", "subdir": "linux-64", "version": "1.26.4"}
    lake.download("2024-01-02", "numpy", client="ada", environment="a", **numpy)
    lake.download("2024-01-02", "numpy", client="ada", environment="a", **numpy)
    lake.download("2024-01-02", "numpy", client="ada", environment="b", **numpy)
    lake.download("2024-01-03", "numpy", client="bob", environment="a", **numpy | {"version": "2.0.0"})
    lake.download("2024-01-03", "numpy", client="bob", **numpy | {"version": "2.0.0"})
    lake.download("2024-01-03", "pip", client="ada", environment="a")
    for _ in range(9):
        lake.download("2024-01-03", "openssl")
    return lake


def test_the_most_by_each_measure(lake: SmallLake) -> None:
    """The same environment token under two installations is two environments."""
    downloads = _fill(lake).open().downloads

    numpy = PackageCount("numpy", environments=3, installations=2, downloads=5)
    openssl = PackageCount("openssl", environments=0, installations=0, downloads=9)
    assert count_packages(downloads, top=1) == [numpy, openssl]
    pip = PackageCount("pip", environments=1, installations=1, downloads=1)
    assert count_packages(downloads, top=2) == [numpy, pip, openssl]
    assert count_packages(downloads, top=0) == []


def test_one_package_by_version(lake: SmallLake) -> None:
    """What has no environment counts for its installation; a package that nobody fetched has no version."""
    downloads = _fill(lake).open().downloads

    assert count_package(downloads, "numpy") == [
        PackageFile("pkgs/main", "linux-64", "1.26.4", environments=2, installations=1, downloads=3),
        PackageFile("pkgs/main", "linux-64", "2.0.0", environments=1, installations=1, downloads=2),
    ]
    assert count_package(downloads, "nobody-has-it") == []
