from __future__ import annotations

import pytest

from census_support.lakes.small_lake import SmallLake
from conda_census.metrics.coverage.accounting import Accounting, AccountingError, account


def test_every_line_has_its_place(lake: SmallLake) -> None:
    """Two logs: 10 + 5 lines, of which 7 + 5 requests, 3 drops of two reasons; 3 requests of 12 are other."""
    lake.source("2024-01-01", lines=10, requests=7, dropped={"no-time": 2, "binary": 1}, other_requests=3)
    lake.source("2024-01-02", lines=5, requests=5, dropped={}, malformed_tokens=2, unknown_tokens=1)

    assert account(lake.open().sources) == Accounting(
        lines=15,
        requests=12,
        dropped={"binary": 1, "no-time": 2},
        other_share=0.25,
        malformed_tokens=2,
        unknown_tokens=1,
    )


def test_the_same_reason_adds_up_over_sources(lake: SmallLake) -> None:
    """One of the first log and two of the second are three; a log that says nothing of drops has none."""
    lake.source("2024-01-01", lines=2, requests=1, dropped={"no-time": 1})
    lake.source("2024-01-02", lines=2, requests=0, dropped={"no-time": 2})
    lake.source("2024-01-03", dropped=None)

    assert account(lake.open().sources).dropped == {"no-time": 3}


def test_a_lost_line_is_an_error_that_names_the_source(lake: SmallLake) -> None:
    """One line too many in one log and one too few in another do not make up for each other."""
    lake.source("2024-01-01", source="short.log", lines=9, requests=7, dropped={"no-time": 1})
    lake.source("2024-01-02", source="long.log", lines=4, requests=5)

    with pytest.raises(AccountingError, match=r"2 source.* long\.log: 4 lines, but 5 requests \+ 0 drops"):
        account(lake.open().sources)


def test_an_empty_lake_balances(lake: SmallLake) -> None:
    """Zeros, and no share of nothing."""
    assert account(lake.open().sources) == Accounting(0, 0, {}, None, 0, 0)
