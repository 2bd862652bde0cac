"""Remediation curves with the bounds of all censoring rules."""

from __future__ import annotations

import numpy as np
import pytest

from census_support.oracles.plain_survival import plain_survival
from conda_census.exposure.follow_up import EMPTY_COHORT, Cohort
from conda_census.exposure.remediation_curves import estimate_remediation
from conda_census.metrics.intervals import Estimate

_NAN = float("nan")


def _units(*rows: tuple[float, float]) -> Cohort:
    """Event and last visit of units that were exposed at the disclosure, when there was a fix."""
    event, last_visit = (np.array(column, dtype=np.float64) for column in zip(*rows, strict=True))
    zeros = np.zeros(len(rows))
    return Cohort(
        entry=zeros,
        event=event,
        last_visit=last_visit,
        fix=zeros,
        cluster=np.arange(len(rows)),
        is_prevalent=zeros == 0,
        kind=np.full(len(rows), "lasting"),
        weight=np.ones(len(rows)),
    )


def test_the_edges_are_those_who_left_at_once_and_those_who_stayed() -> None:
    """Of four one heals on day 5, when one is gone since day 2: 3 of 4 if it stayed, 2 of 3 if it left.

    With a gap of two days that is usual it left on day 4, and so says the curve.
    """
    units = _units((5, 5), (_NAN, 2), (_NAN, 9), (_NAN, 10))

    found = estimate_remediation(units, "disclosure", 10, 2, plain_survival)

    assert found.shares[4] == Estimate(1.0, 1.0, 1.0)
    assert found.shares[5] == Estimate(pytest.approx(2 / 3), pytest.approx(2 / 3), 0.75)  # type: ignore[arg-type]


def test_a_half_life_that_one_edge_does_not_reach_has_no_end() -> None:
    """Of three two are gone after day 1: with them the half is never healed, without them all are."""
    units = _units((5, 5), (_NAN, 1), (_NAN, 1))

    assert estimate_remediation(units, "disclosure", 10, 1, plain_survival).median == Estimate(5, 5, None)


def test_of_nobody_there_is_no_curve() -> None:
    """Not even a day."""
    found = estimate_remediation(EMPTY_COHORT, "fix_available", 10, 1, plain_survival)

    assert (found.shares, found.median) == ([], Estimate())


def test_a_day_before_the_disclosure_has_no_curve() -> None:
    """Nobody was at risk yet."""
    assert estimate_remediation(EMPTY_COHORT, "disclosure", -3, 1, plain_survival).shares == []
