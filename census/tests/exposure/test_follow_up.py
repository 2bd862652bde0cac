"""Follow-up of a cohort: time origins, censoring rules and states."""

from __future__ import annotations

from typing import get_args

import ibis
import numpy as np
import pytest

from conda_census.exposure.follow_up import (
    CensoringRule,
    Cohort,
    States,
    TimeOrigin,
    count_states,
    follow_cohort,
    read_cohorts,
)
from conda_census.survival.survival_data import SurvivalData

#: Day on which all is asked, after the disclosure.
AS_OF = 60
_SCHEMA = {
    "advisory": "int64", "class": "string", "is_prevalent": "boolean", "entry": "int32",
    "last_visit": "int32", "fix": "int32", "installation": "binary", "event": "int32",
    "weight": "float64",
}  # fmt: skip


def _units(*rows: tuple[str, bool, int, int | None, int, int | None]) -> Cohort:
    """Installation, is_prevalent, entry, event, last_visit, fix."""
    names = ("installation", "is_prevalent", "entry", "event", "last_visit", "fix")
    table = [
        {"advisory": 7, "class": "lasting", "weight": 1.0}
        | dict(zip(names, row, strict=True))
        | {"installation": row[0].encode()}
        for row in rows
    ]
    return read_cohorts(ibis.memtable(table, schema=ibis.schema(_SCHEMA)))[7]


def _watched(found: SurvivalData) -> list[tuple[float, float, bool]]:
    return list(zip(found.entry.tolist(), found.exit.tolist(), found.event.tolist(), strict=True))


@pytest.mark.parametrize(
    ("rule", "exit_"), [("inactivity_cutoff", 30.0), ("last_visit", 20.0), ("as_of", float(AS_OF))]
)
def test_who_was_not_healed_leaves_after_its_last_visit(rule: CensoringRule, exit_: float) -> None:
    """Seen last on day 20; a gap of 10 days is usual."""
    units = _units(("ada", True, 0, None, 20, 0))

    assert _watched(follow_cohort(units, "disclosure", rule, AS_OF, 10)) == [(0.0, exit_, False)]


def test_nobody_is_watched_longer_than_the_data_goes() -> None:
    """Seen last on day 55."""
    units = _units(("ada", True, 0, None, 55, 0))

    assert _watched(follow_cohort(units, "disclosure", "inactivity_cutoff", AS_OF, 10)) == [
        (0.0, 60.0, False)
    ]


@pytest.mark.parametrize("rule", get_args(CensoringRule))
def test_who_was_healed_leaves_at_the_event(rule: CensoringRule) -> None:
    """Whatever it did afterwards."""
    units = _units(("ada", False, 4, 12, 50, 0))

    assert _watched(follow_cohort(units, "disclosure", rule, AS_OF, 10)) == [(4.0, 12.0, True)]


@pytest.mark.parametrize("origin", get_args(TimeOrigin))
def test_who_is_gone_before_the_watch_begins_is_not_watched(origin: TimeOrigin) -> None:
    """Seen last twenty days before the disclosure, and a gap of ten is usual."""
    units = _units(("ada", True, 0, None, -20, 0), ("bob", True, 0, None, 20, 0))

    found = follow_cohort(units, origin, "inactivity_cutoff", AS_OF, 10)

    assert found.exit.tolist() == [30.0]
    assert found.cluster.tolist() == [units.cluster[1]]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (("ada", True, 0, 12, 50, 5), [(0.0, 7.0, True)]),
        (("ada", False, 8, 12, 50, 5), [(3.0, 7.0, True)]),
        (("ada", True, 0, 12, 50, -300), [(0.0, 12.0, True)]),
        (("ada", True, 0, 12, 50, None), []),
        (("ada", True, 0, 4, 50, 5), []),
    ],
    ids=[
        "fixed after 5 days",
        "exposed after the fix",
        "fixed long before",
        "never fixed",
        "healed otherwise",
    ],
)
def test_the_clock_of_the_fix(
    row: tuple[str, bool, int, int | None, int, int | None], expected: list[tuple[float, float, bool]]
) -> None:
    """It begins with the fix, and never before the disclosure."""
    assert _watched(follow_cohort(_units(row), "fix_available", "inactivity_cutoff", AS_OF, 10)) == expected


def test_states_add_up() -> None:
    """Active is who was seen within 30 days up to day 60: from day 31 on."""
    units = _units(
        ("ada", True, 0, 12, 12, 0),
        ("bob", True, 0, None, 31, 0),
        ("cy", True, 0, None, 30, 0),
        ("dan", False, 3, None, 60, 0),
    )

    assert count_states(units, AS_OF) == States(remediated=1, exposed=2, silent=1)
    assert count_states(units.only(units.is_prevalent), AS_OF).entered == 3


def test_environments_of_an_installation_have_its_number() -> None:
    """So that they are drawn together."""
    units = _units(("bob", True, 0, None, 5, 0), ("ada", True, 0, None, 6, 0), ("bob", True, 0, None, 7, 0))

    by_visit = dict(zip(units.last_visit.tolist(), units.cluster.tolist(), strict=True))
    assert by_visit[5.0] == by_visit[7.0] != by_visit[6.0]


def test_what_is_not_there_is_not_a_number() -> None:
    """No event, no fix."""
    units = _units(("ada", True, 0, None, 5, None))

    assert np.isnan([units.event[0], units.fix[0]]).all()
    assert units.kind.tolist() == ["lasting"]
