"""How does the report look as a page? One file that needs nothing else, not even a network."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import altair as alt
import vl_convert
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from conda_census.errors import CensusError
from conda_census.report import alternatives, charts, wording
from conda_census.report.definitions import BLIND_SPOTS, DEFINITIONS
from conda_census.report.look import Look
from conda_census.report.shape import Interval, Report

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
        figures=_figures(report),
    )


def write_page(report: Report, file: Path) -> None:
    """Writes the page to ``file``, whole or not at all.

    Raises:
        CensusError: the file cannot be written.
    """
    unfinished = file.with_name(f".{file.name}.unfinished")
    html = page(report)
    try:
        unfinished.write_text(html, encoding="utf-8")
        unfinished.replace(file)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        reason = error.strerror or error
        raise CensusError(f"{file}: cannot write the page ({reason}): choose another file") from error


def _percent(share: float | None) -> str:
    return _unbroken(wording.percent(share))


def _interval(share: Interval) -> str:
    return _unbroken(wording.interval(share))


def _unbroken(text: str) -> str:
    """A percentage whose sign stays with its number at the end of a line."""
    return text.replace(" %", "\N{NO-BREAK SPACE}%")


def _figures(report: Report) -> dict[str, Markup]:
    """The charts by name, each only where there is something to draw."""
    drawn = {}
    if report["environments"]["total"]:
        drawn["environments"] = _svgs(report, charts.environments, alternatives.environments(report))
    if len(report["by_day"]) > 1:  # a single day has no course
        drawn["by_day"] = _svgs(report, charts.by_day, alternatives.by_day(report))
    if report["installer_downloads"]["total"]:
        drawn["installers"] = _svgs(report, charts.installers, alternatives.installers(report))
    return drawn


def _svgs(report: Report, draw: Callable[[Report, Look], alt.LayerChart], alternative: str) -> Markup:
    """The chart once for wide and once for narrow screens; the style sheet shows the one that fits."""
    return Markup("").join(
        _svg(draw(report, _page_look(width)), name, alternative) for name, width in _WIDTHS_PX.items()
    )


def _svg(chart: alt.LayerChart, name: str, alternative: str) -> Markup:
    drawn = vl_convert.vegalite_to_svg(chart.to_dict())
    opening = f'<svg role="img" aria-label="{escape(alternative)}" '
    # Vega escapes the text that it draws; the wrapper's class cannot stand in the SVG, which has its own.
    return Markup('<div class="chart {}">{}</div>').format(
        name,
        Markup(drawn.replace("<svg ", opening, 1)),  # noqa: S704 drawn by Vega, which escapes text
    )


def _page_look(width_px: int) -> Look:
    """Colours as variables of the style sheet, so that one drawing serves light, dark and paper."""
    return Look(
        width=width_px,
        ink="var(--ink)",
        muted="var(--muted)",
        rule="var(--rule)",
        accent="var(--accent)",
        soft="var(--soft)",
        warm="var(--warm)",
        grey="var(--grey)",
    )
