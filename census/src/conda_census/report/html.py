"""How does the report look as a page? One file that needs nothing else, not even a network."""

from __future__ import annotations

from pathlib import Path

from conda_census.report import wording
from conda_census.report.definitions import BLIND_SPOTS, DEFINITIONS
from conda_census.report.figures import FIGURES
from conda_census.report.flat_tables import flat_tables
from conda_census.report.notes import notes_on
from conda_census.report.pages import drawn, rendered
from conda_census.report.shape import Report
from conda_census.report.totals import installer_products
from conda_census.report.written import write_whole

__all__ = ["page", "write_page"]


def page(report: Report) -> str:
    """The page as HTML: styles and charts inside, no script, no reference to anything outside."""
    return rendered(
        "page.html.j2",
        figures=drawn(FIGURES, report),
        tables=flat_tables(report),
        report=report,
        days=wording.days(report["window"]),
        completeness=wording.completeness(report["window"]),
        sampled=wording.sampled(report["sample"]),
        define=DEFINITIONS,
        blind_spots=BLIND_SPOTS,
        notes=notes_on,
        products=installer_products(report),
        no_data=wording.NOTHING_TO_DIVIDE,
        not_said=wording.NOT_SAID,
        agent_parts=wording.AGENT_PARTS,
    )


def write_page(report: Report, file: Path) -> None:
    """Writes the page to ``file``, whole or not at all.

    Raises:
        CensusError: the file cannot be written.
    """
    write_whole(file, page(report).encode(), "page")
