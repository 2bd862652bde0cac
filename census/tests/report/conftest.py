"""The report on a small lake."""

from __future__ import annotations

import pytest

from conda_census.report.document import Report, make_report
from known_lake import fill
from small_lake import SmallLake


@pytest.fixture
def report(lake: SmallLake) -> Report:
    """The report on a lake whose every figure can be counted below.

    Three installations, four environments, two sessions that opted out, two installers, 40 lines.
    """
    fill(lake)
    return make_report(lake.open())


@pytest.fixture
def empty_report(lake: SmallLake) -> Report:
    """The report on a lake into which nothing was ever ingested."""
    return make_report(lake.open())
