"""Choice of the statement that counts for a build."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from conda_census.vulnerabilities.conda_packages import Build
from conda_census.vulnerabilities.overrides import Override, Overrides, Status

_BUILD = Build("pkgs/main", "linux-64", "openssl", "1.1.1k", "h27cfd23_1", 1)


def _said(status: Status = "fixed", day: int = 1, **more: object) -> Override:
    fields: dict[str, object] = {
        "advisory": "CVE-2024-1",
        "conda_name": "openssl",
        "status": status,
        "said_at": datetime(2024, 1, day, tzinfo=UTC),
        "author": "us",
    }
    nothing = dict.fromkeys(
        ("version", "build", "from_build_number", "subdir", "channel", "justification", "statement")
    )
    return Override(**nothing | fields | more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("restriction", "is_about"),
    [
        ({}, True),
        ({"conda_name": "other"}, False),
        ({"version": "1.1.1k"}, True),
        ({"version": "1.1.01k"}, True),
        ({"version": "1.1.1l"}, False),
        ({"version": "no version"}, False),
        ({"build": "h27cfd23_1"}, True),
        ({"build": "h27cfd23_0"}, False),
        ({"build": "h27cfd23_0", "from_build_number": 0}, True),
        ({"build": "h27cfd23_1", "from_build_number": 1}, True),
        ({"build": "h27cfd23_2", "from_build_number": 2}, False),
        ({"subdir": "linux-64"}, True),
        ({"subdir": "osx-64"}, False),
        ({"channel": "pkgs/main"}, True),
        ({"channel": "conda-forge"}, False),
    ],
)
def test_of_which_builds_something_is_said(restriction: dict[str, object], is_about: bool) -> None:
    """Of all that it does not leave out: a build that is mitigated passes its patch on to later ones."""
    assert _said(**restriction).is_about(_BUILD) == is_about


@pytest.mark.parametrize(
    ("status", "restriction", "is_about"),
    [
        ("fixed", {"from_build_number": 0}, False),
        ("not_affected", {"build": "h27cfd23_0", "from_build_number": 0}, False),
        ("fixed", {"build": "h27cfd23_1", "from_build_number": 1}, True),
        ("fixed", {"build": "h27cfd23_1"}, True),
        ("affected", {"from_build_number": 9}, True),
    ],
)
def test_a_build_whose_number_is_not_known_is_never_cleared_by_a_number(
    status: Status, restriction: dict[str, object], is_about: bool
) -> None:
    """Only a statement about the very build does; one that affects some numbers may affect it."""
    unnumbered = _BUILD._replace(build_number=None)
    assert _said(status, **restriction).is_about(unnumbered) == is_about


def test_what_is_about_an_advisory_and_a_package() -> None:
    """By any id of the advisory, the latest last, whatever the order in which it came."""
    first, second, other = _said(day=1), _said(day=2, advisory="GHSA-1"), _said(day=3, advisory="CVE-2024-2")
    for said in ([first, second, other], [other, second, first]):
        overrides = Overrides(said)
        assert overrides.about(["GHSA-1", "CVE-2024-1"], "openssl") == [first, second]
        assert overrides.about(["GHSA-1"], "other") == []
        assert overrides.packages(["GHSA-1", "CVE-2024-3"]) == {"openssl"}
        assert overrides.packages(["CVE-2024-3"]) == set()
