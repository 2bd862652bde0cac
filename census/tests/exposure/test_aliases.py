"""Grouping of records by their aliases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from census_support.inputs.osv_records import advisory
from conda_census.vulnerabilities.aliases import find_group, group_aliases


def test_aliases_of_aliases() -> None:
    """Records that name no id of each other are one where a third leads from one to the other."""
    first = advisory("A-1", aliases=["CVE-2024-1"])
    last = advisory("C-1", aliases=["GHSA-1"])
    between = advisory("B-1", aliases=["CVE-2024-1", "GHSA-1"])
    other = advisory("D-1", aliases=["CVE-2024-2"])
    groups = group_aliases([first, last, between, other])
    assert [group.ids for group in groups] == [
        ("A-1", "B-1", "C-1", "CVE-2024-1", "GHSA-1"),
        ("CVE-2024-2", "D-1"),
    ]
    assert len(group_aliases([first, last])) == 2


def test_the_same_aliases_count_once() -> None:
    """PYSEC-2021-871 and -872 are one advisory of distributed."""
    [group] = group_aliases(
        [advisory(f"PYSEC-2021-{number}", aliases=["CVE-2021-42343"]) for number in (872, 871)]
    )
    assert [record.id for record in group.records] == ["PYSEC-2021-871", "PYSEC-2021-872"]


def test_upstream_and_related_merge_nothing() -> None:
    """What they name is another vulnerability."""
    groups = group_aliases(
        [advisory("A-1", upstream=["CVE-2024-1"], related=["B-1"]), advisory("B-1", aliases=["CVE-2024-1"])]
    )
    assert [group.ids for group in groups] == [("A-1",), ("B-1", "CVE-2024-1")]


def test_what_an_advisory_is_called() -> None:
    """By its CVE where it has one, else by its first record; it is found by each of its ids."""
    groups = group_aliases([advisory("GHSA-1", aliases=["CVE-2024-1", "CVE-2023-9"]), advisory("PYSEC-1")])
    assert [group.id for group in groups] == ["CVE-2023-9", "PYSEC-1"]
    assert find_group(groups, "GHSA-1") == find_group(groups, "CVE-2024-1") == groups[0]
    assert find_group(groups, "cve-2024-1") == groups[0]
    assert find_group(groups, "GHSA") is None


def test_an_advisory_stands_while_one_of_its_records_does() -> None:
    """Its severity is the worst of these, and it was published when the first of all was."""
    withdrawn = advisory(
        "A-1",
        withdrawn="2024-02-01T00:00:00Z",
        published="2024-01-01T00:00:00Z",
        database_specific={"severity": "HIGH"},
    )
    standing = advisory("B-1", aliases=["A-1"], database_specific={"severity": "LOW"}, summary="It stands.")
    [both] = group_aliases([withdrawn, standing])
    [alone] = group_aliases([withdrawn])
    assert (both.is_open, both.severity, both.summary) == (True, "low", "It stands.")
    assert (alone.is_open, alone.severity, alone.summary) == (False, "high", "")
    assert f"{both.published:%Y-%m-%d}" == "2024-01-01"


@given(st.lists(st.tuples(st.integers(0, 12), st.lists(st.integers(0, 12), max_size=3)), max_size=12))
def test_groups_are_connected_components(edges: list[tuple[int, list[int]]]) -> None:
    """As a search from each record finds them, and every record is in one group."""
    named = {f"N-{number}": [f"N-{alias}" for alias in aliases] for number, aliases in edges}
    groups = group_aliases(advisory(name, aliases=aliases) for name, aliases in named.items())
    assert sorted(record.id for group in groups for record in group.records) == sorted(named)
    for group in groups:
        reached, waiting = set(), {group.records[0].id}
        while waiting:
            name = waiting.pop()
            reached.add(name)
            near = {*named.get(name, ()), *(other for other, aliases in named.items() if name in aliases)}
            waiting |= near - reached
        assert set(group.ids) == reached


@pytest.mark.parametrize(
    "never", ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "1994-12-31T23:59:59Z", "9999-12-31T23:59:59Z"]
)
def test_a_time_that_cannot_be_is_not_known(never: str) -> None:
    """Programs write the first day of a calendar if they know none; a year may be mistyped."""
    [group] = group_aliases([advisory("A-1", published=never)])
    assert group.published is None
    [group] = group_aliases(
        [advisory("A-1", published=never), advisory("B-1", aliases=["A-1"], published="2024-01-02T00:00:00Z")]
    )
    assert f"{group.published:%Y-%m-%d}" == "2024-01-02"


def test_a_record_withdrawn_at_the_beginning_of_the_calendar_stands() -> None:
    """It says nothing, and to take it at its word would clear everybody."""
    assert all(
        group_aliases([advisory("A-1", withdrawn=f"{year}-01-01T00:00:00Z")])[0].is_open
        for year in ("0001", "1970")
    )
    assert not group_aliases([advisory("A-1", withdrawn="2024-01-01T00:00:00Z")])[0].is_open
