from __future__ import annotations

from pathlib import Path

import pytest

from census_support.inputs.made_up_exposure import exposed_for, nobody_exposed
from census_support.oracles.parsed_page import ParsedPage, assert_refers_to_nothing_outside
from conda_census.errors import CensusError
from conda_census.exposure.assessment_schema import Exposure
from conda_census.metrics.intervals import Estimate
from conda_census.reports.exposure.chart_registry import EXPOSURE_FIGURES
from conda_census.reports.exposure.definitions import NO_PACKAGE, WITHDRAWN
from conda_census.reports.exposure.page import exposure_page, write_exposure_page


def _text(exposure: Exposure) -> str:
    return ParsedPage(exposure_page(exposure)).text


@pytest.mark.parametrize("exposure", [exposed_for(90), nobody_exposed(90)])
def test_the_page_refers_to_nothing_outside(exposure: Exposure) -> None:
    """Neither where there are charts, nor where there are none."""
    assert_refers_to_nothing_outside(exposure_page(exposure))


def test_every_chart_says_what_it_shows() -> None:
    """Each for wide and narrow screens, with a text for those who do not see it, and a table behind it."""
    tags = ParsedPage(exposure_page(exposed_for(90))).tags

    drawn = [found for tag, found in tags if tag == "svg"]
    charts = [found for found in drawn if "card-chart" not in (found["class"] or "")]
    assert len(charts) == 2 * len(EXPOSURE_FIGURES)
    assert all(chart["role"] == "img" and chart["aria-label"] for chart in drawn)
    assert [found.get("class") for tag, found in tags if tag == "div"].count("scroll") == len(
        EXPOSURE_FIGURES
    )


def test_the_numbers_stand_beside_their_band_and_definition() -> None:
    """What is exposed, what has moved on, how fast, and of what nothing can be said."""
    text = _text(exposed_for(90))

    assert "Exposed now 45 between 30 and 1,080 Active environments whose" in text
    assert "Moved on 60.0 % 95 % interval 50.0 to 70.0 % Of the environments exposed at the" in text
    assert "Half of them within 50 days 95 % interval 40 days or more Days from the" in text
    assert "Unknown 40.0 % of environments, and 20.0 % of downloads" in text
    assert "remediated 60 5 exposed 30 15 silent 10 0 entered 100 20" in text


def test_the_advisory_is_told() -> None:
    """Its names, what is affected, which map says so, and when it was disclosed."""
    text = _text(exposed_for(90))

    assert "CVE-2024-1 Too much is unpacked On 1 May 2024 severity high disclosed 1 February 2024" in text
    assert "Also known as GHSA-1, PYSEC-2024-1" in text
    assert "brotli-python <1.0.9 or ==1.1.0rc1 Fixed in 1.0.9. Known by grayskull." in text


def test_the_fix_is_a_command_to_copy() -> None:
    """With what it clears and for which platforms."""
    html = exposure_page(exposed_for(90))

    assert '<code class="command">conda install &#39;brotli-python==1.0.9&#39;</code>' in html
    text = ParsedPage(html).text
    assert "Version 1.0.9 build by platform Platforms linux-64, win-64" in text
    assert "Clears 2 advisories CVE-2024-1, CVE-2024-2" in text


@pytest.mark.takes_turns(5, among="the longest")
def test_the_tables_behind_the_charts() -> None:
    """By class, by day, and each build with its tool; of many days some, the usual ones among them."""
    text = _text(exposed_for(1000))

    assert "ephemeral 0 3 12 image 0 2 8 all 30 45 1,080" in text
    assert "brotli-python 1.0.0 py311h9bf148f_0 conda-forge/linux-64 not said 166" in text
    assert "at the disclosure 0 100.0 % 90.0 % 100.0 % at the disclosure 7 93.0 % 83.0 % 100.0 %" in text
    assert "at the disclosure 8 " not in text
    assert "180 60.0 % 30.0 % 10.0 %" in text


def test_a_withdrawn_advisory_affects_nothing() -> None:
    """The page says so, where an exposed number would mislead."""
    withdrawn = exposed_for(1)
    withdrawn["advisory"]["withdrawn"] = True
    withdrawn["advisory"]["packages"] = []

    assert WITHDRAWN in _text(withdrawn)
    assert NO_PACKAGE not in _text(withdrawn)


def test_a_sample_is_called_so() -> None:
    """Where not all installations were looked at."""
    sampled = exposed_for(1)
    sampled["one_in"] = 16

    assert "One installation in 16 was looked at, and counts are multiplied." in _text(sampled)
    assert "was looked at" not in _text(exposed_for(1))


def test_a_half_life_that_is_not_reached() -> None:
    """It is longer than what was seen, and not missing."""
    slow = exposed_for(20)
    slow["median_days"] = Estimate(value=None, low=12.0, high=None)

    assert "Half of them within not reached yet 95 % interval 12 days or more" in _text(slow)


def test_a_curve_that_ends_before_the_last_day() -> None:
    """Where nobody is watched any more, what is known is that of the last day on which somebody was."""
    ended = exposed_for(90)
    ended["upgraded_share"] = Estimate(value=None, low=None, high=None)
    ended["curve"]["disclosure"] = ended["curve"]["disclosure"][:51]

    said = "Moved on 50.0 % 95 % interval 40.0 to 60.0 %, on day 50: nobody was watched longer"
    assert said in _text(ended)


def test_nobody_is_exposed() -> None:
    """That is said, and nothing is drawn."""
    page = ParsedPage(exposure_page(nobody_exposed(30)))

    assert "svg" not in {tag for tag, _ in page.tags}
    assert "Exposed now 0 nobody" in page.text
    assert "Moved on no data nobody was exposed at the disclosure" in page.text
    assert "Half of them within no data nobody was exposed at the disclosure" in page.text
    assert "Unknown no data nothing was downloaded within the last 30 days" in page.text
    assert "within the last 30 days: how much is unknown is not known." in page.text
    assert "Not known: no channel index that was imported has a build" in page.text
    assert "No affected build within the last 30 days." in page.text
    assert "so there is no course to draw." in page.text


def test_a_day_before_the_disclosure() -> None:
    """Is named so, as nobody can have moved on."""
    text = _text(nobody_exposed(-10))

    assert "That is before the disclosure: nobody can have moved on yet." in text
    assert "Moved on no data before the disclosure" in text


def test_the_day_of_the_disclosure() -> None:
    """A single day has no course, but its numbers and its downloads."""
    page = ParsedPage(exposure_page(exposed_for(0)))

    assert "The first day has no course yet." in page.text
    assert [tag for tag, _ in page.tags].count("figure") == 2


def test_an_advisory_about_no_conda_package() -> None:
    """The page says so first, and does not promise a fix."""
    elsewhere = nobody_exposed(30)
    elsewhere["advisory"]["packages"] = []

    text = _text(elsewhere)

    assert text.count("No conda package: no map leads from the record to one.") == 3
    assert "no channel index" not in text


def test_text_from_a_record_or_a_log_is_only_text() -> None:
    """Markup is shown, in the text as in the chart, and is not markup."""
    evil = '"><script>alert(1)</script>'
    found = exposed_for(2)
    found["advisory"]["summary"] = found["advisory"]["severity"] = evil
    found["advisory"]["packages"][0]["affected"] = [evil]
    found["still_downloaded"][0]["version"] = found["still_downloaded"][0]["tool"] = evil

    page = ParsedPage(exposure_page(found))

    assert "script" not in {tag for tag, _ in page.tags}
    assert page.text.count(evil) > 4


@pytest.mark.takes_turns(5, among="the longest")
def test_equal_exposures_give_equal_pages() -> None:
    """To the byte: nothing in it depends on when it was made."""
    assert exposure_page(exposed_for(10)) == exposure_page(exposed_for(10))


def test_the_page_is_written_whole(tmp_path: Path) -> None:
    """Over an older page, and with nothing left beside it; where that cannot be, one line says so."""
    file = tmp_path / "exposure.html"
    file.write_text("an older page", encoding="utf-8")

    write_exposure_page(nobody_exposed(10), file)

    assert file.read_text(encoding="utf-8") == exposure_page(nobody_exposed(10))
    assert list(tmp_path.iterdir()) == [file]
    with pytest.raises(CensusError, match=r"cannot write the page .*: choose another file"):
        write_exposure_page(nobody_exposed(10), tmp_path / "missing" / "exposure.html")
