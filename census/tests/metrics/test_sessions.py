from __future__ import annotations

from census_support.lakes.small_lake import SmallLake
from conda_census.metrics.sessions import Sessions, count_sessions


def test_a_session_counts_once_however_many_batches_saw_it(lake: SmallLake) -> None:
    """Two tokens in four rows, over midnight too, and one folded session in two rows."""
    lake.session("2024-01-01", "s1").session("2024-01-01", "s1").session("2024-01-02", "s1")
    lake.session("2024-01-02", "s2")
    lake.session("2024-01-02", "hour", folded=True).session("2024-01-02", "hour", folded=True)

    assert count_sessions(lake.open().sessions) == Sessions(total=2, without_token=1)


def test_an_empty_lake_has_no_sessions(lake: SmallLake) -> None:
    """Zeros."""
    assert count_sessions(lake.open().sessions) == Sessions(total=0, without_token=0)
