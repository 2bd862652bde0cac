"""Aalen-Johansen estimate: lifelines, plain fractions and an example."""

from __future__ import annotations

import warnings
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conda_census.survival.aalen_johansen import SharesOn, aalen_johansen
from conda_census.survival.kaplan_meier import kaplan_meier
from conda_census.survival.survival_data import SurvivalData

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lifelines import AalenJohansenFitter

#: (entry, how long it is watched, what then: 0 no longer watched, 1 remediated, 2 silent)
ROWS = st.lists(st.tuples(st.integers(0, 6), st.integers(1, 6), st.integers(0, 2)), min_size=1, max_size=30)


@pytest.mark.filterwarnings("ignore")
def test_the_shares_are_those_of_lifelines() -> None:
    """To 1e-9, with delayed entry, each of the two; no days are tied, which lifelines cannot do."""
    random = np.random.default_rng(5)
    entry = np.where(random.random(800) < 0.5, 0.0, random.random(800) * 30)
    cause = random.integers(0, 3, 800)
    units = SurvivalData(entry, entry + random.exponential(30, 800), cause == 1, np.arange(800))
    shares = aalen_johansen(units, cause == 2)

    for which, ours in ((1, shares.remediated), (2, shares.silent)):
        fitter = AalenJohansenFitter(calculate_variance=False)
        fitter.fit(units.exit, cause, event_of_interest=which, entry=entry)
        theirs = fitter.cumulative_density_.iloc[:, 0].loc[shares.day]
        assert ours == pytest.approx(theirs.to_numpy(), abs=1e-9)


@given(ROWS)
def test_the_shares_are_those_of_plain_fractions(rows: list[tuple[int, int, int]]) -> None:
    """With ties of all kinds, to the last digit; and they add up to 1 on each day."""
    entry, watched, cause = (np.array(column) for column in zip(*rows, strict=True))
    units = SurvivalData(
        entry.astype(float), (entry + watched).astype(float), cause == 1, np.arange(len(rows))
    )
    shares = aalen_johansen(units, cause == 2)

    expected = _plainly([(start, start + many, what) for start, many, what in rows])
    assert [*zip(shares.day, shares.remediated, shares.exposed, shares.silent, strict=True)] == [
        pytest.approx(tuple(map(float, row)), abs=1e-12) for row in expected
    ]
    assert shares.remediated + shares.exposed + shares.silent == pytest.approx(np.ones(len(shares.day)))


def _plainly(rows: list[tuple[int, int, int]]) -> list[tuple[Fraction, ...]]:
    exposed, remediated, silent = Fraction(1), Fraction(0), Fraction(0)
    found = []
    for day in sorted({end for _, end, what in rows if what}):
        at_risk = sum(start < day <= end for start, end, _ in rows)
        healed, fell = (sum(end == day and what == each for _, end, what in rows) for each in (1, 2))
        remediated += exposed * Fraction(healed, at_risk)
        silent += exposed * Fraction(fell, at_risk)
        exposed *= 1 - Fraction(healed + fell, at_risk)
        found.append((Fraction(day), remediated, exposed, silent))
    return found


def test_who_falls_silent_is_not_remediated() -> None:
    """Of four one is healed on day 2, two fall silent on day 3, one is healed on day 4."""
    units = SurvivalData(
        np.zeros(4), np.array([2.0, 3.0, 3.0, 4.0]), np.array([True, False, False, True]), np.arange(4)
    )
    shares = aalen_johansen(units, np.array([False, True, True, False]))

    assert shares.on([0, 2, 3.5, 4, 99]) == [
        SharesOn(0.0, 1.0, 0.0),
        SharesOn(0.25, 0.75, 0.0),
        SharesOn(0.25, 0.25, 0.5),
        SharesOn(0.5, 0.0, 0.5),
        SharesOn(0.5, 0.0, 0.5),
    ]
    # As if nobody ever fell silent, all would be healed on day 4.
    assert kaplan_meier(units).share[-1] == 0


def test_nobody_gives_nulls() -> None:
    """And so does a day to which nobody was watched."""
    nobody = SurvivalData(np.array([]), np.array([]), np.array([], bool), np.array([], int))
    assert aalen_johansen(nobody, np.array([], bool)).on([7]) == [SharesOn(None, None, None)]
    one = SurvivalData(np.zeros(1), np.ones(1), np.array([False]), np.array([0]))
    unchanged, later = aalen_johansen(one, np.array([False])).on([1, 2])
    assert (unchanged, later) == (SharesOn(0.0, 1.0, 0.0), SharesOn(None, None, None))


@pytest.mark.parametrize(("silent", "told"), [([True], "remediated and fell silent"), ([], "0 for 1 units")])
def test_what_no_shares_are_made_of(silent: list[bool], told: str) -> None:
    """It is refused and named."""
    healed = SurvivalData(np.zeros(1), np.ones(1), np.array([True]), np.array([0]))
    with pytest.raises(ValueError, match=told):
        aalen_johansen(healed, np.array(silent, bool))
