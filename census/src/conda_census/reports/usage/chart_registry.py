"""Charts of a report. Their names are those of the files that ``--svg`` and ``--png`` write."""

from __future__ import annotations

from conda_census.reports.charts.agent_bars import conda_versions, python_versions, systems
from conda_census.reports.charts.completeness_chart import completeness
from conda_census.reports.charts.day_chart import by_day, first_seen
from conda_census.reports.charts.environment_bars import environments
from conda_census.reports.charts.installer_bars import installers, installers_by_period
from conda_census.reports.charts.package_bars import packages
from conda_census.reports.charts.retention_heatmap import retention
from conda_census.reports.render.chart import Figure, drawable
from conda_census.reports.usage import alt_text as alternatives
from conda_census.reports.usage import totals
from conda_census.reports.usage.schema import Report

__all__ = ["FIGURES", "figures_of"]


#: In page order.
FIGURES: tuple[Figure[Report], ...] = (
    Figure(
        "environments",
        "Installations by their number of environments",
        lambda report: report.environments.total > 0,
        environments,
        alternatives.environments,
    ),
    Figure(
        "by_day",
        "Sessions and active installations by day; provisional days are paler",
        lambda report: len(report.by_day) > 1,
        by_day,
        alternatives.by_day,
    ),
    Figure(
        "first_seen",
        "Installations first seen, by day",
        lambda report: (
            len(report.by_day) > 1
            and report.installations.total > 0
            and any(row.first_seen is not None for row in report.by_day)
        ),
        first_seen,
        alternatives.first_seen,
    ),
    Figure(
        "retention",
        "Installations that came back, in percent, by the week in which they were first seen",
        lambda report: any(len(cohort.active) > 1 for cohort in report.retention),
        retention,
        alternatives.retention,
    ),
    Figure(
        "installers_by_period",
        "Installer downloads by quarter or month, and product",
        lambda report: report.installer_downloads.total > 0,
        installers_by_period,
        alternatives.installers_by_period,
    ),
    Figure(
        "installers",
        "Installer downloads by platform and kind of agent",
        lambda report: report.installer_downloads.total > 0,
        installers,
        alternatives.installers,
    ),
    Figure(
        "packages",
        "Packages with the most environments, installations and downloads",
        lambda report: len(report.packages.top) > 0,
        packages,
        alternatives.packages,
    ),
    Figure(
        "conda_versions",
        "Installations by version of conda",
        lambda report: len(totals.conda_versions(report)) > 0,
        conda_versions,
        alternatives.conda_versions,
    ),
    Figure(
        "python_versions",
        "Installations by version of Python",
        lambda report: len(totals.python_versions(report)) > 0,
        python_versions,
        alternatives.python_versions,
    ),
    Figure(
        "systems",
        "Installations by operating system",
        lambda report: len(totals.systems(report)) > 0,
        systems,
        alternatives.systems,
    ),
    Figure(
        "completeness",
        "Lines read by day; provisional days are paler",
        lambda report: len(report.completeness) > 1,
        completeness,
        alternatives.completeness,
    ),
)


def figures_of(report: Report) -> list[Figure[Report]]:
    """Return the figures that have something to draw."""
    return drawable(FIGURES, report)
