"""The outcome that all tests share: one run of the scenario."""

from pathlib import Path

import pytest

from e2e.access_log import Line, read_log
from e2e.programs import require
from e2e.scenario import Outcome, run_scenario
from e2e.truth import Truth


@pytest.fixture(scope="session")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Run the scenario once."""
    nginx = require("nginx", "nginx")
    curl = require("curl", "curl")
    return run_scenario(tmp_path_factory.mktemp("scenario"), nginx, curl)


@pytest.fixture(scope="session")
def truth(outcome: Outcome) -> Truth:
    """What the scenario did."""
    return outcome.truth


@pytest.fixture(scope="session")
def access_log(outcome: Outcome) -> Path:
    """The log that nginx wrote."""
    return outcome.access_log


@pytest.fixture(scope="session")
def lines(access_log: Path) -> tuple[Line, ...]:
    """The lines of the log."""
    return read_log(access_log)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Run all tests of the scenario in one process, so that it runs once; and those of each other file."""
    if item.path.parent == Path(__file__).parent:
        of_scenario = "outcome" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group("e2e" if of_scenario else item.path.stem))
