"""Does a log that ends the census whenever it is read block no other, and is no other log blamed for it?"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from census_support.inputs.small_log import SmallLog
from conda_census.config import Settings
from conda_census.ingest import pipeline
from conda_census.ingest.pipeline import ingest
from conda_census.ingest.reader import SourcesReader
from conda_census.lake.records import attempts
from conda_census.lake.records.set_aside import SetAsideSources
from conda_census.lake.store import Lake

#: What stands in the name of a log that is not to be read.
DEADLY = "deadly"


def _settings(folder: Path) -> Settings:
    return Settings(folder / "lake", folder / "config", "main")


def _logs(folder: Path, *names: str) -> list[str]:
    logs = []
    for number, name in enumerate(names):
        log = SmallLog()
        for line in range(5 + number):
            log.request(client=f"c{number}{line}", session=f"s{number}{line}")
        logs.append(str(log.write(folder / name)))
    return logs


def _run(folder: Path, logs: list[str], end: Callable[[], None], trial: Callable[..., bool]) -> int | None:
    """Ingest in a process of its own, in which ``end`` is called where a deadly log is read."""
    process = multiprocessing.get_context("spawn").Process(target=_work, args=(folder, logs, end, trial))
    process.start()
    process.join()
    return process.exitcode


def _work(folder: Path, logs: list[str], end: Callable[[], None], trial: Callable[..., bool]) -> None:
    _make_deadly(end)
    pipeline.can_be_read = trial
    attempts.TRIALS = 2
    try:
        ingest(logs, _settings(folder), "auto", lambda **_: None)
    except MemoryError:
        os._exit(1)


def _make_deadly(end: Callable[[], None]) -> None:
    read = SourcesReader.read

    def read_or_end(
        self: SourcesReader, number: int, source: object, *rest: object, **more: object
    ) -> object:
        if DEADLY in str(source):
            end()
        return read(self, number, source, *rest, **more)  # type: ignore[arg-type]

    SourcesReader.read = read_or_end  # type: ignore[method-assign,assignment]


def _be_killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _take_all_memory() -> None:
    raise MemoryError


def _trial_and_parent_end(*_: object) -> bool:
    _be_killed()
    return False


def _trial_ends(_settings: Settings, location: str, _format_name: str) -> bool:
    return DEADLY not in location


@pytest.mark.takes_turns(2)
@pytest.mark.parametrize("end", [_be_killed, _take_all_memory])
def test_after_two_attempts_the_others_are_read(end: Callable[[], None], tmp_path: Path) -> None:
    """The one that ends each attempt is set aside by the third run, told once, and can be tried again."""
    logs = _logs(tmp_path, "a.log", "b-deadly.log", "c.log")
    for _ in range(2):
        assert _run(tmp_path, logs, end, _trial_ends) != 0
        assert not Lake.open(tmp_path / "lake").files("sources")
    assert _run(tmp_path, logs, end, _trial_ends) == 0
    told = ingest(logs, _settings(tmp_path), "auto", lambda **_: None)
    assert (told.read, told.skipped, told.failed) == (0, 3, 0)
    [aside] = told.set_aside
    assert aside.source == logs[1]
    assert "reading it ends the census" in aside.reason
    assert told.exit_code(strict=False) == 0
    lake = Lake.open(tmp_path / "lake")
    SetAsideSources(lake).forget([aside])
    again = ingest(logs, _settings(tmp_path), "auto", lambda **_: None)
    assert (again.read, again.requests) == (1, 6)
    assert not list((tmp_path / "lake" / "batches").rglob("*.json"))


@pytest.mark.takes_turns(5, among="the longest")
def test_who_was_only_read_when_somebody_killed_it_is_read(tmp_path: Path) -> None:
    """The trial comes to its end, so it is read in the same run, and nothing is lost or counted twice."""
    logs = _logs(tmp_path, "a.log", "b-deadly.log", "c.log")
    for _ in range(2):
        assert _run(tmp_path, logs, _be_killed, _trial_ends) == -signal.SIGKILL
    told = ingest(logs, _settings(tmp_path), "auto", lambda **_: None)
    assert (told.read, told.requests, told.set_aside) == (3, 18, [])
    assert not list((tmp_path / "lake" / "batches").rglob("*.json"))


@pytest.mark.takes_turns(5, among="the longest")
def test_a_trial_that_ends_its_parent_too(tmp_path: Path) -> None:
    """As a service whose processes are all ended: the others are read, and in the end it is set aside."""
    logs = _logs(tmp_path, "a.log", "b-deadly.log")
    codes = [_run(tmp_path, logs, _be_killed, _trial_and_parent_end) for _ in range(5)]
    assert codes == [-signal.SIGKILL] * 4 + [0]
    told = ingest(logs, _settings(tmp_path), "auto", lambda **_: None)
    assert [aside.source for aside in told.set_aside] == [logs[1]]
    assert told.skipped == 2


@pytest.mark.takes_turns(5, among="the longest")
def test_a_trial_is_a_process_of_its_own(tmp_path: Path) -> None:
    """What is no log, or is gone, is told by whoever reads it for good."""
    logs = _logs(tmp_path, "a.log")
    settings = _settings(tmp_path)
    ingest(logs, settings, "auto", lambda **_: None)
    before = sorted(path for path in tmp_path.rglob("*"))
    for location in (logs[0], str(tmp_path / "gone.log")):
        assert attempts.can_be_read(settings, location, "auto")
    assert sorted(path for path in tmp_path.rglob("*")) == before


def test_a_trial_that_is_ended_tells_that_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the source cannot be read."""
    interpreter = tmp_path / "python"
    interpreter.write_text("#!/bin/sh\nkill -KILL $$\n")
    interpreter.chmod(0o700)
    monkeypatch.setattr(attempts.sys, "executable", str(interpreter))
    assert not attempts.can_be_read(_settings(tmp_path), "a.log", "auto")


def test_notes_that_a_power_cut_has_damaged(tmp_path: Path) -> None:
    """They are only notes."""
    for content in ("", "[]", "{", '{"ended": "x", "left_out": 3, "is_under_way": 1}'):
        (tmp_path / "attempts.json").write_text(content)
        (tmp_path / "suspects.json").write_text(content)
        noted = attempts.Attempts(tmp_path)
        with noted.attempt():
            noted.note(1)
        assert noted.left_out == frozenset()
        assert attempts.Suspects(tmp_path).begin_trial("a")
