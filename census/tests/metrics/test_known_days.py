"""Which days between the first and the last log have none."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import ibis
import pytest

from conda_census.census_toml import Hole
from conda_census.metrics.known_days import KnownDays, read_spans


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


def _at(day: float) -> datetime:
    return datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=day)


@pytest.mark.parametrize(
    ("logs", "missing"),
    [
        # Of days 1.0 to 2.0, 2.0 to 3.0 and so on, in days of January from 0 on; the second is lost.
        ([(0.0, 0.9999), (2.0001, 2.9999)], [1]),
        ([(0.0, 1.0001), (2.0001, 3.0001)], [1]),
        ([(0.0, 1.0001), (1.9999, 3.0001)], [1]),
        ([(0.0, 0.9999), (1.9999, 3.0)], [1]),
        # Servers east and west of Greenwich, and logs that change at 06:25 and at noon.
        ([(-0.08, 0.9166), (1.9168, 2.9166)], [1]),
        ([(0.2, 1.2083), (2.2084, 3.2083)], [1]),
        ([(0.2674, 1.2673), (2.2674, 3.2673)], [1, 2]),
        ([(0.5, 1.4999), (2.5, 3.4999)], [1, 2]),
        # Several are lost.
        ([(0.0, 1.0001), (4.9999, 6.0)], [1, 2, 3, 4]),
        # Nothing is lost: quiet nights, a mirror that few ask, one log that has the whole time.
        ([(0.0, 0.7), (1.3, 1.7), (2.4, 2.7)], []),
        ([(0.4, 0.4), (1.45, 1.45), (2.5, 2.5)], []),
        ([(0.0, 1.0001), (1.4, 1.4), (2.3, 2.9)], []),
        ([(0.2674, 1.2), (1.3, 2.2), (2.9, 3.2)], []),
        ([(0.0, 9.0)], []),
        # Another server's log has what one lacks.
        ([(0.0, 1.0001), (1.9999, 3.0001), (0.5, 2.5)], []),
        # What lies before the first and behind the last log is for others to judge.
        ([(0.9999, 2.0001)], []),
        ([], []),
    ],
)
def test_parts_of_days(logs: list[tuple[float, float]], missing: list[int]) -> None:
    """A day of which the end or the beginning of another day's log tells only some hours is not known."""
    rows = [
        {"head": f"{number}", "first_line": 1, "lines": 10, "first_time": _at(first), "last_time": _at(last)}
        for number, (first, last) in enumerate(logs)
    ]
    schema = {"head": "string", "first_line": "int64", "lines": "int64"}
    schema |= dict.fromkeys(("first_time", "last_time"), "timestamp('UTC')")
    found = KnownDays(read_spans(ibis.memtable(rows, schema=schema))).missing()
    assert [(day - date(2024, 1, 1)).days for day in found] == missing


def test_a_log_that_grew_has_no_gap() -> None:
    """Two readings of one log, days apart: what lies between them is in it."""
    rows = [
        {"head": "one", "first_line": 1, "lines": 10, "first_time": _at(0.2), "last_time": _at(1.1)},
        {"head": "one", "first_line": 11, "lines": 5, "first_time": _at(3.9), "last_time": _at(4.5)},
    ]
    assert KnownDays(read_spans(ibis.memtable(rows))).missing() == []
