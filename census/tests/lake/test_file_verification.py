"""Is every byte of a lake's files looked at, and is what cannot be known told as not known?"""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from census_support.inputs.small_log import SmallLog
from census_support.processes.census_process import CensusProcess
from conda_census.config import Settings
from conda_census.errors import LakeError
from conda_census.ingest.pipeline import ingest
from conda_census.lake.checks.file_reading import FileReading
from conda_census.lake.checks.file_verification import FilesVerified, verify_files
from conda_census.lake.checks.self_check import check
from conda_census.lake.compaction import compact
from conda_census.lake.joined_files import batches_in, join
from conda_census.lake.schema import TABLES
from conda_census.lake.store import Lake, files_of
from conda_census.repair.lake_repair import damages_of, repair
from conda_census.steps import say_nothing

VERIFY = ("sources", "--verify")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A lake of three batches, two of one day; each has rows for all tables."""
    settings = Settings(tmp_path / "lake", tmp_path / "config", "main")
    for number, day in enumerate((16, 16, 17)):
        log = SmallLog(start=datetime(2024, 1, day, 10 + number, tzinfo=UTC))
        log.request("/main/linux-64/numpy-1.26.4-py311_0.conda", client=f"c{number}", session=f"s{number}")
        log.request("/miniconda/Miniconda3-latest-Linux-x86_64.sh", agent="curl/8.5.0")
        path = log.write(tmp_path / f"{number}.log")
        assert ingest([str(path)], settings, "auto", lambda **_: None).failed == 0
    return settings


def _verified(settings: Settings) -> FilesVerified:
    return verify_files(Lake.open(settings.lake), FileReading())


def _rows_files(settings: Settings) -> list[Path]:
    lake = Lake.open(settings.lake)
    return [Path(file) for table in TABLES for file in lake.files(table.name)]


def _census(settings: Settings) -> CensusProcess:
    variables = {"CENSUS_CONFIG": str(settings.config_folder), "CENSUS_LAKE": str(settings.lake)}
    return CensusProcess(settings.lake.parent, variables)


def _turned_over(path: Path, place: int) -> None:
    """One byte is another one, and the file's size and time are as they were."""
    status, content = path.stat(), bytearray(path.read_bytes())
    content[place] ^= 0x01
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


@pytest.mark.takes_turns(2)
@pytest.mark.parametrize("is_compacted", [False, True], ids=["small files", "compacted"])
def test_a_byte_that_is_turned_over_is_told(settings: Settings, *, is_compacted: bool) -> None:
    """In each file, at several places; the check at each open does not see it, for nothing else changed."""
    if is_compacted:
        compact(Lake.open(settings.lake), 0, say_nothing)
    files = _rows_files(settings)
    verified = _verified(settings)
    assert (verified.whole, verified.is_in_order, verified.not_checked) == (len(files), True, [])
    assert len(files) == (10 if is_compacted else 15)
    for path in files:
        content, status = path.read_bytes(), path.stat()
        for place in (4, len(content) // 2, len(content) - 9):
            _turned_over(path, place)
            assert check(Lake.open(settings.lake))[1] == []
            [damaged] = _verified(settings).damaged
            assert settings.lake / damaged.table / damaged.file == path
            [told] = damages_of(settings)
            assert f"{damaged.table} has a file of {damaged.day} missing or damaged" in told
            path.write_bytes(content)
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert _verified(settings).is_in_order


@pytest.mark.takes_turns(5, among="the longest")
def test_a_damaged_file_is_never_compacted(settings: Settings) -> None:
    """Not even if only its digest says so: else its rows would be in a file that is right."""
    for path in _rows_files(settings):
        if len(list(path.parent.glob("*.parquet"))) == 1:
            continue
        content, status = path.read_bytes(), path.stat()
        _turned_over(path, len(content) // 2)
        with pytest.raises(LakeError, match=r"damaged, a file of 2024-01-16.*run conda-census repair"):
            compact(Lake.open(settings.lake), 7, say_nothing)
        assert path in _rows_files(settings)
        path.write_bytes(content)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


@pytest.mark.takes_turns(5, among="the longest")
def test_the_command_tells_each_damaged_file(settings: Settings) -> None:
    """One line with the day and what to do, code 1; JSON too; and a repair mends it."""
    census = _census(settings)
    whole = census(*VERIFY)
    assert (whole.returncode, whole.stdout.splitlines()[-2]) == (
        0,
        "files of the lake: 15 whole, 0 damaged, 0 not checked",
    )
    path = Path(Lake.open(settings.lake).files("downloads")[0])
    _turned_over(path, 40)
    told = census(*VERIFY)
    day = path.parent.name.removeprefix("day=")
    [line] = [line for line in told.stdout.splitlines() if line.startswith("damaged")]
    assert line == f"damaged\t{path}\ta file of {day} is not as it was: run conda-census repair"
    assert told.returncode == 1
    as_json = census(*VERIFY, "--json")
    assert as_json.returncode == 1
    lake = json.loads(as_json.stdout)["lake"]
    assert (lake["whole"], lake["not_checked"], lake["problems"]) == (14, [], [])
    assert [(each["day"], each["file"]) for each in lake["damaged"]] == [(day, f"day={day}/{path.name}")]
    assert repair(settings, say_nothing).lost == []
    assert _verified(settings).is_in_order


@pytest.mark.takes_turns(5, among="the longest")
def test_damage_of_sources_is_told_before_they_are_read(settings: Settings) -> None:
    """What says which logs were read is not asked then."""
    path = Path(Lake.open(settings.lake).files("sources")[0])
    path.write_bytes(b"PAR1" * (path.stat().st_size // 4))
    told = _census(settings)(*VERIFY)
    assert told.returncode == 1
    assert "Traceback" not in told.stderr
    assert f"damaged\t{path}" in told.stdout


def _without_digests(settings: Settings) -> None:
    """Let the files be named as by a compaction of an earlier version, which knew no digests."""
    for table in TABLES:
        lake = Lake.open(settings.lake)
        names = []
        for number, file in enumerate(files_of(lake.table(table.name))):
            old = settings.lake / table.name / file["path"]
            names.append(f"{old.parent.name}/part-{number:05}-{'0' * 8}-{'0' * 27}-c000.zstd.parquet")
            rows = pq.ParquetFile(old).read()
            pq.write_table(rows, settings.lake / table.name / names[-1], compression="zstd")
        lake.replace_files(table.name, names)


@pytest.mark.takes_turns(5, among="the longest")
def test_what_is_not_known_is_told_as_not_checked(settings: Settings) -> None:
    """Files without a digest: what can be compared is compared, and nobody says that they are right."""
    _without_digests(settings)
    verified = _verified(settings)
    assert (verified.whole, verified.is_in_order, len(verified.not_checked)) == (0, True, 15)
    assert {each.reason for each in verified.not_checked} == {
        "no digest of it is known; it can be read and has all its rows"
    }
    path = Path(Lake.open(settings.lake).files("sessions")[0])
    rows = pq.ParquetFile(path).read()
    requests = rows.column_names.index("requests")
    more = rows.set_column(requests, "requests", [[each + 1 for each in rows["requests"].to_pylist()]])
    kept = path.with_name("kept")
    shutil.copy2(path, kept)
    pq.write_table(more, path, compression="zstd")
    if path.stat().st_size == kept.stat().st_size:
        os.utime(path, ns=(kept.stat().st_atime_ns, kept.stat().st_mtime_ns))
    kept.unlink()
    [damaged] = _verified(settings).damaged
    assert damaged.file.endswith(path.name)


@pytest.mark.takes_turns(5, among="the longest")
def test_a_file_that_was_joined_says_its_batches(settings: Settings) -> None:
    """So one of them can be taken out; one that was joined by an earlier version does not say so."""
    lake = Lake.open(settings.lake)
    compact(lake, 0, say_nothing)
    for table in TABLES:
        if table.name == "request_ids":
            continue  # these logs name no requests
        [file] = [Path(file) for file in lake.files(table.name) if "day=2024-01-16" in file]
        if table.name == "request_ids":
            continue
        assert batches_in(file) == ["main/1", "main/2"], table.name
        less = join(table.name, [file], but={"main/1"})
        assert less is not None
        assert batches_in(less) == ["main/2"]
        assert 0 < pq.read_metadata(less).num_rows < pq.read_metadata(file).num_rows
        assert join(table.name, [file], but={"main/1", "main/2"}) is None
        less.unlink()
    _without_digests(settings)
    assert batches_in(Path(lake.files("sessions")[0])) is None


@pytest.mark.takes_turns(5, among="the longest")
def test_columns_that_an_earlier_version_did_not_write(settings: Settings) -> None:
    """They are null in the joined file, whatever the order of the others."""
    lake = Lake.open(settings.lake)
    files = [settings.lake / "sources" / name for name in lake.file_names("sources")]
    rows = pq.ParquetFile(files[0]).read()
    less = rows.select([each for each in reversed(rows.column_names) if each != "unknown_tokens"])
    pq.write_table(less, files[0])
    joined = join("sources", files[:2])
    assert joined is not None
    found = pq.ParquetFile(joined).read()
    assert found.column_names == rows.column_names
    assert found["unknown_tokens"].to_pylist() == [None, 0]
