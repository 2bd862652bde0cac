"""Can anything that lies in a lake delete, change or move a file outside of it?"""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from census_support.inputs.small_log import SmallLog
from census_support.processes.census_process import CensusProcess
from conda_census.config import Settings
from conda_census.errors import LakeError
from conda_census.ingest.pipeline import ingest
from conda_census.lake.compaction import compact
from conda_census.lake.references import NAMES
from conda_census.lake.schema import delta_schema
from conda_census.lake.store import Lake
from conda_census.spill_folders import spill_folder

DAY = "2024-01-16"
OLD = 1_000_000_000.0


def _spooled(lake: Path, victim: Path) -> None:
    _batch(lake, [f"stdin:{victim}"])


def _spooled_and_staged(lake: Path, victim: Path) -> None:
    _batch(lake, [f"stdin:{victim}"], {"files": {}, "counts": []})


def _staged_with_dots(lake: Path, victim: Path) -> None:
    up = f"../../../../../../{os.path.relpath(victim, lake.parent)}"
    _batch(lake, [], {"files": {"sessions": [up]}, "counts": []})


def _staged_absolute(lake: Path, victim: Path) -> None:
    _batch(lake, [], {"files": {"sessions": [str(victim)]}, "counts": []})


def _staged_of_no_table(lake: Path, victim: Path) -> None:
    folder = os.path.relpath(victim.parent, lake)
    _batch(lake, [], {"files": {folder: [f"day={DAY}/{victim.name}"]}, "counts": []})


def _staged_link(lake: Path, victim: Path) -> None:
    name = f"day={DAY}/main-00000009-0000.parquet"
    batch = _batch(lake, [], {"files": {"sessions": [name]}, "counts": []})
    file = batch / "staged" / "sessions" / name
    file.parent.mkdir(parents=True)
    file.symlink_to(victim)


def _staged_folder_link(lake: Path, victim: Path) -> None:
    (_batch(lake, []) / "staged").symlink_to(victim.parent)


def _batch_link(lake: Path, victim: Path) -> None:
    (lake / "batches" / "main" / "00000009").symlink_to(victim.parent)


def _writer_link(lake: Path, victim: Path) -> None:
    (lake / "batches" / "main").rename(lake / "batches" / "other")
    (lake / "batches" / "main").symlink_to(victim.parent)


def _claims_link(lake: Path, victim: Path) -> None:
    victim.write_text("main")
    (lake / "claims").rmdir()
    (lake / "claims").symlink_to(victim.parent)


def _log_link(lake: Path, victim: Path) -> None:
    log = lake / "sessions" / "_delta_log"
    log.rename(victim.parent / "log")
    log.symlink_to(victim.parent / "log")


def _commit_link(lake: Path, victim: Path) -> None:
    (lake / "sessions" / "_delta_log" / f"{2:020}.json").symlink_to(victim)


def _checkpoint_link(lake: Path, victim: Path) -> None:
    (lake / "names" / "_delta_log").mkdir(parents=True)
    (lake / "names" / "_delta_log" / "_last_checkpoint").symlink_to(victim)


def _day_link(lake: Path, victim: Path) -> None:
    compacted = victim.parent / "part-00000-00000000-0000-0000-0000-000000000000-c000.zstd.parquet"
    compacted.write_text("mine too")
    (lake / "sessions" / "day=2024-01-01").symlink_to(victim.parent)


def _reference_link(lake: Path, victim: Path) -> None:
    _replace_names(lake)
    (lake / "names" / "more").symlink_to(victim.parent)


def _reference_file(lake: Path, victim: Path) -> None:
    """Delta would delete any old file below its table."""
    _replace_names(lake)
    _move_into(lake / "names", victim)


def _others_in_batches(lake: Path, victim: Path) -> None:
    folder = lake / "batches" / "main" / "notes"
    folder.mkdir()
    _move_into(folder, victim)


def _manifest_link(lake: Path, victim: Path) -> None:
    victim.write_text((lake / "lake.json").read_text())
    (lake / "lake.json").unlink()
    (lake / "lake.json").symlink_to(victim)


def _lock_hard_link(lake: Path, victim: Path) -> None:
    (lake / "batches" / "main" / "lock").unlink(missing_ok=True)
    (lake / "batches" / "main" / "lock").hardlink_to(victim)


def _lock_link(lake: Path, victim: Path) -> None:
    for name in ("compact.lock", "references.lock", "set-aside.lock", "claims.lock"):
        (lake / name).unlink(missing_ok=True)
        (lake / name).hardlink_to(victim)


def _file_hard_links(lake: Path, victim: Path) -> None:
    """Every file of the lake that is not read has a second name outside."""
    for number, file in enumerate(sorted(path for path in lake.rglob("*") if path.is_file())):
        if "lock" not in file.name:
            (victim.parent / f"second-{number}").hardlink_to(file)


def _lost_link(lake: Path, victim: Path) -> None:
    (lake / "lost.json.new").symlink_to(victim)
    (lake / "set-aside.json").symlink_to(victim)


def test_what_is_planted_where_seen_files_are_noted(tmp_path: Path) -> None:
    """A second name of somebody's file is replaced and not written, and nobody waits at a pipe."""
    settings = Settings(tmp_path / "lake", tmp_path / "config", "main")
    log = SmallLog().request(session="s1", client="c1").write(tmp_path / "access.log")
    ingest([str(log)], settings, "auto", lambda **_: None)
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (settings.lake / "seen").mkdir()
    (settings.lake / "seen" / "main").hardlink_to(victim)
    os.mkfifo(settings.lake / "seen" / "other")
    copy = tmp_path / "access.log.1.gz"
    copy.write_bytes(gzip.compress(log.read_bytes()))
    for _ in range(2):
        assert ingest([str(copy)], settings, "auto", lambda **_: None).skipped == 1
    assert victim.read_text() == "mine"
    assert (settings.lake / "seen" / "main").read_text().endswith(" known\n")


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize(
    "plant",
    [
        _spooled,
        _spooled_and_staged,
        _staged_with_dots,
        _staged_absolute,
        _staged_of_no_table,
        _staged_link,
        _staged_folder_link,
        _batch_link,
        _writer_link,
        _claims_link,
        _log_link,
        _commit_link,
        _checkpoint_link,
        _day_link,
        _reference_link,
        _reference_file,
        _others_in_batches,
        _manifest_link,
        _lock_hard_link,
        _lock_link,
        _file_hard_links,
        _lost_link,
    ],
)
def test_what_is_planted_harms_no_file(plant: Callable[[Path, Path], None], tmp_path: Path) -> None:
    """Every command that writes either works or ends with one line; what was there is there as it was."""
    settings = Settings(tmp_path / "lake", tmp_path / "config", "main")
    log = SmallLog().request(session="s1", client="c1").write(tmp_path / "access.log")
    ingest([str(log)], settings, "auto", lambda **_: None)
    victim = tmp_path / "home" / "conda-census-stdin-abcdefgh"
    victim.parent.mkdir()
    victim.write_text("mine")
    plant(settings.lake, victim)
    for path in victim.parent.rglob("*"):
        os.utime(path, (OLD, OLD))
    before = _held(victim.parent)
    more = SmallLog().request(session="s2", client="c2").write(tmp_path / "more.log")
    told = []
    for write in (
        lambda: ingest([str(more)], settings, "auto", lambda **_: None),
        lambda: compact(Lake.open(settings.lake), 0, lambda *_, **__: None),
        lambda: _replace_names(settings.lake),
    ):
        try:
            write()
        except LakeError as error:
            told.append(str(error))
    assert not any("\n" in line for line in told)
    assert _held(victim.parent) == before


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.parametrize("name", ["lake.json", "tables.json", "doubts.json"])
def test_nobody_waits_at_a_pipe_in_place_of_a_file_of_the_lake(tmp_path: Path, name: str) -> None:
    """Also to read a report is refused, in one line that names it."""
    census = CensusProcess(tmp_path, {"CENSUS_CONFIG": "config"})
    SmallLog().request(session="s1", client="c1").write(tmp_path / "access.log")
    assert census("ingest", "access.log").returncode == 0
    place = tmp_path / "census-lake" / name
    place.unlink(missing_ok=True)
    os.mkfifo(place)
    for command in (("report",), ("sources",), ("ingest", "access.log"), ("repair", "--check")):
        done = census(*command)
        assert done.returncode == 1, command
        assert f"{Path('census-lake', name)}: a pipe or a device" in done.stderr
        assert done.stderr.count("\n") == 1


def test_a_spool_that_is_another_file_now_is_left_alone(tmp_path: Path) -> None:
    """The note names the file by its inode too."""
    census = CensusProcess(tmp_path, {"TMPDIR": str(tmp_path / "tmp"), "CENSUS_CONFIG": "config"})
    (tmp_path / "tmp").mkdir()
    killed = (
        "import os, signal; from conda_census.ingest import pipeline\n"
        "pipeline.read_batch = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from conda_census.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", killed, "ingest", "-", "--lake", "lake"],
        input=SmallLog().request(session="s1").content(),
        cwd=tmp_path,
        env=census.environment(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    [spooled] = (tmp_path / "tmp").glob("conda-census-stdin-*")
    (tmp_path / "other").write_text("mine")
    (tmp_path / "other").replace(spooled)
    again = census("ingest", "--lake", "lake", SmallLog().request(session="s2").write(tmp_path / "b.log"))
    assert "is gone" in again.stderr
    assert spooled.read_text() == "mine"


def test_spill_folders_of_killed_runs_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """But not those of runs that go on, nor what only looks like one."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    program = (
        "import os, sys; from conda_census.spill_folders import spill_folder\n"
        "with spill_folder() as folder:\n"
        "    (folder / 'deep').mkdir(); (folder / 'deep' / 'rows').write_text('rows')\n"
        "    print(folder, flush=True); sys.stdin.read()"
    )
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            env=os.environ | {"TMPDIR": str(tmp_path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    killed, alive = (Path(run.stdout.readline().strip()) for run in runs if run.stdout)
    runs[0].kill()
    runs[0].wait()
    others = [tmp_path / "conda-census-spill-abcdefg1", tmp_path / "conda-census-spill-abcdefg2"]
    (tmp_path / "home").mkdir()
    others[0].symlink_to(tmp_path / "home")
    others[1].mkdir(mode=0o755)
    (others[1] / "lock").write_text("")
    with spill_folder() as own:
        assert not killed.exists()
        assert alive.exists()
    assert not own.exists()
    runs[1].communicate("")
    assert sorted(tmp_path.iterdir()) == sorted([*others, tmp_path / "home"])


def _batch(lake: Path, paths: list[str], manifest: object = None) -> Path:
    folder = lake / "batches" / "main" / "00000009"
    folder.mkdir()
    content = {"paths": paths, "format": "auto", "written_at": "2026-01-01T00:00:00+00:00"}
    (folder / "sources.json").write_text(json.dumps(content))
    if manifest:
        (folder / "staged.json").write_text(json.dumps(manifest))
    return folder


def _move_into(folder: Path, victim: Path) -> None:
    """The victim lies in the lake, and is looked at through a link."""
    moved = folder / victim.name
    victim.rename(moved)
    victim.symlink_to(moved)


def _replace_names(lake: Path) -> None:
    opened = Lake.open(lake)
    with opened.changing_references():
        opened.replace_reference(NAMES, pa.schema(delta_schema(NAMES).to_arrow()).empty_table())


def _held(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
