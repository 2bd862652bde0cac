"""Builds that were downloaded, with their first days and build numbers."""

from __future__ import annotations

from census_support.inputs.made_up_visits import Visit, day, lake_of
from census_support.lakes.small_lake import SmallLake
from conda_census.exposure.downloaded_builds import (
    downloaded_builds_table,
    list_downloaded_builds,
    list_downloaded_names,
)
from conda_census.vulnerabilities.conda_packages import Build

_VISITS = [
    Visit(1, "ada", "base", ("bad", "other")),
    Visit(2, "bob", "work", ("bad",)),
    Visit(3, "bob", None, ("good",)),
]


def _versions(*names: str, as_of: int = 3) -> list[str]:
    return [
        each.build.version for each in list_downloaded_builds(lake_of(_VISITS).downloads, names, day(as_of))
    ]


def test_each_build_once() -> None:
    """Whoever downloaded it, and however often; of other packages none."""
    assert _versions("numpy") == ["2.0", "3.0"]
    assert _versions("scipy", "numpy-base") == ["2.0"]
    assert _versions() == []


def test_nothing_of_later_days() -> None:
    """That day belongs to it."""
    assert _versions("numpy", as_of=2) == ["2.0"]
    downloads = lake_of(_VISITS).downloads
    assert list_downloaded_names(downloads, day(1)) == ["numpy", "scipy"]
    assert list_downloaded_names(downloads, day(0)) == []


def test_when_first_and_how_often() -> None:
    """Whoever fetched it; an engine can be asked it too."""
    downloads = lake_of([*_VISITS, Visit(4, "ada", None, ("bad",))]).downloads
    seen = list_downloaded_builds(downloads, ["numpy"], day(4))

    assert [(each.first_day, each.downloads) for each in seen] == [(day(1), 3), (day(3), 1)]
    rows = downloaded_builds_table(seen).to_pyarrow().to_pylist()
    assert [(row["version"], row["first_day"], row["downloads"]) for row in rows] == [
        ("2.0", day(1), 3),
        ("3.0", day(3), 1),
    ]


def test_what_a_path_does_not_say_is_empty(lake: SmallLake) -> None:
    """A build has no nulls."""
    downloads = lake.download("2024-01-02").open().downloads

    found = [each.build for each in list_downloaded_builds(downloads, ["numpy"], day(1))]
    assert found == [Build("", "", "numpy", "", "", None)]


def _number(lake: SmallLake, build: str, *listed: Build) -> int | None:
    """Return the number of the one download of numpy with this build string."""
    lake.download("2024-01-02", name=build, build=build, version="1.0", subdir="linux-64", channel="main")
    [seen] = list_downloaded_builds(lake.open().downloads, [build], day(1), listed)
    return seen.build.build_number


def _listed(number: int, channel: str = "main", build: str = "0_cuda12") -> Build:
    return Build(channel, "linux-64", build, "1.0", build, number)


def test_a_repodata_knows_the_number_of_a_build(lake: SmallLake) -> None:
    """It overrules the build string; the same build may be served under the name of another channel."""
    assert _number(lake, "0_cuda1") is None
    assert _number(lake, "0_cuda2", _listed(7, build="0_cuda2")) == 7
    assert _number(lake, "py_3", _listed(4, build="py_3")) == 4
    assert _number(lake, "0_cuda3", _listed(7, "upstream", "0_cuda3")) == 7
    assert _number(lake, "0_cuda4", _listed(7, "main", "0_cuda4"), _listed(8, "upstream", "0_cuda4")) == 7
    assert _number(lake, "py_5", _listed(4, "one", "py_5"), _listed(5, "other", "py_5")) is None


def test_a_build_counts_once_whatever_number_the_lake_has_for_it(lake: SmallLake) -> None:
    """Lakes of earlier versions have other numbers for some builds."""
    for number in (313, 102, None):
        lake.download("2024-01-02", build="h_102_cp313", build_number=number)
    [seen] = list_downloaded_builds(lake.open().downloads, ["numpy"], day(1))
    assert (seen.build.build_number, seen.downloads) == (102, 3)
