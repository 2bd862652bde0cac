"""Files that appear whole, in the place of nothing that anybody planted."""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from census_support.inputs.small_log import SmallLog
from census_support.processes.census_process import CensusProcess
from conda_census.atomic_files import create_exclusively, remove_dead_drafts, replace_file, sync


@pytest.fixture
def umask() -> Iterator[Callable[[int], int]]:
    """Set the umask until the end of the test."""
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o027, 0o640), (0o077, 0o600), (0o002, 0o664)])
def test_an_output_is_an_ordinary_file(
    tmp_path: Path, umask: Callable[[int], int], mask: int, mode: int
) -> None:
    """Its mode is that of the umask; one that was there before keeps its own."""
    umask(mask)
    replace_file(tmp_path / "new.html", b"new")
    (tmp_path / "old.html").write_text("old")
    (tmp_path / "old.html").chmod(0o604)
    replace_file(tmp_path / "old.html", b"new")

    assert _mode(tmp_path / "new.html") == mode
    assert _mode(tmp_path / "old.html") == 0o604
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {
        "new.html": "new",
        "old.html": "new",
    }


def test_an_output_replaces_a_link_and_leaves_its_target(tmp_path: Path) -> None:
    """Whatever links lie in the folder, of the file's name or of a draft's that can be guessed."""
    victim = tmp_path / "victim"
    victim.write_text("precious")
    for name in ("report.html", ".report.html.unfinished", ".report.html.tmp", "report.html.tmp"):
        (tmp_path / name).symlink_to(victim)

    replace_file(tmp_path / "report.html", b"the report")

    assert victim.read_text() == "precious"
    assert not (tmp_path / "report.html").is_symlink()
    assert (tmp_path / "report.html").read_text() == "the report"


def test_a_device_is_written_and_stays_one(tmp_path: Path) -> None:
    """``--html /dev/stdout`` is no file that something takes the place of."""
    null = tmp_path / "null"
    null.symlink_to("/dev/null")

    replace_file(null, b"gone")
    replace_file(Path("/dev/null"), b"gone")

    assert stat.S_ISCHR(null.stat().st_mode)


def test_an_error_names_the_file_and_no_draft(tmp_path: Path) -> None:
    """A person knows nothing of drafts."""
    with pytest.raises(OSError, match=r"No such file") as missing:
        replace_file(tmp_path / "nowhere" / "page.html", b"")
    assert missing.value.filename == str(tmp_path / "nowhere" / "page.html")
    with pytest.raises(OSError, match=r"s a directory") as folder:
        replace_file(tmp_path, b"")
    assert folder.value.filename == str(tmp_path)
    replace_file(tmp_path / ("n" * 255), b"as long as a name may be")
    assert [file.name for file in tmp_path.iterdir()] == ["n" * 255]


def test_only_one_creates_a_file(tmp_path: Path) -> None:
    """A link that leads nowhere counts as a file: it is not followed."""
    assert create_exclusively(tmp_path / "deep" / "down" / "file", b"first")
    assert not create_exclusively(tmp_path / "deep" / "down" / "file", b"second")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    assert not create_exclusively(tmp_path / "link", b"third")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["deep", "down", "file", "link"]
    assert (tmp_path / "deep" / "down" / "file").read_text() == "first"


def test_drafts_of_the_dead_are_removed_and_those_of_the_living_stay(tmp_path: Path) -> None:
    """A process that is killed while it writes leaves a draft, which nobody locks any more."""
    (tmp_path / "victim").write_text("precious")
    (tmp_path / ".planted.0123456789abcdef").symlink_to(tmp_path / "victim")
    (tmp_path / ".gitignore").write_text("mine")
    ready, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.link = lambda *_: (os.write(tell, b"x"), signal.pause())  # type: ignore[assignment]
        create_exclusively(tmp_path / "key", b"secret")
        os._exit(0)
    os.read(ready, 1)
    remove_dead_drafts(tmp_path)
    alive = _drafts(tmp_path, "key")
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    remove_dead_drafts(tmp_path, "other")
    of_another_file = _drafts(tmp_path, "key")
    remove_dead_drafts(tmp_path)

    assert [len(alive), len(of_another_file), len(_drafts(tmp_path, "key"))] == [1, 1, 0]
    assert (tmp_path / "victim").read_text() == "precious"
    assert (tmp_path / ".gitignore").read_text() == "mine"


def test_sync_takes_files_and_folders(tmp_path: Path) -> None:
    """And tells what is not there."""
    (tmp_path / "file").write_text("x")
    sync([tmp_path / "file", tmp_path / "file"], [tmp_path])
    with pytest.raises(FileNotFoundError):
        sync([tmp_path / "missing"])


@pytest.mark.takes_turns(5)
@pytest.mark.parametrize(
    ("option", "names"),
    [("--html", ["page.html"]), ("--svg", ["by_day.svg"]), ("--csv", ["by_day.csv", "packages.csv"])],
)
def test_no_output_of_report_follows_a_link(tmp_path: Path, option: str, names: list[str]) -> None:
    """Somebody else knows where the report of a shared folder is written, and was there before."""
    census, victim = CensusProcess(tmp_path), tmp_path / "victim"
    victim.write_text("precious")
    log = SmallLog()
    for number in range(3):
        log.request("/main/linux-64/numpy-1.26.4-py311_0.conda", client=f"c{number}", session=f"s{number}")
    assert census("ingest", log.write(tmp_path / "access.log")).returncode == 0
    shared = tmp_path / "shared"
    shared.mkdir()
    for name in names:
        for planted in (name, f".{name}.unfinished"):
            (shared / planted).symlink_to(victim)

    wanted = shared / names[0] if option == "--html" else shared
    done = census("report", option, wanted)

    assert (done.returncode, victim.read_text()) == (0, "precious")
    assert [name for name in names if (shared / name).is_symlink()] == []


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _drafts(folder: Path, name: str) -> list[str]:
    return [file.name for file in folder.iterdir() if file.name.startswith(f".{name}.")]
