from __future__ import annotations

import struct
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from conda_census.errors import CensusError
from conda_census.reports.render.chart_files import ChartKind, write_charts
from conda_census.reports.usage.build import Report
from conda_census.reports.usage.chart_registry import FIGURES, figures_of

_SVG = "{http://www.w3.org/2000/svg}"


class Told:
    """Keeps what progress was told."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, int, int]] = []

    def __call__(self, what: str, *, done: int, of: int) -> None:
        """Keeps it."""
        self.steps.append((what, done, of))


@pytest.mark.takes_turns(5, among="the longest")
def test_each_chart_is_an_svg_that_stands_alone(report: Report, tmp_path: Path) -> None:
    """With its title, its days, its figures in words, and colours that need no style sheet."""
    told = Told()

    write_charts(report, tmp_path / "charts", "svg", told)

    figures = figures_of(report)
    assert {file.name for file in (tmp_path / "charts").iterdir()} == {f"{each.name}.svg" for each in figures}
    assert told.steps == [(f"{each.name}.svg", done, len(figures)) for done, each in enumerate(figures)]
    for figure in figures:
        text = (tmp_path / "charts" / f"{figure.name}.svg").read_text()
        drawn = ET.fromstring(text)  # noqa: S314  our own
        assert drawn.get("aria-label") == figure.alternative(report)
        words = [element.text for element in drawn.iter(f"{_SVG}text")]
        assert figure.title in words
        assert "1 January 2024 to 3 January 2024" in words
        assert "var(" not in text


def test_each_chart_is_a_png_of_twice_its_width(report: Report, tmp_path: Path) -> None:
    """1600 pixels for a chart of 800."""
    write_charts(report, tmp_path, "png", Told())

    for figure in figures_of(report):
        head = (tmp_path / f"{figure.name}.png").read_bytes()[:24]
        assert head.startswith(b"\x89PNG")
        assert struct.unpack(">I", head[16:20]) == (1600,)


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_a_chart_of_an_earlier_report_does_not_stay(
    empty_report: Report, tmp_path: Path, kind: ChartKind
) -> None:
    """An older drawing would be taken for one of this report; a stranger's file stays."""
    for figure in FIGURES:
        (tmp_path / f"{figure.name}.{kind}").write_text("older")
    (tmp_path / "logo.svg").write_text("mine")

    write_charts(empty_report, tmp_path, kind, Told())

    assert [file.name for file in tmp_path.iterdir() if not file.is_dir()] == ["logo.svg"]


def test_a_chart_that_cannot_be_written_is_one_clear_line(report: Report, tmp_path: Path) -> None:
    """A folder stands where the file should be."""
    (tmp_path / f"{FIGURES[0].name}.svg").mkdir()

    with pytest.raises(CensusError, match=r"\.svg: cannot write the chart .*: choose another file"):
        write_charts(report, tmp_path, "svg", Told())
