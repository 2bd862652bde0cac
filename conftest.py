"""May a test be skipped, which tests share a process, and what of who runs them do they see?

Where ``CENSUS_REQUIRE_ALL`` is ``1``, what would be skipped fails. Tests of an ``xdist_group`` share one
process, and so do those of a file for which something is made once.
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
def pytest_itemcollected(item: pytest.Item) -> None:
    """Make what a file needs once in one process: what uses it is a group, unless it is in one."""
    used = item._fixtureinfo.name2fixturedefs.values() if isinstance(item, pytest.Function) else ()  # noqa: SLF001
    made_once = any(fixtures[-1].scope == "module" for fixtures in used)
    if made_once and item.get_closest_marker("xdist_group") is None:
        file = item.path.relative_to(item.config.rootpath).with_suffix("")
        item.add_marker(pytest.mark.xdist_group("-".join(file.parts)))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the group of a test into its id: pytest-xdist 3.8 does so where pytest 9.2 no longer looks."""
    for item in items:
        if with_group := vars(item).get("_nodeid"):
            item._id = NodeId.parse(with_group)  # noqa: SLF001
