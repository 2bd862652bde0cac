from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from census_support.lakes.small_lake import SmallLake
from conda_census.metrics.coverage.window import Window, WindowError, choose_window, within


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_default_window_spans_the_data(lake: SmallLake) -> None:
    """From the first day to the last day on which there is a session or a line of a log."""
    tables = lake.session("2024-01-05", "s1").session("2024-01-09", "s2").source("2024-01-12").open()

    window = choose_window(tables)

    assert (window.since, window.until) == (date(2024, 1, 5), date(2024, 1, 12))


@pytest.mark.parametrize(
    ("ingested_at", "complete_until"),
    [
        ("2024-01-12 00:00:00", date(2024, 1, 10)),
        ("2024-01-11 23:59:59", date(2024, 1, 8)),
        ("2024-03-01 00:00:00", date(2024, 1, 10)),
        ("2024-01-10 00:00:00", date(2024, 1, 8)),
        ("2024-01-09 23:59:59", None),
    ],
)
def test_a_day_is_complete_a_day_after_its_end(
    lake: SmallLake, ingested_at: str, complete_until: date | None
) -> None:
    """8 to 10 January, the 9th without a log: the 10th is complete from the start of the 12th on."""
    lake.source("2024-01-08", ingested_at=_utc(ingested_at))
    tables = lake.source("2024-01-10", ingested_at=_utc("2024-01-01 00:00:00")).open()

    assert choose_window(tables).complete_until == complete_until


def test_an_empty_lake_has_no_window(lake: SmallLake) -> None:
    """Nothing to span: all null, and no error."""
    assert choose_window(lake.open()) == Window(None, None, None)


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (date(2025, 1, 1), None),
        (None, date(2023, 12, 31)),
        (date(2024, 1, 7), date(2024, 1, 8)),
        (date(2024, 12, 1), date(2024, 12, 2)),
    ],
)
def test_a_window_without_a_log_is_refused(lake: SmallLake, since: date | None, until: date | None) -> None:
    """Before, between and after the logs: nothing is known of it, which is not that nobody came."""
    tables = lake.session("2024-01-05", "s1").source("2024-01-05").source("2024-01-09").open()

    with pytest.raises(WindowError, match=r"no log of these days was read.* of 2024-01-05 to 2024-01-09"):
        choose_window(tables, since, until)
    window = choose_window(tables, since, until, may_lack_logs=True)
    assert (window.complete, window.complete_until) == (False, None)
    assert within(tables, window).sessions.count().execute() == 0


_FAR = [
    (date.min, None),
    (None, date.max),
    (date.min, date.max),
    (date.min, date.min),
    (date.max, date.max),
    (date(2024, 1, 7), date(2924, 3, 1)),
    (date(1924, 1, 7), date(2024, 1, 7)),
    (date(2023, 1, 3), None),
    (None, date(2025, 1, 10)),
]


@pytest.mark.parametrize(("since", "until"), _FAR)
@pytest.mark.parametrize("may_lack_logs", [False, True])
def test_a_window_far_beyond_the_logs_is_refused(
    lake: SmallLake, since: date | None, until: date | None, *, may_lack_logs: bool
) -> None:
    """Each of its days would be counted: a typing error in a year took all memory, or had no end."""
    tables = lake.source("2024-01-05").source("2024-01-09").open()

    with pytest.raises(
        WindowError, match=r"more than 366 days beyond .* of 2024-01-05 to 2024-01-09: choose"
    ):
        choose_window(tables, since, until, may_lack_logs=may_lack_logs)


@pytest.mark.parametrize(("since", "until"), [(date(2023, 1, 4), None), (None, date(2025, 1, 9))])
def test_a_window_may_reach_a_year_beyond_the_logs(
    lake: SmallLake, since: date | None, until: date | None
) -> None:
    """Whoever looks at a calendar year sees which of its days are unknown."""
    window = choose_window(lake.source("2024-01-05").source("2024-01-09").open(), since, until)

    assert window.since
    assert window.until
    assert len(window.days_without_log) == (window.until - window.since).days - 1


@pytest.mark.parametrize(("since", "until"), [(date.min, date.max), (date(1924, 1, 1), date(2024, 1, 1))])
def test_a_far_window_of_an_empty_lake_is_refused(lake: SmallLake, since: date, until: date) -> None:
    """There is no log, and no day to choose."""
    with pytest.raises(WindowError, match="no request was read yet"):
        choose_window(lake.open(), since, until)


def test_days_without_a_log_are_named(lake: SmallLake) -> None:
    """A log spans its quiet days; of days between two logs, lost days and later ones nothing is known."""
    lake.source("2024-01-01", last_time=_utc("2024-01-03 22:00:00")).source("2024-01-06")
    tables = replace(lake.open(), lost_days=frozenset([date(2024, 1, 2)]))

    window = choose_window(tables, until=date(2024, 1, 7))

    assert window.days_without_log == tuple(date(2024, 1, day) for day in (2, 4, 5, 7))
    assert (window.complete, window.complete_until) == (False, date(2024, 1, 6))
    assert window.is_known(date(2024, 1, 3), date(2024, 1, 3))
    assert not window.is_known(date(2024, 1, 3), date(2024, 1, 4))


def test_a_window_that_ends_before_it_begins_is_refused(lake: SmallLake) -> None:
    """The message names both days."""
    with pytest.raises(WindowError, match="begins on 2024-02-01 but ends on 2024-01-01"):
        choose_window(lake.open(), since=date(2024, 2, 1), until=date(2024, 1, 1))


def test_both_ends_belong_to_the_window(lake: SmallLake) -> None:
    """Of five days, 2 to 4 January are three."""
    for day in range(1, 6):
        lake.session(f"2024-01-0{day}", f"s{day}").download(f"2024-01-0{day}")
    tables = lake.open()

    inside = within(tables, choose_window(tables, date(2024, 1, 2), date(2024, 1, 4)))

    assert inside.sessions.count().execute() == 3
    assert inside.downloads.count().execute() == 3


def test_a_log_that_reaches_into_the_window_counts_whole(lake: SmallLake) -> None:
    """A file cannot be cut at midnight; a file without a request has no time and is always there."""
    lake.source("2024-01-01", source="before.log")
    lake.source("2024-01-01", source="into.log", last_time=_utc("2024-01-02 00:00:01"))
    lake.source("2024-01-02", source="inside.log")
    lake.source("2024-01-03", source="after.log")
    lake.source("2024-01-09", source="rubbish.log", first_time=None, last_time=None)
    tables = lake.open()

    inside = within(tables, choose_window(tables, date(2024, 1, 2), date(2024, 1, 2)))

    names = sorted(inside.sources.source.to_pyarrow().to_pylist())
    assert names == ["inside.log", "into.log", "rubbish.log"]


def test_a_quiet_day_of_a_log_that_grew_is_known(lake: SmallLake) -> None:
    """Lines 1 to 4 were read on the 1st, the rest on the 3rd: in between nobody came, and that is known."""
    lake.source("2024-01-01", head="a", first_line=1, lines=4)
    lake.source("2024-01-03", head="a", first_line=5, lines=2)

    assert choose_window(lake.open()).days_without_log == ()


def test_logs_that_begin_alike_are_not_one_log(lake: SmallLake) -> None:
    """CloudFront's all begin with the same line; only what goes on where another ended is the same log."""
    lake.source("2024-01-01", head="a", first_line=1, lines=4)
    lake.source("2024-01-03", head="a", first_line=1, lines=4)
    lake.source("2024-01-05", head="a", first_line=9, lines=4)

    assert choose_window(lake.open()).days_without_log == (date(2024, 1, 2), date(2024, 1, 4))


def test_what_looks_back_knows_the_days_before_the_window(lake: SmallLake) -> None:
    """Of 2 January nothing is known, also if the window begins after it; before the first log nothing is."""
    lake.source("2024-01-01").source("2024-01-03").source("2024-01-04")

    window = choose_window(lake.open(), since=date(2024, 1, 3))

    assert window.days_without_log == ()
    assert not window.is_known(date(2024, 1, 2), date(2024, 1, 4))
    assert window.is_known(date(2024, 1, 3), date(2024, 1, 4))
