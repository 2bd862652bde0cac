"""May a test be skipped? Not where ``CENSUS_REQUIRE_ALL`` is ``1``: there, what would be skipped fails."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip, for whatever reason, into a failure that gives the reason."""
    report = yield
    if report.skipped and os.environ.get("CENSUS_REQUIRE_ALL") == "1":
        report.outcome = "failed"
        report.longrepr = f"CENSUS_REQUIRE_ALL=1 allows no skipped test: {report.longrepr}"
    return report
