"""Which days between the first and the last log have none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import ibis
import pytest

from census_support.lakes.small_lake import SmallLake
from conda_census.metrics.activity import Activity, read_activity
from conda_census.metrics.coverage.known_days import KnownDays, read_known_days, read_spans
from conda_census.settings_file import Hole


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


_SPANS = {"head": "string", "first_line": "int64", "lines": "int64"} | dict.fromkeys(
    ("first_time", "last_time"), "timestamp('UTC')"
)


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
        ([(0.1, 1.1083), (2.1084, 3.1083)], [1]),
        ([(0.2, 1.2083), (2.2084, 3.2083)], [1, 2]),
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
    found = KnownDays(read_spans(ibis.memtable(rows, schema=_SPANS))).missing()
    assert [(day - date(2024, 1, 1)).days for day in found] == missing


def test_a_log_that_grew_has_no_gap() -> None:
    """Two readings of one log, days apart: what lies between them is in it."""
    rows = [
        {"head": "one", "first_line": 1, "lines": 10, "first_time": _at(0.2), "last_time": _at(1.1)},
        {"head": "one", "first_line": 11, "lines": 5, "first_time": _at(3.9), "last_time": _at(4.5)},
    ]
    assert KnownDays(read_spans(ibis.memtable(rows))).missing() == []


#: Sessions of a busy day, and a week of a company that nobody works for on weekends.
_B = 10
_COMPANY = [40, 55, 38, 61, 45, 0, 0]
#: A few sessions a week.
_QUIET = [0, 3, 0, 0, 2, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 1, 0, 0, 0, 0, 2, 0, 0]
_RARE = [1, 0, 0, 2, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0]
_MONTHLY = [500, *[0] * 30]


def _without(days: list[int], *silent: int) -> list[int]:
    return [0 if number in silent else requests for number, requests in enumerate(days)]


@pytest.mark.parametrize(
    ("sessions", "missing"),
    [
        # Lines of these days are not in the log.
        pytest.param(_without([_B] * 12, 3, 4, 5), [3, 4, 5], id="three of twelve days"),
        pytest.param(_without([_B] * 12, 1), [1], id="the second of twelve days"),
        pytest.param(_without([_B] * 12, 2, 5, 8, 9), [2, 5, 8, 9], id="days here and there"),
        pytest.param(_without([_B] * 12, *range(1, 11, 2)), [1, 3, 5, 7, 9], id="each second day"),
        pytest.param(_without([_B] * 60, 20), [20], id="one of sixty days"),
        pytest.param(_without([_B] * 60, 20, 27), [20, 27], id="the same weekday twice"),
        pytest.param(_without([_B] * 21, 5, 12), [5, 12], id="the same weekday twice of three weeks"),
        pytest.param(_without([_B] * 90, *range(30, 60)), list(range(30, 60)), id="a month"),
        pytest.param(
            _without([_B] * 90, *range(10, 30), 45, *range(60, 80)),
            [*range(10, 30), 45, *range(60, 80)],
            id="a day between two lost weeks",
        ),
        pytest.param([_B, 0, _B], [1], id="one of three days"),
        pytest.param([_B, 1, 0, _B, _B], [2], id="behind one late line"),
        pytest.param([_B] * 4 + [1, 0, 0, 0] + [_B] * 4, [5, 6, 7], id="behind one late line, three days"),
        pytest.param([3] * 10 + [0] * 3 + [3] * 10, [10, 11, 12], id="three days of a small repository"),
        pytest.param([1] * 30 + [0] * 10 + [1] * 30, list(range(30, 40)), id="ten days of a tiny one"),
        pytest.param([_B] * 12 + [0] * 30 + [1], list(range(12, 42)), id="one line long after the log"),
        pytest.param([1] + [0] * 400 + [_B] * 12, list(range(1, 401)), id="one line long before the log"),
        pytest.param([1] + [0] * 400 + _QUIET, list(range(1, 402)), id="long before a quiet one"),
        pytest.param(_QUIET * 2 + [0] * 60 + [1], list(range(54, 116)), id="long after a quiet one"),
        pytest.param(_without(_COMPANY * 5, 16), [16], id="a Wednesday of a company"),
        pytest.param(_without(_COMPANY * 5, 18), [18, 19, 20], id="a Friday, so nor the weekend"),
        pytest.param(
            _without([40, 0, 55, 0, 61, 0, 0] * 5, 14), [12, 13, 14, 15], id="one of three days a week"
        ),
        # They are quiet days.
        pytest.param(_COMPANY * 5, [], id="weekends"),
        pytest.param([40, 55, 38, 61, 45, 3, 0] * 6, [], id="Sundays"),
        pytest.param(_without([40, 55, 38, 61, 45, 9, 2] * 6, 20), [], id="a Sunday that is never busy"),
        pytest.param(_QUIET * 4, [], id="a few requests a week"),
        pytest.param(_RARE * 4, [], id="an environment now and then"),
        pytest.param([*_MONTHLY * 4, 500], [], id="one job a month"),
        pytest.param([500, *[0] * 6] * 8 + [500], [], id="one job a week"),
        pytest.param([3, 0, 0, 2, 5], [], id="a few requests in all"),
        pytest.param([1] + [0] * 30 + [1], [], id="two lines a month apart"),
        pytest.param([4, 0, 4, 3, 0, 5, 2, 4, 0, 1, 6, 4, 0, 3] * 3, [], id="a small repository"),
        pytest.param([_B] * 60, [], id="no silent day"),
        pytest.param([1], [], id="one day"),
    ],
)
def test_silent_days(sessions: list[int], missing: list[int]) -> None:
    """A day without a request in a log is a quiet one only if the days around it make that credible."""
    assert _silent(sessions) == missing


def _silent(sessions: list[int], lost: Sequence[date] = (), holes: Sequence[Hole] = ()) -> list[int]:
    first = date(2024, 1, 1)
    active = {first + timedelta(days=number): each for number, each in enumerate(sessions) if each}
    known = KnownDays([(first, first + timedelta(days=len(sessions) - 1))], lost, holes, Activity(active))
    days = known.unknown(first, first + timedelta(days=len(sessions) - 1))
    return [(day - first).days for day in days]


def test_a_declared_hole_in_a_log() -> None:
    """Its silent days are not known, and are no surprise; what is there of it is known."""
    hole = Hole(_day(3), _day(6), "the disk was full")
    assert _silent([1, 0, 0, 0, 1, 0, 1], holes=[hole]) == [2, 3, 5]
    assert _silent([1, 0, 0, 0, 1, 0, 1]) == []


@pytest.mark.parametrize(
    ("sessions", "begin"),
    [
        pytest.param([1] + [0] * 400 + [_B] * 12, ([0], 401), id="one line"),
        pytest.param([1, 0, 1] + [0] * 70 + [_B] * 12, ([0, 2], 73), id="two lines"),
        pytest.param([1] + [0] * 90 + [1] + [0] * 90 + [_B] * 12, ([0, 91], 182), id="far from each other"),
        pytest.param([1] + [0] * 400 + [1] * 10, ([0], 401), id="before a quiet one"),
        pytest.param([_B] + [0] * 400 + [_B] * 9, None, id="a busy day"),
        pytest.param([1] * 4 + [0] * 400 + [_B] * 12, None, id="several days"),
        pytest.param([1] + [0] * 40 + [_B] * 12, None, id="not so far"),
        pytest.param([1] + [0] * 400 + [1], None, id="two days in all"),
        pytest.param([_B] * 30, None, id="no silent day"),
    ],
)
def test_a_doubtful_begin(sessions: list[int], begin: tuple[list[int], int] | None) -> None:
    """A few lines that years without any part from all others."""
    first = date(2000, 1, 1)
    active = {first + timedelta(days=number): each for number, each in enumerate(sessions) if each}
    known = KnownDays([(first, first + timedelta(days=len(sessions) - 1))], activity=Activity(active))
    expected = begin and (
        tuple(first + timedelta(days=number) for number in begin[0]),
        first + timedelta(days=begin[1]),
    )
    assert known.doubtful_begin() == expected


def test_lost_days_tell_nothing_of_others() -> None:
    """They do not make silence usual."""
    lost = [_day(number) for number in range(1, 29) if number != 8 and _day(number).weekday() == 0]
    requests = _without([_B] * 28, 7, *(day.day - 1 for day in lost))
    assert _silent(requests, lost=lost) == sorted({7, *(day.day - 1 for day in lost)})


def test_activity_is_not_asked_for_without_a_log() -> None:
    """There is nothing to judge."""

    def activity() -> Activity:
        raise AssertionError

    assert read_known_days(ibis.memtable([], schema=_SPANS), (), (), activity).missing() == []


def _hour(day: int, hour: int) -> datetime:
    return datetime(2024, 1, day, hour, tzinfo=UTC)


def _noon(day: int) -> datetime:
    return _hour(day, 12)


def test_activity(tmp_path: Path) -> None:
    """Sessions of each day; what came after midnight makes a day active that has no session of its own."""
    lake = SmallLake(tmp_path)
    lake.session("2024-01-02", "s1", requests=5).session("2024-01-02", "s2", requests=210)
    lake.session("2024-01-04", "s3", requests=3, last_time=datetime(2024, 1, 5, 0, 1, tzinfo=UTC))
    # One that goes on for days: what it downloaded tells on which of them.
    lake.session("2024-01-07", "s4", requests=90, last_time=datetime(2024, 1, 11, 3, tzinfo=UTC))
    lake.download("2024-01-09").download("2024-01-09")
    tables = lake.open()
    activity = read_activity(tables.sessions, tables.downloads)
    assert activity.days == {_day(2): 5, _day(4): 1, _day(5): 0, _day(7): 1, _day(9): 0, _day(11): 0}
    assert activity.hours == {
        _noon(2): 5, _noon(4): 1, _hour(5, 0): 0, _noon(7): 1, _noon(9): 0, _hour(11, 3): 0,
    }  # fmt: skip


def test_why_a_day_that_logs_span_is_not_known() -> None:
    """Its rows are lost, it has no line, or hours of it have none; of a day between logs nothing is said."""
    days = [day for day in (*range(1, 25), 26) if day != 12]
    active = {_day(day): 48 for day in days}
    hours = {
        datetime(2024, 1, day, hour, tzinfo=UTC): 2
        for day in days
        for hour in range(24)
        if day != 9 or not 2 <= hour < 10
    }
    ends = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 26, 23, 59, tzinfo=UTC)
    known = KnownDays(
        [(_day(1), _day(24)), (_day(26), _day(26))], [_day(20)], (), Activity(active, hours), ends
    )
    why = {day: known.why_unknown(_day(day)) for day in range(1, 27)}
    assert {day: reason for day, reason in why.items() if reason} == {
        9: "no request from 02:00 to 10:00 UTC, when sessions usually come",
        12: "the log that spans it has no line of it",
        20: "rows of it are lost",
    }
    assert known.unknown(_day(1), _day(26)) == (_day(9), _day(12), _day(20), _day(25))
