"""Does ``conda-census exposure`` say who is exposed, as a user asks for it?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from census_support.inputs.osv_records import events, osv_record, write_records
from census_support.inputs.small_log import SmallLog
from census_support.lakes.exposed_lake import ADVISORY, exposed_lake
from census_support.processes.census_process import CensusProcess


@pytest.fixture(scope="module")
def january(tmp_path_factory: pytest.TempPathFactory) -> CensusProcess:
    """A lake of January in which some are exposed; nothing here changes it."""
    return exposed_lake(tmp_path_factory.mktemp("january"))


def _asked(census: CensusProcess, *arguments: str) -> dict[str, Any]:
    done = census("exposure", *arguments, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.takes_turns(5, among="the longest")
def test_the_keys_are_those_of_the_interface(january: CensusProcess) -> None:
    """Every one that was agreed on, with what a reader counts on the nine visits."""
    found = _asked(january, ADVISORY)

    assert found["advisory"] == {
        "id": "CVE-2024-1",
        "aliases": ["GHSA-1", "PYSEC-1"],
        "summary": "Bad.",
        "severity": "high",
        "published": "2024-01-10",
        "packages": [
            {
                "conda_name": "urllib3",
                "channel": None,
                "package_class": "ordinary",
                "map": "shipped_names.toml",
                "affected": ["<1.1.0"],
                "fixed_in": ["1.1.0"],
                "unclear": [],
            }
        ],
        "withdrawn": False,
        "bundled": [],
    }
    assert (found["as_of"], found["disclosed"]) == ("2024-01-25", "2024-01-10")
    assert (found["window"]["since"], found["window"]["until"]) == ("2024-01-01", "2024-01-25")
    assert found["window"]["complete_until"] == "2024-01-25"
    assert found["window"]["complete"] is True
    assert found["window"]["days_without_log"] == []
    assert (found["healing_until"], found["notes"]) == ("2024-01-25", [])
    # bob's work, cy's test and dan's old one; bob's play may have it from the cache.
    assert found["exposed"] == {"low": 3, "observed": 3, "high": 4}
    # dan came once, and not within the last week of January.
    assert found["by_class"] == {
        "lasting": {"low": 2, "observed": 2, "high": 3},
        "ephemeral": {"low": 1, "observed": 1, "high": 1},
        "image": {"low": 0, "observed": 0, "high": 0},
        "new": {"low": 0, "observed": 0, "high": 0},
    }
    assert found["prevalent"] == {"entered": 3, "remediated": 1, "exposed": 2, "silent": 0}
    assert found["incident"] == {"entered": 1, "remediated": 0, "exposed": 1, "silent": 0}
    assert list(found["upgraded_share"]) == list(found["median_days"]) == ["value", "low", "high"]
    assert list(found["curve"]) == ["disclosure", "fix_available"]
    assert list(found["curve"]["disclosure"][0]) == ["day", "share", "low", "high"]
    assert found["fix"] == {
        "channel": "pkgs/main",
        "version": "1.1.0",
        "build": "py312_0",
        "clears": ["CVE-2024-1", "LOW-1"],
        "subdirs": ["linux-64"],
        "command": "conda install 'urllib3==1.1.0'",
    }
    # Of seven downloads two are of our-tool, which two of five environments have.
    assert found["unknown"] == {"downloads_share": 2 / 7, "environments_share": 2 / 5}
    assert all(sentence.endswith(".") for sentence in found["cannot_see"])


@pytest.mark.parametrize("name", ["PYSEC-1", "ghsa-1"])
def test_any_id_will_do(january: CensusProcess, name: str) -> None:
    """That of a record or an alias, in capitals or not."""
    assert _asked(january, name)["advisory"]["id"] == ADVISORY


def test_in_a_pipe(january: CensusProcess) -> None:
    """Plain text with every part, no colour, and nothing on standard error."""
    done = january("exposure", ADVISORY)

    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    for words in (
        "CVE-2024-1  high\nBad.\nurllib3 <1.1.0 (by shipped_names.toml)\n",
        "Active environments that hold an affected build: 3, between 3 and 4\n",
        "conda install 'urllib3==1.1.0'\nfrom pkgs/main, for linux-64; clears CVE-2024-1, LOW-1\n",
        " pkgs/main/linux-64/urllib3-1.0.0-py312_0  conda          3 \n",
        "- Of 28.6 % of the downloads, and of something in 40.0 % of the environments,",
    ):
        assert words in done.stdout


@pytest.mark.parametrize("columns", ["40", "60"])
def test_no_line_is_wider_than_the_terminal(january: CensusProcess, columns: str) -> None:
    """No bar is cut short either: where there is no room, there is none."""
    january.variables["COLUMNS"] = columns
    lines = january("exposure", ADVISORY).stdout.splitlines()
    del january.variables["COLUMNS"]

    assert max(map(len, lines)) <= int(columns)
    assert not any("█" in line and "…" in line for line in lines)


@pytest.mark.takes_turns(5, among="the longest")
def test_without_a_record(january: CensusProcess) -> None:
    """All versions below one, known today unless a day is named; what else is open is cleared as well."""
    found = _asked(january, "--package", "urllib3", "--below", "1.1")

    assert found["advisory"]["id"] == "urllib3 below 1.1"
    assert found["advisory"]["published"] is None
    assert found["disclosed"] == "2024-01-25"
    assert found["exposed"] == {"low": 3, "observed": 3, "high": 4}
    assert found["prevalent"] == {"entered": 3, "remediated": 0, "exposed": 3, "silent": 0}
    assert found["fix"]["clears"] == ["CVE-2024-1", "LOW-1", "urllib3 below 1.1"]

    later = _asked(january, "--package", "urllib3", "--below", "1.1", "--disclosed", "2024-01-10")
    assert later["prevalent"] == {"entered": 3, "remediated": 1, "exposed": 2, "silent": 0}


def test_the_name_of_a_package_in_capitals(january: CensusProcess) -> None:
    """Is the same: conda writes it in lower case."""
    found = _asked(january, "--package", "URLlib3", "--below", "1.1")
    assert found["exposed"] == {"low": 3, "observed": 3, "high": 4}


@pytest.mark.takes_turns(5, among="the longest")
def test_on_another_day(january: CensusProcess) -> None:
    """Nothing of what came later is known; before the disclosure nobody was at risk of anything."""
    found = _asked(january, ADVISORY, "--as-of", "2024-01-15")
    assert found["exposed"]["observed"] == 4
    assert found["prevalent"] == {"entered": 3, "remediated": 0, "exposed": 3, "silent": 0}

    before = _asked(january, ADVISORY, "--as-of", "2024-01-05")
    assert before["exposed"]["observed"] == 3
    assert before["prevalent"]["entered"] == before["incident"]["entered"] == 0
    assert before["upgraded_share"] == {"value": None, "low": None, "high": None}
    shown = january("exposure", ADVISORY, "--as-of", "2024-01-05").stdout
    assert "Not disclosed yet on that day: nobody was at risk." in shown


@pytest.mark.takes_turns(5, among="the longest")
def test_what_was_withdrawn_affects_nothing(january: CensusProcess) -> None:
    """And says so."""
    found = _asked(january, "WITHDRAWN-1")

    assert found["advisory"]["withdrawn"] is True
    assert found["exposed"] == {"low": 0, "observed": 0, "high": 0}
    assert "Withdrawn: it affects nothing." in january("exposure", "WITHDRAWN-1").stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("CVE-1", "no advisory of the lake: import its record with conda-census advisories import"),
        ("UNMAPPED-1", "no map leads from PyPI:nowhere to a conda package: import one that does with"),
        ("BUNDLED-1", "only within suite, beside other projects, so that no version tells: say which builds"),
        ("--package torch --below 2", "no conda package of this name was downloaded up to 2024-01-25: check"),
        (
            "CVE-2024-1 --as-of 2024-02-01",
            "the logs that were ingested are of 2024-01-01 to 2024-01-25: choose",
        ),
    ],
)
def test_what_is_not_known_is_not_shown_as_clean(
    january: CensusProcess, arguments: str, message: str
) -> None:
    """One line says why nobody can tell and what to do, and the exit code is 1."""
    done = january("exposure", *arguments.split())

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("conda-census: ")
    assert done.stderr.count("\n") == 1
    assert f": {message}" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give one of the two, --package with --below"),
        ([ADVISORY, "--package", "urllib3", "--below", "2"], "give one of the two, --package with --below"),
        (["--package", "urllib3"], "give both or neither"),
        ([ADVISORY, "--below", "2"], "give both or neither"),
        (
            ["--package", "urllib3", "--below", "not one"],
            "--below: 'not one' is no version that conda can order",
        ),
        (["--package", "urllib3", "--below", ""], "--below: it is empty: give a value"),
        (["--package", " ", "--below", "2"], "--package: is empty: give a name and a version"),
        (["--package", "urllib3", "--below", "0"], "--below: no version is below '0': give the first one"),
        (["--package", "urllib3>1", "--below", "2"], "--package: 'urllib3>1' is no name of a conda package"),
        (
            [ADVISORY, "--disclosed", "2024-01-21", "--as-of", "2024-01-20"],
            "--disclosed: 2024-01-21 is after 2024-01-20, the day of --as-of: give that day",
        ),
        ([ADVISORY, "--as-of", "yesterday"], "'--as-of': give a day as 2024-01-31"),
        ([ADVISORY, "--one-in", "3"], "--one-in"),
    ],
)
def test_wrong_usage(january: CensusProcess, arguments: list[str], message: str) -> None:
    """Exit code 2, with what to give instead."""
    done = january("exposure", *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert message in " ".join(done.stderr.replace("│", "").split())


@pytest.mark.takes_turns(5, among="the longest")
def test_an_empty_lake(census: CensusProcess, tmp_path: Path) -> None:
    """Without a lake, without requests, and without advisories it says what to do first."""
    assert "no lake here: run conda-census ingest first" in census("exposure", "A-1").stderr
    census("ingest", SmallLog().text("garbage").request().write(tmp_path / "access.log"))
    assert "import its record" in census("exposure", "A-1").stderr
    nothing = census("exposure", "--package", "urllib3", "--below", "2")
    assert nothing.returncode == 1
    assert "urllib3: no conda package of this name was downloaded up to 2024-01-16" in nothing.stderr


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.parametrize(
    ("builds", "mended", "exposed"),
    [
        (["h1_100_cp313", "h2_101_cp313", "h3_102_cp313"], ("h3_102_cp313", 102), 2),
        (["h1_0_cuda12", "h2_1_cuda12", "h3_2_cuda12"], ("h2_1_cuda12", 1), 2),
        (["h1_5_cp313t", "h2_6_cp313t"], ("h2_6_cp313t", 6), 1),
    ],
)
def test_a_mended_build_clears_no_build_before_it(
    census: CensusProcess, builds: list[str], mended: tuple[str, int], exposed: int
) -> None:
    """Whatever stands behind the number in the build string; a number that is not known clears nothing."""
    log = SmallLog()
    for number, build in enumerate(builds):
        path = f"/conda-forge/linux-64/python-3.13.5-{build}.conda"
        log.request(path, client=f"c{number}", session=f"s{number}", environment=f"e{number}")
    log.write(census.folder / "access.log")
    record = osv_record("OURS-1", events("introduced 0", "fixed 3.13.6"), package="python", ecosystem="conda")
    write_records(census.folder / "records", record)
    info = census.folder / "python" / "info"
    info.mkdir(parents=True)
    (info / "security.json").write_text('{"vulns_mitigated": [{"id": "OURS-1", "comment": "patched"}]}')
    index = {"name": "python", "version": "3.13.5", "build": mended[0], "build_number": mended[1]}
    index |= {"subdir": "linux-64", "timestamp": 1705000000000}
    (info / "index.json").write_text(json.dumps(index))
    for arguments in (
        ("ingest", "access.log"),
        ("advisories", "import", "records"),
        ("advisories", "override", "python"),
    ):
        done = census(*arguments)
        assert done.returncode == 0, done.stderr

    assert _asked(census, "OURS-1")["exposed"]["observed"] == exposed
