"""Alt text of the charts of a usage report."""

from __future__ import annotations

from conda_census.metrics.intervals import Estimate
from conda_census.reports.render.numbers import NOT_KNOWN, count, day, percent, plain
from conda_census.reports.usage import totals
from conda_census.reports.usage.schema import Report

__all__ = [
    "by_day",
    "completeness",
    "conda_versions",
    "environments",
    "first_seen",
    "installers",
    "installers_by_period",
    "packages",
    "python_versions",
    "retention",
    "systems",
]


def environments(report: Report) -> str:
    """Describe the numbers of the bars."""
    numbers = report.environments.per_installation
    return (
        "Bar chart of installations by their number of environments: "
        f"{count(numbers['1'])} with one, {count(numbers['2'])} with two, {count(numbers['3'])} with three, "
        f"{count(numbers['4'])} with four, {count(numbers['5+'])} with five and more."
    )


def by_day(report: Report) -> str:
    """Describe the busiest day and the range."""
    rows = report.by_day
    sessions = {row.day: row.sessions for row in rows if row.sessions is not None}
    installations = [row.installations for row in rows if row.installations is not None]
    busiest = max(sessions, key=lambda each: sessions[each])
    known = f"from {count(min(installations))} to {count(max(installations))}" if installations else NOT_KNOWN
    return (
        f"Chart of sessions and active installations on {count(len(rows))} days. "
        f"Most sessions: {count(sessions[busiest])} on {day(busiest)}. "
        f"Installations a day: {known}."
        f"{_without_log(report)}"
    )


def first_seen(report: Report) -> str:
    """Describe the sum, the day with most, and the last day."""
    rows = report.by_day
    known = {row.day: row.first_seen for row in rows if row.first_seen is not None}
    most = max(known, key=lambda each: known[each])
    return (
        f"Bar chart of installations first seen on {count(len(rows))} days, "
        f"{count(sum(known.values()))} in all. "
        f"Most: {count(known[most])} on {day(most)}. "
        f"On the last day, {day(rows[-1].day)}: {count(rows[-1].first_seen)}."
        f"{_without_log(report)}"
    )


def _without_log(report: Report) -> str:
    missing = report.window.days_without_log
    return f" Nothing is known of days without a log: {', '.join(map(day, missing))}." if missing else ""


def installers(report: Report) -> str:
    """Describe the totals of the bars."""
    found = totals.installer_totals(report)
    listed = _listed({name: sum(kinds.values()) for name, kinds in found.items()})
    return f"Bar chart of installer downloads by product and platform: {listed}."


def installers_by_period(report: Report) -> str:
    """Describe the totals of the bars and their parts."""
    found = totals.installers_by_period(report)
    listed = "; ".join(_of_period(period, products) for period, products in found.items())
    return f"Bar chart of installer downloads by period and product. {listed}."


def conda_versions(report: Report) -> str:
    """Describe the numbers of the bars."""
    return f"Bar chart of installations by version of conda: {_listed(totals.conda_versions(report))}."


def python_versions(report: Report) -> str:
    """Describe the numbers of the bars."""
    return f"Bar chart of installations by version of Python: {_listed(totals.python_versions(report))}."


def systems(report: Report) -> str:
    """Describe the numbers of the bars."""
    return f"Bar chart of installations by operating system: {_listed(totals.systems(report))}."


def packages(report: Report) -> str:
    """Describe the three numbers of each package."""
    listed = "; ".join(
        f"{plain(row.name)} {count(row.environments)}, {count(row.installations)}, {count(row.downloads)}"
        for row in totals.top_packages(report)
    )
    return f"Bar chart of packages by environments, installations and downloads, in this order: {listed}."


def retention(report: Report) -> str:
    """Describe for each week how many came back in the next and in the last week."""
    listed = "; ".join(
        f"{day(cohort.week)}, {count(cohort.installations)}: {_came_back(cohort.active)}"
        for cohort in report.retention
        if len(cohort.active) > 1
    )
    return f"Heat map of the share of installations, by the week of first sight, that came back. {listed}."


def completeness(report: Report) -> str:
    """Describe how many days are complete, and which have no log."""
    days = report.completeness
    missing = [day(each.day) for each in days if each.state in ("no_log", "declared_hole")]
    return (
        f"Bar chart of the lines read of each of {count(len(days))} days: "
        f"{count(sum(each.requests for each in days))} requests and "
        f"{count(sum(each.dropped for each in days))} dropped lines; "
        f"{count(sum(each.complete for each in days))} days are complete. "
        f"Days without a log: {', '.join(missing) or 'none'}."
    )


def _of_period(period: str, products: dict[str, int]) -> str:
    """Describe the numbers of a period, or only its name if it has no log."""
    if period.endswith(totals.NO_LOG):
        return period
    return f"{period}: {_listed({name: number for name, number in products.items() if number}) or 'none'}"


def _came_back(active: list[Estimate]) -> str:
    """Describe the shares of the first week after first use and of the last week."""
    last = len(active) - 1
    weeks = [(1, "one week later")] if last == 1 else [(1, "one week later"), (last, f"{last} weeks later")]
    return ", ".join(
        f"{NOT_KNOWN if active[week].value is None else percent(active[week].value)} {later}"
        for week, later in weeks
    )


def _listed(numbers: dict[str, int]) -> str:
    return ", ".join(f"{name} {count(number)}" for name, number in numbers.items())
