"""Rows of a query as text, JSON or CSV."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from datetime import date, time
from decimal import Decimal
from itertools import islice
from math import isfinite
from typing import Protocol, TextIO

from conda_census.reports.render.numbers import plain

__all__ = ["Rows", "print_csv", "print_json", "print_text"]

_AT_ONCE = 10_000
#: Text output shows this many rows.
_SHOWN = 1000
_COLUMN_MAX = 60


class Rows(Protocol):
    """Source of the rows of a query."""

    def fetchmany(self, size: int) -> list[tuple[object, ...]]:
        """Return the next rows."""
        ...


def print_text(columns: Sequence[str], rows: Rows, file: TextIO) -> None:
    """Print the first rows below their columns, numbers to the right, and whether there are more."""
    first = list(islice(_all(rows), _SHOWN + 1))
    cells = [[_cut(plain(name)) for name in columns], *([_text(value) for value in row] for row in first)]
    del cells[_SHOWN + 1 :]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    is_number = [any(_is_number(row[place]) for row in first) for place in range(len(columns))]
    cells.insert(1, ["-" * width for width in widths])
    for row in cells:
        parts = (
            text.rjust(width) if to_right else text.ljust(width)
            for text, width, to_right in zip(row, widths, is_number, strict=True)
        )
        file.write("  ".join(parts).rstrip() + "\n")
    if len(first) > _SHOWN:
        file.write(f"The first {_SHOWN:,} rows; --json and --csv print all.\n")


def print_json(columns: Sequence[str], rows: Rows, file: TextIO) -> None:
    """Print a list with one object for each row; pseudonyms in hexadecimal, times as in ISO 8601."""
    file.write("[")
    for number, row in enumerate(_all(rows)):
        named = dict(zip(columns, map(_plain, row), strict=True))
        file.write(("," if number else "") + "\n" + json.dumps(named, ensure_ascii=False))
    file.write("\n]\n")


def print_csv(columns: Sequence[str], rows: Rows, file: TextIO) -> None:
    """Print the columns and the rows as in JSON; null is empty, and a list or a map is JSON."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    for row in _all(rows):
        writer.writerow(["" if value is None else _word(_plain(value)) for value in row])


def _all(rows: Rows) -> Iterator[tuple[object, ...]]:
    while some := rows.fetchmany(_AT_ONCE):
        yield from some


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _plain(value: object) -> object:
    """Return the JSON form of a value."""
    match value:
        case dict():
            return {_word(_plain(key)): _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
    return _plain_scalar(value)


def _plain_scalar(value: object) -> object:
    match value:
        case None | bool() | int():
            return value
        case Decimal() if value.is_finite() and value == value.to_integral_value():
            return int(value)
        case float() | Decimal():
            return float(value) if isfinite(value) else str(value)  # JSON has no infinity
        case bytes():
            return value.hex()
        case date() | time():
            return value.isoformat()
    return str(value)


def _word(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _text(value: object) -> str:
    return "" if value is None else _cut(plain(_word(_plain(value))))


def _cut(text: str) -> str:
    return text if len(text) <= _COLUMN_MAX else text[: _COLUMN_MAX - 1] + "…"
