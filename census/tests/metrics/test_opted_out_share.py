from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.stats import hypergeom

from conda_census.metrics.intervals import Estimate
from conda_census.metrics.opted_out_share import Rarefaction, estimate_share
from conda_census.metrics.visitors import InstallationDays, NetworkDays


def _alone(off: int, sharing: int) -> tuple[Rarefaction, NetworkDays]:
    """Everybody has an address of their own."""
    curve = Rarefaction(np.array([1]), np.array([sharing]))
    mixed = {"off": np.array([0, 1]), "sharing": np.array([1, 0]), "installations": np.array([1, 0])}
    return curve, NetworkDays(networks=np.array([sharing, off]), **mixed)


#: Each installation in one network on one day.
ONCE = InstallationDays(installations=100, days=100, network_days=100, network_days_squared=100)


def test_where_no_address_is_shared_the_share_is_that_of_visitor_days() -> None:
    """6 of 1,000 visitor-days: 0.6 %. With that few, chance alone gives about 0.25 to 1.2 %."""
    share = estimate_share(*_alone(off=6, sharing=994), ONCE)

    assert share.value == pytest.approx(0.006)
    assert share.low == pytest.approx(0.0022, abs=0.0004)
    assert share.high == pytest.approx(0.0115, abs=0.001)


def test_who_comes_daily_is_no_more_than_one() -> None:
    """The same 600 visitor-days tell less where one installation makes 90 of them than where it makes one."""
    # Half of the installations on 1 day, half on 90: mean 45.5, variance 44.5^2.
    daily = InstallationDays(1000, 45_500, 45_500, 500 + 500 * 8100)
    assert daily.dispersion == pytest.approx(44.5**2 / 45.5)

    sure = estimate_share(*_alone(off=600, sharing=99_400), ONCE)
    unsure = estimate_share(*_alone(off=600, sharing=99_400), daily)

    widths = [share.high - share.low for share in (sure, unsure)]
    assert unsure.value == sure.value
    assert widths[1] / widths[0] == pytest.approx(daily.dispersion**0.5, rel=0.1)


def test_an_office_with_one_who_opted_out() -> None:
    """100 offices of 100, of which 63 show one who opted out: 1 - (1 - 1 %)^100 is 63 %, so it is 1 %."""
    curve = Rarefaction(np.array([100]), np.array([100]))
    offices = NetworkDays(
        networks=np.array([37, 63]),
        off=np.array([0, 1]),
        sharing=np.array([1, 1]),
        installations=np.array([100, 100]),
    )

    share = estimate_share(curve, offices, ONCE)

    assert share.value == pytest.approx(0.00985, abs=0.0001)
    assert share.low < 0.0099 < share.high


def test_the_curve_is_that_of_ecology() -> None:
    """Hurlbert's expected number of species, with SciPy's hypergeometric law, in a sample of one in ten."""
    sizes, numbers = np.array([1, 2, 5, 40, 300]), np.array([400, 120, 60, 9, 2])
    installations = int((sizes * numbers).sum())
    sample = installations // 10
    absent = hypergeom.pmf(0, installations, sizes, sample)
    expected = float(((1 - absent) * numbers).sum())

    curve = Rarefaction(sizes, numbers)

    assert float(curve(np.array([0.1]))[0]) == pytest.approx(expected, rel=1e-3)
    assert curve.share_that_makes(expected) == pytest.approx(0.1, rel=2e-3)


@pytest.mark.parametrize("visitor_days", [0, 0.5, 17, 299.9, 300, 450])
def test_the_curve_is_read_off_where_it_has_the_value(visitor_days: float) -> None:
    """Also beyond its end, where it goes on in proportion."""
    curve = Rarefaction(np.array([1, 3]), np.array([200, 100]))

    ratio = curve.share_that_makes(visitor_days)

    assert float(curve(np.array([ratio]))[0]) == pytest.approx(visitor_days)


def test_nobody_opted_out() -> None:
    """None of 300: 3 would have been seen with 95 %, so at most 1 % did (the rule of three)."""
    share = estimate_share(*_alone(off=0, sharing=300), ONCE)

    assert (share.value, share.low) == (0.0, 0.0)
    assert share.high == pytest.approx(0.0099, abs=0.0001)


def test_nobody_opted_out_of_one_visitor() -> None:
    """The share is 0, not a number near it; one visitor says nothing of how sure that is."""
    assert estimate_share(*_alone(off=0, sharing=1), ONCE) == Estimate(0.0, None, None)


def test_nobody_shares() -> None:
    """There is nothing to compare with."""
    curve = Rarefaction(np.array([], dtype=int), np.array([], dtype=int))
    networks = NetworkDays(*(np.array([number]) for number in (7, 1, 0, 0)))

    assert estimate_share(curve, networks, InstallationDays()) == Estimate(None, None, None)


def test_everybody_behind_one_address() -> None:
    """The share has no interval: how networks differ is not known."""
    networks = NetworkDays(*(np.array([number]) for number in (1, 1, 1, 2)))

    share = estimate_share(Rarefaction(np.array([2]), np.array([1])), networks, ONCE)

    assert share == Estimate(0.5, None, None)


def test_it_is_the_same_each_time() -> None:
    """To the last bit: the report is the same bytes."""
    first, second = (estimate_share(*_alone(off=60, sharing=9940), ONCE) for _ in range(2))

    assert first == second


@dataclass(frozen=True)
class World:
    """``installations``, of which ``offices`` sit in groups of about ``size`` behind one address."""

    installations: int
    opted_out: float
    offices: float
    size: int
    agents: int
    days: int = 28


def _lived(world: World, seed: int) -> tuple[float, float, Estimate]:
    """The true share, the share of visitor-days, and the estimate; all three of those seen in the days."""
    random, number = np.random.default_rng(seed), world.installations
    off = random.random(number) < world.opted_out
    # Daily, weekly and rare: what makes visitor-days bunch.
    rhythm = random.choice([0.7, 0.15, 0.03], size=number, p=[0.2, 0.4, 0.4])
    active = random.random((number, world.days)) < rhythm[:, np.newaxis]
    groups = max(1, int(number * world.offices / world.size))
    office = number + random.integers(0, groups, number)
    network = np.where(random.random(number) < world.offices, office, np.arange(number))
    agent = random.integers(0, world.agents, number)
    who, day = np.nonzero(active)
    visitor = (day * 2 * number + network[who]) * world.agents + agent[who]
    visitors, place = np.unique(visitor, return_inverse=True)
    sizes = np.bincount(place[~off[who]], minlength=len(visitors))
    is_off = np.bincount(place[off[who]], minlength=len(visitors)) > 0
    _, place = np.unique(visitors // world.agents, return_inverse=True)
    columns = (np.bincount(place, is_off), np.bincount(place, sizes > 0), np.bincount(place, sizes))
    kinds, networks = np.unique(np.stack(columns, axis=1).astype(int), axis=0, return_counts=True)
    seen = active.sum(axis=1)
    sharing = seen[~off & (seen > 0)]
    share = estimate_share(
        Rarefaction(*np.unique(sizes[sizes > 0], return_counts=True)),
        NetworkDays(networks, *kinds.T),
        InstallationDays(len(sharing), sharing.sum(), sharing.sum(), (sharing**2).sum()),
    )
    naive = is_off.sum() / (is_off.sum() + (sizes > 0).sum())
    return float(off[seen > 0].mean()), float(naive), share


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.parametrize(
    "world",
    [
        World(2000, opted_out=0.03, offices=0.0, size=1, agents=4),
        World(2000, opted_out=0.03, offices=0.5, size=20, agents=4),
        World(2000, opted_out=0.05, offices=0.9, size=60, agents=2),
        World(1500, opted_out=0.3, offices=0.5, size=20, agents=4),
    ],
    ids=["homes", "homes and offices", "large offices", "many opted out"],
)
def test_the_interval_holds_the_truth(world: World) -> None:
    """In 95 % of worlds; of 200 it is 178 to 199 by chance alone. Nor is the estimate biased."""
    lives = [_lived(world, seed) for seed in range(200)]

    held = sum(share.low <= truth <= share.high for truth, _, share in lives)
    bias = np.mean([share.value - truth for truth, _, share in lives])

    assert 178 <= held <= 199
    assert abs(bias) < 0.04 * world.opted_out


def test_the_share_of_visitor_days_is_biased_by_offices() -> None:
    """With 60 behind one address it is more than twice the truth, which is why the curve is there."""
    lives = [_lived(World(2000, 0.05, offices=0.9, size=60, agents=2), seed) for seed in range(5)]

    assert all(naive > 2 * truth for truth, naive, _ in lives)
