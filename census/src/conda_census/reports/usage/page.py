"""Page of the report: one file that needs nothing else, not even a network."""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path

from markupsafe import Markup

from conda_census.reports.render import numbers as wording
from conda_census.reports.render.about import About
from conda_census.reports.render.card_charts import bars, course, span
from conda_census.reports.render.output_files import write_whole
from conda_census.reports.render.pages import drawn, rendered
from conda_census.reports.usage.chart_registry import FIGURES
from conda_census.reports.usage.definitions import BLIND_SPOTS, DEFINITIONS
from conda_census.reports.usage.notes import notes_on
from conda_census.reports.usage.schema import Report
from conda_census.reports.usage.tables import flat_tables
from conda_census.reports.usage.totals import installer_products

__all__ = ["page", "write_page"]


#: The sections in order, by link target.
_CONTENTS = {
    "installations": "Installations",
    "environments": "Environments",
    "opting-out": "Opting out",
    "coming-back": "Coming back",
    "sessions": "Sessions and downloads",
    "installers": "Installer downloads",
    "packages": "Packages",
    "agents": "Agents",
    "organizations": "Organisations",
    "accounting": "How it was counted",
    "window": "The window",
    "blind-spots": "What these numbers cannot see",
}


def page(report: Report, about: About | None = None) -> str:
    """Return the page as HTML: styles and charts inline, no script, no reference to anything external."""
    figures, copies = drawn(FIGURES, report), report.accounting.likely_copies
    is_there = {"coming-back": "retention" in figures, "organizations": bool(report.organizations)}
    return rendered(
        "page.html.j2",
        about or About(),
        {name: heading for name, heading in _CONTENTS.items() if is_there.get(name, True)},
        figures,
        flat_tables(report),
        report=report,
        days=wording.days(report.window),
        completeness=wording.completeness(report.window, report.accounting.lines),
        newest_request=wording.newest_request(report.accounting),
        last_days=lambda number: wording.last_days(int(number), report.window, report.accounting),
        sampled=wording.sampled(report.sample),
        define=DEFINITIONS,
        blind_spots=BLIND_SPOTS,
        notes=partial(notes_on, report.notes),
        counted=wording.counted(report.window),
        counted_requests=lambda number: wording.counted_requests(number, report.window, report.accounting),
        folded=wording.folded(report.window),
        of_days=wording.of_days_with_a_log(report.window),
        of_days_and_copies=wording.of_days_and_copies(report.window, copies),
        interval_of_days=lambda share: wording.interval_of_days(share, report.window),
        how_sure_of_opting_out=lambda share: wording.how_sure_of_opting_out(share, report),
        how_sure=lambda bounds: wording.how_sure_of_tokens(bounds, report),
        lacks_tokens=wording.lacks_tokens(report),
        count_of_tokens=lambda number: wording.count_of_tokens(number, report),
        products=installer_products(report),
        no_data=wording.NOTHING_TO_DIVIDE,
        not_said=wording.NOT_SAID,
        agent_parts=wording.AGENT_PARTS,
        card_charts=_card_charts(report),
    )


def write_page(report: Report, file: Path, about: About | None = None) -> None:
    """Write the page to ``file``, completely or not at all.

    Raises:
        CensusError: the file cannot be written.
    """
    write_whole(file, page(report, about).encode(), "page")


def _card_charts(report: Report) -> dict[str, Markup]:
    """Return the small chart of each card, by its name; empty if there is nothing to draw."""
    days, opted_out = report.by_day, report.opted_out.share
    spread = report.environments.per_installation
    downloads: Counter[str] = Counter()
    for row in report.installer_downloads.rows:
        downloads[row.period] += row.downloads
    months = sorted(downloads)
    return {
        "installations": course(
            [day.installations for day in days],
            f"Active installations by day, from {days[0].day} to {days[-1].day}" if days else "",
        ),
        "single_share": bars(
            list(spread.values()) if report.environments.total else [],
            "Installations with 1, 2, 3, 4 and 5 or more environments",
        ),
        "opted_out": span(
            opted_out.low,
            opted_out.value,
            opted_out.high,
            "The estimate on its 95 % interval, from 0 on",
        ),
        "installer_downloads": bars(
            [downloads[month] for month in months],
            f"Installer downloads by month, from {months[0]} to {months[-1]}" if months else "",
        ),
    }
