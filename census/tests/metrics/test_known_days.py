"""Which days between the first and the last log have none."""

from __future__ import annotations

from datetime import date

import pytest

from conda_census.census_toml import Hole
from conda_census.metrics.known_days import KnownDays


def _day(number: int) -> date:
    return date(2024, 1, number)


@pytest.mark.parametrize(
    ("spans", "lost", "holes", "missing"),
    [
        pytest.param([], [], [], [], id="no log at all"),
        pytest.param([(3, 3)], [], [], [], id="one log"),
        pytest.param([(1, 1), (2, 2), (3, 3)], [], [], [], id="a log a day"),
        pytest.param([(3, 3), (1, 2)], [], [], [], id="in another order"),
        pytest.param([(1, 1), (3, 3)], [], [], [2], id="one missing"),
        pytest.param([(1, 9), (3, 4), (12, 12)], [], [], [10, 11], id="logs that overlap"),
        pytest.param([(1, 1), (3, 3)], [], [(2, 2)], [], id="a declared hole"),
        pytest.param([(1, 1), (5, 5)], [], [(2, 3)], [4], id="one day beside a declared hole"),
        pytest.param([(2, 2), (4, 4)], [], [(1, 31)], [], id="a hole wider than the logs"),
        pytest.param([(1, 5)], [3], [], [3], id="rows that are lost"),
        pytest.param([(1, 5)], [3], [(3, 3)], [], id="rows that are lost, declared"),
        pytest.param([(1, 2)], [9], [], [9], id="rows that are lost, of a log of which nothing is left"),
        pytest.param([], [3], [], [3], id="all that there was is lost"),
    ],
)
def test_missing_days(
    spans: list[tuple[int, int]], lost: list[int], holes: list[tuple[int, int]], missing: list[int]
) -> None:
    """Those that no log spans or of which rows are lost, and that nobody has declared."""
    known = KnownDays(
        [(_day(first), _day(last)) for first, last in spans],
        [_day(number) for number in lost],
        [Hole(_day(since), _day(until), "") for since, until in holes],
    )
    assert known.missing() == [_day(number) for number in missing]
