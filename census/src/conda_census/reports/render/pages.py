"""Shared parts of all pages. Each is one file with styles, charts and tables inside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from conda_census.metrics.intervals import Estimate
from conda_census.reports.render import numbers as wording
from conda_census.reports.render.about import About
from conda_census.reports.render.chart import Document, Figure, drawable
from conda_census.reports.render.drawing import svg
from conda_census.reports.render.theme import DARK, LIGHT, Look

__all__ = ["drawn", "rendered"]

#: A page shows at most this many rows of a table.
_MOST_ROWS = 400
_WIDTHS_PX = {"wide": 660, "narrow": 340}


def rendered(
    template: str,
    about: About,
    contents: Mapping[str, str],
    figures: Mapping[str, Markup],
    tables: Mapping[str, pa.Table],
    **values: object,
) -> str:
    """Return the page as HTML: no script, no reference to anything external.

    Args:
        template: its name.
        about: facts about the page.
        contents: the headings of its sections, by link target.
        figures: the charts, by name.
        tables: the tables behind them, by name.
        values: everything else that the template needs.
    """
    environment = Environment(
        loader=PackageLoader("conda_census.reports.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": wording.count,
        "percent": _percent,
        "interval": _interval,
        "between": lambda share: _interval(share).partition("interval ")[2],
        "plain": wording.plain,
        "day": wording.day,
        "unbroken": _unbroken,
    }
    return environment.get_template(template).render(
        light=LIGHT,
        dark=DARK,
        about=about,
        contents=contents,
        figures=figures,
        tables={name: _cells(table) for name, table in tables.items()},
        **values,
    )


def drawn(figures: Iterable[Figure[Document]], document: Document) -> dict[str, Markup]:
    """Return the charts that have something to draw, by name."""
    return {figure.name: _figure(figure, document) for figure in drawable(figures, document)}


@dataclass(frozen=True)
class _Cells:
    """A table as text: the heading of each column, whether it holds numbers, and the first rows."""

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


def _interval(share: Estimate) -> str:
    return _unbroken(wording.interval(share))


def _unbroken(text: str) -> str:
    """Return a percentage that keeps its sign with its number at the end of a line."""
    return text.replace(" %", "\N{NO-BREAK SPACE}%")


def _figure(figure: Figure[Document], document: Document) -> Markup:
    """Return the chart with its title, for wide and for narrow screens; the style sheet shows one."""
    alternative = figure.alternative(document)
    charts = {
        # Vega escapes the text that it draws; the class must not be in the SVG, which has its own.
        name: Markup(svg(figure.draw(document, _look(width)), alternative))  # noqa: S704
        for name, width in _WIDTHS_PX.items()
    }
    both = Markup("").join(
        Markup('<div class="chart {}">{}</div>').format(name, chart) for name, chart in charts.items()
    )
    return Markup("<figure><figcaption>{}</figcaption>{}</figure>").format(figure.title, both)


def _look(width_px: int) -> Look:
    """Return colours as variables of the style sheet, so that one drawing serves light, dark and paper."""
    return Look(width=width_px, **{name: f"var(--{name})" for name in LIGHT})
