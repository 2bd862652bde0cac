from __future__ import annotations

import pytest

from conda_census.metrics.intervals import Estimate
from conda_census.reports.exposure.wording import days_interval, days_of


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (Estimate(value=25.0, low=19.0, high=31.5), "95 % interval 19 to 31.5 days"),
        (Estimate(value=None, low=19.0, high=None), "95 % interval 19 days or more"),
        (Estimate(value=None, low=None, high=None), "no interval"),
    ],
)
def test_the_interval_of_a_half_life(days: Estimate, text: str) -> None:
    """Without an end it is longer than anybody was watched."""
    assert days_interval(days) == text


def test_a_half_life_that_is_not_reached_is_not_missing() -> None:
    """It is longer than what was seen."""
    assert (days_of(25.0), days_of(None)) == ("25 days", "not reached yet")
