"""The report on a small lake: it is made once, and each test has a copy of it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from census_support.lakes.known_lake import fill
from census_support.lakes.small_lake import SmallLake
from conda_census.reports.json_documents import to_json
from conda_census.reports.usage.build import Report, make_report


@pytest.fixture(scope="session")
def report_once(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The report on a lake whose every figure can be counted; see ``report``."""
    lake = SmallLake(tmp_path_factory.mktemp("known"))
    fill(lake)
    return make_report(lake.open())


@pytest.fixture(scope="session")
def empty_report_once(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The report on a lake into which nothing was ever ingested."""
    return make_report(SmallLake(tmp_path_factory.mktemp("nothing")).open())


@pytest.fixture
def report(report_once: Report) -> Report:
    """The report on a lake whose every figure can be counted below.

    Three installations, four environments, two sessions that opted out, two installers, 40 lines.
    """
    return deepcopy(report_once)


@pytest.fixture
def empty_report(empty_report_once: Report) -> Report:
    """The report on a lake into which nothing was ever ingested."""
    return deepcopy(empty_report_once)


@pytest.fixture
def document(report_once: Report) -> dict[str, Any]:
    """The JSON of the report on a lake whose every figure can be counted."""
    return to_json(report_once)


@pytest.fixture
def empty_document(empty_report_once: Report) -> dict[str, Any]:
    """The JSON of the report on a lake into which nothing was ever ingested."""
    return to_json(empty_report_once)
