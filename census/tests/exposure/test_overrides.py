"""What of all that is said of builds counts for one of them?"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from conda_census.exposure.builds import Build
from conda_census.exposure.overrides import Override, Overrides, Status

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


def test_the_latest_statement_counts() -> None:
    """Whatever the order in which they came."""
    for said in ([_said("fixed", 1), _said("affected", 2)], [_said("affected", 2), _said("fixed", 1)]):
        assert Overrides(said).status(["CVE-2024-1"], _BUILD) == "affected"
    assert Overrides([]).status(["CVE-2024-1"], _BUILD) is None


def test_an_advisory_is_met_by_any_of_its_ids() -> None:
    """Who says something may know it by another name."""
    overrides = Overrides([_said()])
    assert overrides.status(["GHSA-1", "CVE-2024-1"], _BUILD) == "fixed"
    assert overrides.status(["CVE-2024-2"], _BUILD) is None
    assert overrides.packages(["GHSA-1", "CVE-2024-1"]) == {"openssl"}
