"""Import of advisories into a lake."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path

import pytest
import yaml
from deltalake.exceptions import DeltaError

from census_support.inputs.osv_records import events, osv_record, write_records
from conda_census.errors import LakeError
from conda_census.lake.references import ADVISORIES
from conda_census.lake.store import Lake
from conda_census.vulnerabilities.advisory_import import (
    ad_hoc_advisory,
    import_advisories,
    open_advisories,
    read_advisories,
)
from conda_census.vulnerabilities.conda_packages import Build
from conda_census.vulnerabilities.conda_versions import VersionError
from conda_census.vulnerabilities.matching import Matcher
from conda_census.vulnerabilities.names.package_names import NameMap

_NO_KEY = "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"
_RANGE = events("introduced 0", "fixed 2.0")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """An empty lake."""
    return Lake.open_or_create(tmp_path / "lake", "k")


def test_a_lake_that_never_saw_an_advisory(lake: Lake) -> None:
    """It has none, and no table for them."""
    assert read_advisories(lake) == []
    assert not (lake.path / ADVISORIES.name).exists()


def test_of_one_id_the_last_modified_counts(lake: Lake, tmp_path: Path) -> None:
    """In one import whatever the order of its files, and over several imports."""
    old, new, newest = (
        osv_record("A-1", _RANGE, modified=f"2024-01-{day}T00:00:00Z", summary=day)
        for day in ("01", "02", "03")
    )
    first = import_advisories(lake, [write_records(tmp_path / "first", new, old, osv_record("B-1"))])
    assert (first.new, first.updated, first.unchanged, first.total) == (2, 0, 1, 2)
    assert [group.summary for group in read_advisories(lake)] == ["02", ""]
    again = import_advisories(lake, [tmp_path / "first"])
    assert (again.new, again.updated, again.unchanged, again.total) == (0, 0, 3, 2)
    last = import_advisories(lake, [write_records(tmp_path / "last", newest, old)])
    assert (last.new, last.updated, last.unchanged, last.total) == (0, 1, 1, 2)
    assert [group.summary for group in read_advisories(lake)] == ["03", ""]


def test_what_is_wrong_does_not_keep_out_what_is_right(lake: Lake, tmp_path: Path) -> None:
    """Each mistake is told with file and field."""
    folder = write_records(tmp_path / "records", osv_record("A-1", _RANGE), osv_record("B-1", modified=None))
    (folder / "c.json").write_text("{")
    imported = import_advisories(lake, [folder, tmp_path / "missing"])
    assert [str(each).removeprefix(f"{tmp_path}/") for each in imported.problems] == [
        "records/1-B-1.json: modified is missing",
        f"records/c.json: not JSON ({_NO_KEY}): correct that place",
        "missing: cannot be read (No such file or directory): check the path",
    ]
    assert [group.id for group in read_advisories(lake)] == ["A-1"]


def test_the_record_is_kept_as_it_was(lake: Lake, tmp_path: Path) -> None:
    """With what the census does not understand; what is asked for often stands beside it."""
    record = osv_record("A-1", _RANGE, aliases=["CVE-2024-1"], summary="Bad.", our_own={"field": [1]})
    import_advisories(lake, [write_records(tmp_path / "records", record)])
    [row] = lake.reference(ADVISORIES).to_pylist()
    assert '"our_own":{"field":[1]}' in row["record"]
    assert (row["id"], row["aliases"], row["packages"]) == ("A-1", ["CVE-2024-1"], ["PyPI:demo"])
    assert (row["severity"], row["summary"], row["withdrawn"]) == ("unknown", "Bad.", None)


def test_an_import_that_fails_changes_nothing(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the lake had it has; the error is one line."""
    import_advisories(lake, [write_records(tmp_path / "first", osv_record("A-1", _RANGE))])

    def fail(*_: object, **__: object) -> None:
        raise DeltaError("No space left on device\nand a page more")

    monkeypatch.setattr("conda_census.lake.store.write_deltalake", fail)
    with pytest.raises(
        LakeError, match=r"advisories: cannot be written \(No space left on device\): make room"
    ):
        import_advisories(lake, [write_records(tmp_path / "last", osv_record("B-1", _RANGE))])
    assert [group.id for group in read_advisories(lake)] == ["A-1"]


def test_open_advisories(lake: Lake, tmp_path: Path) -> None:
    """Those that were not withdrawn."""
    withdrawn = osv_record("B-1", _RANGE, withdrawn="2024-01-17T00:00:00Z")
    import_advisories(lake, [write_records(tmp_path / "records", osv_record("A-1", _RANGE), withdrawn)])
    groups = read_advisories(lake)
    assert [group.id for group in groups] == ["A-1", "B-1"]
    assert [group.id for group in open_advisories(groups)] == ["A-1"]


def test_a_vulnerability_without_a_record() -> None:
    """All versions of a conda package below one are affected, in every channel."""
    group, matcher = ad_hoc_advisory("openssl", "1.1.1l"), Matcher(NameMap([]))
    for version, verdict in (("1.1.1k", "affected"), ("1.1.1l", "not_affected"), ("0.9", "affected")):
        assert matcher.status(group, Build("any", "noarch", "openssl", version, "0", 0)) == verdict
    assert group.id == "openssl below 1.1.1l"
    with pytest.raises(VersionError):
        ad_hoc_advisory("openssl", "1..1")


@pytest.mark.takes_turns(5, among="the longest")
def test_as_many_records_as_pypa_has(lake: Lake, tmp_path: Path) -> None:
    """2,600 of them, in YAML in a zip, come in within the 20 seconds that they may take."""
    versions = tuple(f"1.{number}" for number in range(50))
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for number in range(2600):
            record = osv_record(f"A-{number}", _RANGE, versions=versions, details="A long text. " * 50)
            archive.writestr(f"{number}.yaml", yaml.dump(record, Dumper=yaml.CSafeDumper))
    start = time.monotonic()
    imported = import_advisories(lake, [tmp_path / "all.zip"])
    assert (imported.new, imported.problems) == (2600, ())
    assert time.monotonic() - start < 20
