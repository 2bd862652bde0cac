"""What does each chart say to those who do not see it?"""

from __future__ import annotations

from conda_census.report.charts import installer_totals
from conda_census.report.shape import Report
from conda_census.report.wording import count, day

__all__ = ["by_day", "environments", "installers"]


def environments(report: Report) -> str:
    """The numbers of the bars."""
    numbers = report["environments"]["per_installation"]
    return (
        "Bar chart of installations by their number of environments: "
        f"{count(numbers['1'])} with one, {count(numbers['2'])} with two, {count(numbers['3'])} with three, "
        f"{count(numbers['4'])} with four, {count(numbers['5+'])} with five and more."
    )


def by_day(report: Report) -> str:
    """The busiest day and the range."""
    rows = report["by_day"]
    busiest = max(rows, key=lambda row: row["sessions"])
    fewest, most = (pick(row["installations"] for row in rows) for pick in (min, max))
    return (
        f"Chart of sessions and installations on {count(len(rows))} days. "
        f"Most sessions: {count(busiest['sessions'])} on {day(busiest['day'])}. "
        f"Installations a day: from {count(fewest)} to {count(most)}."
    )


def installers(report: Report) -> str:
    """The totals of the bars."""
    totals = installer_totals(report)
    listed = ", ".join(f"{name} {count(sum(kinds.values()))}" for name, kinds in totals.items())
    return f"Bar chart of installer downloads by product and platform: {listed}."
