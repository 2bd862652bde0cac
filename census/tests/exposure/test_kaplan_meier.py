"""Kaplan-Meier estimate: lifelines, the paper's example, delayed entry and coverage."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from census_support.oracles.watched_units import watched_units
from conda_census.metrics.intervals import Estimate
from conda_census.survival.kaplan_meier import Curve, kaplan_meier
from conda_census.survival.survival_data import Days, SurvivalData

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lifelines import KaplanMeierFitter
    from lifelines.utils import median_survival_times

Row = tuple[float, float, bool, int]

#: (entry, how long it is watched, remediated, how many such units); few distinct days, so that many are tied.
ROWS = st.lists(
    st.tuples(st.integers(0, 8), st.integers(1, 8), st.booleans(), st.integers(1, 5)), min_size=1, max_size=40
)


def _units(*rows: Row) -> SurvivalData:
    entry, exit_, event, count = (np.array(column) for column in zip(*rows, strict=True))
    return SurvivalData(
        entry.astype(float), exit_.astype(float), event.astype(bool), np.arange(len(rows)), count.astype(int)
    )


def _fit(units: SurvivalData, days: Days) -> KaplanMeierFitter:
    return KaplanMeierFitter().fit(
        units.exit, units.event, entry=units.entry, weights=units.weight, timeline=days
    )


def _theirs(units: SurvivalData, days: Days) -> list[Days]:
    """Their share, low and high."""
    fitter = _fit(units, days)
    interval = fitter.confidence_interval_survival_function_.to_numpy()
    return [fitter.survival_function_.to_numpy()[:, 0], interval[:, 0], interval[:, 1]]


@given(ROWS)
@pytest.mark.filterwarnings("ignore")
def test_the_curve_is_that_of_lifelines(rows: list[Row]) -> None:
    """To 1e-9, with delayed entry, ties and counts; its interval too, wherever that is defined at all."""
    spans = [(entry, entry + watched, event, many) for entry, watched, event, many in rows]
    # One that is there all the time: lifelines refuses a curve that comes to 0 before others enter.
    units = _units((0, 20, False, 1), *spans)
    curve = kaplan_meier(units)
    share, low, high = (of[:-1] for of in _theirs(units, np.append(curve.day, 20.0)))

    assert curve.share == pytest.approx(share, abs=1e-9)
    assert curve.low == pytest.approx(low, abs=1e-9)
    assert curve.high == pytest.approx(high, abs=1e-9)


@pytest.mark.filterwarnings("ignore")
def test_a_large_curve_is_that_of_lifelines() -> None:
    """Of 3,000 units without ties, of which half enter late: the median and its interval too."""
    random = np.random.default_rng(3)
    entry = np.where(random.random(3000) < 0.5, 0.0, random.random(3000) * 60)
    healed, lost = entry + random.exponential(40, 3000), entry + random.random(3000) * 200
    units = watched_units(entry, np.minimum(healed, lost), healed <= lost, np.arange(3000) // 2)
    curve = kaplan_meier(units)
    for ours, theirs in zip((curve.share, curve.low, curve.high), _theirs(units, curve.day), strict=True):
        assert ours[:-1] == pytest.approx(theirs[:-1], abs=1e-9)
    fitter = _fit(units, curve.day)
    median = curve.median()
    ends = median_survival_times(fitter.confidence_interval_survival_function_).to_numpy()[0].tolist()
    assert [median.value, median.low, median.high] == [fitter.median_survival_time_, *ends]


def test_the_example_of_kaplan_and_meier() -> None:
    """Table 1 of the paper: deaths at 0.8, 3.1, 5.4 and 9.2, losses at 1.0, 2.7, 7.0 and 12.1."""
    deaths = {0.8, 3.1, 5.4, 9.2}
    times = sorted(deaths | {1.0, 2.7, 7.0, 12.1})
    curve = kaplan_meier(_units(*((0.0, time, time in deaths, 1) for time in times)))

    assert curve.at_risk.tolist() == [8, 5, 4, 2]
    assert curve.share == pytest.approx([0.875, 0.7, 0.525, 0.2625])
    assert [round(each.value or 0, 4) for each in curve.at([0, 0.79, 0.8, 9, 12.1])] == [
        1.0, 1.0, 0.875, 0.525, 0.2625,
    ]  # fmt: skip
    assert curve.median().value == 9.2


@given(ROWS)
def test_counted_units_are_as_good_as_many(rows: list[Row]) -> None:
    """One element that stands for five units is five elements."""
    counted = _units(*((entry, entry + watched, event, many) for entry, watched, event, many in rows))
    repeated = SurvivalData(
        *(
            np.repeat(of, counted.weight)
            for of in (counted.entry, counted.exit, counted.event, counted.cluster)
        )
    )
    one, other = kaplan_meier(counted), kaplan_meier(repeated)
    assert (one.day == other.day).all()
    assert one.share == pytest.approx(other.share)
    days = [0.5, 4, 9]
    for ours, theirs in zip(one.at(days), other.at(days), strict=True):
        assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high))


@given(ROWS)
def test_a_curve_falls_within_its_interval(rows: list[Row]) -> None:
    """From 1 down, never below 0; the number at risk is never less than that of events."""
    spans = ((entry, entry + watched, event, many) for entry, watched, event, many in rows)
    curve = kaplan_meier(_units(*spans))
    assert (np.diff(curve.share, prepend=1.0) < 0).all() or 0 in curve.share
    assert ((curve.low >= 0) & (curve.low <= curve.share) & (curve.share <= curve.high)).all()
    assert (curve.high <= 1).all()
    assert (curve.at_risk >= curve.events).all()


def test_who_enters_late_is_at_risk_from_then_on() -> None:
    """Four from the start and two from day 5: of the event on day 5 itself they are not yet at risk."""
    curve = kaplan_meier(_units((0, 5, True, 1), (0, 9, False, 3), (5, 6, True, 1), (5, 9, False, 1)))
    assert curve.day.tolist() == [5, 6]
    assert curve.at_risk.tolist() == [4, 5]
    assert curve.share.tolist() == pytest.approx([3 / 4, 3 / 4 * 4 / 5])


def test_the_first_that_enter_need_not_decide() -> None:
    """One unit alone, healed on day 2, before the others enter: the curve would stay at 0 for good."""
    units = _units((0, 2, True, 1), (3, 4, True, 1), (3, 9, False, 9))
    assert kaplan_meier(units).share.tolist() == [0.0, 0.0]
    assert kaplan_meier(units, fewest_at_risk=2).share.tolist() == pytest.approx([0.9])


def test_nobody_gives_nulls() -> None:
    """A share of nobody is not 1: it is not known."""
    nobody = kaplan_meier(
        watched_units(*(np.array([]) for _ in range(2)), np.array([], bool), np.array([], int))
    )
    assert nobody.at([0, 7]) == [Estimate(), Estimate()]
    assert nobody.median() == Estimate()


def test_without_an_event_the_low_end_is_a_bound() -> None:
    """None of ten is healed in 30 days: with a share of 0.741 still exposed that has a chance of 5 %."""
    curve = kaplan_meier(_units((0, 30, False, 10)))
    day_0, day_30, later = curve.at([0, 30, 31])
    assert day_0 == Estimate(1.0, 1.0, 1.0)
    assert (day_30.value, day_30.high) == (1.0, 1.0)
    assert (day_30.low or 0) ** 10 == pytest.approx(0.05)
    assert later == Estimate()
    assert curve.median() == Estimate()


def test_a_curve_that_comes_to_0_ends_there() -> None:
    """Its interval ends where it ended before; of a curve with one step, where all would heal by chance."""
    half_then_all = kaplan_meier(_units((0, 3, True, 10), (0, 5, True, 10)))
    before, after, later = half_then_all.at([3, 5, 99])
    assert after == later == Estimate(value=0.0, low=0.0, high=before.high)
    at_once = kaplan_meier(_units((0, 3, True, 10)))
    assert at_once.share.tolist() == [0.0]
    assert (1 - at_once.high[0]) ** 10 == pytest.approx(0.05)
    assert at_once.median() == Estimate(3.0, 3.0, 3.0)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"exit": [1.0, 3.0]}, "1 units with entry >= exit"),
        ({"entry": [-1.0, 0.0]}, "before the time origin"),
        ({"exit": [5.0, np.nan]}, "not finite"),
        ({"event": [True]}, "different lengths"),
        ({"weight": [1, -1]}, "negative weight"),
    ],
)
def test_what_no_curve_is_made_of(changed: dict[str, list[Any]], told: str) -> None:
    """It is refused and named."""
    columns = {"entry": [1.0, 2.0], "exit": [4.0, 3.0], "event": [True, False], "cluster": [1, 2], **changed}
    with pytest.raises(ValueError, match=told):
        SurvivalData(**{name: np.array(values) for name, values in columns.items()})


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    """Of 400 curves of 80 units each, half of them late: at 95 %, 367 or more but once in 1,000 times."""
    held = np.zeros(4, dtype=int)
    for seed in range(400):
        curve = _exponential(np.random.default_rng(seed), 80)
        shares = curve.at([10, 30, 60])
        held[:3] += [
            (each.low or 0) <= np.exp(-day / 40) <= (each.high or 0)
            for each, day in zip(shares, (10, 30, 60), strict=True)
        ]
        median = curve.median()
        held[3] += (median.low or 0) <= 40 * np.log(2) <= (median.high or np.inf)
    assert held.min() >= 367


def _exponential(random: np.random.Generator, many: int) -> Curve:
    """Units that heal with a mean of 40 days, half of them found late, and lost between 0 and 150 days."""
    healed = random.exponential(40, 3 * many)
    entry = np.where(random.random(3 * many) < 0.5, 0.0, random.random(3 * many) * 40)
    found = np.flatnonzero(healed > entry)[:many]
    healed, entry = healed[found], entry[found]
    lost = entry + random.random(many) * 150
    return kaplan_meier(
        watched_units(entry, np.minimum(healed, lost), healed <= lost, np.arange(many)), fewest_at_risk=5
    )
