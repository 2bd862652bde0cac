"""What is told of an advisory, to a person and to a program?"""

from __future__ import annotations

from census_support.inputs.osv_records import advisory, events
from conda_census.reports.listings.advisory_list import advisory_document, advisory_documents
from conda_census.reports.listings.advisory_text import advisory_lines, list_lines
from conda_census.vulnerabilities.aliases import AdvisoryGroup, group_aliases
from conda_census.vulnerabilities.matching import Matcher
from conda_census.vulnerabilities.names.name_entries import NameEntry
from conda_census.vulnerabilities.names.package_names import NameMap

_TWO_BRANCHES = events("introduced 2.0.0", "fixed 2.0.6", "introduced 0", "fixed 1.26.17")
_MATCHER = Matcher(
    NameMap(
        [
            NameEntry("urllib3", "PyPI", ("urllib3",), "shipped", "shipped_names.toml"),
            NameEntry("suite", "PyPI", ("urllib3", "other"), "own", "own.toml"),
        ]
    )
)


def _urllib3(**more: object) -> AdvisoryGroup:
    record = advisory("PYSEC-2023-192", _TWO_BRANCHES, package="urllib3", aliases=["CVE-2023-43804"], **more)
    [group] = group_aliases([record])
    return group


def test_an_advisory() -> None:
    """By its CVE, with the packages that the map leads to, their versions, and the bundles that carry it."""
    group = _urllib3(
        published="2023-10-04T17:15:00Z", summary="Cookies.", database_specific={"severity": "HIGH"}
    )
    assert advisory_document(group, _MATCHER) == {
        "id": "CVE-2023-43804",
        "aliases": ["PYSEC-2023-192"],
        "summary": "Cookies.",
        "severity": "high",
        "published": "2023-10-04T17:15:00Z",
        "withdrawn": False,
        "packages": [
            {
                "conda_name": "urllib3",
                "channel": None,
                "package_class": "ordinary",
                "map": "shipped_names.toml",
                "affected": ["<1.26.17", ">=2.0.0,<2.0.6"],
                "fixed_in": ["1.26.17", "2.0.6"],
                "unclear": [],
            }
        ],
        "bundled": ["suite"],
        "records": [
            {
                "id": "PYSEC-2023-192",
                "modified": "2024-01-16T10:00:00Z",
                "withdrawn": None,
                "packages": ["PyPI:urllib3"],
            }
        ],
    }


def test_versions_that_are_listed_and_in_no_range() -> None:
    """They follow the ranges; what something else in the record affects is no fix."""
    ranges = [
        events("introduced 1", "last_affected 2"),
        events("introduced 3", "fixed 5"),
        events("introduced 5"),
    ]
    [group] = group_aliases([advisory("A-1", *ranges, package="urllib3", versions=("0.1", "1.5"))])
    [package] = advisory_document(group, _MATCHER)["packages"]
    assert package["affected"] == [">=1,<=2", ">=3,<5", ">=5", "==0.1"]
    assert package["fixed_in"] == []


def test_versions_are_told_as_the_record_writes_them() -> None:
    """Also where they are compared in an order of their own."""
    record = advisory(
        "A-1", events("introduced 1.0.2", "fixed 1.0.2za"), package="openssl", ecosystem="conda:main"
    )
    [package] = advisory_document(group_aliases([record])[0], _MATCHER)["packages"]
    assert (package["channel"], package["map"]) == ("main", "conda:main")
    assert (package["affected"], package["fixed_in"]) == ([">=1.0.2,<1.0.2za"], ["1.0.2za"])


def test_what_is_listed() -> None:
    """The newest first; those about a package, bundles of it too; those of some severities."""
    old = advisory("A-1", published="2023-01-01T00:00:00Z", database_specific={"severity": "LOW"})
    groups = [*group_aliases([old]), _urllib3(published="2023-10-04T17:15:00Z")]
    assert [each["id"] for each in advisory_documents(groups, _MATCHER)] == ["CVE-2023-43804", "A-1"]
    for package in ("urllib3", "suite"):
        assert [each["id"] for each in advisory_documents(groups, _MATCHER, package)] == ["CVE-2023-43804"]
    assert advisory_documents(groups, _MATCHER, "demo") == []
    assert [each["id"] for each in advisory_documents(groups, _MATCHER, severities=["low", "high"])] == [
        "A-1"
    ]


def test_lines() -> None:
    """For a person and for cut and grep; what a terminal obeys is not sent to it."""
    group = _urllib3(published="2023-10-04T17:15:00Z", summary="Cookies\x1b[31m.")
    document = advisory_document(group, _MATCHER)
    assert list(list_lines([document])) == [
        "advisory\tseverity\tpublished\tpackages\tsummary",
        "CVE-2023-43804\tunknown\t2023-10-04\turllib3\tCookies?[31m.",
    ]
    assert list(advisory_lines(document)) == [
        "CVE-2023-43804  unknown",
        "Cookies?[31m.",
        "also known as  PYSEC-2023-192",
        "published      2023-10-04T17:15:00Z",
        "package        urllib3 (by shipped_names.toml): <1.26.17 or >=2.0.0,<2.0.6; fixed in 1.26.17, 2.0.6",
        "carried among others by  suite: their versions tell nothing",
        "record         PYSEC-2023-192, modified 2024-01-16T10:00:00Z: PyPI:urllib3",
    ]


def test_lines_of_what_leads_nowhere() -> None:
    """A record that was withdrawn, and names commits alone."""
    [group] = group_aliases([advisory("A-1", affected=[], withdrawn="2024-01-17T00:00:00Z")])
    document = advisory_document(group, _MATCHER)
    assert list(list_lines([document]))[1] == "A-1\twithdrawn\t-\t-\t-"
    assert list(advisory_lines(document)) == [
        "A-1  unknown  withdrawn",
        "also known as  -",
        "published      -",
        "no conda package: no map leads from the record to one",
        "record         A-1, modified 2024-01-16T10:00:00Z, withdrawn 2024-01-17T00:00:00Z: commits alone",
    ]
