from __future__ import annotations

from conda_census.exposure.builds import Build
from conda_census.exposure.seen import builds_seen, names_seen
from made_up_visits import Visit, day, lake_of
from small_lake import SmallLake

_VISITS = [
    Visit(1, "ada", "base", ("bad", "other")),
    Visit(2, "bob", "work", ("bad",)),
    Visit(3, "bob", None, ("good",)),
]


def _versions(*names: str, as_of: int = 3) -> list[str]:
    return [build.version for build in builds_seen(lake_of(_VISITS).downloads, names, day(as_of))]


def test_each_build_once() -> None:
    """Whoever downloaded it, and however often; of other packages none."""
    assert _versions("numpy") == ["2.0", "3.0"]
    assert _versions("scipy", "numpy-base") == ["2.0"]
    assert _versions() == []


def test_nothing_of_later_days() -> None:
    """That day belongs to it."""
    assert _versions("numpy", as_of=2) == ["2.0"]
    downloads = lake_of(_VISITS).downloads
    assert names_seen(downloads, day(1)) == ["numpy", "scipy"]
    assert names_seen(downloads, day(0)) == []


def test_what_a_path_does_not_say_is_empty(lake: SmallLake) -> None:
    """A build has no nulls."""
    downloads = lake.download("2024-01-02").open().downloads

    assert builds_seen(downloads, ["numpy"], day(1)) == [Build("", "", "numpy", "", "", 0)]
