"""Rules for all tests: skips, processes that are shared, turns, and what of whoever runs them they see.

If ``CENSUS_REQUIRE_ALL`` is ``1``, what would be skipped fails. Tests of an ``xdist_group`` share one
process, and so do those of a file for which something is made once.

The cases of a test that is marked ``takes_turns(n)`` are many and take long: a run of all tests takes one in
``n`` of them, each day others, so that after ``n`` days each has run. Tests that say the same ``among``
take turns with each other. ``make test-all`` (``CENSUS_TURN=all``) runs all of them, and so does
whoever names files or tests.

A test that takes seconds carries the marker ``slow``. ``make test-quick`` leaves these tests out.
"""

from __future__ import annotations

import gc
import os
from collections import defaultdict
from collections.abc import Generator
from datetime import date

import pytest
from _pytest.nodeid import NodeId

#: Where somebody keeps keys and settings: ``make`` names a folder for its example.
for _name in ("CENSUS_CONFIG", "XDG_CONFIG_HOME"):
    os.environ.pop(_name, None)


_TURN = "CENSUS_TURN"
_EACH = "all"


def pytest_configure(config: pytest.Config) -> None:
    """Say which tests have their turn: the process that starts the others says it to them."""
    config.addinivalue_line("markers", "takes_turns(n, among=None): one in n of its cases runs each day")
    config.addinivalue_line("markers", "slow: takes seconds; make test-quick leaves it out")
    names_some = config.args_source is pytest.Config.ArgsSource.ARGS or config.option.keyword
    os.environ.setdefault(_TURN, _EACH if names_some else str(date.today().toordinal()))  # noqa: DTZ011
    gc.set_threshold(50_000)  # each search for garbage looks at all that the tests have imported


def pytest_collection_finish() -> None:
    """Let no search for garbage look at what stays to the end."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """Let the libraries find at the end what is theirs."""
    gc.unfreeze()


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
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what has its turn on another day, and put the group of each test into its id.

    (pytest-xdist 3.8 does the latter where pytest 9.2 no longer looks.)
    """
    if os.environ[_TURN] != _EACH:
        later = _later(items, int(os.environ[_TURN]))
        config.hook.pytest_deselected(items=[item for item in items if item in later])
        items[:] = [item for item in items if item not in later]
    for item in items:
        if with_group := vars(item).get("_nodeid"):
            item._id = NodeId.parse(with_group)  # noqa: SLF001


def _later(items: list[pytest.Item], turn: int) -> set[pytest.Item]:
    """Return what has its turn on another day."""
    cases: defaultdict[tuple[int, object], list[pytest.Item]] = defaultdict(list)
    for item in items:
        if mark := item.get_closest_marker("takes_turns"):
            (one_in,), among = mark.args, mark.kwargs.get("among")
            of = among or (item.parent, getattr(item, "originalname", item.name))
            cases[(one_in, of)].append(item)
    later: set[pytest.Item] = set()
    for (one_in, _), each in cases.items():
        are_few = len(each) < one_in
        today = [each[turn % len(each)]] if are_few else each[turn % one_in :: one_in]
        later.update(set(each) - set(today))
    return later
