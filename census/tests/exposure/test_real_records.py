"""Real records, if they lie beside the repository, against results that were worked out by hand.

No copy of them is in it: their traps are in ``test_affected_ranges.py`` and ``test_matching.py``, by name.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from conda_census.errors import CensusError
from conda_census.lake.store import Lake
from conda_census.vulnerabilities.advisory_import import import_advisories, read_advisories
from conda_census.vulnerabilities.aliases import find_group
from conda_census.vulnerabilities.conda_packages import Build
from conda_census.vulnerabilities.matching import Matcher
from conda_census.vulnerabilities.names.package_names import read_names

RECORDS = Path(__file__).parents[4] / "shared" / "advisories"


def _cases() -> Iterator[dict[str, str]]:
    expected = RECORDS / "EXPECTED.csv"
    if expected.exists():
        with expected.open(newline="") as rows:
            yield from csv.DictReader(rows)


def test_every_expected_verdict(tmp_path: Path) -> None:
    """Through the lake, by the shipped map alone."""
    lake = Lake.open_or_create(tmp_path / "lake", "k")
    import_advisories(lake, sorted({RECORDS / row["file"] for row in _cases()}))
    groups, matcher = read_advisories(lake), Matcher(read_names(lake))
    wrong = []
    for row in _cases():
        [record] = [each for group in groups for each in group.records if each.id == row["id"]]
        alone = find_group(groups, record.id)
        assert alone
        build = Build("conda-forge", "noarch", row["conda_name"], row["version"], "0", 0)
        verdict = matcher.status(alone, build)
        if verdict != {"0": "not_affected", "1": "affected"}[row["affected"]]:
            wrong.append((row, verdict))
    assert wrong == []


def test_every_record_is_read_and_what_is_none_is_called_so(tmp_path: Path) -> None:
    """OSV of seven databases; records of CVE and of NVD are not OSV, and are refused by name."""
    if not RECORDS.exists():
        return
    lake = Lake.open_or_create(tmp_path / "lake", "k")
    osv = [path for path in _files(RECORDS) if path.parent.name not in _NOT_OSV]
    assert osv
    imported = import_advisories(lake, osv)
    assert (imported.new, imported.problems) == (len(osv), ())
    others = [path for path in _files(RECORDS) if path.parent.name in _NOT_OSV]
    refused = import_advisories(lake, others)
    assert refused.total == len(osv)
    assert {Path(str(each).partition(":")[0]) for each in refused.problems} == set(others)
    assert all(isinstance(each, CensusError) for each in refused.problems)
    of_cve = [str(each) for each in refused.problems if "nvd" not in Path(str(each).partition(":")[0]).parts]
    assert all("CVE JSON 5" in each for each in of_cve)


#: Folders below ``RECORDS`` with records in other formats.
_NOT_OSV = {"vulnrichment", "nvd", "cve5"}


def _files(folder: Path) -> list[Path]:
    """Return the files of records below a folder."""
    found = [path for path in folder.rglob("*.*") if path.suffix in (".json", ".yaml", ".in")]
    return sorted(found)
