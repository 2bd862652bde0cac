"""Is one number for each row equal, and in order, exactly where the rows are?"""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from conda_census.ingest.sort_order import as_one_number

_WHOLE = st.one_of(st.integers(-3, 3), st.integers(-(2**61), 2**61))


@given(st.lists(st.tuples(_WHOLE, _WHOLE, _WHOLE), max_size=20))
def test_the_numbers_are_in_the_order_of_the_rows(rows: list[tuple[int, int, int]]) -> None:
    """Also where the columns together need more bits than a number has."""
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    numbers = as_one_number(*columns).tolist()
    assert len(numbers) == len(rows)
    for row, number in zip(rows, numbers, strict=True):
        for other, its_number in zip(rows, numbers, strict=True):
            assert (row < other) == (number < its_number)
            assert (row == other) == (number == its_number)
