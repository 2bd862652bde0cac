"""Recommended fixes: the smallest clear build, and the command that installs it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from census_support.inputs.osv_records import advisory, events
from census_support.oracles.conda_order import conda_order
from conda_census.vulnerabilities.aliases import group_aliases
from conda_census.vulnerabilities.conda_packages import Build
from conda_census.vulnerabilities.fixes import Fix, advisories_of, smallest_fix
from conda_census.vulnerabilities.matching import Matcher
from conda_census.vulnerabilities.names.name_entries import NameEntry
from conda_census.vulnerabilities.names.package_names import NameMap
from conda_census.vulnerabilities.overrides import Override, Overrides

_NAMES = NameMap([NameEntry("urllib3", "PyPI", ("urllib3",), "own", "own.toml")])
#: As PYSEC-2023-192 and -212 of urllib3: 1.26.17 and 2.0.6 fix the first alone.
_FIRST = advisory(
    "A-1", events("introduced 0", "fixed 1.26.17", "introduced 2.0", "fixed 2.0.6"), package="urllib3"
)
_SECOND = advisory(
    "B-1", events("introduced 0", "fixed 1.26.18", "introduced 2.0", "fixed 2.0.7"), package="urllib3"
)
_GROUPS = group_aliases([_FIRST, _SECOND])


def _builds(
    versions: str, subdir: str = "linux-64", channel: str = "main", build: str = "py_0"
) -> list[Build]:
    number = int(build.rpartition("_")[2])
    return [Build(channel, subdir, "urllib3", version, build, number) for version in versions.split()]


def _fix(
    builds: list[Build], *subdirs: str, held: str = "1.26.16", matcher: Matcher | None = None
) -> Fix | None:
    theirs = [build for subdir in subdirs or ("linux-64",) for build in _builds(held, subdir)]
    return smallest_fix(builds, _GROUPS, matcher or Matcher(_NAMES), theirs)


def test_all_advisories_are_cleared() -> None:
    """What fixes one of two is no fix."""
    fix = _fix(_builds("1.26.16 1.26.17 1.26.18 1.26.19 2.0.6 2.0.7"))
    assert fix == Fix(
        "main",
        "urllib3",
        "1.26.18",
        "py_0",
        0,
        ("A-1", "B-1"),
        ("linux-64",),
        "conda install 'urllib3==1.26.18'",
    )


def test_nobody_is_sent_back() -> None:
    """A clean version below all that is affected is no update, nor one below what anybody has."""
    later = group_aliases([advisory("A-1", events("introduced 1.5", "fixed 2.0"), package="urllib3")])
    fix = smallest_fix(_builds("1.0 1.5 2.0"), later, Matcher(_NAMES), _builds("1.5"))
    assert fix
    assert fix.version == "2.0"
    above = _fix(_builds("1.26.16 1.26.18 2.0.1 2.0.7"), held="1.26.16 2.0.1")
    assert above
    assert above.version == "2.0.7"


def test_what_people_have_may_not_be_affected() -> None:
    """A clean version that is newer than the fix is nothing to come after."""
    fix = _fix(_builds("1.26.16 1.26.18"), held="1.26.16 3.0")
    assert fix
    assert fix.version == "1.26.18"


def test_a_channel_that_took_away_what_is_affected() -> None:
    """It has the fix all the same, which clears what people still have."""
    fix = _fix(_builds("1.26.18"))
    assert fix
    assert (fix.version, fix.clears) == ("1.26.18", ("A-1", "B-1"))


def test_it_is_in_a_channel_that_they_use() -> None:
    """Another one's they do not see."""
    builds = [*_builds("1.26.16 1.26.18", channel="other"), *_builds("1.26.16 1.26.19")]
    fix = _fix(builds)
    assert fix
    assert (fix.channel, fix.version) == ("main", "1.26.19")


def test_who_has_noarch_may_be_on_any_platform() -> None:
    """A build for one of those of the channel does not help all of them; where all is noarch, noarch does."""
    builds = [*_builds("1.26.16", "noarch"), *_builds("1.26.18 1.26.19"), *_builds("1.26.19", "win-64")]
    fix = _fix(builds, "noarch")
    assert fix
    assert (fix.version, fix.subdirs) == ("1.26.19", ("linux-64", "win-64"))
    only = _fix(_builds("1.26.16 1.26.18", "noarch"), "noarch")
    assert only
    assert (only.version, only.subdirs) == ("1.26.18", ("noarch",))


@pytest.mark.parametrize(
    ("subdirs", "version"),
    [
        (("linux-64",), "1.26.18"),
        (("osx-64",), "1.26.19"),
        (("linux-64", "osx-64"), "1.26.20"),
        (("linux-64", "osx-64", "win-64"), "1.26.21"),
    ],
)
def test_it_is_there_for_every_subdir(subdirs: tuple[str, ...], version: str) -> None:
    """In one channel; what is noarch is there for all."""
    builds = [
        *_builds("1.26.16 1.26.18 1.26.20"),
        *_builds("1.26.19 1.26.20", "osx-64"),
        *_builds("1.26.18 1.26.19", "osx-64", channel="other"),
        *_builds("1.26.21", "noarch"),
    ]
    fix = _fix(builds, *subdirs)
    assert fix
    assert (fix.version, fix.subdirs) == (version, subdirs)


def test_where_there_is_none() -> None:
    """Nothing is proposed where nothing clears all, where nothing is affected, and where nothing is known."""
    assert _fix(_builds("1.26.16 1.26.17")) is None
    assert smallest_fix(_builds("1.26.18 1.26.19"), _GROUPS, Matcher(_NAMES), []) is None
    assert _fix(_builds("1.26.16 1.26.18"), "linux-64", "osx-64") is None
    assert _fix([]) is None


def test_versions_are_compared_as_versions() -> None:
    """1.26.9 comes before 1.26.18."""
    fix = _fix(_builds("1.26.100 1.26.9 1.26.18"))
    assert fix
    assert fix.version == "1.26.18"


def _mitigated(build: str, number: int) -> Overrides:
    said = [
        Override(
            advisory=name, conda_name="urllib3", version="1.26.16", build=build, from_build_number=number,
            subdir=None, channel=None, status="fixed", justification=None, statement=None,
            said_at=datetime(2024, 1, 1, tzinfo=UTC), author="us",
        )
        for name in ("A-1", "B-1")
    ]  # fmt: skip
    return Overrides(said)


def test_a_build_may_be_the_fix(tmp_path: Path) -> None:
    """A patch without a new version: its number is asked for, and conda takes that for what is meant."""
    matcher = Matcher(_NAMES, _mitigated("py_1", 1))
    builds = [build for text in ("py_0", "py_1", "py_2") for build in _builds("1.26.16", build=text)]
    fix = _fix([*builds, *_builds("1.26.18")], matcher=matcher)
    assert fix
    assert (fix.version, fix.build, fix.build_number) == ("1.26.16", "py_1", 1)
    spec = fix.command.removeprefix("conda install '").removesuffix("'")
    with conda_order(tmp_path) as conda:
        taken = [build.build for build in builds if conda.matches(spec, build._asdict())]
        assert taken == ["py_1", "py_2"]
        assert not conda.matches(spec, _builds("1.26.17", build="py_1")[0]._asdict())


def test_which_advisories_are_about_a_package() -> None:
    """Those that were not withdrawn."""
    gone = advisory("C-1", events("introduced 0"), package="urllib3", withdrawn="2024-01-17T00:00:00Z")
    other = advisory("D-1", events("introduced 0"), package="other")
    groups = group_aliases([_FIRST, _SECOND, gone, other])
    assert [group.id for group in advisories_of("urllib3", groups, Matcher(_NAMES))] == ["A-1", "B-1"]
