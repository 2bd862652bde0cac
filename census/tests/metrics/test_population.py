from __future__ import annotations

from datetime import date

import pytest

from census_support.lakes.small_lake import SmallLake
from conda_census.metrics.coverage.window import Window
from conda_census.metrics.population import WEEKS_KEPT, population

JUNE = Window(date(2024, 6, 1), date(2024, 6, 30), None)


def test_an_installation_is_one_row(lake: SmallLake) -> None:
    """First in May, last in June; of three environments two were seen in June; July is not looked at."""
    lake.session("2024-05-31", "s1", "ada", "old").session("2024-06-03", "s2", "ada", "base")
    lake.session("2024-06-03", "s2", "ada", "base").session("2024-06-20", "s3", "ada", "work")
    lake.session("2024-06-21", "s4", "ada", None).session("2024-07-01", "s5", "ada", "late")
    lake.session("2024-06-21", "s6", None, "nobody's")

    (row,) = population(lake.open().sessions, JUNE).to_pyarrow().to_pylist()

    assert (row["first_day"], row["last_day"]) == (date(2024, 5, 31), date(2024, 6, 21))
    assert row["environments"] == 2


@pytest.mark.parametrize(
    ("day", "weeks_back"),
    [("2024-06-30", 0), ("2024-06-24", 0), ("2024-06-23", 1), ("2024-06-17", 1), ("2023-07-02", 52)],
)
def test_a_week_is_a_bit(lake: SmallLake, day: str, weeks_back: int) -> None:
    """30 June 2024 is a Sunday, the last day of its calendar week."""
    (row,) = population(lake.session(day, "s1", "ada").open().sessions, JUNE).to_pyarrow().to_pylist()

    assert row["weeks"] == 1 << weeks_back


def test_weeks_add_up_over_environments(lake: SmallLake) -> None:
    """Seen this week and three weeks ago, in two environments; what is years ago has the last bit."""
    lake.session("2024-06-30", "s1", "ada", "base").session("2024-06-09", "s2", "ada", "work")
    lake.session("2019-01-01", "s3", "ada", "base")

    (row,) = population(lake.open().sessions, JUNE).to_pyarrow().to_pylist()

    assert row["weeks"] == 0b1001 | 1 << WEEKS_KEPT


def test_nobody(lake: SmallLake) -> None:
    """An empty lake has no window either."""
    assert population(lake.open().sessions, Window(None, None, None)).count().execute() == 0
