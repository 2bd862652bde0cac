"""Is a damaged lake mended by a repair, or does it say what is lost?"""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from census_support.inputs.small_log import SmallLog
from conda_census.config import Settings
from conda_census.engines.choice import opened
from conda_census.engines.duckdb_engine import open_lake
from conda_census.errors import LakeError
from conda_census.ingest.pipeline import ingest
from conda_census.lake.checks.self_check import open_checked
from conda_census.lake.compaction import compact
from conda_census.lake.records.lost_days import LOST, lost_days
from conda_census.lake.references import NAMES
from conda_census.lake.schema import MEASURED, delta_schema
from conda_census.lake.store import Lake
from conda_census.repair.forgetting import forget
from conda_census.repair.lake_repair import damages_of, repair
from conda_census.reports.json_documents import json_text
from conda_census.reports.usage.build import make_report
from conda_census.steps import say_nothing

LINES = [column.name for column in MEASURED[-1].columns].index("lines")
DAYS = [datetime(2024, 1, day, 10, tzinfo=UTC) for day in (15, 16, 17)]


@pytest.fixture
def whole(tmp_path: Path) -> Settings:
    """A lake of three batches; the last one is of a log that grew."""
    settings = Settings(tmp_path / "lake", tmp_path / "config", "main")
    for number, day in enumerate(DAYS):
        _ingest(settings, _log(tmp_path / f"{number}.log", day, 2))
    _ingest(settings, _log(tmp_path / "2.log", DAYS[2], 3))
    return settings


def _log(path: Path, day: datetime, sessions: int) -> Path:
    log = SmallLog(start=day).request("/miniconda/Miniconda3-latest-Linux-x86_64.sh", agent="curl/8.5.0")
    for number in range(sessions):
        tokens = {"client": f"c{day.day}{number}", "session": f"s{day.day}{number}"}
        log.request("/main/linux-64/numpy-1.26.4-py311_0.conda", **tokens)
        log.request("/main/noarch/repodata.json", **tokens)
    return log.write(path)


def _ingest(settings: Settings, log: Path) -> None:
    assert ingest([str(log)], settings, "auto", lambda **_: None).failed == 0


def _rows(settings: Settings) -> dict[str, Any]:
    """All rows that a report asks for."""
    tables = open_lake(open_checked(settings.lake))
    return {
        table.name: sorted(
            ([*row.values()] for row in getattr(tables, table.name).to_pyarrow().to_pylist()), key=str
        )
        for table in MEASURED
    }


def _report(settings: Settings) -> dict[str, object]:
    with opened(open_checked(settings.lake), "duckdb", ()) as tables:
        report: dict[str, object] = json.loads(json_text(make_report(tables, None, None)))
    return report


def _emptied(path: Path) -> None:
    path.write_bytes(b"")


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


DAMAGES: list[Callable[[Path], object]] = [Path.unlink, _emptied, _cut]


def _commits(lake: Path, table: str) -> list[Path]:
    return sorted((lake / table / "_delta_log").glob("*.json"))


def _is_told_or_whole(settings: Settings, clean: dict[str, Any], what: object) -> bool:
    """Whether the lake is refused in one line; if it is not, it must say what it said before."""
    try:
        rows = _rows(settings)
        if "names" in clean:
            rows |= {"names": Lake.open(settings.lake).reference(NAMES).num_rows}
    except LakeError as error:
        return "\n" not in str(error)
    assert rows == clean, what
    return False


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize("table", ["sessions", "downloads", "installer_downloads", "line_marks", "sources"])
def test_a_commit_is_made_again_without_any_log(whole: Settings, table: str) -> None:
    """The rows are still in their files. Each commit is tried: the first, the last, those in the middle."""
    clean = _rows(whole)
    for log in whole.lake.parent.glob("*.log"):
        log.unlink()
    for number, commit in enumerate(_commits(whole.lake, table)):
        shutil.copytree(whole.lake, whole.lake.parent / "kept")
        DAMAGES[number % len(DAMAGES)](commit)
        if _is_told_or_whole(whole, clean, commit):
            assert damages_of(whole), commit
        repaired = repair(whole, say_nothing)
        assert (_rows(whole), repaired.lost) == (clean, []), commit
        shutil.rmtree(whole.lake)
        (whole.lake.parent / "kept").rename(whole.lake)


@pytest.mark.takes_turns(15)
@pytest.mark.parametrize("table", [*(table.name for table in MEASURED), "line_marks"])
@pytest.mark.parametrize("is_compacted", [False, True], ids=["small files", "compacted"])
@pytest.mark.parametrize(
    ("kind", "has_log"), [("read again", True), ("read again", False), ("taken out", False)]
)
def test_a_commit_is_lost_that_took_rows_out(
    whole: Settings, table: str, kind: str, *, is_compacted: bool, has_log: bool
) -> None:
    """Their files are in the folder still, as whole as the others, and no repair takes them for rows."""
    if is_compacted:
        compact(Lake.open(whole.lake), 7, say_nothing)
    if kind == "taken out":
        forget(whole, "1.log", say_nothing)
    else:
        next((whole.lake / "sessions" / "day=2024-01-16").glob("*.parquet")).unlink()
        repair(whole, say_nothing)
    clean = _rows(whole)
    if not has_log:
        (whole.lake.parent / "1.log").rename(whole.lake.parent / "kept.log")
    for number, commit in enumerate(_commits(whole.lake, table)):
        shutil.copytree(whole.lake, whole.lake.parent / "kept")
        [*DAMAGES, _not_a_commit][number % (len(DAMAGES) + 1)](commit)
        _is_told_or_whole(whole, clean, commit)
        repaired = repair(whole, say_nothing)
        assert _by_day(_rows(whole), repaired.lost) == _by_day(clean, repaired.lost), commit
        assert set(repaired.lost) <= {date(2024, 1, 16)}, commit
        assert damages_of(whole) == []
        shutil.rmtree(whole.lake)
        (whole.lake.parent / "kept").rename(whole.lake)


def _not_a_commit(path: Path) -> None:
    path.write_bytes(b"[]")


def _by_day(rows: dict[str, list[Any]], lost: list[date]) -> Counter[tuple[str, date]]:
    """How many rows each table has of each day, without the days that are known to be lost."""
    return Counter(
        (name, row[0])
        for name in ("sessions", "downloads", "installer_downloads")
        for row in rows[name]
        if row[0] not in lost
    )


@pytest.mark.takes_turns(2)
@pytest.mark.parametrize("is_compacted", [False, True], ids=["small files", "compacted"])
def test_rows_are_read_again_from_logs_that_are_there(whole: Settings, *, is_compacted: bool) -> None:
    """Whichever file is damaged; a log that has another name by now is found."""
    if is_compacted:
        compact(Lake.open(whole.lake), 0, say_nothing)
    clean = _rows(whole)
    for number, path in enumerate(sorted(whole.lake.glob("*/day=*/*.parquet"))[::4]):
        shutil.copytree(whole.lake, whole.lake.parent / "kept")
        DAMAGES[number % len(DAMAGES)](path)
        assert _is_told_or_whole(whole, clean, path)
        (whole.lake.parent / "1.log").rename(whole.lake.parent / "1.log.1")
        repaired = repair(whole, say_nothing)
        assert (repaired.lost, bool(repaired.read_again)) == ([], True), path
        assert _requests(_rows(whole)) == _requests(clean), path
        _back(whole)
        shutil.rmtree(whole.lake)
        (whole.lake.parent / "kept").rename(whole.lake)


def _back(settings: Settings) -> None:
    """The log has its first name again."""
    rotated = settings.lake.parent / "1.log.1"
    if rotated.exists():
        rotated.rename(rotated.with_suffix(""))


def _requests(rows: dict[str, list[Any]]) -> dict[str, object]:
    """What a report counts. A log that grew is read in one piece now, which makes two sessions one."""
    return {
        "downloads": rows["downloads"],
        "installers": [row[:-1] for row in rows["installer_downloads"]],
        "lines": sum(int(row[LINES]) for row in rows["sources"]),
    }


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.parametrize("is_compacted", [False, True], ids=["small files", "compacted"])
def test_whatever_file_is_damaged_no_wrong_number_is_shown(whole: Settings, *, is_compacted: bool) -> None:
    """Every file, three damages each (one if compacted): a line that says so, or the same rows."""
    lake = Lake.open(whole.lake)
    names = pa.schema(delta_schema(NAMES).to_arrow())
    for number in range(2):
        lake.replace_reference(NAMES, pa.Table.from_pylist([{"conda": f"a{number}"}], schema=names))
    if is_compacted:
        compact(lake, 7, say_nothing)
    clean = _rows(whole) | {"names": lake.reference(NAMES).num_rows}
    told = 0
    for number, path in enumerate(sorted(path for path in whole.lake.rglob("*") if path.is_file())):
        content, status = path.read_bytes(), path.stat()
        for damage in [DAMAGES[number % len(DAMAGES)]] if is_compacted else DAMAGES:
            damage(path)
            told += _is_told_or_whole(whole, clean, path)
            path.write_bytes(content)
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert told > (25 if is_compacted else 100)
    assert _rows(whole) | {"names": lake.reference(NAMES).num_rows} == clean


@pytest.mark.takes_turns(5, among="the longest")
def test_days_are_lost_whose_logs_are_gone(whole: Settings) -> None:
    """They are unknown from then on, and all other days are as they were."""
    clean = _report(whole)
    for log in whole.lake.parent.glob("*.log"):
        log.unlink()
    [path] = (whole.lake / "sessions" / "day=2024-01-16").glob("*.parquet")
    _emptied(path)
    assert repair(whole, say_nothing).lost == [date(2024, 1, 16)]
    assert damages_of(whole) == []
    report = _report(whole)
    assert report["window"]["days_without_log"] == ["2024-01-16"]  # type: ignore[index]
    before, after = _sessions(clean), _sessions(report)
    assert after == before | {"2024-01-16": None}


def _sessions(report: Any) -> dict[str, int | None]:  # noqa: ANN401  (JSON)
    return {day["day"]: day["sessions"] for day in report["by_day"]}


@pytest.mark.takes_turns(5, among="the longest")
def test_what_is_lost_is_never_forgotten(whole: Settings) -> None:
    """A lake without its list of lost days is a damaged one."""
    for log in whole.lake.parent.glob("*.log"):
        log.unlink()
    next((whole.lake / "downloads" / "day=2024-01-16").glob("*.parquet")).unlink()
    repair(whole, say_nothing)
    assert lost_days(whole.lake) == {date(2024, 1, 16)}
    (whole.lake / LOST).unlink()
    with pytest.raises(LakeError, match=LOST):
        _report(whole)
    with pytest.raises(LakeError, match="restore"):
        repair(whole, say_nothing)


@pytest.mark.takes_turns(5, among="the longest")
def test_a_repair_that_was_cut_off_is_run_again(whole: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until then no number is shown."""
    clean = _report(whole)
    next((whole.lake / "downloads" / "day=2024-01-16").glob("*.parquet")).unlink()

    def cut_off(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("conda_census.repair.lake_repair.ingest", cut_off)
        with pytest.raises(KeyboardInterrupt):
            repair(whole, say_nothing)
    with pytest.raises(LakeError, match="was cut off: run conda-census repair"):
        _report(whole)
    repair(whole, say_nothing)
    assert _report(whole) == clean


@pytest.mark.takes_turns(5, among="the longest")
def test_a_whole_lake_is_left_as_it_is(whole: Settings) -> None:
    """Nothing is written."""
    before = {path: path.read_bytes() for path in whole.lake.rglob("*.json")}
    repaired = repair(whole, say_nothing)
    assert (repaired.problems, repaired.read_again, repaired.lost) == ([], [], [])
    assert {path: path.read_bytes() for path in whole.lake.rglob("*.json")} == before
