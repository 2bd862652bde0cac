"""Which counts say that a log was read in vain?"""

from __future__ import annotations

from collections import Counter

import pytest

from conda_census.ingest.log_faults.logs_without_requests import NoRequests, check_for_requests
from conda_census.ingest.summary import Summary


@pytest.mark.parametrize(
    ("requests", "dropped", "is_new", "reason"),
    [
        (0, {"no_time": 256}, True, "no_time"),
        (0, {"not_in_format": 1}, True, "not_in_format"),
        (0, {"impossible_time": 9, "directive": 90, "blank": 90}, True, "impossible_time"),
        (0, {"no_time": 9, "not_in_format": 10, "no_request": 18}, True, "not_in_format"),
        (0, {"too_long": 3}, True, "too_long"),
        (0, {"no_time": 20, "directive": 2}, False, "no_time"),
        (0, {"no_time": 19, "directive": 2}, False, None),  # new lines of one client that sends garbage
        (1, {"no_time": 256}, True, None),
        (0, {}, True, None),
        (0, {"directive": 3, "blank": 1}, True, None),
        (0, {"repeated": 256}, True, None),
        (0, {"no_request": 256}, True, None),
        (0, {"no_answer": 256}, True, None),
        (0, {"sub_request": 256}, True, None),
        (0, {"repeated": 10, "not_in_format": 10}, True, None),  # those that are understood are of the format
        (0, {"repeated": 10, "not_in_format": 11}, True, "not_in_format"),
    ],
)
def test_what_is_in_vain(requests: int, dropped: dict[str, int], is_new: bool, reason: str | None) -> None:
    """Most of the lines below the header are not understood, and none is a request."""
    found = check_for_requests(requests, dropped, is_new=is_new)
    assert (found is not None) == (reason is not None)
    if found:
        lines = sum(count for reason, count in dropped.items() if reason not in ("directive", "blank"))
        which = "its only line is not" if lines == 1 else f"none of {lines} lines is"
        assert found.sentence().startswith(f"{which} a request (main reason: {reason}): check the format")


def test_a_summary_adds_them_up() -> None:
    """One line for all logs, after the other warnings; a failure for a strict run only."""
    summary = Summary(read=2)
    assert summary.exit_code(strict=True) == 0
    summary.warn_of_no_requests("a.log", NoRequests(Counter(no_time=1000)))
    summary.warn_of_no_requests("b.log", NoRequests(Counter(no_time=1, not_in_format=1002)))
    summary.warn("b.log", "something else")
    assert summary.sources_without_requests() == ["a.log", "b.log"]
    other, told = summary.warning_sentences()
    assert other == "b.log: something else"
    assert told.startswith(
        "a.log, b.log: none of 2,003 lines is a request (main reason: not_in_format): check"
    )
    assert (summary.exit_code(strict=True), summary.exit_code(strict=False)) == (1, 0)
