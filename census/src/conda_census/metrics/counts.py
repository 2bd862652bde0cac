"""Counts from a table of one row. It runs the expression on any engine."""

from __future__ import annotations

from ibis.expr.types import Table

__all__ = ["counts"]


def counts(one_row: Table) -> dict[str, int]:
    """Return the columns of the only row by name. A sum over no rows, which SQL calls null, is 0."""
    (row,) = one_row.to_pyarrow().to_pylist()
    return {name: int(value or 0) for name, value in row.items()}
