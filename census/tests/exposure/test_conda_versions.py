"""Order of versions: conda's own, and that of the upstreams which conda misreads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from census_support.oracles.conda_order import CondaOrder, conda_order
from conda_census.vulnerabilities.conda_versions import (
    VersionError,
    has_number,
    parse_bound,
    parse_listed,
    parse_single_version,
    parse_version,
)


@pytest.fixture(scope="module")
def conda(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CondaOrder]:
    """The real conda."""
    with conda_order(tmp_path_factory.mktemp("conda")) as order:
        yield order


_PART = st.sampled_from(
    [
        "0",
        "1",
        "01",
        "2",
        "10",
        "2023",
        "07",
        "7",
        "a",
        "b1",
        "rc",
        "rc1",
        "dev",
        "post",
        "post1",
        "1a",
        "2za",
    ]
)
# An underscore at the end is read as conda does after a digit, where recipes have one: not so after a letter.
_VERSION = st.builds(
    lambda epoch, parts, local: f"{epoch}{'.'.join(parts)}{local}",
    st.sampled_from(["", "", "", "1!"]),
    st.lists(_PART, min_size=1, max_size=4),
    st.sampled_from(["", "", "", "+1.a", ".1_", "-1"]),
)


@settings(max_examples=300, deadline=None)
@given(one=_VERSION, other=_VERSION)
def test_the_order_is_condas(one: str, other: str, conda: CondaOrder) -> None:
    """Whatever two versions: numbers, letters, dev and post, epochs, local parts, trailing underscores."""
    expected = conda.compare(one, other)
    try:
        first, second = parse_version(one), parse_version(other)
    except VersionError:
        assert expected is None
        return
    assert expected == ("=" if first == second else "<" if first < second else ">")
    if first == second:
        assert hash(first) == hash(second)


@pytest.mark.parametrize(
    ("one", "other"), [("2023.07.22", "2023.7.22"), ("1.0", "1.0.0"), ("1.0RC1", "1.0rc1"), ("1.1", "1.01")]
)
def test_what_is_written_differently_may_be_the_same_version(one: str, other: str) -> None:
    """conda-forge's certifi pads with zeros what PyPI does not."""
    assert parse_version(one) == parse_version(other)
    assert len({parse_version(one), parse_version(other)}) == 1


@pytest.mark.parametrize(
    ("name", "ascending"),
    [
        (
            "openssl",
            "0.9.8zh 1.0.1 1.0.1u 1.0.2 1.0.2a 1.0.2z 1.0.2za 1.0.2zh 1.1.0 1.1.1 1.1.1k 1.1.1w 3.0.0 3.0.13",
        ),
        ("openssl", "1.1.1-pre1 1.1.1 3.0.0alpha1 3.0.0"),
        ("jpeg", "8d 9 9a 9b 9e 10"),
        ("sudo", "1.8.31b1 1.8.31rc1 1.8.31 1.8.31p1 1.8.31p2 1.8.31p10 1.8.32"),
    ],
)
def test_upstreams_that_conda_misreads(name: str, ascending: str) -> None:
    """A letter after a number is a later release, of these packages and no others."""
    versions = [parse_version(text, name) for text in ascending.split()]
    assert versions == sorted(versions)
    assert len(set(versions)) == len(versions)


def test_a_letter_of_any_other_package_comes_before_its_number() -> None:
    """Conda takes it for a pre-release, as PEP 440 does."""
    assert parse_version("1.1.1a", "demo") < parse_version("1.1.1", "demo")


def test_condas_own_spelling_of_plain_openssl() -> None:
    """A trailing underscore was the way to put 1.0.1 before 1.0.1a."""
    assert parse_version("1.0.1_", "openssl") == parse_version("1.0.1", "openssl")


@pytest.mark.parametrize("text", ["", "1..2", "not a version", "1.0+", "2013-01-21T20:33:09+0100"])
def test_what_conda_cannot_order(text: str) -> None:
    """It is told with the text, and never guessed."""
    with pytest.raises(VersionError, match="no version that conda can order"):
        parse_version(text)


_NUMBER = st.lists(st.integers(0, 99), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))
_BEFORE = (
    "",
    "v",
    "V",
    "v.",
    "v ",
    "ver",
    "version ",
    "Version-",
    "rel-",
    "release-",
    "Release_",
    "r",
    " ",
    "\t",
)
_AFTER = ("", "-final", ".Final", ".GA", ".RELEASE", "-release", "_stable", " ", "\n", "\N{NO-BREAK SPACE}")


@given(before=st.sampled_from(_BEFORE), number=_NUMBER, after=st.sampled_from(_AFTER), other=_NUMBER)
def test_what_stands_around_a_number_changes_nothing(
    before: str, number: str, after: str, other: str
) -> None:
    """A leading v would put a version before every number, and nobody would be exposed."""
    for ecosystem in ("conda", "PyPI", "npm"):
        spelt = parse_bound(f"{before}{number}{after}", "demo", ecosystem)
        assert spelt == parse_bound(number, "demo", ecosystem) == parse_version(number)
        assert (spelt < parse_version(other)) == (parse_version(number) < parse_version(other))
        assert parse_listed(f"{before}{number}{after}", "demo", ecosystem) == {parse_version(number)}
    assert parse_version(f"{before}{number}{after}") == parse_version(number)


@pytest.mark.parametrize(
    ("spelt", "meant"),
    [
        ("1.0-1", "1.0.post1"),
        ("1.0.rev2", "1.0.post2"),
        ("1.0-r1", "1.0.post1"),
        ("1.0-alpha.2", "1.0a2"),
        ("1.0c1", "1.0rc1"),
        ("1.0-preview3", "1.0rc3"),
        ("v1!2.0_Beta", "1!2.0b0"),
    ],
)
def test_a_bound_of_pypi_is_spelt_as_pypi_may(spelt: str, meant: str) -> None:
    """What PEP 440 takes for the same is the same: a post-release comes after its release."""
    assert parse_bound(spelt, "demo", "PyPI") == parse_bound(meant, "demo", "PyPI") == parse_version(meant)
    assert parse_version(meant) in parse_listed(spelt, "demo", "PyPI")


_NO_BOUNDS = {
    "does not begin with a number": (
        "unstable master latest x1 cb35df940a numpy-1.2 go1.2 none vv1.2 1!v2.0 v"
    ),
    "stands for several versions": "1.x 1.2.X 2.x.1 1.2.* * x",
    "no version that conda can order": (
        "==1.2 =1.2 >=1.2 <1.2 ~1.2 ^1.2 1.2, 1,2 (,1.2) [1.0,1.2) 1:2.3 1.2; 1.2/3 n/a 1..2 1.2\u200b"
    ),
}


@pytest.mark.parametrize(
    ("text", "why"), [(text, why) for why, texts in _NO_BOUNDS.items() for text in texts.split()]
)
def test_what_is_no_bound(text: str, why: str) -> None:
    """Conda would order some of them, and whole ranges would be empty or full."""
    for ecosystem in ("conda", "npm"):
        with pytest.raises(VersionError, match=why):
            parse_bound(text, "demo", ecosystem)


def test_a_word_is_equal_to_itself_and_has_no_place_in_the_order() -> None:
    """It may be listed, and overridden."""
    assert parse_listed("unstable") == {parse_single_version("unstable")} == {parse_version("Unstable")}
    assert [has_number(text) for text in ("unstable", "1!2", "v1", "0a1", "a1")] == [
        False,
        True,
        True,
        True,
        False,
    ]
