from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from conda_census.metrics.coverage.window import Window
from conda_census.metrics.intervals import Estimate
from conda_census.metrics.sample import CountInterval
from conda_census.reports.render.numbers import (
    completeness,
    count,
    counted,
    counted_requests,
    days,
    how_sure,
    interval,
    interval_of_days,
    last_days,
    newest_request,
    percent,
    plain,
    read_again,
)
from conda_census.reports.usage.page import page
from conda_census.reports.usage.schema import Report


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0.0 %"),
        (0.00004, "< 0.01 %"),
        (0.006, "0.60 %"),
        (0.631, "63.1 %"),
        (1.0, "100.0 %"),
        (None, "no data"),
    ],
)
def test_a_share_is_a_percentage(share: float | None, text: str) -> None:
    """A small share keeps a digit that says something, and a missing one is never 0."""
    assert percent(share) == text


def test_a_count_has_its_thousands_apart() -> None:
    """Six million and a bit."""
    assert count(6800000) == "6,800,000"


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (Estimate(0.006, 0.0041, 0.012), "95 % interval 0.41 to 1.2 %"),
        (Estimate(0.0, 0.0, 0.01), "95 % interval 0.0 to 1.0 %"),
        (Estimate(0.5), "no interval"),
    ],
)
def test_an_interval_is_called_so(share: Estimate, text: str) -> None:
    """And where there is none, that is said."""
    assert interval(share) == text


_PROVISIONAL = "complete until 28 January 2024, provisional from 29 January 2024"


@pytest.mark.parametrize(
    ("complete_until", "missing", "text"),
    [
        ("2024-01-31", [], "complete"),
        ("2024-01-30", [], "complete until 30 January 2024, provisional from 31 January 2024"),
        (None, [], "no day is complete yet: every number is provisional"),
        (
            "2024-01-31",
            ["2024-01-04"],
            "1 of 31 days has no log: nothing is known of it; the other days are complete",
        ),
        (
            "2024-01-30",
            ["2024-01-31"],
            "1 of 31 days has no log: nothing is known of it; the other days are complete",
        ),
        (
            "2024-01-28",
            ["2024-01-04"],
            "1 of 31 days has no log: nothing is known of it; " + _PROVISIONAL,
        ),
    ],
)
def test_provisional_days_are_named(complete_until: str | None, missing: list[str], text: str) -> None:
    """A reader must not take the last days for a fall."""
    window = Window(date(2024, 1, 1), date(2024, 1, 31), _day(complete_until), tuple(map(_day, missing)))

    assert days(window) == "1 January 2024 to 31 January 2024"
    assert completeness(window) == text


def test_what_a_window_leaves_out_is_named() -> None:
    """All its days are complete, and yet it is not."""
    first, last = date(2024, 1, 1), date(2024, 1, 31)
    window = Window(first, last, last, left_out=(date(2002, 1, 8),))

    assert completeness(window) == "complete but for what is left out"


@pytest.mark.parametrize(
    ("missing", "of_all", "sampled", "share"),
    [
        ([], "counted", "95 % interval 8 to 1,200", "95 % interval 1.0 to 20.0 %"),
        (
            ["2024-01-04", "2024-01-05"],
            "at least: 2 of 31 days have no log",
            "95 % interval 8 to 1,200, of the days with a log",
            "95 % interval 1.0 to 20.0 %, of the days with a log",
        ),
    ],
)
def test_how_sure_a_number_is(missing: list[str], of_all: str, sampled: str, share: str) -> None:
    """What was counted on some days only is at least so many; an interval is one of these days."""
    window = Window(date(2024, 1, 1), date(2024, 1, 31), None, tuple(map(_day, missing)))
    assert counted(window) == how_sure(None, window) == of_all
    assert how_sure(CountInterval(8, 1200), window) == sampled
    assert interval_of_days(Estimate(0.1, 0.01, 0.2), window) == share
    assert interval_of_days(Estimate(), window) == "no interval"


@pytest.mark.parametrize(
    ("number", "copies", "unread", "text"),
    [
        (0, 2, 0, "counted"),
        (9, 0, 0, "counted"),
        (9, 2, 0, "too high: 2 copies of logs count again"),
        (9, 0, 1, "at least: a part of 1 log was not read"),
        (9, 1, 2, "not exact: 1 copy of a log counts again; a part of 2 logs was not read"),
    ],
)
def test_what_copies_and_unread_parts_do(
    empty_report: Report, number: int, copies: int, unread: int, text: str
) -> None:
    """Copies make no 0 too high."""
    lines = empty_report.accounting
    lines = replace(lines, likely_copies=copies, doubtful_logs=replace(lines.doubtful_logs, unread=unread))
    assert counted_requests(number, empty_report.window, lines) == text


def test_text_from_a_log_cannot_steer_a_terminal() -> None:
    """Escape sequences, line ends and marks of direction become question marks; letters stay."""
    assert plain("Mini\x1b[31mconda\n\u202e3") == "Mini?[31mconda??3"
    assert plain("Miniconda3 für Łukasz") == "Miniconda3 für Łukasz"


@pytest.mark.parametrize(
    ("number", "begin", "text"),
    [
        (1, date.fromisoformat("2024-01-05"), "1 day"),
        (7, date.fromisoformat("2023-12-30"), "7 days"),
        (7, date.fromisoformat("2023-12-31"), "7 days (logs begin 2023-12-31)"),
        (90, date.fromisoformat("2024-01-05"), "90 days (logs begin 2024-01-05)"),
        (90, None, "90 days"),
    ],
)
def test_last_days_say_when_logs_begin(report: Report, number: int, begin: date | None, text: str) -> None:
    """If they begin later than the days that are counted; days before the first log are not known."""
    window = Window(None, date(2024, 1, 5), None)
    lines = replace(report.accounting, logs_begin=begin)
    assert last_days(number, window, lines) == text


@pytest.mark.parametrize(
    ("number", "complete", "gaps", "text"),
    [
        (1, "2024-01-04", [], "1 day (provisional)"),
        (1, "2024-01-05", [], "1 day"),
        (1, "2024-01-04", ["2024-01-05"], "1 day"),
        (1, "2024-01-03", ["2024-01-04"], "1 day (provisional)"),
        (7, "2024-01-04", [], "7 days"),
        (7, "2023-12-29", [], "7 days (provisional)"),
        (1, None, [], "1 day"),
    ],
)
def test_last_days_that_are_all_provisional(
    report: Report, number: int, complete: str | None, gaps: list[str], text: str
) -> None:
    """If other days are complete; else the head says it of all days. A day without a log is not known."""
    window = Window(None, date(2024, 1, 5), _day(complete), tuple(map(_day, gaps)))
    lines = replace(report.accounting, logs_begin=None)
    assert last_days(number, window, lines) == text


def test_the_newest_line_is_in_every_output(report: Report, empty_report: Report) -> None:
    """Of all logs that were read; nothing is said of none."""
    newest = newest_request(report.accounting)
    assert newest.startswith("newest log line 2024-01-0")
    assert newest.endswith(" UTC")
    assert newest in page(report)
    lines = empty_report.accounting
    assert (newest_request(lines), lines.logs_begin, lines.newest_request) == ("", None, None)


def test_many_logs_that_were_read_again_are_one_line() -> None:
    """What matters comes behind them."""
    logs = [f"{number}.log" for number in range(37)]
    assert read_again(logs[:5]) == [f"{log}: read again" for log in logs[:5]]
    assert read_again(logs) == ["0.log, 1.log, 2.log and 34 more: read again"]
    assert read_again(logs, "would be read again", names_all=True)[36] == "36.log: would be read again"


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
