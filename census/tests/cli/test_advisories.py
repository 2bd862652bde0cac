"""Do the commands of ``conda-census advisories`` do what the README says, and say what they did?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from census_support.inputs.osv_records import events, osv_record, write_records
from census_support.inputs.small_log import SmallLog
from census_support.processes.census_process import CensusProcess

_RANGE = events("introduced 0", "fixed 2.0")


@pytest.fixture
def records(census: CensusProcess, tmp_path: Path) -> Path:
    """Two records beside a lake."""
    census("ingest", SmallLog().request().write(tmp_path / "access.log"))
    urllib3 = osv_record("PYSEC-1", _RANGE, package="urllib3", aliases=["CVE-2024-1"], summary="Bad.")
    other = osv_record("PYSEC-2", _RANGE, package="other", database_specific={"severity": "HIGH"})
    return write_records(tmp_path / "records", urllib3, other)


@pytest.mark.takes_turns(5, among="the longest")
def test_import_list_and_show(census: CensusProcess, records: Path) -> None:
    """What was imported is listed, and shown by each of its ids."""
    done = census("advisories", "import", records)
    assert (done.returncode, done.stdout) == (
        0,
        "records: 2 new, 0 updated, 0 unchanged, 2 total, 0 failed\n",
    )
    again = json.loads(census("advisories", "import", records, "--json").stdout)
    assert again == {"records": {"new": 0, "updated": 0, "unchanged": 2, "total": 2}, "failed": 0}
    assert census("advisories", "list").stdout.splitlines()[1:] == [
        "PYSEC-2\thigh\t-\t-\t-",
        "CVE-2024-1\tunknown\t-\turllib3\tBad.",
    ]
    for option in (("--severity", "high"), ("--severity", "low", "--severity", "high")):
        assert len(census("advisories", "list", *option).stdout.splitlines()) == 2
    listed = json.loads(census("advisories", "list", "--package", "urllib3", "--json").stdout)
    assert [each["id"] for each in listed] == ["CVE-2024-1"]
    assert census("advisories", "show", "PYSEC-1").stdout.startswith("CVE-2024-1  unknown\nBad.\n")
    assert json.loads(census("advisories", "show", "CVE-2024-1", "--json").stdout) == listed[0]


@pytest.mark.takes_turns(5, among="the longest")
def test_names_overrides_and_repodata(census: CensusProcess, records: Path, tmp_path: Path) -> None:
    """Each says what it read; a map makes a package known at once."""
    census("advisories", "import", records)
    (tmp_path / "own.toml").write_text('[PyPI]\nours = "other"\n')
    names = json.loads(census("advisories", "names", "own.toml", "--json").stdout)
    assert (names["names"]["packages"], names["names"]["contradicted"], names["failed"]) == (1, 0, 0)
    assert "PYSEC-2\thigh\t-\tours\t-" in census("advisories", "list").stdout
    statement = {
        "vulnerability": {"name": "PYSEC-2"},
        "products": [{"@id": "pkg:conda/ours"}],
        "status": "fixed",
    }
    vex = {"@context": "https://openvex.dev/ns/v0.2.0", "author": "us", "timestamp": "2024-01-02T00:00:00Z"}
    (tmp_path / "vex.json").write_text(json.dumps(vex | {"statements": [statement]}))
    told = census("advisories", "override", "vex.json", "--export", "out.json").stdout
    assert told == "overrides: 1 new, 0 updated, 0 unchanged, 1 total, 1 exported, 0 failed\n"
    assert json.loads((tmp_path / "out.json").read_text())["statements"][0]["status"] == "fixed"
    folder = tmp_path / "main" / "linux-64"
    folder.mkdir(parents=True)
    build = {"name": "ours", "version": "1.0", "build": "0", "build_number": 0}
    (folder / "repodata.json").write_text(json.dumps({"packages": {"ours-1.0-0.tar.bz2": build}}))
    assert census("advisories", "repodata", "main").stdout == "builds: 1 main/linux-64, 0 failed\n"
    named = census("advisories", "repodata", folder / "repodata.json", "--channel", "pkgs/main", "--json")
    assert json.loads(named.stdout) == {"builds": {"pkgs/main/linux-64": 1}, "failed": 0}


@pytest.mark.takes_turns(5, among="the longest")
def test_bad_input(census: CensusProcess, records: Path, tmp_path: Path) -> None:
    """Each mistake is one line on standard error, the rest is imported, and the exit code is 1."""
    (records / "cve.json").write_text('{"dataType": "CVE_RECORD"}')
    done = census("advisories", "import", "records", "missing.json", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout) == {
        "records": {"new": 2, "updated": 0, "unchanged": 0, "total": 2},
        "failed": 2,
    }
    first, second = done.stderr.splitlines()
    assert first.startswith("conda-census: records/cve.json: a CVE record (CVE JSON 5), not OSV: ")
    assert second == "conda-census: missing.json: cannot be read (No such file or directory): check the path"
    (tmp_path / "own.toml").write_text('[PyPI]\na = "a"\n[same-as]\nb = "b"\n')
    for command in (("names", "own.toml"), ("override", "missing.json"), ("repodata", "missing.json")):
        done = census("advisories", *command)
        assert done.returncode == 1
        assert done.stderr.startswith("conda-census: ")
        assert done.stderr.count("\n") == 1
    done = census("advisories", "override", "--export", "out.json")
    assert done.stderr == "conda-census: census-lake: holds no overrides: import some first\n"
    done = census("advisories", "show", "CVE-1999-1")
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        done.stderr == "conda-census: CVE-1999-1: no advisory of the lake: import its record with "
        "conda-census advisories import, or see conda-census advisories list\n"
    )


@pytest.mark.parametrize(
    "arguments", [["import"], ["list", "--severity", "dreadful"], ["override"], ["show"], []]
)
def test_wrong_usage(arguments: list[str], census: CensusProcess) -> None:
    """Exit code 2, with a hint."""
    done = census("advisories", *arguments)
    assert done.returncode == 2
    assert "Usage: " in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_without_a_lake(census: CensusProcess, tmp_path: Path) -> None:
    """Advisories belong to what logs say."""
    write_records(tmp_path / "records", osv_record("A-1", _RANGE))
    for command in (("import", "records"), ("list",), ("names", "records"), ("repodata", "records")):
        done = census("advisories", *command)
        assert (done.returncode, done.stdout) == (1, "")
        assert "no lake here: run conda-census ingest first" in done.stderr


def test_two_imports_at_once(census: CensusProcess, records: Path, tmp_path: Path) -> None:
    """None takes away what the other one brings."""
    more = write_records(tmp_path / "more", *(osv_record(f"A-{number}", _RANGE) for number in range(200)))
    started = [census.start("advisories", "import", folder) for folder in (records, more)]
    for process in started:
        process.communicate(timeout=60)
    assert [process.returncode for process in started] == [0, 0]
    assert len(json.loads(census("advisories", "list", "--json").stdout)) == 202
