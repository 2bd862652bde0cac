from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from census_support.lakes.small_lake import SmallLake
from census_support.oracles.parsed_page import ParsedPage, assert_refers_to_nothing_outside
from conda_census import __version__
from conda_census.errors import CensusError
from conda_census.reports.render.about import About
from conda_census.reports.render.card_charts import bars, course, span
from conda_census.reports.usage.build import Report, make_report
from conda_census.reports.usage.chart_registry import figures_of
from conda_census.reports.usage.page import page, write_page


def test_the_page_refers_to_nothing_outside(report: Report) -> None:
    """No script, no image, no address: it opens without a network and asks nobody for anything."""
    assert_refers_to_nothing_outside(page(report))


def test_every_chart_says_what_it_shows(report: Report) -> None:
    """Each for wide and narrow screens, each with a text for those who do not see it."""
    drawn = [found for tag, found in ParsedPage(page(report)).tags if tag == "svg"]
    charts = [found for found in drawn if "card-chart" not in (found["class"] or "")]

    assert len(charts) == 2 * len(figures_of(report))
    assert len(drawn) - len(charts) == 4
    assert all(chart["role"] == "img" and chart["aria-label"] for chart in drawn)
    assert "2 with one, 1 with two" in str([chart["aria-label"] for chart in charts])


def test_the_numbers_stand_beside_their_interval_and_definition(report: Report) -> None:
    """And beside their classes."""
    text = ParsedPage(page(report)).text

    assert "Installations 3 counted lasting 1, ephemeral 0, image 0, new 2 Distinct installation" in text
    assert "66.7 % 95 % interval 20.8 to 93.9 % lasting 0.0 %, new 100.0 % Of the" in text
    assert re.search(r"Opted out 36\.9 % 95 % interval \d+\.\d to \d+\.\d % Share of installations", text)
    assert "Installation-days that share 4 in 3 visitor-days" in text
    assert "40 lines = 34 requests + 6 dropped" in text
    assert "lasting 1 2 0.0 % 0.0 to 79.3 %" in text
    assert "complete until 2 January 2024, provisional from 3 January 2024" in text


def test_text_from_a_log_is_only_text(lake: SmallLake) -> None:
    """Markup in the name of an installer is shown, in the table as in the chart, and is not markup."""
    evil = '"><script>alert(1)</script>'
    lake.installer("2024-01-01", "curl", platform=evil, product=evil, version="{{ 7 * 7 }}")

    html = page(make_report(lake.open()))

    assert "script" not in {tag for tag, _ in ParsedPage(html).tags}
    assert evil in ParsedPage(html).text
    assert "{{ 7 * 7 }}" in ParsedPage(html).text


def test_an_empty_lake_has_a_page(empty_report: Report) -> None:
    """Without charts, as there is nothing to draw."""
    parsed = ParsedPage(page(empty_report))

    assert "svg" not in {tag for tag, _ in parsed.tags}
    assert "nothing has been ingested yet" in parsed.text


def test_a_lake_without_a_request_has_a_page(lake: SmallLake) -> None:
    """Something was ingested, and the page says what of it counts."""
    lake.source_in_vain("2024-01-10", 1256)

    text = ParsedPage(page(make_report(lake.open()))).text

    assert "1,256 lines were read, and none is a request" in text
    assert "nothing has been ingested yet" not in text


@pytest.mark.takes_turns(5, among="the longest")
def test_equal_reports_give_equal_pages(report: Report) -> None:
    """To the byte: nothing in it depends on when it was made."""
    assert page(report) == page(report)


@pytest.mark.takes_turns(5, among="the longest")
def test_the_page_is_written_whole(report: Report, tmp_path: Path) -> None:
    """Over an older page, and with nothing left beside it."""
    file = tmp_path / "out" / "report.html"
    file.parent.mkdir()
    file.write_text("an older page", encoding="utf-8")

    write_page(report, file)

    assert file.read_text(encoding="utf-8") == page(report)
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("name", ["missing/report.html", "."])
def test_a_page_that_cannot_be_written_is_one_clear_line(report: Report, tmp_path: Path, name: str) -> None:
    """A folder that is not there, and a folder where the file should be."""
    with pytest.raises(CensusError, match=r"cannot write the page .*: choose another file"):
        write_page(report, tmp_path / name)


def test_the_table_behind_a_chart_is_on_the_page(report: Report) -> None:
    """Day by day, with what each column holds."""
    text = ParsedPage(page(report)).text

    assert "day sessions installations first seen downloads 2024-01-01 1 1 1 0 2024-01-02 3 2 1 6" in text
    assert "day sources lines requests dropped complete state reason 2024-01-01 1 7 5 2 yes complete" in text


def test_the_page_says_of_which_repository_it_is_and_when_it_was_made(report: Report) -> None:
    """And by which version; the name is only text."""
    made_at = datetime(2024, 3, 9, 8, 5, tzinfo=UTC)
    parsed = ParsedPage(page(report, About("<b>conda.example.org", made_at)))

    assert "<b>conda.example.org: census of conda installations, 1 January 2024" in parsed.text
    assert f"Made on 9 March 2024, 08:05 UTC by conda-census {__version__}." in parsed.text


def test_the_caveats_of_a_card_are_behind_one_disclosure(report: Report) -> None:
    """What a number means stands on the card; which way it errs, and the rest, behind one disclosure each."""
    cards = page(report).partition('class="headlines"')[2].partition("</section>")[0].split("<article>")[1:]

    assert [card.count("<details>") for card in cards] == [1, 1, 1, 1]
    for card in cards:
        shown = card.partition("<details>")[0]
        assert 'class="number' in shown
        assert 'class="definition"' in shown
        assert 'class="errs"' not in shown
        assert 'class="errs"' in card


def test_a_course_has_gaps_where_nothing_is_known() -> None:
    """Unknown days are no zeros, and no line is drawn over them."""
    drawn = str(course([1, 2, None, None, 5, 6], "by day"))
    assert drawn.count("<polyline") == 2
    assert course([None, 3], "by day") == ""
    assert str(bars([1, None, 2], "by month")).count("<rect") == 2
    assert span(None, 0.5, 1.0, "estimate") == ""
