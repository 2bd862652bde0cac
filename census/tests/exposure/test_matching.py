"""Matching of advisories with builds, by name, version and statements."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from census_support.inputs.osv_records import advisory, events
from conda_census.vulnerabilities.aliases import AdvisoryGroup, group_aliases
from conda_census.vulnerabilities.conda_packages import Build
from conda_census.vulnerabilities.matching import Matcher, MatchStatus, group_by_name
from conda_census.vulnerabilities.names.name_entries import NameEntry
from conda_census.vulnerabilities.names.package_names import NameMap
from conda_census.vulnerabilities.overrides import Override, Overrides, Status

_RANGE = events("introduced 1.0", "fixed 2.0")
_NAMES = NameMap(
    [
        NameEntry("conda-demo", "PyPI", ("demo",), "own", "own.toml"),
        NameEntry("conda-demo-base", "PyPI", ("demo",), "own", "own.toml"),
        NameEntry("suite", "PyPI", ("demo", "other"), "own", "own.toml"),
        NameEntry("demo", "PyPI", (), "own", "own.toml"),
        NameEntry("conda-demo", "Bitnami", ("demo-app",), "own", "own.toml"),
    ]
)


def _build(
    name: str = "conda-demo", version: str = "1.5", channel: str = "pkgs/main", number: int = 0
) -> Build:
    return Build(channel, "linux-64", name, version, f"py_{number}", number)


def _group(*ranges: dict[str, object], **more: object) -> AdvisoryGroup:
    [group] = group_aliases([advisory("TEST-1", *(ranges or (_RANGE,)), **more)])
    return group


def _said(status: Status, day: int = 1, conda_name: str = "conda-demo") -> Override:
    return Override(
        advisory="TEST-1", conda_name=conda_name, version=None, build="py_1", from_build_number=None,
        subdir=None, channel=None, status=status, justification=None, statement=None,
        said_at=datetime(2024, 1, day, tzinfo=UTC), author="us",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("build", "verdict"),
    [
        (_build(), "affected"),
        (_build("conda-demo-base"), "affected"),
        (_build(version="2.0"), "not_affected"),
        (_build("demo"), "not_affected"),  # the conda package of that name, which carries nothing of PyPI
        (_build("nobody-knows"), "unknown"),
        (_build("suite"), "unknown"),  # its version is not that of the demo in it
        (_build(version="no version"), "unknown"),
        (_build(version="v1.5"), "affected"),
        (_build(version="v2.0"), "not_affected"),
        (_build(version="unstable"), "unknown"),  # conda orders it before all numbers
    ],
)
def test_by_name_and_version(build: Build, verdict: MatchStatus) -> None:
    """A name leads to a record through the map alone; what no map knows is unknown, and never clean."""
    assert Matcher(_NAMES).status(_group(), build) == verdict


@pytest.mark.parametrize(
    ("ecosystem", "channel", "verdict"),
    [
        ("conda", "pkgs/main", "affected"),
        ("conda", "conda-forge", "affected"),
        ("conda:pkgs/main", "pkgs/main", "affected"),
        ("conda:pkgs/main", "conda-forge", "unknown"),
        ("conda-forge", "conda-forge", "affected"),
        ("conda-forge", "pkgs/main", "unknown"),
        ("PyPI", "pkgs/main", "unknown"),
        ("CRAN", "conda-forge", "unknown"),
    ],
)
def test_a_conda_ecosystem_needs_no_map(ecosystem: str, channel: str, verdict: MatchStatus) -> None:
    """The record names the conda package itself, in all channels or in one."""
    group = _group(package="r-demo", ecosystem=ecosystem)
    assert Matcher(_NAMES).status(group, _build("r-demo", channel=channel)) == verdict


def test_another_ecosystem_has_names_of_its_own() -> None:
    """A name of PyPI is none of Bitnami."""
    matcher = Matcher(_NAMES)
    assert matcher.status(_group(package="demo-app", ecosystem="Bitnami"), _build()) == "affected"
    assert matcher.packages(_group(package="demo", ecosystem="Bitnami")) == ()


def test_all_entries_of_a_record_count() -> None:
    """Any of them is enough."""
    package = {"package": {"ecosystem": "PyPI", "name": "Demo"}}
    entries = [package | {"ranges": [events("introduced 5", "fixed 6")]}, package | {"versions": ["1.5.0"]}]
    group = _group(affected=entries)
    found = [Matcher(_NAMES).status(group, _build(version=text)) for text in ("1.5", "5.5", "1.6")]
    assert found == ["affected", "affected", "not_affected"]


def test_what_was_withdrawn_affects_nothing() -> None:
    """A record alone, and one of several: what the others say stands."""
    withdrawn = advisory("A-1", _RANGE, withdrawn="2024-01-17T00:00:00Z")
    standing = advisory("B-1", events("introduced 3", "fixed 4"), aliases=["A-1"])
    [alone], [both] = group_aliases([withdrawn]), group_aliases([withdrawn, standing])
    matcher = Matcher(_NAMES)
    assert matcher.status(alone, _build()) == "not_affected"
    said = Overrides([replace(_said("affected"), advisory="A-1")])
    assert Matcher(_NAMES, said).status(alone, _build(number=1)) == "not_affected"
    assert [matcher.status(both, _build(version=text)) for text in ("1.5", "3.5")] == [
        "not_affected",
        "affected",
    ]


@pytest.mark.parametrize(
    ("status", "on_affected", "on_unaffected"),
    [
        ("not_affected", "not_affected", "not_affected"),
        ("fixed", "not_affected", "not_affected"),
        ("affected", "affected", "affected"),
        ("under_investigation", "affected", "not_affected"),
    ],
)
def test_what_is_said_of_a_build(
    status: Status, on_affected: MatchStatus, on_unaffected: MatchStatus
) -> None:
    """A build may be patched without a new version, or miss what the record is about."""
    matcher = Matcher(_NAMES, Overrides([_said(status)]))
    assert matcher.status(_group(), _build(number=1)) == on_affected
    assert matcher.status(_group(), _build(version="2.0", number=1)) == on_unaffected
    assert matcher.status(_group(), _build(number=0)) == "affected"
    builds = [_build(number=1), _build(version="2.0", number=1), _build(number=0)]
    assert dict(matcher.match(_group(), group_by_name(builds))) == dict(
        zip(builds, (on_affected, on_unaffected, "affected"), strict=True)
    )


def test_the_latest_statement_counts() -> None:
    """Whatever the order in which they came."""
    for order in (1, -1):
        matcher = Matcher(_NAMES, Overrides([_said("fixed", 1), _said("affected", 2)][::order]))
        assert matcher.status(_group(), _build(version="2.0", number=1)) == "affected"


def test_a_package_that_only_a_statement_names() -> None:
    """A build may hold what is affected, though no map leads to its package."""
    matcher = Matcher(_NAMES, Overrides([_said("affected", conda_name="static-demo")]))
    build = _build("static-demo", number=1)
    assert matcher.packages(_group()) == ("conda-demo", "conda-demo-base", "static-demo")
    assert matcher.status(_group(), build) == "affected"
    assert matcher.status(_group(), _build("static-demo")) == "unknown"


def test_all_builds_of_the_packages_concerned() -> None:
    """Each distinct one once, those that are clean too, for to move to one of them is to heal."""
    builds = group_by_name([_build(), _build(), _build(version="2.0"), _build("suite"), _build("else")])
    matches = list(Matcher(_NAMES).match(_group(), builds))
    assert matches == [(_build(), "affected"), (_build(version="2.0"), "not_affected")]


def test_what_came_to_mend() -> None:
    """A later version, or a build said to be fixed; none from before the fault, nor one that never had it."""
    for overrides, number, expected in (
        (Overrides(), 0, {"0.9": False, "1.5": False, "2.0": True}),
        (Overrides([_said("fixed")]), 1, {"0.9": True, "1.5": True, "2.0": True}),
        (Overrides([_said("not_affected")]), 1, {"0.9": False, "1.5": False, "2.0": False}),
        (Overrides([_said("under_investigation")]), 1, {"0.9": False, "1.5": False, "2.0": True}),
    ):
        matcher = Matcher(_NAMES, overrides)
        found = {text: matcher.is_fix(_group(), _build(version=text, number=number)) for text in expected}
        assert found == expected
    assert not Matcher(_NAMES).is_fix(_group(), _build("nobody-knows", "2.0"))
    assert not Matcher(_NAMES).is_fix(_group(), _build("demo", "2.0"))
    assert Matcher(_NAMES).is_fix(_group(versions=("0.1",)), _build(version="0.2"))
