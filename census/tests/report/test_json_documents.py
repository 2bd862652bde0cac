from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import ClassVar

import pytest

from conda_census.reports.json_documents import json_text, to_json


@dataclass(frozen=True)
class _Count:
    begin: date
    squares: int
    numbers: dict[int, int | None]

    JSON_KEYS: ClassVar = ("total", "begin")

    @property
    def total(self) -> int:
        return sum(number or 0 for number in self.numbers.values())


@dataclass(frozen=True)
class _Table:
    name: str
    rows: tuple[_Count, ...]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (date(2024, 1, 31), "2024-01-31"),
        (datetime(2024, 1, 31, 23, 59, 59, 999, tzinfo=UTC), "2024-01-31T23:59:59Z"),
        (datetime(2024, 1, 31, 1, tzinfo=timezone(timedelta(hours=2))), "2024-01-30T23:00:00Z"),
        ({1: 2, 30: None}, {"1": 2, "30": None}),
        (("a", 0.5), ["a", 0.5]),
    ],
)
def test_a_value_becomes_a_type_of_json(value: object, expected: object) -> None:
    """Days and times are text, in UTC; keys are text."""
    assert to_json(value) == expected


def test_a_dataclass_becomes_an_object() -> None:
    """Its keys are its fields in order, or its JSON_KEYS, with properties and without other fields."""
    count = _Count(date(2024, 1, 1), 9, {1: 3, 7: None})
    assert json_text(_Table("ä", (count,))) == '{"name": "ä", "rows": [{"total": 3, "begin": "2024-01-01"}]}'
