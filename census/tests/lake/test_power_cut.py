"""Does a power cut leave the report of a clean run, whatever the disk had kept of what was not synced?"""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import sys
from pathlib import Path

import pytest

from census_support.inputs.seed_of_day import seed_of_day
from census_support.inputs.small_log import SmallLog
from census_support.processes.power_cuts import KEPT, Call, Disk, record
from conda_census.config import Settings
from conda_census.engines.duckdb_engine import open_lake
from conda_census.ingest.duplicates.seen_files import seen_files
from conda_census.ingest.pipeline import ingest
from conda_census.lake.store import Lake
from conda_census.reports.json_documents import json_text
from conda_census.reports.usage.build import make_report

#: Two runs, the second one also of a compressed copy, and a compaction of what they wrote.
PROGRAM = """
import sys
from pathlib import Path
from conda_census.config import Settings
from conda_census.lake.compaction import compact
from conda_census.ingest.pipeline import ingest
from conda_census.lake.store import Lake
root, first, second = sys.argv[1:]
copy = first + ".1.gz"
settings = Settings(Path(root, "lake"), Path(root, "config"), "main")
for logs in ([first], [first, second, copy]):
    ingest(logs, settings, "auto", lambda **_: None)
compact(Lake.open(settings.lake), 0, lambda *_, **__: None)
"""
#: So many states are looked at, others each day; all of them by ``make fuzz``, which sets this.
STATES = int(os.environ.get("CENSUS_POWER_CUTS", "12"))
SEED = seed_of_day()


@pytest.mark.takes_turns(5, among="the longest")
def test_a_power_cut_leaves_the_report_of_a_clean_run(tmp_path: Path) -> None:
    """Once the rows are staged for good the logs may be gone too, and they are gone here."""
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    logs = tmp_path / "logs"
    logs.mkdir()
    first, second = (_log(logs / f"access-{number}.log", number) for number in range(2))
    Path(f"{first}.1.gz").write_bytes(gzip.compress(Path(first).read_bytes()))
    root = tmp_path / "recorded"
    root.mkdir()
    calls = record([sys.executable, "-c", PROGRAM, str(root), first, second], tmp_path / "trace")
    clean = _report(Lake.open(root / "lake"))
    assert clean["accounting"]["requests"] == 80
    assert seen_files(Lake.open(root / "lake"))
    chance = random.Random(SEED)  # noqa: S311 (states, no secrets)
    points = _points(root, calls)
    assert len(points) > 60
    chosen = (
        [points[int((at + chance.random()) * len(points) / STATES)] for at in range(STATES)]
        if len(points) > STATES
        else points
    )
    disk, done, staged = Disk(root), 0, set[str]()
    for number, point in enumerate(chosen):
        for call in calls[done : point + 1]:
            disk.replay(call)
            staged |= disk.lasting("staged.json") if call.name == "fsync" else set()
        done = point + 1
        for kept in KEPT if len(points) <= STATES else [KEPT[number % len(KEPT)]]:
            place = tmp_path / "state"
            disk.build(place, kept, chance)
            call = f"{calls[point].name} {calls[point].arguments}"
            told = f"seed {SEED}, cut after call {point}, {call}, {kept} kept"
            _expect_clean_report(
                place, logs, [first, second], clean, told, len(staged), is_repeated=number % 5 == 0
            )
            shutil.rmtree(place)


def _expect_clean_report(
    place: Path, logs: Path, files: list[str], clean: object, told: str, let_go: int, *, is_repeated: bool
) -> None:
    """Run again as whoever keeps the census running does: with the logs that are still there."""
    settings = Settings(place / "lake", place / "config", "main")
    away = [Path(file) for file in files[:let_go]]
    for log in away:
        log.rename(log.with_suffix(".away"))
    try:
        there = files[let_go:] or [str(logs)]
        summary = ingest(there, settings, "auto", lambda **_: None)
        assert _report(Lake.open(settings.lake)) == clean, (told, summary.errors)
        if is_repeated:
            assert ingest(there, settings, "auto", lambda **_: None).lines == 0, told
    finally:
        for log in away:
            log.with_suffix(".away").rename(log)


def _points(root: Path, calls: list[Call]) -> list[int]:
    """The calls after which the disk may be another one: those that sync something or give it its name."""
    disk = Disk(root)
    return [number for number, call in enumerate(calls) if disk.replay(call) and call.is_telling]


def _report(lake: Lake) -> dict[str, object]:
    report: dict[str, object] = json.loads(json_text(make_report(open_lake(lake), None, None)))
    return report


def _log(path: Path, number: int) -> str:
    log = SmallLog()
    for request in range(40):
        log.request(
            f"/main/linux-64/numpy-1.26.{request % 3}-py311_0.conda",
            client=f"c{request % 7}",
            session=f"s{number}{request}",
        )
    return str(log.write(path))


@pytest.mark.takes_turns(5, among="the longest")
def test_staged_rows_that_are_damaged_are_made_again_while_their_log_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever became of the file, and whichever it is."""
    log = _log(tmp_path / "access.log", 0)
    clean = _settings(tmp_path / "clean")
    ingest([log], clean, "auto", lambda **_: None)
    for number, damage in enumerate(DAMAGES):
        settings, staged = _staged(tmp_path / str(number), log, monkeypatch)
        damage(staged[number % len(staged)])
        summary = ingest([log], settings, "auto", lambda **_: None)
        assert (summary.errors, summary.lines) == ([], 40)
        assert _report(Lake.open(settings.lake)) == _report(Lake.open(clean.lake))


@pytest.mark.takes_turns(5, among="the longest")
def test_staged_rows_that_are_damaged_and_whose_log_is_gone_are_told_as_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one line, and nothing that comes later is stopped."""
    log, other = _log(tmp_path / "access.log", 0), _log(tmp_path / "other.log", 1)
    settings, staged = _staged(tmp_path / "cut", log, monkeypatch)
    staged[0].write_bytes(b"")
    Path(log).unlink()
    summary = ingest([other], settings, "auto", lambda **_: None)
    (error,) = summary.errors
    assert str(error).startswith(f"{log}: lost: ")
    assert summary.lines == 40
    assert summary.exit_code(strict=False) == 1
    assert ingest([other], settings, "auto", lambda **_: None).errors == []


DAMAGES = (
    lambda file: file.unlink(),
    lambda file: file.write_bytes(b""),
    lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]),
    lambda file: file.write_bytes(file.read_bytes()[:4] + bytes(60) + file.read_bytes()[64:]),
)


def _settings(place: Path) -> Settings:
    place.mkdir()
    return Settings(place / "lake", place / "config", "main")


def _staged(place: Path, log: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Settings, list[Path]]:
    """A run that was cut off when its rows were staged, and the files of them."""

    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    settings = _settings(place)
    with monkeypatch.context() as patch:
        patch.setattr("conda_census.ingest.pipeline.append_staged", cut_off)
        with pytest.raises(KeyboardInterrupt):
            ingest([log], settings, "auto", lambda **_: None)
    return settings, sorted(settings.lake.glob("batches/main/*/staged/**/*.parquet"))
