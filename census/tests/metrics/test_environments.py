from __future__ import annotations

from datetime import date

from census_support.lakes.small_lake import SmallLake
from conda_census.metrics.coverage.window import Window
from conda_census.metrics.environments import Environments, count_environments
from conda_census.metrics.intervals import Estimate
from conda_census.metrics.population import population


def _counted(lake: SmallLake) -> Environments:
    window = Window(date(2024, 1, 1), date(2024, 1, 31), None)
    return count_environments(population(lake.open().sessions, window))


def test_an_environment_is_a_pair_with_its_installation(lake: SmallLake) -> None:
    """The same token under two installations is two environments; seen twice under one it is one."""
    lake.session("2024-01-01", "s1", "ada", "base").session("2024-01-02", "s2", "ada", "base")
    lake.session("2024-01-02", "s3", "bob", "base")

    found = _counted(lake)

    assert found.total == 2
    assert found.per_installation == {"1": 2, "2": 0, "3": 0, "4": 0, "5+": 0}


def test_the_distribution_puts_five_and_more_together(lake: SmallLake) -> None:
    """One installation each with 1, 2, 3, 4, 5, 6 and 9 environments: 30 in all."""
    for number in (1, 2, 3, 4, 5, 6, 9):
        for environment in range(number):
            lake.session("2024-01-01", f"s{number}-{environment}", f"c{number}", f"e{environment}")

    found = _counted(lake)

    assert found.total == 30
    assert found.per_installation == {"1": 1, "2": 1, "3": 1, "4": 1, "5+": 3}


def test_the_single_share_is_over_installations_with_an_environment(lake: SmallLake) -> None:
    """Three of four have one environment; a fifth shows none and is not in it. By hand: 30 to 95 %."""
    for client in ("ada", "bob", "cy", "dee"):
        lake.session("2024-01-01", f"s-{client}", client, f"base-{client}")
    lake.session("2024-01-01", "s5", "dee", "second").session("2024-01-01", "s6", "eve", None)

    share = _counted(lake).single_share

    assert share.value == 0.75
    assert (round(share.low, 3), round(share.high, 3)) == (0.301, 0.954)


def test_an_environment_without_its_installation_is_not_counted(lake: SmallLake) -> None:
    """There is no pair, and no share of nothing."""
    found = _counted(lake.session("2024-01-01", "s1", None, "base"))

    assert found.total == 0
    assert found.single_share == Estimate(None, None, None)


def test_every_class_has_its_own_spread(lake: SmallLake) -> None:
    """Of the lasting, Ada has two and Bob one: a half. Three containers share one, which is three pairs."""
    for client, environments in (("ada", ("a1", "a2")), ("bob", ("b1",))):
        for environment in environments:
            lake.session("2024-01-01", f"s-{environment}", client, environment)
        lake.session("2024-01-30", f"s-{client}", client, environments[0])
    for client in ("box-1", "box-2", "box-3"):
        lake.session("2024-01-02", f"s-{client}", client, "baked")

    found = _counted(lake)

    assert found.by_class["lasting"].single_share.value == 0.5
    assert found.by_class["lasting"].per_installation == {"1": 1, "2": 1, "3": 0, "4": 0, "5+": 0}
    assert (found.by_class["lasting"].total, found.by_class["image"].total, found.total) == (3, 3, 6)
    assert found.by_class["new"].single_share == Estimate(None, None, None)
