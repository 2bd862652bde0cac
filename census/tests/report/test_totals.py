from __future__ import annotations

from dataclasses import replace
from datetime import date

from census_support.inputs.made_up_report import made_up
from conda_census.metrics.installers import InstallerDownloadCounts
from conda_census.reports.usage import alt_text as alternatives
from conda_census.reports.usage import totals
from conda_census.reports.usage.build import Report


def test_what_is_too_much_for_a_chart_is_put_together(empty_report: Report) -> None:
    """Of 14 versions of conda the first ten have a bar, the four others one together."""
    found = totals.conda_versions(made_up(empty_report, 2))

    assert list(found.items())[:2] == [("24.0.0", 100), ("24.1.0", 99)]
    assert list(found.items())[-1] == ("4 others", 90 + 89 + 88 + 87)


def test_python_is_told_by_its_minor_version(empty_report: Report) -> None:
    """3.12.1 and 3.12.4 are both 3.12; another Python than CPython is named."""
    assert totals.python_versions(made_up(empty_report, 2)) == {"3.12": 9, "PyPy 7.3": 1}


def test_what_an_agent_does_not_say_is_called_so(empty_report: Report) -> None:
    """Two installations told no system."""
    assert totals.systems(made_up(empty_report, 2)) == {"Linux": 8, "not said": 2}


def test_a_short_window_has_months(empty_report: Report) -> None:
    """Nine weeks from 1 January to 3 March, of which a part is there; of five products two are others."""
    found = totals.installers_by_period(_with_all_logs(made_up(empty_report, 9)))

    assert list(found) == ["Jan 2024", "Feb 2024", "Mar 2024, in part"]
    assert found["Feb 2024"] == {"Miniconda3": 30, "Anaconda3": 8, "Miniforge3": 5, "others": 3}


def test_a_long_window_has_quarters(empty_report: Report) -> None:
    """30 weeks from 1 January to 28 July: two quarters and a part of the third."""
    found = totals.installers_by_period(_with_all_logs(made_up(empty_report, 30)))

    assert {quarter: sum(products.values()) for quarter, products in found.items()} == {
        "Q1 2024": 138,
        "Q2 2024": 138,
        "Q3 2024, in part": 46,
    }


def test_a_period_without_a_download_is_there(empty_report: Report) -> None:
    """No installer in February is a bar of no length, not a gap in time."""
    report = _with_all_logs(made_up(empty_report, 9))
    rows = report.installer_downloads.rows
    report = replace(
        report, installer_downloads=InstallerDownloadCounts([row for row in rows if row.period != "2024-02"])
    )

    assert sum(totals.installers_by_period(report)["Feb 2024"].values()) == 0


def test_a_period_of_which_logs_are_missing_is_called_so(empty_report: Report) -> None:
    """A day of January has no log, and no day of February."""
    report = made_up(empty_report, 9)
    without_log = (date(2024, 1, 31), *(date(2024, 2, day) for day in range(1, 30)))
    report = replace(report, window=replace(report.window, days_without_log=without_log))

    assert list(totals.installers_by_period(report)) == [
        "Jan 2024, in part",
        "Feb 2024, no log",
        "Mar 2024, in part",
    ]
    assert "; Feb 2024, no log; " in alternatives.installers_by_period(report)


def _with_all_logs(report: Report) -> Report:
    return replace(report, window=replace(report.window, days_without_log=()))


def test_the_first_by_each_measure_are_among_the_packages(empty_report: Report) -> None:
    """Ten by environments and downloads, and of the ten others by installations as many as fit."""
    names = [row.name for row in totals.top_packages(made_up(empty_report, 2))]

    assert names == [f"package-{number}" for number in range(16)]
