"""Does a share that moved ring, and nothing that chance explains?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from census_support.lakes.small_lake import SmallLake
from conda_census.ingest.log_faults.drift import DropRateChange, Tally, changes_between, drop_rate_changes
from conda_census.lake.source_rows import SourceRows
from conda_census.lake.store import Lake


def _tally(lines: int, dropped: int, reason: str = "no_time") -> Tally:
    return Tally(lines=lines, dropped={reason: dropped}, requests=lines - dropped)


@pytest.mark.parametrize(
    ("before", "now", "rings"),
    [
        ((100_000, 100), (10_000, 100), True),  # ten times as many
        ((100_000, 1000), (10_000, 10), True),  # a tenth
        ((100_000, 100), (10_000, 29), False),  # just below three times
        ((100_000, 100), (10_000, 32), False),  # just above, which chance explains
        ((10_000_000, 10_000), (1_000_000, 3300), True),  # just above, of so many lines that it does not
        ((100_000, 0), (10_000, 500), True),  # from nothing
        ((100_000, 500), (10_000, 0), True),  # to nothing
        ((100_000, 0), (10_000, 9), False),  # so few lines may be one client
        ((100_000, 0), (10_000, 10), True),
        ((100_000, 50), (1000, 0), False),  # half a line was to be expected
        ((0, 0), (10_000, 5000), False),  # a first run has nothing to compare with
        ((100_000, 500), (0, 0), False),  # nor has a run that read nothing
        ((100, 1), (100, 60), True),
        ((1000, 10), (1000, 100), True),
        ((100, 100), (100, 100), False),
        ((100, 0), (100, 0), False),
        ((5, 0), (5, 5), False),  # too few lines to say anything
    ],
)
def test_when_it_rings(before: tuple[int, int], now: tuple[int, int], rings: bool) -> None:
    """Lines and drops of the week before, lines and drops now."""
    expected = [DropRateChange("no_time", before[1] / before[0], now[1] / now[0])] if rings else []
    assert changes_between(_tally(*before), _tally(*now)) == expected


def test_other_is_a_share_of_the_requests() -> None:
    """40 of 100 requests, after 10 of 1000; the lines that were dropped do not matter for it."""
    before = Tally(lines=1000, requests=1000, other_requests=10)
    now = Tally(lines=105, dropped={"blank": 5}, requests=100, other_requests=40)
    assert changes_between(before, now) == [DropRateChange("other", 0.01, 0.4)]


def test_headers_of_files_are_not_watched() -> None:
    """A file of the night has as many header lines as one of the day, and fewer others."""
    assert changes_between(_tally(100_000, 2, "directive"), _tally(100, 50, "directive")) == []


_COUNTS = st.integers(1, 10**7).flatmap(lambda lines: st.tuples(st.just(lines), st.integers(0, lines)))


@given(before=_COUNTS, now=_COUNTS)
def test_it_rings_only_beyond_the_factor_and_beyond_chance(
    before: tuple[int, int], now: tuple[int, int]
) -> None:
    """Whatever was counted: by SciPy's binomial tail the chance is at most 1 %; backwards it is the same."""
    rings = bool(changes_between(_tally(*before), _tally(*now)))
    assert rings == bool(changes_between(_tally(*now), _tally(*before)))
    if rings:
        (low_lines, low), (high_lines, high) = sorted((before, now), key=lambda pair: pair[1] / pair[0])
        assert high * low_lines > 3 * low * high_lines
        assert high >= 10
        assert binom.sf(high - 1, low + high, 3 * high_lines / (3 * high_lines + low_lines)) <= 0.01


@given(before=_COUNTS, now=_COUNTS, factor=st.integers(2, 50))
def test_more_of_the_same_rings_on(before: tuple[int, int], now: tuple[int, int], factor: int) -> None:
    """What rings with some lines rings with many times as many, for chance explains them even less."""
    if changes_between(_tally(*before), _tally(*now)):
        more_before, more_now = ((lines * factor, drops * factor) for lines, drops in (before, now))
        assert changes_between(_tally(*more_before), _tally(*more_now))


def test_what_is_compared(lake: SmallLake) -> None:
    """The week before the last request of the run: not the day before that, nor what came after."""
    last = datetime(2024, 1, 10, 12, tzinfo=UTC)

    def source(time: datetime, dropped: int, batch: str = "main/1") -> None:
        lake.source(
            "2024-01-10", lines=100, requests=100 - dropped, dropped={"no_time": dropped},
            last_time=time, batch=batch,
        )  # fmt: skip

    source(last, 60, "main/2")
    source(last - timedelta(days=7, seconds=1), 90)
    source(last - timedelta(days=7) + timedelta(seconds=1), 1)
    source(last - timedelta(seconds=1), 1, "other/2")
    source(last + timedelta(seconds=1), 90)
    lake.open()

    found = drop_rate_changes(SourceRows(Lake(lake.folder, "")), ["main/2"])

    assert found == [DropRateChange("no_time", 0.01, 0.6)]


def test_a_run_without_a_request(lake: SmallLake) -> None:
    """Its lines stand at the time of the reading, and are compared all the same."""
    noon = datetime(2024, 1, 10, 12, tzinfo=UTC)
    lake.source("2024-01-10", lines=1000, requests=1000, dropped={}, last_time=noon, batch="main/1")
    lake.source(
        "2024-01-10", lines=50, requests=0, dropped={"no_time": 50}, other_requests=0,
        first_time=None, last_time=None, ingested_at=noon + timedelta(hours=1), batch="main/2",
    )  # fmt: skip
    lake.open()

    assert drop_rate_changes(SourceRows(Lake(lake.folder, "")), ["main/2"]) == [
        DropRateChange("no_time", 0.0, 1.0)
    ]
    assert drop_rate_changes(SourceRows(Lake(lake.folder, "")), []) == []


def test_what_was_told_is_left_out(lake: SmallLake) -> None:
    """Of a log that a warning names the run says nothing more; it counts for the runs that come."""
    noon = datetime(2024, 1, 10, 12, tzinfo=UTC)
    lake.source("2024-01-10", lines=1000, requests=1000, dropped={}, last_time=noon, batch="main/1")
    lake.source(
        "2024-01-10", source="bad.log", lines=50, requests=0, dropped={"no_time": 50}, first_time=None,
        last_time=None, ingested_at=noon + timedelta(hours=1), batch="main/2",
    )  # fmt: skip
    lake.open()
    rows = SourceRows(Lake(lake.folder, ""))

    assert drop_rate_changes(rows, ["main/2"], ["other.log"]) == [DropRateChange("no_time", 0.0, 1.0)]
    assert drop_rate_changes(rows, ["main/2"], ["bad.log"]) == []
