from __future__ import annotations

import re
from dataclasses import replace

import pytest

from census_support.inputs.made_up_report import made_up
from conda_census.metrics.intervals import Estimate
from conda_census.reports.render.drawing import svg
from conda_census.reports.render.theme import LIGHT, Look
from conda_census.reports.usage.build import Report
from conda_census.reports.usage.chart_registry import FIGURES, figures_of


def _texts(report: Report, name: str, width_px: int) -> list[str]:
    """The texts of a chart, and ``CELLS`` and so many for its cells."""
    (figure,) = [each for each in FIGURES if each.name == name]
    drawn = svg(figure.draw(report, Look(width=width_px, **LIGHT)), figure.alternative(report))
    return re.findall(r"<text[^>]*>([^<]*)</text>", drawn)


def test_a_report_with_all_in_it_has_all_charts(empty_report: Report) -> None:
    """And an empty one none."""
    report = made_up(empty_report, 4)
    report = replace(report, environments=replace(report.environments, total=10))

    assert [figure.name for figure in figures_of(report)] == [figure.name for figure in FIGURES]
    assert figures_of(empty_report) == []


@pytest.mark.parametrize(("weeks", "width_px"), [(3, 340), (13, 340), (13, 660), (60, 340), (60, 660)])
def test_the_heat_map_is_as_wide_as_it_should_be(empty_report: Report, weeks: int, width_px: int) -> None:
    """Few weeks or many: it neither grows over its width nor higher than a screen."""
    (figure,) = [each for each in FIGURES if each.name == "retention"]

    drawn = svg(figure.draw(made_up(empty_report, weeks), Look(width=width_px, **LIGHT)), "")

    size = re.search(r'width="(\d+)" height="(\d+)"', drawn)
    assert size
    assert int(size[1]) == width_px
    assert int(size[2]) < 640


def test_few_weeks_have_their_shares_written(empty_report: Report) -> None:
    """Half of a cohort comes back in the next week, a third in the one after it."""
    texts = _texts(made_up(empty_report, 4), "retention", 660)

    assert texts.count("50") == 3
    assert texts.count("33") == 2
    assert "1 Jan 2024 (40)" in texts
    assert "weeks later; no colour is 0, full colour 50.0 %" in texts


def test_many_weeks_are_told_by_their_colour(empty_report: Report) -> None:
    """In 60 columns no number fits, and not each row has its name; what is written does not overlap."""
    texts = _texts(made_up(empty_report, 60), "retention", 340)

    assert "50" not in texts
    assert "1 Jan 2024" in texts
    assert sum(bool(re.fullmatch(r"\d+ \w{3} \d{4}", text)) for text in texts) == 30


def test_a_day_without_a_log_is_marked(empty_report: Report) -> None:
    """In the legend and in words."""
    report = made_up(empty_report, 2)
    (figure,) = [each for each in FIGURES if each.name == "completeness"]

    assert "no log" in _texts(report, "completeness", 660)
    assert "Days without a log: 3 January 2024." in figure.alternative(report)


def test_packages_have_three_numbers(empty_report: Report) -> None:
    """In full where there is room, in short where there is not."""
    report = made_up(empty_report, 2)

    assert {"package-0", "2,000", "900", "70,000"} <= set(_texts(report, "packages", 660))
    assert {"package-0", "2.0k", "900", "70k"} <= set(_texts(report, "packages", 340))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("first_seen", "Bar chart of installations first seen on 14 days, 65 in all. Most: 5 on 1 January"),
        ("conda_versions", "24.0.0 100, 24.1.0 99"),
        ("python_versions", "3.12 9, PyPy 7.3 1"),
        ("systems", "Linux 8, not said 2"),
        ("retention", "1 January 2024, 40: 50.0 % one week later."),
        ("installers_by_period", "Jan 2024, in part: Miniconda3 30, Anaconda3 8, Miniforge3 5, others 3."),
        ("packages", "package-0 2,000, 900, 70,000; package-1 1,999, 901, 35,000"),
    ],
)
def test_each_chart_has_its_figures_in_words(empty_report: Report, name: str, words: str) -> None:
    """For those who do not see it."""
    (figure,) = [each for each in FIGURES if each.name == name]

    assert words in figure.alternative(made_up(empty_report, 2))


def test_a_share_that_is_not_known_is_no_zero(empty_report: Report) -> None:
    """It has a mark of its own in the cell, below the weeks and in words."""
    report = made_up(empty_report, 4)
    (figure,) = [each for each in FIGURES if each.name == "retention"]
    assert "?" not in _texts(report, "retention", 660)

    report.retention[0].active[2] = report.retention[1].active[1] = Estimate()

    texts = _texts(report, "retention", 660)
    assert texts.count("?") == 2
    assert texts.count("50") == 2
    assert "weeks later; no colour is 0, full colour 50.0 %, grey is not known" in texts
    assert "8 January 2024, 40: not known one week later, 33.3 % 2 weeks later" in figure.alternative(report)
