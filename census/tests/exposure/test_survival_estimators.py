"""Estimators of remediation with delayed entry."""

from __future__ import annotations

import numpy as np
import pytest

from conda_census.exposure.remediation_curves import SurvivalEstimator, bootstrap_estimate, greenwood_estimate
from conda_census.survival.survival_data import SurvivalData

METHODS = pytest.mark.parametrize("method", [bootstrap_estimate, greenwood_estimate])


def _watch(*units: tuple[float, float, bool]) -> SurvivalData:
    """Entry, exit and event of units, each of another installation."""
    entry, leave, event = (np.array(column) for column in zip(*units, strict=True))
    return SurvivalData(entry.astype(np.float64), leave.astype(np.float64), event, np.arange(len(units)))


@METHODS
def test_the_first_who_enter_do_not_decide_alone(method: SurvivalEstimator) -> None:
    """One enters on day 1 and heals when nobody else is there; of 24 who come later six heal on day 20."""
    later = [(5.0, 20.0, number < 6) for number in range(24)]
    found = method(_watch((1.0, 2.0, True), *later), [3, 20])

    assert [share.value for share in found.shares] == [1.0, pytest.approx(18 / 24)]


@METHODS
def test_where_all_are_there_from_the_beginning_each_event_counts(method: SurvivalEstimator) -> None:
    """Also the last, of one who alone is left."""
    units = [(0.0, float(number + 1), True) for number in range(9)]

    assert method(_watch(*units), [8, 9]).shares[1].value == 0.0
