"""Cluster bootstrap: width and coverage of its intervals."""

from __future__ import annotations

import numpy as np
import pytest

from census_support.oracles.watched_units import watched_units
from conda_census.metrics.intervals import Estimate
from conda_census.survival.bootstrap import cluster_intervals
from conda_census.survival.kaplan_meier import Curve, SurvivalEstimate, kaplan_meier
from conda_census.survival.survival_data import SurvivalData

DAYS = (7, 30, 90)


def _independent(many: int, seed: int = 1) -> SurvivalData:
    random = np.random.default_rng(seed)
    healed, lost = random.exponential(40, many), random.random(many) * 200
    return watched_units(np.zeros(many), np.minimum(healed, lost), healed <= lost, np.arange(many))


def _frail(seed: int) -> SurvivalData:
    """Up to four environments in each of 150 installations, which heal together: S(t) is 1 / (1 + t / 30)."""
    random = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(150), random.integers(1, 5, 150))
    healed = random.exponential(30, len(cluster)) / random.gamma(1, 1, 150)[cluster]
    entry = np.where(random.random(len(cluster)) < 0.5, 0.0, random.random(len(cluster)) * 60)
    lost = entry + random.random(len(cluster)) * 150
    found = healed > entry
    return watched_units(
        entry[found], np.minimum(healed, lost)[found], (healed <= lost)[found], cluster[found]
    )


def _widths(shares: list[Estimate]) -> list[float]:
    return [(share.high or 0) - (share.low or 0) for share in shares]


def test_independent_units_have_the_interval_of_greenwood() -> None:
    """Of 5,000 installations with an environment each: no narrower, and hardly wider."""
    curve = kaplan_meier(_independent(5000))
    clustered = cluster_intervals(curve, DAYS)

    assert [share.value for share in clustered.shares] == [share.value for share in curve.at(DAYS)]
    for ours, greenwood in zip(_widths(clustered.shares), _widths(curve.at(DAYS)), strict=True):
        assert 1 <= ours / greenwood < 1.12


def test_units_that_heal_as_one_have_a_wider_interval() -> None:
    """Four environments that do all at once say no more than one: the interval is twice as wide."""
    alone = _independent(2000)
    as_one = SurvivalData(*(np.repeat(of, 4) for of in (alone.entry, alone.exit, alone.event, alone.cluster)))
    curve = kaplan_meier(as_one)

    once = _widths(kaplan_meier(alone).at(DAYS))
    assert _widths(curve.at(DAYS)) == pytest.approx([width / 2 for width in once], rel=0.02)
    assert _widths(cluster_intervals(curve, DAYS).shares) == pytest.approx(once, rel=0.12)


@pytest.mark.takes_turns(5, among="the longest")
def test_the_interval_holds_the_truth_where_installations_heal_as_one() -> None:
    """Of 200 populations, at 95 %, 177 or more but once in 1,000 times."""
    truth = np.array([1 / (1 + day / 30) for day in DAYS])
    held = np.zeros(len(DAYS) + 1, dtype=int)
    for seed in range(200):
        found = cluster_intervals(kaplan_meier(_frail(seed), fewest_at_risk=10), DAYS, resamples=200)
        low, high = np.array([(share.low, share.high) for share in found.shares], dtype=float).T
        held[:-1] += (low <= truth) & (truth <= high)
        held[-1] += (found.median.low or 0) <= 30 <= (found.median.high or np.inf)
    assert held.min() >= 177


def test_blocks_and_bins_make_what_installations_drawn_one_by_one_make() -> None:
    """Of 3,000 installations, thus of blocks of three, and thousands of days; widths are drawn to 5 %."""
    units = _independent(3000)
    curve, random = kaplan_meier(units), np.random.default_rng(3)
    drawn = [
        kaplan_meier(
            SurvivalData(
                units.entry,
                units.exit,
                units.event,
                units.cluster,
                weight=np.bincount(which, minlength=len(units)),
            )
        )
        for which in random.integers(0, len(units), (500, len(units)))
    ]
    shares = np.array([[share.value for share in each.at(DAYS)] for each in drawn], dtype=float)
    medians = np.array([each.median().value for each in drawn], dtype=float)

    found = cluster_intervals(curve, DAYS)
    for plain, ours in zip((*shares.T, medians), (*found.shares, found.median), strict=True):
        low, high = np.quantile(plain, [0.025, 0.975])
        assert (ours.high or 0) - (ours.low or 0) == pytest.approx(high - low, rel=0.2)


def test_the_same_seed_draws_the_same() -> None:
    """And another seed others."""
    curve = kaplan_meier(_frail(1))
    one, two = cluster_intervals(curve, DAYS), cluster_intervals(curve, DAYS)
    assert one == two != cluster_intervals(curve, DAYS, seed=2)


def test_what_cannot_be_resampled() -> None:
    """Nobody, and one installation, of which no interval is known; without an event the bound stays."""
    nobody = SurvivalData(np.array([]), np.array([]), np.array([], bool), np.array([], int))
    assert cluster_intervals(kaplan_meier(nobody), [7]) == SurvivalEstimate([Estimate()], Estimate())
    one = SurvivalData(np.zeros(2), np.array([3.0, 9.0]), np.array([True, False]), np.array([7, 7]))
    assert cluster_intervals(kaplan_meier(one), [4]).shares == [Estimate(value=0.5)]
    unhealed = kaplan_meier(SurvivalData(np.zeros(9), np.full(9, 9.0), np.zeros(9, bool), np.arange(9)))
    assert cluster_intervals(unhealed, [9]).shares == unhealed.at([9])


def test_a_day_before_the_first_event_and_one_after_the_last() -> None:
    """The first has the bound of the curve, the last is not known."""
    curve: Curve = kaplan_meier(
        SurvivalData(
            np.zeros(40), np.repeat([5.0, 9.0], 20), np.repeat([True, False], 20), np.arange(40) // 2
        )
    )
    before, within, after = cluster_intervals(curve, [2, 9, 10]).shares
    assert (before, after) == (curve.at([2])[0], Estimate())
    assert within.value == 0.5
    assert within.low is not None
    assert within.low <= (curve.at([9])[0].low or 0)
