"""May a test be skipped, which tests share a process, and what of who runs them do they see?

Where ``CENSUS_REQUIRE_ALL`` is ``1``, what would be skipped fails. Tests of an ``xdist_group`` share one.
"""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest
from _pytest.nodeid import NodeId

#: Where somebody keeps keys and settings: ``make`` names a folder for its example.
for _name in ("CENSUS_CONFIG", "XDG_CONFIG_HOME"):
    os.environ.pop(_name, None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip, for whatever reason, into a failure that gives the reason."""
    report = yield
    if report.skipped and os.environ.get("CENSUS_REQUIRE_ALL") == "1":
        report.outcome = "failed"
        report.longrepr = f"CENSUS_REQUIRE_ALL=1 allows no skipped test: {report.longrepr}"
    return report


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the group of a test into its id: pytest-xdist 3.8 does so where pytest 9.2 no longer looks."""
    for item in items:
        if with_group := vars(item).get("_nodeid"):
            item._id = NodeId.parse(with_group)  # noqa: SLF001
