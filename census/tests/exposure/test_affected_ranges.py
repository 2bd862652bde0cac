"""Evaluation of affected ranges and versions, with each trap of the OSV schema by its name."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from census_support.inputs.osv_records import advisory, events
from conda_census.vulnerabilities.affected_ranges import affected_versions
from conda_census.vulnerabilities.conda_versions import parse_version

_TWO_BRANCHES = ("introduced 2.0.0", "fixed 2.0.6", "introduced 0", "fixed 1.26.17")


def _is_affected(version: str, *named: str, versions: tuple[str, ...] = (), name: str = "demo") -> bool:
    ranges = [events(*named)] if named else []
    [entry] = advisory("TEST-1", *ranges, versions=versions).entries
    return parse_version(version, name) in affected_versions(entry, name)


_TRAPS = {
    "fixed is the first good one": ("introduced 1.0, fixed 1.5", "1.0 1.4.9 1.5rc1", "0.9 1.5 2"),
    "last_affected is in": ("introduced 1.0, last_affected 1.5", "1.0 1.5 1.5.0", "1.5.1 1.6"),
    "one version alone": ("introduced 1.5, last_affected 1.5", "1.5", "1.4 1.5.0.1"),
    "0 is before everything": ("introduced 0, fixed 2", "0 0a1 0.dev1 1", "2"),
    "never fixed": ("introduced 1.0", "1.0 99", "0.9"),
    "out of order": (", ".join(_TWO_BRANCHES), "1.26.16 2.0.0 2.0.5", "1.26.17 1.99 2.0.0a1 2.0.6"),
    "fixed where the next one begins": (
        "introduced 0, fixed 3.1.1, introduced 3.2.0, fixed 3.2.2, introduced 3.1.1, fixed 3.1.3",
        "3.1.0 3.1.1 3.1.2 3.2.1",
        "3.1.3 3.2.2",
    ),
    "the later range first, and they touch": (
        "introduced 0, fixed 3.1.1, introduced 3.2.0, fixed 3.2.2, introduced 3.1.1, fixed 3.2.0",
        "3.1.1 3.1.9 3.2.0 3.2.1",
        "3.2.2",
    ),
    "an empty range": ("introduced 1.0, fixed 1.0", "", "0.9 1.0 1.1"),
    "limit": ("introduced 1.0, limit 2.0", "1.0 1.9", "2.0 3"),
    "the highest limit counts": ("introduced 1.0, limit 2.0, limit 3.0", "2.5", "3.0"),
    "a limit that is none": ("introduced 1.0, limit *", "1.0 99", "0.9"),
    "a limit before the fix": ("introduced 1.0, fixed 3.0, limit 2.0", "1.9", "2.0 2.5"),
    "introduced twice": ("introduced 1, introduced 2, fixed 3", "1 2", "3"),
    "a pre-release": ("introduced 6.0.0, fixed 7.16.3", "6.0.0 7.16.2", "6.0.0rc1 7.16.3"),
}


@pytest.mark.parametrize(("named", "affected", "unaffected"), _TRAPS.values(), ids=_TRAPS)
def test_ranges(named: str, affected: str, unaffected: str) -> None:
    """Events in whatever order the record has them."""
    for version in affected.split():
        assert _is_affected(version, *named.split(", ")), version
    for version in unaffected.split():
        assert not _is_affected(version, *named.split(", ")), version


def test_every_order_of_distinct_events_says_the_same() -> None:
    """67 records of the PyPA database are out of order."""
    probes = ("0", "1.26.16", "1.26.17", "2.0.0", "2.0.5", "2.0.6")
    for named in permutations(_TWO_BRANCHES):
        assert [_is_affected(probe, *named) for probe in probes] == [True, True, False, True, True, False]


def test_a_range_or_a_list_is_enough() -> None:
    """2,186 real pairs are in a range and not listed; others are listed alone."""
    assert _is_affected("3.1.3", "introduced 3.0", "fixed 3.1.4", versions=("3.0", "3.1"))
    assert _is_affected("0.1", "introduced 3.0", "fixed 3.1.4", versions=("0.1",))
    assert _is_affected("0.1", versions=("0.1", "0.2"))
    assert not _is_affected("0.3", versions=("0.1", "0.2"))


def test_listed_versions_are_compared_as_versions() -> None:
    """A padded one is the same version, and a text that begins alike is not."""
    assert _is_affected("2022.09.24", versions=("2022.9.24",))
    assert _is_affected("1.0", versions=("1.0.0",))
    assert not _is_affected("1.1", versions=("1.10",))


def test_commits_say_nothing_of_versions() -> None:
    """A range of GIT is passed over, whatever its hashes look like."""
    [entry] = advisory("TEST-1", events("introduced 0", "fixed 12345", kind="GIT")).entries
    assert parse_version("1.0") not in affected_versions(entry, "demo")


def test_the_order_is_that_of_the_package() -> None:
    """1.1.1k of OpenSSL comes after 1.1.1."""
    named = ("introduced 1.1.1", "fixed 1.1.1l")
    assert _is_affected("1.1.1k", *named, name="openssl")
    assert not _is_affected("1.1.1l", *named, name="openssl")
    assert not _is_affected("1.1.1k", *named, name="demo")


_BOUNDS = st.lists(st.integers(1, 30), min_size=2, max_size=8, unique=True)


@given(bounds=_BOUNDS, probe=st.integers(0, 31), shuffle=st.randoms())
def test_disjoint_ranges_in_any_order(bounds: list[int], probe: int, shuffle: object) -> None:
    """A version is affected where it lies in one of the pairs, as plain numbers say."""
    bounds = sorted(bounds)[: len(bounds) // 2 * 2]
    pairs = list(zip(bounds[::2], bounds[1::2], strict=True))
    named = [text for low, high in pairs for text in (f"introduced {low}", f"fixed {high}")]
    shuffle.shuffle(named)  # type: ignore[attr-defined]
    assert _is_affected(str(probe), *named) == any(low <= probe < high for low, high in pairs)


@pytest.mark.parametrize("end", ["fixed", "last_affected", "limit"])
@pytest.mark.parametrize("spelling", ["v{}", "V{}", "release-{}", "{}.Final", " {} "])
@pytest.mark.parametrize("ecosystem", ["conda", "PyPI", "Bitnami"])
def test_a_spelling_of_the_ecosystem_affects_the_same(end: str, spelling: str, ecosystem: str) -> None:
    """Conda orders v2.0 before all numbers: nobody would be affected, or everybody."""

    def affected(one: str, other: str, alone: str) -> list[bool]:
        record = advisory(
            "TEST-1", events(f"introduced {one}", f"{end} {other}"), ecosystem=ecosystem, versions=(alone,)
        )
        [entry] = record.entries
        found = affected_versions(entry, "demo")
        return [
            parse_version(each, "demo") in found
            for each in ("0.9", "1.0", "1.9", "2.0", "v1.5", "2.1", "3.0")
        ]

    plain = affected("1.0", "2.0", "3.0")
    assert plain == [False, True, True, end == "last_affected", True, False, True]
    assert affected(*(spelling.format(version) for version in ("1.0", "2.0", "3.0"))) == plain


def test_a_listed_word_comes_before_nothing() -> None:
    """Else every version would count as one that came after it to mend it."""
    [entry] = advisory("TEST-1", events("introduced 2.0"), versions=("unstable",)).entries
    versions = affected_versions(entry, "demo")
    assert parse_version("unstable") in versions
    assert not versions.are_before(parse_version("1.0"))
