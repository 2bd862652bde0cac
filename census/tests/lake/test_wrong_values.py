"""Does a lake ever show a wrong number if one value in the log of a table is not as it was written?

Each value and each name of the last commits of each table is damaged in turn, as a turned bit or a bad copy
damages it: a letter, a digit, a word for another.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import TypeVar

import pytest

from census_support.inputs.small_log import SmallLog
from census_support.oracles.lake_counts import Counts, counts_of, ingest_all, settings_of
from conda_census.config import Settings
from conda_census.errors import LakeError
from conda_census.lake.compaction import compact
from conda_census.lake.schema import TABLES
from conda_census.lake.store import Lake
from conda_census.repair.forgetting import forget
from conda_census.repair.lake_repair import damages_of, repair
from conda_census.steps import say_nothing

NAMES = [table.name for table in TABLES]
#: So many values of each table are damaged.
SAMPLE = int(os.environ.get("CENSUS_DAMAGES", "3"))
#: So many of the last commits of each table are looked at.
COMMITS = 3
LETTERS = "abcdefghijklmnopqrstuvwxyz"
T = TypeVar("T")


@dataclass(frozen=True)
class Wrong:
    """A commit in which one value is not as it was written."""

    table: str
    commit: str
    what: str
    lines: tuple[str, ...]


def _log(path: Path, day: int, sessions: int) -> Path:
    log = SmallLog(start=datetime(2024, 1, day, 10, tzinfo=UTC))
    log.request("/miniconda/Miniconda3-latest-Linux-x86_64.sh", agent="curl/8.5.0")
    for number in range(sessions):
        tokens = {"client": f"c{path.name}{number}", "session": f"s{path.name}{number}"}
        log.request("/main/linux-64/numpy-1.26.4-py311_0.conda", **tokens)
        log.request("/main/noarch/repodata.json", **tokens)
    return log.write(path)


@pytest.fixture(scope="module", params=["small files", "compacted", "taken out"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Counts]:
    """A lake of three batches, whose last commits are those of a batch, a compaction, or a log taken out."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "logs").mkdir()
    settings = settings_of(folder)
    logs = [_log(folder / "logs" / f"{day}.log", day, size) for day, size in ((15, 4), (16, 3), (17, 2))]
    ingest_all(settings, logs[:2])
    ingest_all(settings, logs[2:])
    _log(logs[0], 15, 6)
    ingest_all(settings, logs[:1])
    if request.param == "compacted":
        compact(Lake.open(settings.lake), 7, say_nothing)
    if request.param == "taken out":
        forget(settings, "17.log", say_nothing)
        logs[2].unlink()
    return folder, counts_of(settings)


def _wrong_commits(table: Path, choice: Random) -> Iterator[Wrong]:
    """Each value and each name in the last commits, damaged in one way."""
    for commit in sorted((table / "_delta_log").glob("*.json"))[-COMMITS:]:
        actions = [json.loads(line) for line in commit.read_text().splitlines()]
        for number, action in enumerate(actions):
            for path, wrong in _wrong_versions(action, choice):
                lines = [json.dumps(each) for each in actions]
                lines[number] = json.dumps(wrong)
                yield Wrong(table.name, commit.name, f"{path}: {lines[number][:200]}", tuple(lines))


def _wrong_versions(value: object, choice: Random, path: str = "") -> Iterator[tuple[str, object]]:
    """The value with one part damaged, each in turn."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{path}.{key}!", {(_wrong_text(k, choice) if k == key else k): v for k, v in value.items()}
            for where, wrong in _wrong_versions(inner, choice, f"{path}.{key}"):
                yield where, value | {key: wrong}
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            for where, wrong in _wrong_versions(inner, choice, f"{path}[{number}]"):
                yield where, [*value[:number], wrong, *value[number + 1 :]]
    elif isinstance(value, bool):
        yield path, not value
    elif isinstance(value, int):
        yield path, int(_wrong_digit(str(value), choice))
    elif isinstance(value, str) and value:
        yield path, _wrong_text(value, choice)


def _wrong_text(text: str, choice: Random) -> str:
    at = choice.choice([number for number, letter in enumerate(text) if letter.isalnum()] or [0])
    letters = "0123456789" if text[at].isdigit() else LETTERS
    return text[:at] + choice.choice([each for each in letters if each != text[at]]) + text[at + 1 :]


def _wrong_digit(text: str, choice: Random) -> str:
    at = choice.choice([number for number, digit in enumerate(text) if digit.isdigit()])
    return text[:at] + choice.choice([each for each in "123456789" if each != text[at]]) + text[at + 1 :]


def _told(work: Callable[[], T]) -> tuple[T | None, str]:
    """What comes of it, or what is told if nothing does."""
    try:
        return work(), ""
    except LakeError as error:
        return None, str(error)


def _outcome(folder: Path, truth: Counts, wrong: Wrong, copy: Path, *, has_logs: bool) -> str:
    """What became of the lake; every number must be right, or said to be unknown."""
    settings, kept, away = _copied(folder, copy), folder / "logs", folder / "away"
    commit = settings.lake / wrong.table / "_delta_log" / wrong.commit
    commit.write_text("".join(f"{line}\n" for line in wrong.lines))
    if not has_logs:
        kept.rename(away)
    try:
        before, refused = _told(lambda: counts_of(settings))
        assert before == truth or "run conda-census repair" in refused, (wrong, refused)
        assert before or damages_of(settings), wrong
        repaired, refused = _told(lambda: repair(settings, say_nothing))
        if repaired is None:
            assert "restore the lake from your backup" in refused, (wrong, refused)
            assert _told(lambda: counts_of(settings))[0] is None, wrong
            return "refused"
        lost = set(repaired.lost)
    finally:
        if not has_logs:
            away.rename(kept)
    assert damages_of(settings) == [], wrong
    shown = counts_of(settings)
    for key in shown.keys() | truth.keys():
        assert key[1] in lost or shown.get(key) == truth.get(key), (wrong, key)
    # Whatever comes next works as well, and reads nothing twice.
    logs = sorted(kept.glob("*.log"))
    ingest_all(settings, logs)
    compact(Lake.open(settings.lake), 7, say_nothing)
    if not lost:
        forget(settings, str(logs[-1]), say_nothing)
        assert damages_of(settings) == [], wrong
        ingest_all(settings, logs)
    counts = counts_of(settings)
    for key, number in truth.items():
        assert counts.get(key, 0) <= number, (wrong, key)
        assert key[1] in lost or counts.get(key) == number, (wrong, key)
    return "lost" if lost else "whole"


@pytest.mark.takes_turns(5)
@pytest.mark.parametrize("has_logs", [True, False], ids=["logs", "no logs"])
def test_no_wrong_value_makes_a_wrong_number(
    made: tuple[Path, Counts], tmp_path: Path, request: pytest.FixtureRequest, *, has_logs: bool
) -> None:
    """A sample of the values of all tables; by ``make fuzz`` a larger one. With the logs all is mended."""
    folder, truth = made
    seed = request.node.name + os.environ.get("CENSUS_FUZZ_SEED", "")
    choice = Random(seed)  # noqa: S311 (a sample, no secret)
    outcomes = set()
    for table in choice.sample(NAMES, min(SAMPLE, len(NAMES))):
        wrongs = list(_wrong_commits(folder / "lake" / table, choice))
        for number, wrong in enumerate(choice.sample(wrongs, max(1, SAMPLE // len(NAMES)))):
            copy = tmp_path / f"{table}{number}"
            outcomes.add(_outcome(folder, truth, wrong, copy, has_logs=has_logs))
            shutil.rmtree(copy)
    assert outcomes <= ({"whole"} if has_logs else {"whole", "lost", "refused"})


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("conda-census:main/rows/sessions", "conda-census:maij/rows/sessions"),
        ("conda-census:main/rows/downloads/2024-01-15", "conda-cenzus:main/rows/downloads/2024-01-15"),
        ("conda-census:main/rows/installer_downloads", "conda-census:main/rows/installer_downloadx"),
        ("conda-census:main/requests/2024-01-15", "conda-census:main/requests/2024-01-25"),
        ("conda-census:main/rows/sources", "conda-census:main/rowz/sources"),
    ],
)
def test_a_wrong_name_in_the_totals_is_mended(
    made: tuple[Path, Counts], tmp_path: Path, name: str, wrong: str
) -> None:
    """All rows are there, so the totals are what is wrong: not a log is needed, and no backup."""
    folder, truth = made
    settings = _copied(folder, tmp_path)
    last = _last_commit_with(settings, name)
    last.write_text(last.read_text().replace(f'"{name}"', f'"{wrong}"'))
    repaired = repair(settings, say_nothing)
    assert (repaired.lost, repaired.read_again) == ([], [])
    assert damages_of(settings) == []
    assert counts_of(settings) == truth
    # Nor does what comes next stop halfway.
    forget(settings, "16.log", say_nothing)
    assert repair(settings, say_nothing).problems == []
    ingest_all(settings, [folder / "logs" / "16.log"])
    assert counts_of(settings) == truth


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.parametrize(
    "name",
    [
        "conda-census:main/rows/sessions",
        "conda-census:main/rows/downloads",
        "conda-census:main/rows/installer_downloads",
        "conda-census:main/rows/line_marks",
        "conda-census:main/rows/sources",
    ],
)
def test_a_total_that_the_log_no_longer_names_is_restored(
    made: tuple[Path, Counts], tmp_path: Path, name: str
) -> None:
    """Delta cannot read a number without its key; the totals of the days and the rows show what it was."""
    folder, truth = made
    settings = _copied(folder, tmp_path)
    last = _last_commit_with(settings, name)
    last.write_text(last.read_text().replace(f'"appId":"{name}"', f'"aupId":"{name}"'))
    repaired = repair(settings, say_nothing)
    assert (repaired.lost, repaired.read_again) == ([], [])
    assert damages_of(settings) == []
    assert counts_of(settings) == truth


def _copied(folder: Path, copy: Path) -> Settings:
    """Copy a lake and its keys, and return the settings of the copy."""
    shutil.copytree(folder / "lake", copy / "lake")
    shutil.copytree(folder / "config", copy / "config")
    return settings_of(copy)


def _last_commit_with(settings: Settings, name: str) -> Path:
    """Return the last commit of the table of sources that has a total of this name."""
    commits = sorted((settings.lake / "sources" / "_delta_log").glob("*.json"))
    return [commit for commit in commits if f'"{name}"' in commit.read_text()][-1]
