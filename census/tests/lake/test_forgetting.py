"""Is a log that is taken out of the lake as if it had never been read?"""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pyarrow.parquet as pq
import pytest

from census_support.inputs.small_log import SmallLog
from census_support.processes.census_process import CensusProcess
from conda_census.config import Settings
from conda_census.engines.choice import opened
from conda_census.errors import LakeError
from conda_census.ingest.pipeline import ingest
from conda_census.ingest.verification.log_verification import recorded_readings
from conda_census.lake.checks.file_reading import FileReading
from conda_census.lake.checks.file_verification import verify_files
from conda_census.lake.checks.self_check import open_checked
from conda_census.lake.compaction import compact
from conda_census.lake.store import Lake
from conda_census.repair.forgetting import forget
from conda_census.repair.lake_repair import damages_of, repair
from conda_census.reports.json_documents import json_text
from conda_census.reports.usage.build import make_report
from conda_census.steps import say_nothing

START = datetime(2024, 1, 15, 9, tzinfo=UTC)
NAMES = ("a.log", "b.log", "c.log")


def _log(random: Random, number: int) -> SmallLog:
    """A log of one of two days; some of its sessions and addresses are in other logs of the day too."""
    day = random.randrange(2)
    log = SmallLog(start=START + timedelta(days=day, hours=number))
    for _ in range(random.randrange(4, 20)):
        client, session = random.randrange(6), random.randrange(9)
        if random.random() < 0.3:
            log.request("/main/noarch/repodata.json", address=f"192.0.2.{client}")
        else:
            path = f"/main/linux-64/numpy-1.26.{random.randrange(3)}-py311_0.conda"
            tokens = {"client": f"c{client}", "session": f"s{client}{session}{day}"}
            log.request(path, environment=f"e{client}{session % 2}", **tokens)
    log.text("garbage").request("/miniconda/Miniconda3-latest-Linux-x86_64.sh", agent=f"curl/8.5.{number}")
    return log


def _ingest(settings: Settings, *paths: Path) -> None:
    assert ingest([*map(str, paths)], settings, "auto", lambda **_: None).failed == 0


def _report(settings: Settings) -> Any:  # noqa: ANN401  (JSON)
    with opened(open_checked(settings.lake), "duckdb", ()) as tables:
        report = json.loads(json_text(make_report(tables, None, None)))
    for day in report["completeness"]:
        del day["sources"]  # a log that was read in two pieces counts as two
    return report


def _lake(folder: Path, name: str) -> Settings:
    """Lakes that have the same keys."""
    return Settings(folder / name, folder / "config", "main")


def _forget(settings: Settings, source: str, **options: Any) -> Any:  # noqa: ANN401
    return forget(settings, source, say_nothing, **options)


@pytest.mark.takes_turns(5)
@pytest.mark.parametrize("seed", range(int(os.environ.get("CENSUS_FORGETTINGS", "2"))))
def test_a_lake_without_a_log_is_as_if_it_was_never_read(tmp_path: Path, seed: int) -> None:
    """In whatever runs and pieces the logs came, compacted or not; and read again, it counts again."""
    random = Random(seed)  # noqa: S311 (a case, no secret)
    lake = _lake(tmp_path, "lake")
    logs = {name: _log(random, number) for number, name in enumerate(NAMES)}
    whole = {name: log.content() for name, log in logs.items()}
    paths = {name: tmp_path / "logs" / name for name in NAMES}
    (tmp_path / "logs").mkdir()
    pieces = [(name, piece) for name in NAMES for piece in range(random.choice((1, 2)))]
    random.shuffle(pieces)
    seen: set[str] = set()
    runs: list[list[str]] = []
    for name, _ in pieces:
        if not runs or random.random() < 0.6:
            runs.append([])
        runs[-1].append(name)
    times = {name: sum(each == name for each, _ in pieces) for name in NAMES}
    for run in runs:
        for name in run:
            times[name] -= 1
            lines = whole[name].splitlines(keepends=True)
            half = len(lines) // 2 if times[name] else len(lines)
            if name not in seen or not times[name]:
                paths[name].write_bytes(b"".join(lines[:half]))
            seen.add(name)
        _ingest(lake, *(paths[name] for name in dict.fromkeys(run)))
        if random.random() < 0.4:
            compact(Lake.open(lake.lake), 0, say_nothing)
    for name in NAMES:
        assert paths[name].read_bytes() == whole[name]
    _ingest(lake, *paths.values())
    everything = _report(lake)
    only = _lake(tmp_path, "only")
    _ingest(only, *(paths[name] for name in NAMES if name != "b.log"))
    forgotten = _forget(lake, "b.log")
    assert (forgotten.lines, forgotten.notes, forgotten.lost) == (len(logs["b.log"].lines), [], [])
    assert _report(lake) == _report(only)
    assert verify_files(Lake.open(lake.lake), FileReading()).is_in_order
    _ingest(lake, paths["b.log"])
    assert _report(lake) == everything
    assert damages_of(lake) == []


@pytest.fixture
def three(tmp_path: Path) -> Settings:
    """A lake of three logs of a day each, read in one run."""
    (tmp_path / "logs").mkdir()
    for number, name in enumerate(NAMES):
        log = SmallLog(start=START + timedelta(days=number))
        log.request("/main/linux-64/numpy-1.26.4-py311_0.conda", client=f"c{number}", session=f"s{number}")
        log.request("/main/noarch/repodata.json").write(tmp_path / "logs" / name)
    settings = _lake(tmp_path, "lake")
    _ingest(settings, tmp_path / "logs")
    return settings


def _content(settings: Settings) -> dict[Path, bytes]:
    return {
        path: path.read_bytes()
        for path in settings.lake.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }


@pytest.mark.takes_turns(5, among="the longest")
def test_a_day_of_which_no_log_is_left_is_unknown(three: Settings) -> None:
    """It is no day without visitors."""
    _forget(three, "b.log")
    report = _report(three)
    assert report["window"]["days_without_log"] == ["2024-01-16"]
    assert [day["sessions"] for day in report["by_day"]] == [1 + 1, None, 1 + 1]


@pytest.mark.takes_turns(5, among="the longest")
def test_nothing_is_changed_if_another_log_is_gone(three: Settings, tmp_path: Path) -> None:
    """One line says what would be lost."""
    (tmp_path / "logs" / "c.log").unlink()
    before = _content(three)
    with pytest.raises(
        LakeError, match=r"c\.log cannot be read again .*: 2 lines of 2024-01-17 would be lost"
    ):
        _forget(three, "b.log")
    assert _content(three) == before
    # The log itself is not needed, nor is any other if it was read in a run of its own.
    alone = _lake(tmp_path, "alone")
    for name in ("a.log", "b.log"):
        _ingest(alone, tmp_path / "logs" / name)
    compact(Lake.open(alone.lake), 0, say_nothing)
    shutil.rmtree(tmp_path / "logs")
    assert _forget(alone, "b.log").read_again == []
    assert _report(alone)["window"]["until"] == "2024-01-15"


@pytest.mark.takes_turns(5, among="the longest")
def test_a_dry_run_changes_nothing(three: Settings, tmp_path: Path) -> None:
    """It says the same as the run that follows."""
    before = _content(three)
    planned = _forget(three, "b.log", dry_run=True)
    assert _content(three) == before
    assert planned.read_again == [str(tmp_path / "logs" / name) for name in ("a.log", "c.log")]
    assert _forget(three, "b.log") == planned


@pytest.mark.takes_turns(5, among="the longest")
def test_a_name_of_none_or_several_is_told(three: Settings, tmp_path: Path) -> None:
    """With the candidates; nothing is changed."""
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "b.log").write_bytes(SmallLog(start=START).request("/other").content())
    _ingest(three, tmp_path / "old")
    before = _content(three)
    with pytest.raises(LakeError, match=r"^d\.log: no log of this name was read: .*a\.log"):
        _forget(three, "d.log")
    with pytest.raises(LakeError, match=r"^b\.log: the name of 2 logs: .*/b\.log, .*/b\.log"):
        _forget(three, "b.log")
    assert _content(three) == before
    assert _forget(three, str(tmp_path / "old" / "b.log")).lines == 1


@pytest.mark.takes_turns(5, among="the longest")
def test_any_spelling_of_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The log was read under another one, or under two; behind a link ``..`` is another folder."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for number, name in enumerate(NAMES):
        SmallLog(start=START + timedelta(days=number)).request().write(tmp_path / "logs" / name)
    settings = _lake(tmp_path, "lake")
    _ingest(settings, Path("../logs"))
    for asked in ("../logs/a.log", str(tmp_path / "logs" / "a.log"), "../here/../logs/a.log"):
        assert _forget(settings, asked, dry_run=True).lines == 1
    log = SmallLog(start=START).request().request().request().write(tmp_path / "logs" / "a.log")
    _ingest(settings, log)
    assert len({each.source for each in recorded_readings(Lake.open(settings.lake))}) == 4
    (tmp_path / "elsewhere" / "deep" / "er").mkdir(parents=True)
    (tmp_path / "here" / "link").symlink_to(tmp_path / "elsewhere" / "deep" / "er")
    with pytest.raises(LakeError, match="no log of this name"):
        _forget(settings, "link/../../logs/a.log")
    for name in NAMES[1:]:
        assert _forget(settings, name, dry_run=True).lines == 1
    forgotten = _forget(settings, "a.log")
    assert (forgotten.lines, forgotten.lost, len(forgotten.read_again)) == (3, [], 2)
    assert not any(each.endswith("a.log") for each in forgotten.read_again)


@pytest.mark.takes_turns(5, among="the longest")
def test_a_name_that_several_logs_had(tmp_path: Path) -> None:
    """A log is rotated every day, and the next one gets its name: the days tell them apart."""
    settings = _lake(tmp_path, "lake")
    for day in range(3):
        log = SmallLog(start=START + timedelta(days=day)).request(client=f"c{day}", session=f"s{day}")
        _ingest(settings, log.write(tmp_path / "access.log"))
    with pytest.raises(
        LakeError, match="2024-01-15, 2024-01-16, 2024-01-17: choose with --since and --until"
    ):
        _forget(settings, "access.log")
    day = datetime(2024, 1, 16, tzinfo=UTC).date()
    assert _forget(settings, "access.log", since=day, until=day).days == [day]
    assert _report(settings)["window"]["days_without_log"] == ["2024-01-16"]


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize("is_compressed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("is_one_run", [False, True], ids=["two runs", "one run"])
def test_a_copy_that_was_skipped_is_read_again(
    tmp_path: Path, *, is_one_run: bool, is_compressed: bool
) -> None:
    """It had nothing new as long as the other was there."""
    log = SmallLog(start=START)
    for number in range(9):
        log.request(client=f"c{number}", session=f"s{number}")
    first = log.write(tmp_path / "a.log")
    copy = tmp_path / ("z.log.gz" if is_compressed else "z.log")
    copy.write_bytes(gzip.compress(log.content()) if is_compressed else log.content())
    settings = _lake(tmp_path, "lake")
    for run in ([first, copy],) if is_one_run else ([first], [copy]):
        _ingest(settings, *run)
    before = _report(settings)
    [was_read] = recorded_readings(Lake.open(settings.lake))
    [other] = {str(first), str(copy)} - {was_read.source}
    forgotten = _forget(settings, was_read.source)
    assert forgotten.read_again == [other]
    [note] = forgotten.notes
    assert note == (
        f"{other} begins with the same lines and still counts: nothing to do if it is the original"
    )
    assert _report(settings) == before
    # The first one is unread now, because it was taken out.
    assert _forget(settings, other).read_again == []
    assert recorded_readings(Lake.open(settings.lake)) == []


def test_a_copy_that_begins_like_its_original(tmp_path: Path) -> None:
    """It is taken out without the original, which was read before it: that may be gone."""
    log = _log(Random(7), 1)  # noqa: S311 (a case, no secret)
    settings, expected = _lake(tmp_path, "lake"), _lake(tmp_path, "expected")
    (tmp_path / "a.log").write_bytes(log.content())
    for each in (settings, expected):
        _ingest(each, tmp_path / "a.log")
    (tmp_path / "copy.log").write_bytes(SmallLog([*log.lines[:4], *log.lines[6:]]).content())
    _ingest(settings, tmp_path / "copy.log")
    (tmp_path / "a.log").unlink()
    assert _report(settings)["accounting"]["lines"] > _report(expected)["accounting"]["lines"]
    assert _forget(settings, "copy.log").read_again == []
    assert _report(settings) == _report(expected)


@pytest.mark.takes_turns(5)
@pytest.mark.parametrize("seed", range(int(os.environ.get("CENSUS_FORGETTINGS", "3"))))
def test_logs_that_share_their_beginnings(tmp_path: Path, seed: int) -> None:
    """Whichever is read first then has the shared lines: no day is lost, and each line counts once."""
    random = Random(seed)  # noqa: S311 (a case, no secret)
    settings = _lake(tmp_path, "lake")
    logs = _logs_that_begin_alike(random)
    paths = {number: tmp_path / f"{random.choice('abc')}{number}.log" for number in logs}
    waiting = [*logs]
    random.shuffle(waiting)
    while waiting:
        run, waiting = waiting[:2], waiting[2:]
        for number in run:
            paths[number].write_bytes("".join(logs[number]).encode())
        _ingest(settings, *(paths[number] for number in run))
        if random.random() < 0.3:
            compact(Lake.open(settings.lake), 0, say_nothing)
    read = {each.source for each in recorded_readings(Lake.open(settings.lake))}
    out = random.choice([number for number in logs if str(paths[number]) in read])
    forgotten = _forget(settings, str(paths[out]))
    assert forgotten.lost == []
    assert _lines(settings) == _distinct(lines for number, lines in logs.items() if number != out)
    assert damages_of(settings) == []


def _logs_that_begin_alike(random: Random) -> dict[int, list[str]]:
    """Some logs: one, copies of which a line was left out, what was cut short, and others of later days."""
    first = _lines_of(0, START, 30)
    left_out = [random.randrange(10, 29) for _ in range(3)]
    copies = [[*first[:number], *first[number + 1 :]] for number in left_out]
    others = [_lines_of(day, START + timedelta(days=day), 5) for day in (1, 2)]
    logs = [first, *copies, first[: random.randrange(8, 30)], *others]
    return dict(enumerate(logs))


def _lines_of(number: int, start: datetime, requests: int) -> list[str]:
    log = SmallLog(start=start)
    for request in range(requests):
        log.request(client=f"c{request % 3}", session=f"s{number}{request}")
    return log.content().decode().splitlines(keepends=True)


def _distinct(logs: Iterable[list[str]]) -> int:
    """Lines that are the same up to a place, and all before them, are one line."""
    return len({tuple(log[: end + 1]) for log in logs for end in range(len(log))})


def _lines(settings: Settings) -> int:
    return sum(each.counts.lines for each in recorded_readings(Lake.open(settings.lake)))


@pytest.mark.takes_turns(5, among="the longest")
def test_a_copy_with_lines_left_out_loses_no_day_of_another_log(tmp_path: Path) -> None:
    """It is read before the original, and takes the lines from it with which both begin."""
    logs = {day: _lines_of(day, START + timedelta(days=day), 20) for day in range(3)}
    (tmp_path / "logs").mkdir()
    for day, lines in logs.items():
        (tmp_path / "logs" / f"{day}.log").write_text("".join(lines))
    copy = tmp_path / "copy.log"
    copy.write_text("".join([*logs[0][:13], *logs[0][15:]]))
    settings = _lake(tmp_path, "lake")
    _ingest(settings, tmp_path / "logs")
    _ingest(settings, copy)
    forgotten = _forget(settings, "1.log")
    assert (len(forgotten.read_again), forgotten.lost) == (3, [])
    assert _lines(settings) == 20 + 5 + 20
    assert repair(settings, say_nothing).still_lost == {}


@pytest.mark.takes_turns(5, among="the longest")
def test_a_log_that_was_rotated_stays_out(tmp_path: Path) -> None:
    """Its new name is no copy, though ingest was given it too; where it lies is told."""
    settings = _lake(tmp_path, "lake")
    log = SmallLog(start=START).request(client="c1", session="s1").write(tmp_path / "access.log")
    _ingest(settings, log)
    rotated = log.rename(tmp_path / "access.log.1")
    SmallLog(start=START + timedelta(days=1)).request(client="c2", session="s2").write(log)
    _ingest(settings, log, rotated)
    day = START.date()
    forgotten = _forget(settings, "access.log", since=day, until=day)
    assert (forgotten.lines, forgotten.read_again) == (1, [])
    assert forgotten.notes == [
        f"{rotated}: the same log under another name: ingest reads it again if it is given it"
    ]
    assert [each.counts.lines for each in recorded_readings(Lake.open(settings.lake))] == [1]
    _ingest(settings, rotated)
    assert [each.source for each in recorded_readings(Lake.open(settings.lake))] == [str(rotated), str(log)]


@pytest.mark.takes_turns(5, among="the longest")
def test_what_is_cut_off_goes_on(three: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever it was: until then no number is shown. It goes on with the same command, or with a repair."""
    only = _lake(tmp_path, "only")
    _ingest(only, *(tmp_path / "logs" / name for name in ("a.log", "c.log")))
    expected = _report(only)
    kept = tmp_path / "kept"
    shutil.copytree(three.lake, kept)
    places = (
        "forgetting.take_out",
        "batch_removal.commit",
        "forgetting.set_totals",
        "lake_repair.ingest",
    )
    for number, place in enumerate(places):
        shutil.rmtree(three.lake)
        shutil.copytree(kept, three.lake)

        def cut_off(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(f"conda_census.repair.{place}", cut_off)
            with pytest.raises(KeyboardInterrupt):
                _forget(three, "b.log")
        with pytest.raises(LakeError, match="a repair, or sources --forget, was cut off"):
            _report(three)
        if number % 2:
            repair(three, say_nothing)
        else:
            forgotten = _forget(three, "b.log")
            assert (forgotten.lines, [day.day for day in forgotten.days]) == (2, [16])
        assert _report(three) == expected, place


@pytest.mark.takes_turns(5, among="the longest")
def test_a_day_that_an_earlier_version_compacted(three: Settings, tmp_path: Path) -> None:
    """Its files do not say which rows are of which batch: all logs of the lake are read again, or none."""
    alone = _lake(tmp_path, "alone")
    for name in NAMES:
        _ingest(alone, tmp_path / "logs" / name)
    compact(Lake.open(alone.lake), 0, say_nothing)
    lake = Lake.open(alone.lake)
    for name in ("sessions", "downloads"):
        files = []
        for number, old in enumerate(lake.file_names(name)):
            place = alone.lake / name / old
            rows = pq.ParquetFile(place).read().replace_schema_metadata(None)
            files.append(f"{place.parent.name}/part-{number:05}-{'0' * 8}-{'0' * 27}-c000.zstd.parquet")
            pq.write_table(rows, alone.lake / name / files[-1])
        lake.replace_files(name, files)
    kept = (tmp_path / "logs" / "c.log").rename(tmp_path / "kept")
    with pytest.raises(
        LakeError, match=r"for an earlier version put its files together, and .*c\.log cannot"
    ):
        _forget(alone, "b.log")
    kept.rename(tmp_path / "logs" / "c.log")
    assert _forget(alone, "b.log").read_again == [
        str(tmp_path / "logs" / name) for name in ("a.log", "c.log")
    ]
    _forget(three, "b.log")
    assert _report(alone) == _report(three)


@pytest.mark.takes_turns(5, among="the longest")
def test_requests_that_another_log_repeated_count_then(tmp_path: Path) -> None:
    """Its lines were left out because the log that is taken out had them."""
    record = {
        "ClientIP": "192.0.2.7",
        "ClientRequestURI": "/main/linux-64/numpy-1.26.4-py311_0.conda",
        "ClientRequestMethod": "GET",
        "EdgeResponseStatus": 200,
        "EdgeResponseBytes": 1000,
        "ClientRequestUserAgent": "conda/24.7.1",
        "EdgeStartTimestamp": "2024-01-16T10:00:00Z",
    }
    lines = [json.dumps(record | {"RayID": f"ray{number}"}) for number in range(4)]
    settings = _lake(tmp_path, "lake")
    for name, which in (("a.log", lines[:3]), ("b.log", [*lines[1:], *lines[1:2]])):
        (tmp_path / name).write_text("\n".join([*which, ""]))
        _ingest(settings, tmp_path / name)
    only = _lake(tmp_path, "only")
    _ingest(only, tmp_path / "b.log")
    kept = tmp_path / "kept"
    shutil.copytree(settings.lake, kept)
    assert _forget(settings, "a.log").read_again == [str(tmp_path / "b.log")]
    assert _report(settings) == _report(only)
    shutil.rmtree(settings.lake)
    kept.rename(settings.lake)
    (tmp_path / "b.log").unlink()
    [note] = _forget(settings, "a.log").notes
    assert "3 lines of" in note


@pytest.mark.takes_turns(5, among="the longest")
def test_the_command(three: Settings, tmp_path: Path) -> None:
    """What it prints, as lines and as JSON, and what is wrong usage."""
    variables = {"CENSUS_CONFIG": str(three.config_folder), "CENSUS_LAKE": str(three.lake)}
    census = CensusProcess(tmp_path, variables)
    logs = tmp_path / "logs"
    planned = census("sources", "--forget", "logs/b.log", "--dry-run")
    assert planned.stdout.splitlines() == [
        f"{logs}/b.log: would be taken out: 2 lines, of these 2 requests",
        f"{logs}/a.log: would be read again",
        f"{logs}/c.log: would be read again",
    ]
    done = census("sources", "--forget", "logs/b.log", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "forgotten": f"{logs}/b.log",
        "dry_run": False,
        "lines": 2,
        "requests": 2,
        "days": ["2024-01-16"],
        "batches": ["main/1"],
        "read_again": [f"{logs}/a.log", f"{logs}/c.log"],
        "days_without_log": ["2024-01-16"],
        "lost": [],
        "notes": [],
    }
    again = census("sources", "--forget", "b.log")
    assert (again.returncode, again.stdout) == (1, "")
    assert "b.log: no log of this name was read" in again.stderr.splitlines()[-1]
    assert census("sources", "--forget", "a.log", "--verify").returncode == 2
    assert census("sources", "--dry-run").returncode == 2
