"""How does the report look as a page? One file that needs nothing else, not even a network."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from conda_census.report import wording
from conda_census.report.definitions import BLIND_SPOTS, DEFINITIONS
from conda_census.report.drawing import svg
from conda_census.report.figures import Figure, figures_of
from conda_census.report.look import DARK, LIGHT, Look
from conda_census.report.shape import Interval, Report
from conda_census.report.written import write_whole

__all__ = ["page", "write_page"]

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
        "percent": _percent,
        "interval": _interval,
        "plain": wording.plain,
    }
    return environment.get_template("page.html.j2").render(
        report=report,
        days=wording.days(report["window"]),
        completeness=wording.completeness(report["window"]),
        define=DEFINITIONS,
        blind_spots=BLIND_SPOTS,
        no_data=wording.NOTHING_TO_DIVIDE,
        not_said=wording.NOT_SAID,
        agent_parts=wording.AGENT_PARTS,
        light=LIGHT,
        dark=DARK,
        figures={figure.name: _figure(figure, report) for figure in figures_of(report)},
    )


def write_page(report: Report, file: Path) -> None:
    """Writes the page to ``file``, whole or not at all.

    Raises:
        CensusError: the file cannot be written.
    """
    write_whole(file, page(report).encode(), "page")


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
