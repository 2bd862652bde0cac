"""OSV records: what is read, and the errors of records that break the schema."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from census_support.inputs.osv_records import advisory, events, osv_record
from conda_census.vulnerabilities.input_fields import Field, FieldError
from conda_census.vulnerabilities.osv import parse_advisory

_RANGE = events("introduced 0", "fixed 2")
_PACKAGE = {"package": {"ecosystem": "PyPI", "name": "demo"}}


def _with(found: dict[str, object]) -> dict[str, object]:
    return {"affected": [_PACKAGE | {"ranges": [found]}]}


def test_what_is_taken() -> None:
    """Times in UTC, aliases, every entry with a package, and the record as it was."""
    read = advisory(
        "TEST-1",
        _RANGE,
        aliases=["CVE-2024-1"],
        published="2024-01-02T03:04:05.678+01:00",
        summary=" Two\nlines ",
    )
    assert (read.id, read.aliases, read.summary) == ("TEST-1", ("CVE-2024-1",), "Two lines")
    assert f"{read.published:%Y-%m-%d %H:%M %Z}" == "2024-01-02 02:04 UTC"
    assert read.withdrawn is None
    assert [entry.project for entry in read.entries] == [("PyPI", "demo")]
    assert json.loads(read.record)["affected"][0]["ranges"] == [_RANGE]


def test_all_entries_count() -> None:
    """A record may be about several packages, and about one in several entries."""
    entries = [_PACKAGE | {"versions": [version]} for version in ("1.0", "2.0")]
    read = advisory(affected=[*entries, {"package": {"ecosystem": "npm", "name": "demo"}}])
    assert [(entry.project.ecosystem, entry.versions) for entry in read.entries] == [
        ("PyPI", ("1.0",)),
        ("PyPI", ("2.0",)),
        ("npm", ()),
    ]


def test_an_entry_of_commits_alone_has_no_package() -> None:
    """As those of CPython in the database of the PSF."""
    assert advisory(affected=[{"ranges": [events("introduced 0", kind="GIT")]}]).entries == ()


def test_the_first_sentence_of_the_details_is_the_summary_where_there_is_none() -> None:
    """The PyPA database has details alone."""
    assert advisory(details="One 1.0 thing.\nAnother thing.").summary == "One 1.0 thing."
    assert len(advisory(details="a" * 500).summary) == 160


def test_a_listed_version_that_conda_cannot_order_is_left_out() -> None:
    """No conda build has it, and two real records list some: the range of the record is true."""
    [entry] = advisory("TEST-1", _RANGE, versions=("1.0", "2013-01-21T20:33:09+0100")).entries
    assert entry.versions == ("1.0",)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"id": None}, "id is missing"),
        ({"id": 7}, "id must be a text"),
        ({"modified": None}, "modified is missing"),
        ({"modified": "yesterday"}, "modified must be a time"),
        ({"modified": "0001-01-01T00:00:00+01:00"}, "modified must be a time"),
        ({"published": "9999-12-31T23:59:59-01:00"}, "published must be a time"),
        ({"withdrawn": "soon"}, "withdrawn must be a time"),
        ({"aliases": "CVE-2024-1"}, "aliases must be a list"),
        ({"aliases": [""]}, r"aliases\[0\] must be a text that is not empty"),
        ({"affected": {}}, "affected must be a list"),
        ({"affected": [{"package": {"name": "demo"}}]}, r"affected\[0\].package.ecosystem is missing"),
        ({"affected": [{"package": "demo"}]}, r"affected\[0\].package must be a table"),
        (_with({"type": "SEMANTIC"}), r"ranges\[0\].type must be one of ECOSYSTEM, SEMVER, GIT"),
        (_with(events("fixed 2")), r"ranges\[0\].events must hold an introduced"),
        (_with(events("introduced 0", "solved 2")), r"events\[1\] must hold one of introduced, fixed"),
        (
            _with(events("introduced 0", "fixed 1..2")),
            r"affected\[0\].ranges\[0\].events\[1\].fixed says '1..2' is no version that conda can order",
        ),
        (
            _with(events("introduced 0", "fixed unstable")),
            r"events\[1\].fixed says 'unstable' does not begin with",
        ),
        (_with(events("introduced 0", "last_affected 1.x")), r"last_affected says '1.x' stands for several"),
        (_with(events("introduced ==1")), r"events\[0\].introduced says '==1' is no version that conda can"),
        ({"affected": [_PACKAGE | {"versions": [1.5]}]}, r"affected\[0\].versions\[0\] must be a text"),
        ({"severity": [{"type": "CVSS_V3"}]}, r"severity\[0\].score is missing"),
    ],
)
def test_what_does_not_follow_the_schema(changed: dict[str, object], message: str) -> None:
    """The file and the field are named."""
    with pytest.raises(FieldError, match=message) as told:
        parse_advisory(Field(osv_record("TEST-1", _RANGE) | changed, "folder/record.json"))
    assert str(told.value).startswith("folder/record.json: ")


def test_a_stored_record_with_a_bound_that_was_taken_once_is_told() -> None:
    """An earlier version imported it: whoever asks is told, and what mends it."""
    stored = replace(
        advisory("TEST-1", _RANGE), record=json.dumps(osv_record("TEST-1", events("introduced x")))
    )
    with pytest.raises(FieldError, match=r"TEST-1: .* several versions: give one: import the record again"):
        _ = stored.entries


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"dataType": "CVE_RECORD"}, "a CVE record .CVE JSON 5., not OSV: import the OSV record"),
        ({"packages": {}}, "not an OSV record"),
        (["TEST-1"], "the whole must be a table of keys and values"),
    ],
)
def test_what_is_no_record_at_all(content: object, message: str) -> None:
    """It is called what it is."""
    with pytest.raises(FieldError, match=message):
        parse_advisory(Field(content, "other.json"))
