"""Import and export of OpenVEX and ``info/security.json``."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from census_support.inputs.osv_records import events, osv_record, write_records
from conda_census.errors import CensusError
from conda_census.lake.store import Lake
from conda_census.vulnerabilities.advisory_import import import_advisories
from conda_census.vulnerabilities.conda_packages import Build
from conda_census.vulnerabilities.override_files import export_overrides, import_overrides
from conda_census.vulnerabilities.overrides import list_overrides

_NOW = datetime(2024, 2, 1, tzinfo=UTC)
_PILLOW = "pkg:conda/pillow"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """A lake with one advisory of two ids, and another one."""
    lake = Lake.open_or_create(tmp_path / "lake", "k")
    anything = events("introduced 0")
    records = (osv_record("PYSEC-1", anything, aliases=["CVE-2024-1"]), osv_record("PYSEC-2", anything))
    import_advisories(lake, [write_records(tmp_path / "records", *records)])
    return lake


def _statement(
    name: str = "PYSEC-1", status: str = "fixed", purl: str = _PILLOW, **more: object
) -> dict[str, object]:
    return {"vulnerability": {"name": name}, "products": [{"@id": purl}], "status": status} | more


def _vex(folder: Path, *statements: object, timestamp: str = "2024-01-02T00:00:00Z") -> Path:
    document = {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": "https://example.org/vex/1",
        "author": "security@example.org",
        "timestamp": timestamp,
        "version": 1,
        "statements": list(statements),
    }
    (folder / "vex.json").write_text(json.dumps(document))
    return folder / "vex.json"


def _package(folder: Path, security: object, **index: object) -> Path:
    info = folder / "openssl-1.1.1k-h27cfd23_1" / "info"
    (info / "recipe").mkdir(parents=True)
    said = {
        "name": "openssl",
        "version": "1.1.1k",
        "build": "h27cfd23_1",
        "build_number": 1,
        "subdir": "linux-64",
    }
    (info / "index.json").write_text(json.dumps(said | {"timestamp": 1704164645000} | index))
    (info / "security.json").write_text(json.dumps(security))
    (info / "about.json").write_text("{}")
    (info / "recipe" / "meta.yaml").write_text("package: {}")
    return info.parent


def test_openvex(lake: Lake, tmp_path: Path) -> None:
    """A product is a conda package by its purl, which says which builds; others are passed over."""
    products = [
        {"@id": "pkg:conda/pillow@9.4.0?build=py39_1&channel=pkgs/main&subdir=linux-64"},
        {"@id": "https://example.org/product", "identifiers": {"purl": "pkg:conda/py-opencv"}},
        {"@id": "pkg:pypi/pillow@9.4.0"},
    ]
    not_affected = _statement(status="not_affected", justification="component_not_present") | {
        "products": products
    }
    imported = import_overrides(lake, [_vex(tmp_path, not_affected, _statement("PYSEC-2"))])
    assert (imported.new, imported.updated, imported.total, imported.problems) == (3, 0, 3, ())
    first, other, everywhere = list_overrides(lake)
    assert (first.conda_name, first.version, first.build) == ("pillow", "9.4.0", "py39_1")
    assert (first.channel, first.subdir, first.from_build_number) == ("pkgs/main", "linux-64", None)
    assert (first.status, first.justification) == ("not_affected", "component_not_present")
    assert (first.author, first.said_at) == ("security@example.org", datetime(2024, 1, 2, tzinfo=UTC))
    assert (other.conda_name, other.version) == ("py-opencv", None)
    assert (everywhere.advisory, everywhere.status, everywhere.build) == ("PYSEC-2", "fixed", None)


def test_an_alias_of_the_statement_will_do(lake: Lake, tmp_path: Path) -> None:
    """Its own name for the vulnerability may be one that nobody here knows."""
    said = _statement() | {"vulnerability": {"name": "OURS-1", "aliases": ["CVE-2024-1"]}}
    assert import_overrides(lake, [_vex(tmp_path, said)]).problems == ()
    assert [each.advisory for each in list_overrides(lake)] == ["CVE-2024-1"]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("vulns_mitigated", "fixed"),
        ("vulns_cleared", "not_affected"),
        ("vulns_disputed", "not_affected"),
        ("vulns_active", "affected"),
    ],
)
def test_info_security(name: str, status: str, lake: Lake, tmp_path: Path) -> None:
    """What a package says holds for its build and later ones of its version, and no other file is read."""
    folder = _package(tmp_path, {"api_version": 1, name: [{"id": "CVE-2024-1", "comment": "why"}]})
    assert import_overrides(lake, [folder]).problems == ()
    [said] = list_overrides(lake)
    assert (said.status, said.statement, said.said_at) == (
        status,
        "why",
        datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC),
    )
    for number, is_about in ((0, False), (1, True), (2, True)):
        build = Build("pkgs/main", "linux-64", "openssl", "1.1.1k", f"h0000000_{number}", number)
        assert said.is_about(build) == is_about
        assert not said.is_about(build._replace(version="1.1.1l"))
        assert not said.is_about(build._replace(subdir="osx-64"))


def test_of_the_same_statement_the_later_one_counts(lake: Lake, tmp_path: Path) -> None:
    """A second time nothing changes, and an older one changes nothing either."""
    for timestamp, status, expected in (
        ("2024-01-02T00:00:00Z", "fixed", (1, 0, 0)),
        ("2024-01-02T00:00:00Z", "fixed", (0, 0, 1)),
        ("2024-01-03T00:00:00Z", "under_investigation", (0, 1, 0)),
        ("2024-01-01T00:00:00Z", "fixed", (0, 0, 1)),
    ):
        imported = import_overrides(lake, [_vex(tmp_path, _statement(status=status), timestamp=timestamp)])
        assert (imported.new, imported.updated, imported.unchanged) == expected
    assert [each.status for each in list_overrides(lake)] == ["under_investigation"]


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (_statement(purl=f"{_PILLOW}@9.x"), "statements[0].products[0].@id says '9.x' stands for several"),
        (_statement(purl=f"{_PILLOW}@=9.4"), "statements[0].products[0].@id says '=9.4' is no version"),
        (_statement(purl=f"{_PILLOW}@<9.4"), "statements[0].products[0].@id says '<9.4' is no version"),
        (_statement("CVE-1999-1"), "statements[0].vulnerability.name is CVE-1999-1, an advisory that"),
        (_statement(status="solved"), "statements[0].status must be one of not_affected, fixed, affected"),
        (_statement(status="not_affected"), "statements[0] must have a justification or an impact_statement"),
        (_statement(status="not_affected", justification="no"), "statements[0].justification must be one of"),
        (_statement(status="affected"), "statements[0].action_statement is missing"),
        (_statement(purl="pkg:pypi/pillow"), "statements[0].products must name a conda package"),
        (_statement(purl="pkg:conda/"), "statements[0].products[0].@id must be a purl"),
        (_statement(purl="pkg:conda/a?build_number=c"), "statements[0].products[0].@id must have a whole"),
        (_statement(timestamp="now"), "statements[0].timestamp must be a time"),
        ("statement", "statements[0] must be a table"),
    ],
)  # fmt: skip
def test_a_statement_with_a_mistake(statement: object, message: str, lake: Lake, tmp_path: Path) -> None:
    """File and field are named, and the other statements are imported."""
    vex = _vex(tmp_path, statement, _statement("PYSEC-2"))
    imported = import_overrides(lake, [vex])
    [problem] = imported.problems
    assert str(problem).startswith(f"{vex}: {message}")
    assert [each.advisory for each in list_overrides(lake)] == ["PYSEC-2"]


def test_files_that_are_neither(lake: Lake, tmp_path: Path) -> None:
    """They are named, and so is a package that does not say what it is."""
    (tmp_path / "other.json").write_text('{"a": 1}')
    (tmp_path / "security.json").write_text('{"vulns_cleared": [{"id": "CVE-2024-1"}]}')
    imported = import_overrides(lake, [tmp_path / "other.json", tmp_path / "security.json"])
    assert [str(each) for each in imported.problems] == [
        f"{tmp_path}/other.json: neither OpenVEX nor a conda package's info/security.json",
        f"{tmp_path}/index.json: cannot be read (No such file or directory): check the path",
    ]
    assert list_overrides(lake) == []


def test_export_and_import_are_each_others_opposites(lake: Lake, tmp_path: Path) -> None:
    """All that was said comes back, but for who said it, for which OpenVEX has no place in a statement."""
    cleared = {
        "vulns_cleared": [{"id": "CVE-2024-1"}],
        "vulns_active": [{"id": "PYSEC-2", "comment": "move on"}],
    }
    statements = (
        _statement(
            status="not_affected", justification="component_not_present", status_notes="libwebp is apart"
        ),
        _statement("PYSEC-2", purl="pkg:conda/pillow@9.4.0?build=py39_1&channel=pkgs/main&subdir=linux-64"),
        _statement("PYSEC-2", status="under_investigation", purl="pkg:conda/other"),
    )
    import_overrides(lake, [_vex(tmp_path, *statements), _package(tmp_path, cleared)])
    exported = tmp_path / "exported.json"
    assert export_overrides(lake, exported, _NOW) == 5
    again = Lake.open_or_create(tmp_path / "again", "k")
    import_advisories(again, [tmp_path / "records"])
    assert import_overrides(again, [exported]).problems == ()

    def said(each: Lake) -> list[dict[str, object]]:
        return [vars(override) | {"author": ""} for override in list_overrides(each)]

    assert said(again) == said(lake)


def test_an_export_is_openvex(lake: Lake, tmp_path: Path) -> None:
    """It has what the specification asks for, and names the other ids of the advisory."""
    import_overrides(lake, [_vex(tmp_path, _statement())])
    export_overrides(lake, tmp_path / "exported.json", _NOW)
    document = json.loads((tmp_path / "exported.json").read_text())
    assert document.pop("@id").startswith("urn:uuid:")
    assert document.pop("tooling").startswith("conda-census ")
    assert document == {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "author": "conda-census",
        "timestamp": "2024-02-01T00:00:00Z",
        "version": 1,
        "statements": [
            {
                "vulnerability": {"name": "PYSEC-1", "aliases": ["CVE-2024-1"]},
                "timestamp": "2024-01-02T00:00:00Z",
                "products": [{"@id": "pkg:conda/pillow"}],
                "status": "fixed",
            }
        ],
    }


def test_nothing_to_export(lake: Lake, tmp_path: Path) -> None:
    """OpenVEX knows no document without a statement."""
    with pytest.raises(CensusError, match="holds no overrides: import some first"):
        export_overrides(lake, tmp_path / "exported.json", _NOW)


def test_a_package_of_a_far_year_is_told(lake: Lake, tmp_path: Path) -> None:
    """Its time is beyond the calendar."""
    security = {"vulns_cleared": [{"id": "PYSEC-1"}]}
    [problem] = import_overrides(lake, [_package(tmp_path, security, timestamp=10**18)]).problems
    assert "timestamp is beyond the year 9999: correct it" in str(problem)
