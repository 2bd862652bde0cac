"""How does the report look as a page? One file that needs nothing else, not even a network."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from conda_census.report import wording
from conda_census.report.definitions import BLIND_SPOTS, DEFINITIONS
from conda_census.report.drawing import svg
from conda_census.report.figures import Figure, figures_of
from conda_census.report.flat_tables import flat_tables
from conda_census.report.look import DARK, LIGHT, Look
from conda_census.report.notes import notes_on
from conda_census.report.shape import Interval, Report
from conda_census.report.totals import installer_products
from conda_census.report.written import write_whole

__all__ = ["page", "write_page"]

#: Of a table so many rows stand on the page.
_MOST_ROWS = 400
_WIDTHS_PX = {"wide": 660, "narrow": 340}


def page(report: Report) -> str:
    """The page as HTML: styles and charts inside, no script, no reference to anything outside."""
    environment = Environment(
        loader=PackageLoader("conda_census.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": wording.count,
        "how_sure": wording.how_sure,
        "percent": _percent,
        "interval": _interval,
        "between": lambda share: _interval(share).partition("interval ")[2],
        "plain": wording.plain,
    }
    return environment.get_template("page.html.j2").render(
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
        light=LIGHT,
        dark=DARK,
        tables={name: _cells(table) for name, table in flat_tables(report).items()},
        figures={figure.name: _figure(figure, report) for figure in figures_of(report)},
    )


def write_page(report: Report, file: Path) -> None:
    """Writes the page to ``file``, whole or not at all.

    Raises:
        CensusError: the file cannot be written.
    """
    write_whole(file, page(report).encode(), "page")


@dataclass(frozen=True)
class _Cells:
    """A table as text: of each column its heading and whether it holds numbers, and the first rows."""

    columns: list[tuple[str, bool]]
    rows: list[list[str]]
    rows_in_all: int


def _cells(table: pa.Table) -> _Cells:
    columns = [
        (name.replace("_", " "), pa.types.is_integer(kind) or pa.types.is_floating(kind))
        for name, kind in zip(table.column_names, table.schema.types, strict=True)
    ]
    rows = [list(map(_cell, row.values())) for row in table.slice(0, _MOST_ROWS).to_pylist()]
    return _Cells(columns, rows, table.num_rows)


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int():
            return wording.count(value)
        case float():
            return _percent(value)
        case _:
            return wording.plain(str(value))


def _percent(share: float | None) -> str:
    return _unbroken(wording.percent(share))


def _interval(share: Interval) -> str:
    return _unbroken(wording.interval(share))


def _unbroken(text: str) -> str:
    """A percentage whose sign stays with its number at the end of a line."""
    return text.replace(" %", "\N{NO-BREAK SPACE}%")


def _figure(figure: Figure, report: Report) -> Markup:
    """The chart with its title, once for wide and once for narrow screens; the style sheet shows one."""
    alternative = figure.alternative(report)
    drawn = {
        # Vega escapes the text that it draws; the class cannot stand in the SVG, which has its own.
        name: Markup(svg(figure.draw(report, _look(width)), alternative))  # noqa: S704
        for name, width in _WIDTHS_PX.items()
    }
    charts = Markup("").join(
        Markup('<div class="chart {}">{}</div>').format(name, chart) for name, chart in drawn.items()
    )
    return Markup("<figure><figcaption>{}</figcaption>{}</figure>").format(figure.title, charts)


def _look(width_px: int) -> Look:
    """Colours as variables of the style sheet, so that one drawing serves light, dark and paper."""
    return Look(width=width_px, **{name: f"var(--{name})" for name in LIGHT})
