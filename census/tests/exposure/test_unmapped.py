"""Share of downloads and environments with unmapped packages."""

from __future__ import annotations

from census_support.inputs.made_up_visits import Visit, lake_of
from conda_census.exposure.unmapped import Unmapped, count_unmapped


def test_downloads_and_environments_of_packages_that_no_map_names() -> None:
    """Of six downloads three are of scipy or numpy-base; one of two environments fetched some of it."""
    visits = [
        Visit(1, "ada", "base", ("bad", "bad-base", "other")),
        Visit(2, "bob", "work", ("good",)),
        Visit(3, "bob", None, ("other",)),
        Visit(4, "cy", "play"),
        Visit(5, "bob", "work", ("old",)),
    ]

    found = count_unmapped(lake_of(visits).downloads, ["numpy", "pandas"])

    assert found == Unmapped(downloads=6, unknown_downloads=3, environments=2, unknown_environments=1)
    assert (found.downloads_share, found.environments_share) == (0.5, 0.5)


def test_without_a_map_all_is_unknown() -> None:
    """Unknown is never shown as clean."""
    found = count_unmapped(lake_of([Visit(1, "ada", "base", ("bad",))]).downloads, [])

    assert (found.downloads_share, found.environments_share) == (1.0, 1.0)


def test_of_nothing_there_is_no_share() -> None:
    """Nobody downloaded anything."""
    found = count_unmapped(lake_of([]).downloads, ["numpy"])

    assert (found.downloads_share, found.environments_share) == (None, None)
