"""Accuracy of exposures on simulated populations, against naive estimates.

``make coverage`` asks the same of many more, under each dial alone.
"""

from __future__ import annotations

from functools import cache
from math import inf
from statistics import fmean

import pytest

from benchmarks.trials.exposure_found import DAYS, FoundExposure, find_exposures
from conda_census.simulate.scenario import Scenario, preset

#: What is disclosed last, after a quarter of the window, is followed for 180 days.
PLAIN = Scenario(installations=400, days=245, seed=3, disclosures=2, urgency=0.1)
SCENARIOS = {
    "plain": PLAIN,
    "caches": preset("plain", PLAIN, {"cache_hits": 0.8, "single": 0.2}),
    "hostile": preset("hostile", PLAIN, {}),
}
HIDE_NOTHING = ["plain"]

pytestmark = [pytest.mark.xdist_group("exposures"), pytest.mark.parametrize("name", SCENARIOS)]


@cache
def _found(name: str) -> list[FoundExposure]:
    return find_exposures(SCENARIOS[name])


@pytest.mark.takes_turns(5)
def test_the_band_holds_the_truth(name: str) -> None:
    """Of two advisories after 7, 30, 90 and 180 days: in seven of eight cases at the least."""
    found = _found(name)
    assert [one.days for one in found] == [*DAYS, *DAYS]
    assert sum(one.told["active"] for one in found) > 60
    assert sum(one.is_held for one in found) >= 7
    errors = [one.band.observed - one.told["active"] for one in found]
    assert any(errors) == (name not in HIDE_NOTHING)


@pytest.mark.takes_turns(5, among="the longest")
def test_the_curve_holds_the_share_that_is_still_exposed(name: str) -> None:
    """Wherever it reaches the day; in all of the cases but one."""
    covered = [one.is_covered for one in _found(name) if one.is_covered is not None]
    assert len(covered) >= 6
    assert sum(covered) >= len(covered) - 1


def test_the_half_life_holds_the_truth(name: str) -> None:
    """Also where it is longer than anybody was watched."""
    assert sum(one.half_life.is_covered for one in _found(name)) >= 7


def test_naive_estimates_are_too_good(name: str) -> None:
    """Half a year later: who counts the silent as healed, and who looks at those alone who healed."""
    last = [one for one in _found(name) if one.days == DAYS[-1]]
    truth = fmean(one.still or 0 for one in last)
    assert truth > 1.3 * fmean(one.silent_is_fixed or 0 for one in last)
    lives = [(one.half_life.truth, one.half_life.closed_cases or inf) for one in last]
    assert all(truth >= closed for truth, closed in lives)
    assert any(truth > closed for truth, closed in lives)
