from __future__ import annotations

import re

import pytest

from census_support.inputs.made_up_exposure import exposed_for, nobody_exposed
from conda_census.exposure.assessment_schema import Exposure
from conda_census.reports.exposure.chart_registry import EXPOSURE_FIGURES
from conda_census.reports.exposure.totals import bands_by_class, downloads_by_version
from conda_census.reports.render.chart import Figure, drawable
from conda_census.reports.render.drawing import svg
from conda_census.reports.render.theme import LIGHT, Look
from conda_census.reports.render.timeline import thinned


def _figure(name: str) -> Figure[Exposure]:
    (figure,) = [each for each in EXPOSURE_FIGURES if each.name == name]
    return figure


def _drawn(exposure: Exposure, name: str, width_px: int = 660) -> str:
    return svg(_figure(name).draw(exposure, Look(width=width_px, **LIGHT)), "")


def _texts(drawn: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", drawn)


@pytest.mark.parametrize(
    ("exposure", "names"),
    [
        (exposed_for(90), ["exposed", "states", "since_disclosure", "since_fix", "still_downloaded"]),
        (exposed_for(3), ["exposed", "states", "since_disclosure", "still_downloaded"]),
        (exposed_for(0), ["exposed", "still_downloaded"]),
        (nobody_exposed(90), []),
    ],
)
def test_what_there_is_to_draw(exposure: Exposure, names: list[str]) -> None:
    """After three days there is no fix yet; a single day has no course."""
    assert [figure.name for figure in drawable(EXPOSURE_FIGURES, exposure)] == names


@pytest.mark.parametrize("name", [figure.name for figure in EXPOSURE_FIGURES])
@pytest.mark.parametrize("width_px", [340, 660])
@pytest.mark.parametrize("days", [6, 3000])
def test_a_chart_is_as_wide_as_it_should_be(name: str, width_px: int, days: int) -> None:
    """Of few days or many, and no larger as a file for many."""
    drawn = _drawn(exposed_for(days), name, width_px)

    size = re.search(r'width="(\d+)" height="(\d+)"', drawn)
    assert size
    assert int(size[1]) == width_px
    assert int(size[2]) < 500
    assert len(drawn) < 60_000


@pytest.mark.parametrize(
    ("days", "ticks"), [(1, ["0", "1", "2"]), (3, ["0", "1", "2", "3", "4"]), (90, ["0", "10", "20"])]
)
def test_days_are_whole(days: int, ticks: list[str]) -> None:
    """No half days on the axis, and the last day is drawn to its end."""
    texts = _texts(_drawn(exposed_for(days), "states"))

    numbers = [text for text in texts if text.isdigit()]
    assert numbers[: len(ticks)] == ticks
    assert len(numbers) == len(set(numbers))


def test_the_band_is_written_behind_the_bar() -> None:
    """In full where there is room, in short where there is not; no bar where nobody may be exposed."""
    wide, narrow = (_texts(_drawn(exposed_for(9), "exposed", width_px)) for width_px in (660, 340))

    assert {"lasting", "40 (30 to 1,060)", "3 (0 to 12)", "45 (30 to 1,080)"} <= set(wide)
    assert "40 (30 to 1.1k)" in narrow
    assert list(bands_by_class(exposed_for(9))) == ["lasting", "ephemeral", "image", "all"]


def test_one_who_was_not_there_has_no_line() -> None:
    """Nor a place in the legend."""
    found = exposed_for(9)
    found["incident_curve"]["disclosure"] = []

    texts = _texts(_drawn(found, "since_disclosure"))

    assert "exposed at the disclosure" in texts
    assert "exposed since" not in texts


def test_few_tools_and_versions_have_names() -> None:
    """Three tools and eleven versions, most first; what is left is put together, and none is lost."""
    found = downloads_by_version(exposed_for(9))

    assert list(found)[:2] == ["brotli-python 1.0.0", "brotli-python 1.0.1"]
    assert (len(found), list(found)[-1]) == (12, "other versions")
    assert found["brotli-python 1.0.0"] == {
        "conda": 1000, "mamba": 500, "micromamba": 333, "other tools": 250 + 200 + 166,
    }  # fmt: skip
    rows = exposed_for(9)["still_downloaded"]
    assert sum(sum(tools.values()) for tools in found.values()) == sum(row["downloads"] for row in rows)


@pytest.mark.parametrize(
    ("points", "most", "also", "kept"),
    [
        ([], 3, (), []),
        ([0], 3, (), [0]),
        ([0, 1, 2], 3, (), [0, 1, 2]),
        ([0, 1, 2, 3], 3, (), [0, 2, 3]),
        (list(range(10)), 3, (7,), [0, 4, 7, 8, 9]),
    ],
)
def test_a_long_course_is_thinned(
    points: list[int], most: int, also: tuple[int, ...], kept: list[int]
) -> None:
    """Its first and last day stay, and those that are asked for."""
    assert thinned(points, most, also) == kept


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("exposed", "lasting 40, between 30 and 1,060; ephemeral 3, between 0 and 12; image 2"),
        ("states", "over 90 days. On the last day 60.0 % are remediated, 30.0 % exposed and 10.0 % silent"),
        ("since_disclosure", "Of those exposed at the disclosure: 93.0 % on day 7, 70.0 % on day 30, 40.0 %"),
        ("since_fix", "days since there was a fix. Of those exposed at the disclosure: 93.0 % on day 7"),
        ("since_fix", "Of those exposed since: 93.0 % on day 7, 80.0 % on day 30, 80.0 % on day 85."),
        ("still_downloaded", "brotli-python 1.0.0 2,449, brotli-python 1.0.1 1,224"),
    ],
)
def test_each_chart_has_its_figures_in_words(name: str, words: str) -> None:
    """For those who do not see it."""
    assert words in _figure(name).alternative(exposed_for(90))
