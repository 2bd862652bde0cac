"""Records that do not say which versions they affect."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from census_support.inputs.made_up_visits import Visit, day, lake_of
from census_support.inputs.osv_records import advisory, events, osv_record
from census_support.lakes.told_lake import known_of
from conda_census.engines.lake_tables import LakeTables
from conda_census.exposure.assessment import make_exposure
from conda_census.exposure.assessment_inputs import gather_inputs
from conda_census.exposure.assessment_schema import BandKeys, Exposure
from conda_census.exposure.ranking import rank_exposures
from conda_census.exposure.remediation_curves import greenwood_estimate
from conda_census.exposure.unclear_records import find_unclear_records
from conda_census.metrics.sample import ALL
from conda_census.reports.exposure.page import exposure_page
from conda_census.reports.exposure.ranking_text import lines, summary
from conda_census.vulnerabilities.advisory_import import ad_hoc_advisory
from conda_census.vulnerabilities.conda_packages import Build
from conda_census.vulnerabilities.conda_versions import VersionError
from conda_census.vulnerabilities.input_fields import Field, FieldError
from conda_census.vulnerabilities.osv import Advisory, parse_advisory

#: Two have numpy 2.0 and one has 1.0.
_VISITS = [
    Visit(2, "ada", "base", ("bad",)),
    Visit(2, "bob", "work", ("bad",)),
    Visit(3, "cy", "test", ("old",)),
]
_BUILD = Build("main", "linux-64", "numpy", "2.0", "0", 0)
_COMMITS = events("introduced 0", "fixed cb35df940a", kind="GIT")
_RANGE = events("introduced 1.5", "fixed 3.0")
_NOBODY_KNOWS = BandKeys(low=None, observed=None, high=None)
_TWO = BandKeys(low=2, observed=2, high=2)
_AT_LEAST_TWO = BandKeys(low=2, observed=None, high=None)
_NOBODY = BandKeys(low=0, observed=0, high=0)


def _stored(*entries: dict[str, object], ecosystem: str = "PyPI", name: str = "numpy") -> Advisory:
    """Return a record as an earlier version of the census may have imported it."""
    package = {"package": {"ecosystem": ecosystem, "name": name}}
    record = osv_record("A-1") | {"affected": [package | entry for entry in entries]}
    return replace(advisory("A-1", _RANGE), record=json.dumps(record))


@pytest.fixture(scope="module")
def tables() -> LakeTables:
    return lake_of(_VISITS)


def _asked(folder: Path, tables: LakeTables, *records: Advisory) -> Exposure:
    known = known_of(folder, *records)
    told = gather_inputs(known, tables, known.advisory("A-1"), day(3), day(2))
    return make_exposure(tables, told, day(3), greenwood_estimate, ALL)


_NO_VERSIONS = (
    *(
        "=2.0",
        "==2.0",
        ">=2.0",
        "<3",
        "~=2.0",
        "~2.0",
        "^2.0",
        "!=1",
        "2.*",
        "2.x",
        "*",
        "1.0,2.0",
        "1.0 - 3.0",
    ),
    *("numpy-2.0", "numpy 2.0", "numpy==2.0", "NumPy-2.0-py312_0", "2.0-1", "2.0-py312_0", "all", "unstable"),
    *(
        "[1.0,2.0]",
        "2.0;",
        "1:2.0",
        "2.0\N{ZERO WIDTH SPACE}",
        "\N{FULLWIDTH DIGIT TWO}.0",
        "2013-01-21T20:33:09",
    ),
)


@pytest.mark.parametrize("ecosystem", ["PyPI", "conda"])
@pytest.mark.parametrize("listed", _NO_VERSIONS)
def test_a_listed_version_that_is_none_is_refused_and_clears_nobody(
    listed: str, ecosystem: str, tmp_path: Path
) -> None:
    """At the import in one line; of what a lake has from before nothing is counted."""
    record = osv_record("A-1", ecosystem=ecosystem, package="numpy", versions=(listed,))
    with pytest.raises(FieldError, match=r"^ours.json: affected\[0\].versions\[0\] says '") as told:
        parse_advisory(Field(record, "ours.json"))
    assert "\n" not in str(told.value)

    known = known_of(tmp_path, _stored({"versions": [listed]}, ecosystem=ecosystem))
    doubts = find_unclear_records(known.advisories[0], known.matcher, {"numpy": [_BUILD]}, list)
    assert known.matcher.status(known.advisories[0], _BUILD) == "unknown"
    [note] = doubts.versions
    assert note.startswith("Not known which versions of numpy are affected: the record lists ")


@pytest.mark.parametrize("listed", ["2.0", "v2.0", " 2.0 ", "02.0", "2.0.0", "2.0.Final", "release-2.0"])
@pytest.mark.parametrize("ecosystem", ["PyPI", "conda"])
def test_a_listed_version_is_spelt_in_many_ways(listed: str, ecosystem: str, tmp_path: Path) -> None:
    """What says nothing beside the number is no mistake."""
    record = advisory("A-1", ecosystem=ecosystem, package="numpy", versions=(listed,))
    known = known_of(tmp_path, record)
    assert known.matcher.status(known.advisories[0], _BUILD) == "affected"
    assert not find_unclear_records(known.advisories[0], known.matcher, {"numpy": [_BUILD]}, list)


@pytest.mark.parametrize(
    ("entries", "exposed"),
    [
        ([{"ranges": [_COMMITS]}], _NOBODY_KNOWS),
        ([{}], _NOBODY_KNOWS),
        ([{"ranges": [], "versions": []}], _NOBODY_KNOWS),
        ([{"ecosystem_specific": {"affected_versions": "<1.27"}}], _NOBODY_KNOWS),
        # Tags beside commits are versions as far as they can be read.
        ([{"ranges": [_COMMITS], "versions": ["v2.0"]}], _TWO),
        ([{"ranges": [_COMMITS], "versions": ["numpy-2.0"]}], _NOBODY_KNOWS),
        ([{"ranges": [_COMMITS], "versions": ["v2.0", "numpy-3.0"]}], _AT_LEAST_TWO),
        ([{"ranges": [_COMMITS, _RANGE]}], _TWO),
        # Of several entries one says nothing.
        ([{"versions": ["2.0"]}, {"ranges": [_COMMITS]}], _AT_LEAST_TWO),
        ([{"versions": ["2.0", "<1.5"]}], _AT_LEAST_TWO),
        ([{"ranges": [_RANGE], "versions": ["<1.5"]}], _AT_LEAST_TWO),
        # PyPI has such versions, of which no conda package is one: the range says all.
        ([{"ranges": [_RANGE], "versions": ["trunk", "2.0-bulbasaur", "2013-01-21T20:33:09+0100"]}], _TWO),
        # Ranges that contradict themselves.
        ([{"ranges": [events("introduced 2.0", "fixed 2.0")]}], _NOBODY_KNOWS),
        ([{"ranges": [events("introduced 0", "fixed 0")]}], _NOBODY_KNOWS),
        ([{"ranges": [events("introduced 1.0", "limit 0.5")]}], _NOBODY_KNOWS),
        # What is known to be nobody.
        ([{"ranges": [events("introduced 0", "fixed 1.0")]}], _NOBODY),
        ([{"versions": ["1.1"]}], _NOBODY),
    ],
)
def test_what_a_record_does_not_say(
    entries: list[dict[str, object]], exposed: BandKeys, tmp_path: Path, tables: LakeTables
) -> None:
    """It is never nobody, and who is known to be exposed is told."""
    found = _asked(tmp_path, tables, _stored(*entries))

    assert found["exposed"] == exposed
    is_known = exposed["observed"] is not None
    assert (found["prevalent"]["entered"] is not None) == is_known
    assert (found["healing_until"] is not None) == is_known
    assert any(note.note.startswith("Not known which") for note in found["notes"]) != is_known
    assert ("does not say which versions" in exposure_page(found)) != is_known


@pytest.mark.parametrize(
    ("ecosystem", "name", "exposed"),
    [
        ("conda", "NumPy", _TWO),
        ("conda", " numpy ", _TWO),
        ("conda:main", "NUMPY", _TWO),
        ("conda:/main/", "numpy", _TWO),
        ("conda:pkgs/main", "numpy", _NOBODY_KNOWS),
        ("conda:defaults", "numpy", _NOBODY_KNOWS),
        ("conda-forge", "numpy", _NOBODY_KNOWS),
        ("conda", "numpy-mkl", _NOBODY),
        ("conda:pkgs/main", "numpy-mkl", _NOBODY),
    ],
)
def test_names_and_channels(
    ecosystem: str, name: str, exposed: BandKeys, tmp_path: Path, tables: LakeTables
) -> None:
    """Names are in lower case; a channel that was never seen is most likely another one in the logs."""
    record = advisory("A-1", _RANGE, ecosystem=ecosystem, package=name)
    found = _asked(tmp_path, tables, record)

    assert found["exposed"] == exposed
    notes = [note.note for note in found["notes"] if note.number == "exposed"]
    assert bool(notes) == (exposed != _TWO)
    if exposed == _NOBODY:
        assert notes == ["Nobody downloaded a package with the name numpy-mkl."]


def test_the_ranking_has_what_is_not_known(tmp_path: Path, tables: LakeTables) -> None:
    """As a row without numbers and in a list, which no ``top`` cuts; the text names it."""
    known = known_of(
        tmp_path,
        advisory("A-1", _COMMITS, package="numpy", published="2024-01-02T00:00:00Z"),
        advisory("B-1", _RANGE, package="numpy", published="2024-01-02T00:00:00Z"),
        advisory("C-1", _COMMITS, package="within", published="2024-01-02T00:00:00Z"),
    )
    found = rank_exposures(known, tables, day(3), greenwood_estimate, sample=ALL)

    assert [(row["id"], row["exposed"]) for row in found["advisories"]] == [
        ("B-1", _TWO),
        ("A-1", _NOBODY_KNOWS),
    ]
    why = "Not known which versions of numpy are affected: the record names commits only."
    assert found["unclear"] == [{"id": "A-1", "packages": ["numpy"], "notes": [why]}]
    assert "Whom A-1 exposes is not known" in summary(found)
    assert list(lines(found))[-1].split("\t")[3:6] == ["-", "-", "-"]
    cut = rank_exposures(known, tables, day(3), greenwood_estimate, top=1, sample=ALL)
    assert ([row["id"] for row in cut["advisories"]], len(cut["unclear"])) == (["B-1"], 1)


@pytest.mark.parametrize("below", ["0", "0.0", "v0"])
def test_below_nothing(below: str) -> None:
    """There is no such version."""
    with pytest.raises(VersionError, match="no version is below"):
        ad_hoc_advisory("numpy", below)


def test_a_name_that_no_conda_package_has() -> None:
    """A requirement is none."""
    with pytest.raises(FieldError, match=r"name says 'numpy>=1', which is no name of a conda package"):
        advisory("A-1", _RANGE, ecosystem="conda", package="numpy>=1")
