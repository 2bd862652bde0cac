from __future__ import annotations

import sys
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from census_support.inputs.made_up_exposure import exposed_for
from census_support.inputs.made_up_report import made_up
from census_support.processes.browser import Browser, Scheme, chromium_at
from conda_census.reports.exposure.chart_registry import EXPOSURE_FIGURES
from conda_census.reports.exposure.page import exposure_page
from conda_census.reports.usage.build import Report
from conda_census.reports.usage.chart_registry import FIGURES
from conda_census.reports.usage.page import page
from e2e.programs import require

_SHOWN_CHARTS = """[...document.querySelectorAll(".chart svg")].filter((chart) => chart.checkVisibility())"""

_MARKS = "(chart) => chart.querySelectorAll('.mark-rect path, .mark-area path').length"


_BARRIERS = "axe.run().then((found) => found.violations.map((each) => each.id))"


def _axe() -> str:
    """Return what looks for barriers, as ``make`` has installed it."""
    file = Path(sys.prefix) / "axe" / "node_modules" / "axe-core" / "axe.min.js"
    if not file.exists():
        pytest.skip("axe-core is needed: install npm, and run make test")
    return file.read_text(encoding="utf-8")


@dataclass(frozen=True)
class Page:
    """A file, and how many charts it has."""

    file: Path
    charts: int


@pytest.fixture(scope="module", params=["report", "exposure"])
def page_of(
    request: pytest.FixtureRequest, empty_report_once: Report, tmp_path_factory: pytest.TempPathFactory
) -> Page:
    """A page with every chart: the report of half a year, and an exposure of as long."""
    file = tmp_path_factory.mktemp("page") / f"{request.param}.html"
    if request.param == "exposure":
        file.write_text(exposure_page(exposed_for(180)), encoding="utf-8")
        return Page(file, len(EXPOSURE_FIGURES))
    report = made_up(deepcopy(empty_report_once), 26)
    report = replace(report, environments=replace(report.environments, total=10))
    file.write_text(page(report), encoding="utf-8")
    return Page(file, len(FIGURES))


@pytest.fixture(scope="module")
def one_chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A real browser without a window."""
    with chromium_at(require("chromium", "chromium"), tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def chromium(one_chromium: Browser) -> Iterator[Browser]:
    """The browser, in which no page is open."""
    yield one_chromium
    one_chromium.close_all()


@pytest.mark.takes_turns(2)
def test_the_page_in_chromium(chromium: Browser, page_of: Page) -> None:
    """At the width of a desk and of phones, light and dark: quiet, on its own, whole, and no wider than it.

    No request but for the page itself and no word on the console; each chart is drawn once and has marks; the
    colours follow the reader; nothing makes the page wider than the screen, with all tables open too.
    """
    schemes: tuple[Scheme, ...] = ("light", "dark")
    papers = set()
    for width_px in (1280, 390, 320):
        for scheme in schemes:
            tab = chromium.open(page_of.file, width_px, scheme)

            assert tab.requests() == [page_of.file.as_uri()]
            assert tab.complaints() == []
            assert tab.evaluate(f"{_SHOWN_CHARTS}.length") == page_of.charts
            assert min(tab.evaluate(f"{_SHOWN_CHARTS}.map({_MARKS})")) > 0
            tab.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
            assert tab.evaluate("document.documentElement.scrollWidth") <= width_px
            papers.add(tab.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert papers == {"rgb(255, 255, 255)", "rgb(17, 23, 29)"}


@pytest.mark.takes_turns(2)
def test_nobody_meets_a_barrier(chromium: Browser, page_of: Page) -> None:
    """axe-core finds nothing, light, dark and on a phone, all tables open, and once as the page comes."""
    engine = _axe()
    schemes: tuple[tuple[int, Scheme], ...] = ((1280, "light"), (1280, "dark"), (390, "light"))
    for width_px, scheme in schemes:
        tab = chromium.open(page_of.file, width_px, scheme)
        tab.evaluate(engine)
        if width_px < 1280:
            assert tab.evaluate(_BARRIERS) == []
        tab.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
        assert tab.evaluate(_BARRIERS) == []


def test_axe_finds_a_barrier(chromium: Browser, tmp_path: Path) -> None:
    """What finds nothing on any page would prove nothing."""
    file = tmp_path / "bad.html"
    file.write_text('<!doctype html><title>x</title><main><h1>x</h1><svg role="img"></svg></main>')
    tab = chromium.open(file, 1280)
    tab.evaluate(_axe())
    assert "svg-img-alt" in tab.evaluate(_BARRIERS)


@pytest.mark.takes_turns(5, among="the longest")
def test_every_table_has_a_caption_and_every_section_a_link(chromium: Browser, page_of: Page) -> None:
    """Whoever hears the page is told what a table holds; each heading is a place that can be linked to."""
    tab = chromium.open(page_of.file, 1280)
    assert tab.evaluate("[...document.querySelectorAll('table')].every((each) => each.caption)") is True
    links = tab.evaluate("[...document.querySelectorAll('.contents a')].map((each) => each.hash)")
    headings = tab.evaluate("[...document.querySelectorAll('h2[id]')].map((each) => '#' + each.id)")
    assert links == headings
    assert len(links) > 4


def test_the_first_chart_is_seen_without_scrolling(chromium: Browser, page_of: Page) -> None:
    """On the screen of a laptop, of 1366 by 768, below the cards of the headline numbers."""
    tab = chromium.open(page_of.file, 1366)
    cards = "[...document.querySelectorAll('.card-chart')]"
    tops = tab.evaluate(f"{cards}.map((each) => each.getBoundingClientRect().top)")
    assert len(tops) >= 2
    assert max(tops) < 500
    if page_of.file.name == "report.html":  # that of an exposure begins with what to do
        assert tab.evaluate(f"{_SHOWN_CHARTS}[0].getBoundingClientRect().top") < 650


def test_the_page_on_paper(chromium: Browser, page_of: Page) -> None:
    """Printed by somebody who likes it dark: white, with the wide charts only, and every table open."""
    tab = chromium.open(page_of.file, 700, "dark", media="print")

    assert (
        tab.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--paper').trim()")
        == "#ffffff"
    )
    assert tab.evaluate(f"{_SHOWN_CHARTS}.every((chart) => chart.closest('.wide'))") is True
    heights = (
        "[...document.querySelectorAll('details table')].map((each) => each.getBoundingClientRect().height)"
    )
    assert min(tab.evaluate(heights)) > 0
    assert tab.evaluate("document.querySelector('.contents').checkVisibility()") is False


@pytest.mark.takes_turns(5, among="the longest")
def test_long_names_on_a_phone(chromium: Browser, tmp_path: Path) -> None:
    """What a record or an index names as it likes is broken, and makes the page no wider than the screen."""
    exposure, file = deepcopy(exposed_for(30)), tmp_path / "long.html"
    advisory, name = exposure["advisory"], 80 * "x"
    advisory["id"] = advisory["summary"] = advisory["severity"] = advisory["aliases"][0] = name
    package = advisory["packages"][0]
    package["conda_name"] = package["channel"] = package["affected"][0] = package["map"] = name
    assert exposure["fix"]
    exposure["fix"]["command"] = exposure["fix"]["clears"][0] = exposure["fix"]["version"] = name
    row = exposure["still_downloaded"][0]
    row["name"] = row["build"] = row["channel"] = row["tool"] = name
    file.write_text(exposure_page(exposure), encoding="utf-8")

    tab = chromium.open(file, 320)

    tab.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320
