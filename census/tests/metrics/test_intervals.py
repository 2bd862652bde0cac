from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from conda_census.metrics.intervals import Estimate, ratio, wilson


@given(st.integers(1, 10_000_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_agrees_with_scipy(case: tuple[int, int]) -> None:
    """The interval is the one that SciPy computes, for every share of every size."""
    successes, trials = case
    theirs = binomtest(successes, trials).proportion_ci(confidence_level=0.95, method="wilson")

    ours = wilson(successes, trials)

    assert ours.value == successes / trials
    assert ours.low == pytest.approx(theirs.low, abs=1e-12)
    assert ours.high == pytest.approx(theirs.high, abs=1e-12)


def test_wilson_agrees_with_the_paper() -> None:
    """81 of 263: the worked example of Newcombe, Statistics in Medicine 17 (1998), table I."""
    interval = wilson(81, 263)

    assert (round(interval.low, 4), round(interval.high, 4)) == (0.2553, 0.3662)


def test_no_trial_gives_nulls() -> None:
    """A share of nothing is not 0: it is not known."""
    assert wilson(0, 0) == Estimate(None, None, None)
    assert ratio(0, 0) is None


def test_the_interval_stays_between_0_and_1() -> None:
    """None of three gives a low end of exactly 0, three of three a high end of exactly 1."""
    assert wilson(0, 3).low == 0.0
    assert wilson(3, 3).high == 1.0
