"""Does the lake remember which days are lost?"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from conda_census.errors import LakeError
from conda_census.lake.records.ledger import Ledger
from conda_census.lake.records.lost_days import LOST, lost_days, mark_lost
from conda_census.lake.store import Lake


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """An empty lake."""
    return Lake.open_or_create(tmp_path / "lake", "k")


def test_a_lake_has_lost_no_day(lake: Lake) -> None:
    """Nothing is written, and nothing is lost."""
    assert lost_days(lake.path) == set()


def test_what_is_lost_adds_up(lake: Lake) -> None:
    """A day that is lost twice is one day, and the totals say how many there are."""
    mark_lost(lake, [date(2024, 1, 16)])
    mark_lost(lake, [date(2024, 1, 16), date(2024, 1, 18)])
    assert lost_days(lake.path) == {date(2024, 1, 16), date(2024, 1, 18)}
    assert Ledger(lake.table("sources")).lost_days == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        '{"days": "x"}',
        '{"days": [1]}',
        '{"days": 1e400}',
        "[" * 100_000,
        "\xff",
    ],
)
def test_a_damaged_record_is_one_line(lake: Lake, text: str) -> None:
    """It is never read as if nothing were lost."""
    (lake.path / LOST).write_text(text)
    with pytest.raises(LakeError, match=r"lost\.json: damaged: restore it"):
        lost_days(lake.path)
