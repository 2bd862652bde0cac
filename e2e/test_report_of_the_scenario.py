"""The report of what the scenario did."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from e2e import census_command
from e2e.figures import FIGURES, figure_in
from e2e.truth import Truth


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the census keeps its tables."""
    return tmp_path_factory.mktemp("lake") / "census-lake"


@pytest.fixture(scope="module")
def ingested(access_log: Path, lake: Path) -> Mapping[str, object]:
    """The answer of the first ingest."""
    return census_command.ingest(access_log, lake)


@pytest.fixture(scope="module")
def report(ingested: Mapping[str, object], lake: Path) -> Mapping[str, object]:
    """The report of what was ingested."""
    assert ingested
    return census_command.report(lake)


@pytest.mark.parametrize("name", FIGURES)
def test_figure_is_what_the_scenario_did(name: str, report: Mapping[str, object], truth: Truth) -> None:
    """Each figure of the report equals the same figure of the truth."""
    assert figure_in(report, name) == pytest.approx(FIGURES[name](truth))


def test_window_is_the_day_of_the_scenario(report: Mapping[str, object], truth: Truth) -> None:
    """The window spans the day of the requests; that day is not complete yet."""
    day = truth.day.isoformat()
    assert report["window"] == {
        "since": day,
        "until": day,
        "complete_until": None,
        "complete": False,
        "days_without_log": [],
    }


def test_single_share_has_its_interval(report: Mapping[str, object]) -> None:
    """One installation of two: the Wilson interval at 95 % runs from 9.45 % to 90.55 %."""
    assert figure_in(report, "environments.single_share.low") == pytest.approx(0.0945, abs=5e-5)
    assert figure_in(report, "environments.single_share.high") == pytest.approx(0.9055, abs=5e-5)


def test_installer_downloads_are_told_apart(report: Mapping[str, object], truth: Truth) -> None:
    """Two downloads of one installer by a command-line fetcher, one of them in two pieces."""
    assert figure_in(report, "installer_downloads.rows") == [
        {
            "period": f"{truth.day:%Y-%m}",
            "product": "Miniconda3",
            "platform": "Linux-x86_64",
            "version": "latest",
            "agent": "command-line fetcher",
            "downloads": 2,
        }
    ]


def test_every_line_counts(ingested: Mapping[str, object], truth: Truth) -> None:
    """A log of a real server has no line that drops out."""
    assert ingested["sources"] == {"read": 1, "skipped": 0, "failed": 0}
    assert ingested["lines"] == ingested["requests"] == truth.requests
    assert ingested["dropped"] == {}


@pytest.mark.takes_turns(5, among="the longest")
def test_second_ingest_changes_nothing(report: Mapping[str, object], access_log: Path, lake: Path) -> None:
    """The log is known by its contents: it is skipped, and the report stays as it was."""
    again = census_command.ingest(access_log, lake)
    assert again["sources"] == {"read": 0, "skipped": 1, "failed": 0}
    assert census_command.report(lake) == report
