"""Choice of the latest of several records about the same thing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from conda_census.vulnerabilities.latest_records import latest


class Said(NamedTuple):
    """Something about a thing, on a day."""

    about: str
    day: int
    text: str

    def at(self) -> datetime:
        """When it was said."""
        return datetime(2024, 1, self.day, tzinfo=UTC)


def _latest(before: list[Said], read: list[Said]) -> tuple[set[Said], int, int]:
    merged = latest(before, read, lambda each: each.about, Said.at)
    return set(merged.all), merged.new, merged.updated


def test_what_counts() -> None:
    """The new comes in, the later takes the place of the earlier, and at the same time the first stays."""
    old, later, same, new = Said("a", 1, "old"), Said("a", 2, ""), Said("a", 1, "same"), Said("b", 1, "")
    assert _latest([old], [later, new]) == ({later, new}, 1, 1)
    assert _latest([old], [same]) == ({old}, 0, 0)
    assert _latest([later], [old]) == ({later}, 0, 0)
    assert _latest([], [old, later]) == ({later}, 1, 0)


_SAID = st.lists(st.builds(Said, st.sampled_from("abc"), st.integers(1, 9), st.text(max_size=2)), max_size=9)


@given(before=_SAID, read=_SAID)
def test_the_last_day_of_each_thing_counts(before: list[Said], read: list[Said]) -> None:
    """Whatever came in whichever order."""
    there, _, _ = _latest([], before)
    counting, new, updated = _latest(sorted(there), read)
    days = {about: max(each.day for each in [*before, *read] if each.about == about) for about in "abc"
            if any(each.about == about for each in [*before, *read])}  # fmt: skip
    assert {each.about: each.day for each in counting} == days
    assert new == len(days) - len(there)
    assert updated == len(there - counting)
