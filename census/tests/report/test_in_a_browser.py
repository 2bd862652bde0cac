from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from browser import Browser, Scheme, chromium_at
from conda_census.report.document import Report
from conda_census.report.exposure_figures import EXPOSURE_FIGURES
from conda_census.report.exposure_page import exposure_page
from conda_census.report.figures import FIGURES
from conda_census.report.html import page
from made_up_exposure import exposed_for
from made_up_report import made_up
from programs import require

_SHOWN_CHARTS = """[...document.querySelectorAll(".chart svg")].filter((chart) => chart.checkVisibility())"""

_MARKS = "(chart) => chart.querySelectorAll('.mark-rect path, .mark-area path').length"


@dataclass(frozen=True)
class Page:
    """A file, and how many charts it has."""

    file: Path
    charts: int


@pytest.fixture(params=["report", "exposure"])
def page_of(request: pytest.FixtureRequest, empty_report: Report, tmp_path: Path) -> Page:
    """A page with every chart: the report of half a year, and an exposure of as long."""
    file = tmp_path / f"{request.param}.html"
    if request.param == "exposure":
        file.write_text(exposure_page(exposed_for(180)), encoding="utf-8")
        return Page(file, len(EXPOSURE_FIGURES))
    report = made_up(empty_report, 26)
    report["environments"]["total"] = 10
    file.write_text(page(report), encoding="utf-8")
    return Page(file, len(FIGURES))


@pytest.fixture
def chromium(tmp_path: Path) -> Iterator[Browser]:
    """A real browser without a window."""
    with chromium_at(require("chromium", "chromium"), tmp_path / "profile") as browser:
        yield browser


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


def test_the_page_on_paper(chromium: Browser, page_of: Page) -> None:
    """Printed by somebody who likes it dark: white, with the wide charts and no narrow one."""
    tab = chromium.open(page_of.file, 700, "dark", media="print")

    assert (
        tab.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--paper').trim()")
        == "#ffffff"
    )
    assert tab.evaluate(f"{_SHOWN_CHARTS}.every((chart) => chart.closest('.wide'))") is True


def test_long_names_on_a_phone(chromium: Browser, tmp_path: Path) -> None:
    """What a record or an index names as it likes is broken, and makes the page no wider than the screen."""
    exposure, file = exposed_for(30), tmp_path / "long.html"
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
