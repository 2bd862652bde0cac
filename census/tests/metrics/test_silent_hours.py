"""Which days lack hours of which the sessions would have come."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conda_census.metrics.coverage.silent_hours import SilentHours

_FIRST = date(2024, 1, 1)
_MIDNIGHT = datetime.combine(_FIRST, time(), UTC)

Hours = npt.NDArray[np.int64]


def _judge(sessions: Hours, begin: datetime | None = None, end: datetime | None = None) -> SilentHours:
    """Of sessions by day and hour, from a Monday on."""
    active = {
        _MIDNIGHT + timedelta(days=int(day), hours=int(hour)): int(sessions[day, hour])
        for day, hour in zip(*np.nonzero(sessions), strict=True)
    }
    known = [_FIRST + timedelta(days=day) for day in range(len(sessions))]
    begin = begin or _MIDNIGHT - timedelta(minutes=1)
    return SilentHours(active, known, begin, end or _MIDNIGHT + timedelta(days=len(sessions), minutes=1))


def _found(sessions: Hours) -> list[int]:
    return sorted((day - _FIRST).days for day in _judge(sessions).find())


def _days(days: int, by_hour: list[int] | int, weekend: list[int] | int | None = None) -> Hours:
    """The same sessions each day, but for weekends."""
    sessions = np.empty((days, 24), np.int64)
    sessions[:] = by_hour
    if weekend is not None:
        sessions[np.arange(days) % 7 >= 5] = weekend
    return sessions


def _without(sessions: Hours, *lost: tuple[int, list[int]]) -> Hours:
    for day, hours in lost:
        sessions[day, hours] = 0
    return sessions


_OFFICE = [0] * 8 + [9] * 9 + [0] * 7
_NIGHTLY = [0] * 3 + [40] + [0] * 4 + [1] * 8 + [0] * 8


@pytest.mark.parametrize("a_day", [15, 40, 100])
def test_the_first_days_of_a_growing_repository_are_known(a_day: int) -> None:
    """It ends its first month with ten times as many sessions: of 20 such months at most 8 days look lost."""
    dice = np.random.default_rng(a_day)
    growth = 1 + 9 * np.arange(30) / 30
    months = (dice.poisson(a_day / 24 * growth[:, None], (30, 24)) for _ in range(20))

    assert sum(len(_found(sessions)) for sessions in months) <= 8


def test_lost_hours_of_a_growing_repository_are_found() -> None:
    """Of its tenth day 16 hours are lost."""
    sessions = np.repeat(np.arange(2, 32)[:, None], 24, axis=1)

    assert _found(_without(sessions, (9, list(range(4, 20))))) == [9]


@pytest.mark.parametrize(
    ("sessions", "missing"),
    [
        # Hours of these days are lost.
        pytest.param(_without(_days(20, 3), (12, [*range(7), *range(8, 24)])), [12], id="all but one hour"),
        pytest.param(_without(_days(20, 3), (12, list(range(4, 24)))), [12], id="all but four hours"),
        pytest.param(_without(_days(20, 3), (12, [0, 1, 2, 3, 4])), [12], id="five hours of the next day"),
        pytest.param(_without(_days(20, 100), (12, [9, 10, 11])), [12], id="three hours of a busy one"),
        pytest.param(_without(_days(20, 3), (12, list(range(0, 24, 2)))), [12], id="each second hour"),
        pytest.param(_without(_days(40, 60), (20, list(range(0, 24, 3)))), [20], id="each third hour"),
        pytest.param(_without(_days(9, 9), *((day, [5, 6, 7]) for day in (1, 3, 6))), [1, 3, 6], id="days"),
        pytest.param(_without(_days(30, _OFFICE, 0), (16, [8, 9, 10, 11])), [16], id="a morning of work"),
        pytest.param(_without(_days(3, 9), (1, [4, 5, 6])), [1], id="one of three days"),
        pytest.param(_without(_days(40, _NIGHTLY), (20, [3])), [20], id="the nightly job"),
        # Nothing is lost, or so little that the day is still the day.
        pytest.param(_days(20, 3), [], id="no silent hour"),
        pytest.param(_days(30, _OFFICE, 0), [], id="nights and weekends"),
        pytest.param(_without(_days(20, 3), (12, [7, 8])), [], id="two hours of a small one"),
        pytest.param(_without(_days(20, 1000), (12, [9, 10])), [], id="a twelfth of a busy one"),
        pytest.param(_days(40, _NIGHTLY), [], id="a nightly job"),
        pytest.param(_without(_days(2, 9), (1, list(range(1, 24)))), [], id="nothing to compare with"),
        pytest.param(_days(1, 9), [], id="one day"),
        pytest.param(np.zeros((5, 24), np.int64), [], id="no session at all"),
    ],
)
def test_days_that_lack_hours(sessions: Hours, missing: list[int]) -> None:
    """A day is not known if sessions would have come in its silent hours, and many of those of the day."""
    assert _found(sessions) == missing


@given(st.integers(0, 2**32), st.integers(0, 59), st.integers(0, 23), st.integers(6, 23), st.floats(4, 2000))
def test_any_hours_of_any_day(seed: int, day: int, first: int, length: int, rate: float) -> None:
    """Whatever six hours or more of a day are lost, if four sessions come in an hour."""
    sessions = np.random.default_rng(seed).poisson(rate, (60, 24))
    lost = [(first + number) % 24 for number in range(length)]
    assert day in _found(_without(sessions, (day, lost)))


def _year(seed: int, a_day: float, of_one: int, by_hour: list[float]) -> Hours:
    """Sessions that come by chance, ``of_one`` at once, and more or fewer from day to day."""
    chance = np.random.default_rng(seed)
    rate = a_day * chance.lognormal(0, 0.3, (364, 1)) * np.array(by_hour) / sum(by_hour)
    return np.asarray(chance.poisson(rate / of_one) * of_one)


@pytest.mark.parametrize("of_one", [1, 5, 20])
@pytest.mark.parametrize(
    "by_hour",
    [
        pytest.param([1.0] * 24, id="all day"),
        pytest.param([1 + 0.8 * np.sin((hour - 9) / 12 * np.pi) for hour in range(24)], id="day and night"),
        pytest.param([1.0 if 8 <= hour < 18 else 0.03 for hour in range(24)], id="work"),
    ],
)
def test_a_quiet_hour_is_no_lost_one(of_one: int, by_hour: list[float]) -> None:
    """In a year in which nothing is lost hardly any day is called unknown, however many sessions come."""
    for seed, a_day in enumerate((1, 5, 20, 80, 300, 2000)):
        assert len(_found(_year(seed, a_day, of_one, by_hour))) <= 3


@pytest.mark.parametrize(
    ("begin", "end", "late", "early"),
    [
        pytest.param((0, 0, 5), (20, 23, 58), False, False, id="whole days"),
        pytest.param((0, 1, 40), (20, 22, 10), False, False, id="little is missing"),
        pytest.param((0, 6, 25), (20, 23, 59), True, False, id="the first day from the morning on"),
        pytest.param((0, 0, 1), (20, 6, 24), False, True, id="the last day until the morning"),
        pytest.param((0, 18, 0), (20, 5, 59), True, True, id="both"),
    ],
)
def test_first_and_last_day(
    begin: tuple[int, int, int], end: tuple[int, int, int], late: bool, early: bool
) -> None:
    """Logs that begin or end within a day have a part of it; these days are no hole."""
    first, last = (
        _MIDNIGHT + timedelta(days=days, hours=hours, minutes=minutes)
        for days, hours, minutes in (begin, end)
    )
    sessions = _days(21, 4)
    sessions[0, : first.hour] = 0
    sessions[20, last.hour + 1 :] = 0
    silent = _judge(sessions, first, last)
    assert (silent.begins_late(), silent.ends_early()) == (late, early)
    assert silent.find() == {}


def test_a_day_that_is_not_known_is_not_judged() -> None:
    """Neither of one that no log spans nor of a lost one is it said that it begins late or ends early."""
    sessions = _days(20, 4)
    begin, end = _MIDNIGHT - timedelta(hours=4), _MIDNIGHT + timedelta(days=21, hours=3)
    silent = _judge(sessions, begin, end)
    assert (silent.begins_late(), silent.ends_early(), silent.find()) == (False, False, {})
