"""What a newcomer does wrong, or does as with any other command: is the answer short and right?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from census_support.inputs.small_log import SmallLog
from census_support.processes.census_process import MAIN, CensusProcess
from conda_census.cli.plain_words import plain_words


def _lake(census: CensusProcess, folder: Path) -> None:
    log = SmallLog()
    for number in range(5):
        log.request(f"/main/noarch/tool-1.{number}-0.conda", client=f"c{number}", session=f"s{number}")
    log.write(folder / "access.log")
    census("ingest", "access.log")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Value error, 'yesterday' does not match the formats '%Y-%m-%d'.", "give a day as 2024-01-31"),
        ("Input should be a valid integer, unable to parse string as an integer", "give a whole number"),
        ("Input should be a valid number, unable to parse string as a number", "give a number"),
        ("Input should be greater than or equal to 1", "give 1 or more"),
        ("Input should be less than or equal to 0.5", "give 0.5 or less"),
        ("choose one of --json and --csv", "choose one of --json and --csv"),
    ],
)
def test_a_bad_value_is_told_in_plain_words(said: str, words: str) -> None:
    """What to give stands in the message; a message of our own stays."""
    assert plain_words(said) == words


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("report", "--since", "yesterday"), "give a day as 2024-01-31"),
        (("report", "--top", "abc"), "give a whole number"),
        (("report", "--top", "0"), "give 1 or more"),
        (("ingest", "x", "--interval", "soon"), "give a number"),
        (("advisories", "list", "--quiet", "--nothing"), "No such option"),
    ],
)
def test_commands_refuse_a_bad_value_in_plain_words(
    census: CensusProcess, arguments: tuple[str, ...], words: str
) -> None:
    """Code 2, and no word of the parser."""
    done = census(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Input should" not in done.stderr
    assert "Value error" not in done.stderr


@pytest.mark.takes_turns(5)
@pytest.mark.parametrize(
    "arguments", [("report",), ("report", "--json"), ("sources",), ("sql", "FROM sessions"), ("formats",)]
)
def test_who_reads_no_further_ends_nothing(
    census: CensusProcess, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """A command whose reader has seen enough, as head has, ends with code 0 and says nothing of it."""
    _lake(census, tmp_path)
    reads, writes = os.pipe()
    os.close(reads)
    with os.fdopen(writes, "w") as closed:
        done = subprocess.run(
            [sys.executable, "-c", MAIN, *arguments],
            cwd=tmp_path,
            env=census.environment(),
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("option", "place", "words"),
    [
        ("--html", "missing/page.html", "there is no folder missing: make it first"),
        ("--html", "home", "is a folder"),
        ("--csv", "access.log/tables", "is no folder"),
        ("--svg", "access.log", "is no folder"),
    ],
)
def test_where_to_write_is_checked_first(
    census: CensusProcess, tmp_path: Path, option: str, place: str, words: str
) -> None:
    """Nothing is printed before the place that cannot be written is told."""
    _lake(census, tmp_path)
    done = census("report", option, place)
    assert (done.returncode, done.stdout) == (1, "")
    assert words in done.stderr


def test_a_format_of_ones_own_that_fits_nothing_is_told(census: CensusProcess, tmp_path: Path) -> None:
    """The log is read in a built-in format then, and one line says so."""
    (tmp_path / "census.toml").write_text(
        "[formats.mirror]\nnginx = '$remote_addr [$time_local] \"$request\" $status'\n"
    )
    census.variables["CENSUS_TOML"] = "census.toml"
    SmallLog().request(client="ada").write(tmp_path / "access.log")
    [warning] = json.loads(census("ingest", "access.log", "--json").stdout)["warnings"]
    assert warning["reason"].startswith("fits none of your formats in census.toml, and is read as combined")
    done = census("ingest", "access.log", "--format", "mirror")
    assert "was read as combined before, so that --format mirror is not applied" in done.stderr


def test_what_is_set_aside_counts_once(census: CensusProcess, tmp_path: Path) -> None:
    """A file that is no log is set aside, and is not a failure as well."""
    SmallLog().request(client="ada").write(tmp_path / "access.log")
    (tmp_path / "readme.txt").write_text("hello\n")
    told = census("ingest", "access.log", "readme.txt").stderr
    assert "1 files read, 0 skipped, 0 failed" in told
    assert "1 set aside" in told
