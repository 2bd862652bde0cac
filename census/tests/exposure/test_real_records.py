"""Do real records give the verdicts that were worked out for them, where they lie beside the repository?

No copy of them is in it: their traps are in ``test_ranges.py`` and ``test_verdicts.py``, by name.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from conda_census.errors import CensusError
from conda_census.exposure.advisories import import_advisories, known_advisories
from conda_census.exposure.aliases import find_group
from conda_census.exposure.builds import Build
from conda_census.exposure.names import known_names
from conda_census.exposure.verdicts import Judge
from conda_census.lake.store import Lake

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
    groups, judge = known_advisories(lake), Judge(known_names(lake))
    wrong = []
    for row in _cases():
        [record] = [each for group in groups for each in group.records if each.id == row["id"]]
        alone = find_group(groups, record.id)
        assert alone
        build = Build("conda-forge", "noarch", row["conda_name"], row["version"], "0", 0)
        verdict = judge.verdict(alone, build)
        if verdict != {"0": "unaffected", "1": "affected"}[row["affected"]]:
            wrong.append((row, verdict))
    assert wrong == []


def test_every_record_is_read_and_what_is_none_is_called_so(tmp_path: Path) -> None:
    """OSV of six databases; CVE JSON 5 is not OSV."""
    if not RECORDS.exists():
        return
    lake = Lake.open_or_create(tmp_path / "lake", "k")
    imported = import_advisories(lake, [RECORDS])
    no_records = {path.name for path in (RECORDS / "vulnrichment").iterdir()}
    assert imported.new == sum(
        1 for path in RECORDS.rglob("*.*") if path.suffix in (".json", ".yaml", ".in")
    ) - len(no_records)
    assert {Path(str(each).partition(":")[0]).name for each in imported.problems} == no_records
    assert all(isinstance(each, CensusError) and "CVE JSON 5" in str(each) for each in imported.problems)
