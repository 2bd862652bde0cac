"""Does ``conda-census exposures`` rank all advisories, as a user asks for it?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from census_support.inputs.small_log import SmallLog
from census_support.lakes.exposed_lake import ADVISORY, exposed_lake
from census_support.processes.census_process import CensusProcess


@pytest.fixture(scope="module")
def january(tmp_path_factory: pytest.TempPathFactory) -> CensusProcess:
    """A lake of January in which some are exposed; nothing here changes it."""
    return exposed_lake(tmp_path_factory.mktemp("january"))


def _asked(census: CensusProcess, *arguments: str) -> dict[str, Any]:
    done = census("exposures", *arguments, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.takes_turns(5, among="the longest")
def test_they_say_the_same_as_exposure(january: CensusProcess) -> None:
    """Of each advisory the same numbers, whether it is asked for alone or with others."""
    listed = _asked(january)
    assert [row["id"] for row in listed["advisories"]] == [ADVISORY, "LOW-1"]
    for row in listed["advisories"]:
        alone = json.loads(january("exposure", row["id"], "--json").stdout)
        for key in ("exposed", "prevalent", "incident"):
            assert row[key] == alone[key]
        for key in ("upgraded_share", "median_days"):
            assert row[key]["value"] == alone[key]["value"]
        assert row["packages"] == [each["conda_name"] for each in alone["advisory"]["packages"]]
        for key in ("id", "aliases", "summary", "severity", "published"):
            assert row[key] == alone["advisory"][key]
    assert listed["unknown"] == alone["unknown"]
    assert listed["window"] == alone["window"]


def test_how_many_were_looked_at(january: CensusProcess) -> None:
    """Of four that stand, two are about what was downloaded: of the others nothing can be said."""
    listed = _asked(january)

    assert (listed["open"], listed["looked_at"], listed["one_in"]) == (4, 2, 1)


def test_in_a_pipe(january: CensusProcess) -> None:
    """Fields parted by tabs for a program; what stands beside all of them goes to standard error."""
    done = january("exposures")

    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "advisory\tseverity\tpackages\texposed\tlow\thigh\tupgraded\thalf_life_days",
        "CVE-2024-1\thigh\turllib3\t3\t3\t4\t0.3333\t-",
        "LOW-1\tlow\turllib3\t1\t1\t1\t0.0000\t-",
    ]
    assert done.stderr.startswith("Active environments on 2024-01-25. Of 4 open advisories 2 are about a ")
    assert "and from 2 no map leads to a conda package. Moved on" in done.stderr
    assert "28.6 % of the downloads, something in 40.0 % of the environments." in done.stderr


@pytest.mark.takes_turns(5, among="the longest")
def test_some_of_them(january: CensusProcess) -> None:
    """By severity, by number, and on a day on which nothing was disclosed yet."""
    assert [row["id"] for row in _asked(january, "--severity", "low")["advisories"]] == ["LOW-1"]
    assert [row["id"] for row in _asked(january, "--top", "1")["advisories"]] == [ADVISORY]
    assert _asked(january, "--severity", "critical")["advisories"] == []
    assert _asked(january, "--as-of", "2024-01-09")["advisories"] == []
    earlier = _asked(january, "--as-of", "2024-01-15")["advisories"]
    assert [(row["id"], row["exposed"]["observed"]) for row in earlier] == [(ADVISORY, 4), ("LOW-1", 1)]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--as-of", "2030-01-01"], 1, "the logs that were ingested are of 2024-01-01 to 2024-01-25"),
        (["--severity", "dreadful"], 2, "choose from unknown, none, low, medium, high, critical"),
        (["--top", "0"], 2, "--top"),
    ],
)
def test_bad_input(january: CensusProcess, arguments: list[str], code: int, message: str) -> None:
    """It says what to give instead."""
    done = january("exposures", *arguments)

    assert (done.returncode, done.stdout) == (code, "")
    assert message in " ".join(done.stderr.replace("│", "").split())


@pytest.mark.takes_turns(5, among="the longest")
def test_the_ranking_in_a_file_is_whole(january: CensusProcess, tmp_path: Path) -> None:
    """It is that of ``--json``; a run that fails leaves the file as it was."""
    file = tmp_path / "exposures.json"
    assert january("exposures", "--output", file).returncode == 0
    before = file.read_bytes()
    assert json.loads(before)["advisories"] == _asked(january)["advisories"]
    assert january("exposures", "--as-of", "2030-01-01", "--output", file).returncode == 1
    assert file.read_bytes() == before


def test_an_empty_lake(census: CensusProcess, tmp_path: Path) -> None:
    """Without a lake, and without advisories, it says what to do first and lists nothing."""
    assert "no lake here: run conda-census ingest first" in census("exposures").stderr
    census("ingest", SmallLog().request().write(tmp_path / "access.log"))
    done = census("exposures")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "conda-census: census-lake: knows no advisories: import some with conda-census advisories import\n"
    )
