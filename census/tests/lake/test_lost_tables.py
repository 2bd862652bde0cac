"""Does a lake of which whole tables are lost, or are another lake's, ever show a wrong number?"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from random import Random

import pytest

from census_support.inputs.small_log import SmallLog
from census_support.oracles.lake_counts import Counts, counts_of, ingest_all, settings_of
from conda_census.errors import LakeError
from conda_census.ingest.pipeline import ingest
from conda_census.lake.checks.self_check import open_checked
from conda_census.lake.compaction import compact
from conda_census.lake.records.lost_days import lost_days
from conda_census.lake.records.table_notes import TABLE_NOTES
from conda_census.lake.schema import TABLES
from conda_census.lake.store import Lake
from conda_census.repair.lake_repair import repair
from conda_census.steps import say_nothing

NAMES = [table.name for table in TABLES]


@dataclass
class Made:
    """A lake, an older copy of it, another lake with the same key and shape, and the logs."""

    folder: Path
    truth: Counts


def _log(path: Path, day: int, sessions: int) -> Path:
    log = SmallLog(start=datetime(2024, 1, day, 23, 59, 50, tzinfo=UTC))
    log.request("/miniconda/Miniconda3-latest-Linux-x86_64.sh", agent="curl/8.5.0")
    for number in range(sessions):
        tokens = {"client": f"c{path}{number}", "session": f"s{path}{number}"}
        log.request("/main/linux-64/numpy-1.26.4-py311_0.conda", **tokens)
        log.request("/main/noarch/repodata.json", **tokens)
        log.request(
            "/main/linux-64/pip-24.0-py311_0.conda", agent="conda/24.1.0", address=f"192.0.2.{number}"
        )
    return log.write(path)


def _make(folder: Path, *, is_compacted: bool) -> Made:
    """Three batches: of two logs, of one more, and of the first again, which grew. All cross midnight."""
    (folder / "logs").mkdir(parents=True)
    settings = settings_of(folder)
    for name, sizes in (("other", [(15, 3), (16, 3), (17, 3)]), ("own", [(15, 4), (16, 3), (17, 2)])):
        logs = [_log(folder / "logs" / f"{name}{day}.log", day, size) for day, size in sizes]
        ingest_all(settings, logs[:2])
        ingest_all(settings, logs[2:])
        if is_compacted:
            compact(Lake.open(settings.lake), 0, say_nothing)
        shutil.copytree(settings.lake, folder / "older")
        _log(logs[0], 15, 6)
        ingest_all(settings, logs[:1])
        if name == "other":
            settings.lake.rename(folder / "foreign")
            shutil.rmtree(folder / "older")
            for log in logs:
                log.unlink()
    return Made(folder, counts_of(settings))


@pytest.fixture(scope="module", params=[False, True], ids=["small files", "compacted"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The lake to damage copies of."""
    return _make(tmp_path_factory.mktemp("made"), is_compacted=request.param)


def _without_log(_: Made, table: Path) -> None:
    shutil.rmtree(table / "_delta_log")


def _without_files(_: Made, table: Path, pattern: str = "*.parquet") -> None:
    for file in table.glob(f"day=*/{pattern}"):
        file.unlink()


def _without_compacted(made: Made, table: Path) -> None:
    _without_files(made, table, "part-*")


def _without_small(made: Made, table: Path) -> None:
    _without_files(made, table, "main-*")


def _without_one(_: Made, table: Path) -> None:
    files = sorted(table.glob("day=*/*.parquet"))
    for file in files[len(files) // 2 :][:1]:
        file.unlink()


def _without_log_and_one(made: Made, table: Path) -> None:
    _without_one(made, table)
    _without_log(made, table)


def _gone(_: Made, table: Path) -> None:
    shutil.rmtree(table)


def _foreign(made: Made, table: Path) -> None:
    shutil.rmtree(table)
    shutil.copytree(made.folder / "foreign" / table.name, table)


def _older(made: Made, table: Path) -> None:
    shutil.rmtree(table)
    shutil.copytree(made.folder / "older" / table.name, table)


def _without_last_commit(_: Made, table: Path) -> None:
    max((table / "_delta_log").glob("*.json")).unlink()


def _without_note(_: Made, table: Path) -> None:
    (table.parent / TABLE_NOTES).unlink(missing_ok=True)


Damage = Callable[[Made, Path], None]
DAMAGES: list[Damage] = [
    _without_log,
    _without_files,
    _without_compacted,
    _without_small,
    _without_one,
    _without_log_and_one,
    _gone,
    _foreign,
    _older,
    _without_last_commit,
]
#: So many damages of ``sources``, of the other tables, and of two tables are tried on each lake.
SAMPLE = int(os.environ.get("CENSUS_DAMAGES", "3"))
ONE = [[each] for each in product(NAMES, DAMAGES)]
TWO = [[("sources", first), (name, second)] for first, name, second in product(DAMAGES, NAMES[:-1], DAMAGES)]


def _outcome(made: Made, damages: list[tuple[str, Damage]], folder: Path, logs: str) -> str:
    """What became of a damaged lake; every number must be right, or said to be unknown."""
    what = [(name, damage.__name__) for name, damage in damages], logs
    shutil.copytree(made.folder, folder)
    settings = settings_of(folder)
    # The names of the logs are those of the folder in which they were read.
    kept = made.folder / "logs"
    away = made.folder / "away"
    for name, damage in damages:
        damage(made, settings.lake / name)
    if logs != "all":
        kept.rename(away)
        kept.mkdir()
    try:
        try:
            lost = set(repair(settings, say_nothing).lost)
        except LakeError as error:
            told = str(error)
            with pytest.raises(LakeError):
                open_checked(settings.lake)
            return "refused" if "\n" not in told else told
    finally:
        if logs != "all":
            kept.rmdir()
            away.rename(kept)
    was_lost, shown = bool(lost), counts_of(settings)
    assert {key: number for key, number in shown.items() if key[1] not in lost} == {
        key: number for key, number in made.truth.items() if key[1] not in lost
    }, (what, lost)
    ingest_all(settings, sorted(kept.glob("*.log")))
    before, repaired = lost_days(settings.lake), repair(settings, say_nothing)
    assert lost_days(settings.lake) <= before <= lost, what
    if ("sources", "_foreign") not in what[0]:  # which names logs of the other lake
        assert not any(repaired.still_lost.values()), what  # all logs are there
    lost = set(lost_days(settings.lake))
    counts = counts_of(settings)
    for key, number in made.truth.items():
        assert counts.get(key, 0) <= number, (what, key)
        assert key[1] in lost or counts.get(key, 0) == number, (what, key)
    return "lost" if was_lost else "whole"


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.parametrize("logs", ["all", "none"])
def test_no_table_that_is_lost_makes_a_wrong_number(
    made: Made, tmp_path: Path, logs: str, request: pytest.FixtureRequest
) -> None:
    """A sample of the damages, another one for each lake; by ``make fuzz`` a larger one."""
    choice = Random(request.node.name)  # noqa: S311 (a sample, no secret)
    of_sources = [case for case in ONE if case[0][0] == "sources"]
    others = [case for case in ONE if case not in of_sources]
    cases = [
        each for some in (of_sources, others, TWO) for each in choice.sample(some, min(SAMPLE, len(some)))
    ]
    found = set()
    for number, damages in enumerate(cases):
        found.add(_outcome(made, damages, tmp_path / str(number), logs))
        shutil.rmtree(tmp_path / str(number))
    assert found <= {"whole", "lost", "refused"}
    assert found >= ({"whole"} if logs == "all" else {"lost"})


@pytest.mark.parametrize("table", ["sources", "sessions", "downloads"])
def test_rows_of_another_lake_never_add_to_a_sum(made: Made, tmp_path: Path, table: str) -> None:
    """Without a note of the tables, as in an older lake: more rows than it must have are not its own."""
    damages: list[tuple[str, Damage]] = [(table, _without_note), (table, _foreign)]
    assert _outcome(made, damages, tmp_path / "lake", "none") == "lost"


def test_a_table_that_is_gone_is_not_begun_again_by_ingest(made: Made, tmp_path: Path) -> None:
    """Else every log would be new to the lake."""
    shutil.copytree(made.folder, tmp_path / "copy")
    settings = settings_of(tmp_path / "copy")
    shutil.rmtree(settings.lake / "sources")
    with pytest.raises(LakeError, match="the table is gone: run conda-census repair"):
        ingest([str(made.folder / "logs")], settings, "auto", lambda **_: None)
    assert not (settings.lake / "sources").exists()


@pytest.mark.takes_turns(5, among="the longest")
def test_logs_that_were_rotated_are_found_by_their_lines(made: Made, tmp_path: Path) -> None:
    """If ``sources`` is gone, no first line is known. Another log that has the old name is not read."""
    shutil.copytree(made.folder, tmp_path / "copy")
    settings = settings_of(tmp_path / "copy")
    shutil.rmtree(settings.lake / "sources")
    log = made.folder / "logs" / "own16.log"
    log.rename(log.with_name("own16.log.1"))
    try:
        _log(log, 20, 9)
        assert repair(settings, say_nothing).lost == []
        assert counts_of(settings) == made.truth
    finally:
        log.with_name("own16.log.1").replace(log)
