from __future__ import annotations

import io

import pytest
from rich.console import Console

from census_support.inputs.made_up_report import made_up
from census_support.lakes.small_lake import SmallLake
from conda_census.metrics.intervals import Estimate
from conda_census.reports.usage.build import Report, make_report
from conda_census.reports.usage.terminal import show


def _shown(report: Report, width: int = 80, **options: object) -> str:
    stream = io.StringIO()
    show(report, Console(file=stream, width=width, **options))
    return stream.getvalue()


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("weeks", [3, 13, 60])
def test_no_line_is_wider_than_the_terminal(report: Report, width: int, weeks: int) -> None:
    """And no word or number is cut short for it, for how many weeks ever."""
    text = _shown(made_up(report, weeks), width)

    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text


@pytest.mark.parametrize("width", [40, 80])
def test_the_numbers_are_there_at_every_width(report: Report, width: int) -> None:
    """With the interval and the classes beside the share."""
    text = _shown(report, width)

    for words in (
        "66.7 %",
        "95 % interval",
        "36.9 %",
        "lasting 1, ephemeral 0,",
        "40 lines = 34 requests + 6 dropped",
    ):
        assert words in text


def test_in_a_pipe_there_is_no_colour(report: Report) -> None:
    """Only text, for grep and less."""
    assert "\x1b" not in _shown(report)


def test_no_color_is_respected(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    """With NO_COLOR a terminal gets bold and dim at most: no colour is set. Without it, one is."""
    cyan = "\x1b[36m"
    assert cyan in _shown(report, force_terminal=True, color_system="standard")

    monkeypatch.setenv("NO_COLOR", "1")

    assert cyan not in _shown(report, force_terminal=True, color_system="standard")


def test_ascii_is_enough(report: Report) -> None:
    """A terminal that knows no more than ASCII gets the same numbers."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="strict")

    show(report, Console(file=stream, width=80))

    stream.flush()
    assert b"40 lines = 34 requests" in stream.buffer.getvalue()


def test_the_window_says_what_is_provisional(report: Report) -> None:
    """The 3rd of January had no day to settle yet."""
    assert "complete until 2 January 2024, provisional from 3 January 2024" in _shown(report)


def test_an_empty_lake_is_shown(empty_report: Report) -> None:
    """With zeros, and no share of nothing."""
    text = _shown(empty_report)

    assert "nothing has been ingested yet" in text
    assert "0 lines = 0 requests + 0 dropped" in text
    assert "no data" in text


def test_a_lake_without_a_request_is_shown(lake: SmallLake) -> None:
    """Something was ingested, and the text says what of it counts."""
    lake.source_in_vain("2024-01-10", 1256)

    text = _shown(make_report(lake.open()))

    assert "1,256 lines were read, and none is a request" in text
    assert "nothing has been ingested yet" not in text


def test_text_from_a_log_is_only_text(lake: SmallLake) -> None:
    """Neither an escape sequence nor Rich's own markup in the name of an installer has an effect."""
    lake.installer("2024-01-01", "curl", version="\x1b[31m", platform="[bold red]x[/]")

    text = _shown(make_report(lake.open()))

    assert "\x1b" not in text
    assert "[bold red]x[/]" in text


def test_the_course_of_days_is_drawn(report: Report) -> None:
    """Sessions rise from 1 to 3 and fall to 2; of each course the fewest and the most are told."""
    lines = _shown(report).splitlines()

    assert "Sessions   ▃█▆ 1 to 3" in [line.rstrip() for line in lines]
    assert "Downloads  ▁█▁ 0 to 6" in [line.rstrip() for line in lines]


def test_retention_is_a_shaded_table(empty_report: Report) -> None:
    """A half comes back in the first week, a third in the second, a quarter in the third."""
    lines = [line.rstrip() for line in _shown(made_up(empty_report, 4)).splitlines()]

    first = lines.index("weeks on    1   2   3")
    assert lines[first + 1 : first + 4] == ["2024-01-01 █50 ▓33 ▓25", "2024-01-08 █50 ▓33", "2024-01-15 █50"]


def test_a_share_that_is_not_known_has_a_mark_and_its_meaning(empty_report: Report) -> None:
    """Below the table; without such a share nothing is said."""
    report = made_up(empty_report, 4)
    assert "not known, for a day has no log" not in _shown(report)
    report.retention[0].active[2] = Estimate()
    lines = [line.rstrip() for line in _shown(report).splitlines()]
    first = lines.index("weeks on    1   2   3")
    assert lines[first + 1] == "2024-01-01 █50 ··  ▓25"
    assert lines[first + 4] == "··: not known, for a day has no log."


def test_bars_stand_where_there_is_room(empty_report: Report) -> None:
    """Behind packages and agents at 80 columns, not at 60."""
    report = made_up(empty_report, 2)

    (wide,), (narrow,) = (
        [line.split() for line in _shown(report, width).splitlines() if "package-0" in line]
        for width in (80, 60)
    )

    assert wide == ["package-0", "2,000", "900", "70,000", "█" * 18]
    assert narrow == ["package-0", "2,000", "900", "70,000"]


def test_which_way_numbers_err_is_told_where_it_is_asked_for(report: Report) -> None:
    """A terminal is short, and says how to see it."""
    assert "Which way each number errs: --verbose says it." in _shown(report)
