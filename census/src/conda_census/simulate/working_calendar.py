"""Calendar of a realistic population: weekends, holidays, summers, terms, and growth that is not a line."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

__all__ = ["activity_by_day", "arrivals_by_day", "draw_days"]

Shares = npt.NDArray[np.float64]

#: Sessions of each day of the week, Monday first, relative to a usual working day.
_WEEK = (0.97, 1.04, 1.05, 1.03, 0.91, 0.36, 0.32)
#: Fixed holidays as (month, day). The days from Christmas to New Year are like holidays.
_HOLIDAYS = {(1, 1), (5, 1), (7, 4), *((12, day) for day in range(24, 32))}
_HOLIDAY = 0.35
#: Sessions of each month, January first, relative to a usual month.
_MONTHS = (0.98, 1.03, 1.05, 1.02, 1.0, 0.97, 0.86, 0.82, 1.02, 1.08, 1.07, 0.94)
#: New installations of each month: terms begin in September and in January.
_TERMS = (1.25, 1.15, 1.0, 0.95, 0.9, 0.85, 0.75, 0.9, 1.5, 1.35, 1.05, 0.8)
#: Growth of the number of new installations in a year.
_GROWTH_A_YEAR = 0.45
_DAYS_A_YEAR = 365.25


def activity_by_day(first: date, days: int) -> Shares:
    """Return the activity on each day from ``first`` on, relative to a usual working day."""
    return np.array([_activity(first + timedelta(days=day)) for day in range(days)])


def arrivals_by_day(first: date, days: int) -> Shares:
    """Return the relative number of new installations on each day from ``first`` on."""
    activity = activity_by_day(first, days)
    terms = np.array([_TERMS[(first + timedelta(days=day)).month - 1] for day in range(days)])
    growth = (1 + _GROWTH_A_YEAR) ** (np.arange(days) / _DAYS_A_YEAR)
    arrivals: Shares = activity * terms * growth
    return arrivals


def draw_days(weights: Shares, chances: Shares) -> npt.NDArray[np.int64]:
    """Return the index of a day for each of ``chances`` (0 to 1), in proportion to ``weights``."""
    ends = np.cumsum(weights)
    days: npt.NDArray[np.int64] = np.searchsorted(ends, chances * ends[-1], side="right")
    return np.minimum(days, len(weights) - 1)


def _activity(day: date) -> float:
    is_thanksgiving = day.month == 11 and day.weekday() == 3 and 22 <= day.day <= 28  # noqa: PLR2004
    is_holiday = (day.month, day.day) in _HOLIDAYS or is_thanksgiving
    of_week = _WEEK[day.weekday()]
    return _MONTHS[day.month - 1] * (min(of_week, _HOLIDAY) if is_holiday else of_week)
