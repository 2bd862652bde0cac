from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from census_support.lakes.small_lake import SmallLake
from conda_census.metrics.coverage.window import Window
from conda_census.metrics.intervals import wilson
from conda_census.metrics.population import population
from conda_census.metrics.retention import Cohort, count_retention

#: Three whole weeks from Monday to Sunday.
WINDOW = Window(date(2024, 6, 3), date(2024, 6, 23), None)


def _retention(lake: SmallLake, window: Window) -> list[Cohort]:
    return count_retention(population(lake.open().sessions, window), window)


def test_who_comes_back(lake: SmallLake) -> None:
    """Of two that were new in the first week one came in the third; one was new in the second."""
    lake.session("2024-06-03", "s1", "ada").session("2024-06-09", "s2", "ada").session(
        "2024-06-23", "s3", "ada"
    )
    lake.session("2024-06-05", "s4", "bob").session("2024-06-10", "s5", "cy")

    assert _retention(lake, WINDOW) == [
        Cohort(date(2024, 6, 3), 2, [wilson(2, 2), wilson(0, 2), wilson(1, 2)]),
        Cohort(date(2024, 6, 10), 1, [wilson(1, 1), wilson(0, 1)]),
    ]


def test_who_was_there_before_is_not_new(lake: SmallLake) -> None:
    """Also where the window does not show it, and where the week before it is cut."""
    lake.session("2023-01-01", "s1", "ada").session("2024-06-04", "s2", "ada")
    assert _retention(lake, WINDOW) == []
    begins_on_a_tuesday = Window(date(2024, 6, 4), date(2024, 6, 23), None)
    assert _retention(lake.session("2024-06-05", "s3", "bob"), begins_on_a_tuesday) == []


def test_a_week_that_is_not_over_tells_nothing(lake: SmallLake) -> None:
    """The window ends on a Saturday: its last week is no column, and no cohort."""
    lake.session("2024-06-03", "s1", "ada").session("2024-06-22", "s2", "ada").session(
        "2024-06-22", "s3", "bob"
    )
    [cohort] = _retention(lake, Window(date(2024, 6, 3), date(2024, 6, 22), None))
    assert cohort == Cohort(date(2024, 6, 3), 1, [wilson(1, 1), wilson(0, 1)])


def test_nobody(lake: SmallLake) -> None:
    """No window, no cohort."""
    assert _retention(lake, Window(None, None, None)) == []


@pytest.mark.takes_turns(5, among="the longest")
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(-10, 40)), min_size=1, max_size=25), st.integers(0, 30)
)
def test_it_is_what_plain_python_counts(tmp_path: Path, visits: list[tuple[int, int]], length: int) -> None:
    """Week by week, with sets."""
    since = date(2024, 6, 3)
    window = Window(since, since + timedelta(days=length), None)
    fresh = SmallLake(Path(mkdtemp(dir=tmp_path)))
    weeks = defaultdict(set)
    for number, (client, day) in enumerate(visits):
        fresh.session((since + timedelta(days=day)).isoformat(), f"s{number}", f"c{client}")
        if day <= length:
            weeks[client].add(day // 7)
    whole = (length + 1) // 7
    expected = []
    for first in range(whole):
        members = [seen for seen in weeks.values() if min(seen) == first]
        if members:
            active = [sum(week in seen for seen in members) for week in range(first, whole)]
            shares = [wilson(number, len(members)) for number in active]
            expected.append(Cohort(since + timedelta(weeks=first), len(members), shares))

    assert _retention(fresh, window) == expected
