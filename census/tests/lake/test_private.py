"""Who may read a lake, and whose keys are taken?"""

from __future__ import annotations

import gzip
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from census_support.inputs.small_log import SmallLog
from census_support.processes.census_process import CensusProcess
from conda_census.config import Settings, load_settings
from conda_census.errors import CensusError
from conda_census.ingest.pipeline import ingest
from conda_census.lake.compaction import compact
from conda_census.lake.references import NAMES
from conda_census.lake.schema import delta_schema
from conda_census.lake.store import Lake
from conda_census.own_files import expect_own, warn_if_readable

OTHER_USER = 12345
PRIVATE = {"folders": {0o700}, "files": {0o600}}
GROUP_READABLE = {"folders": {0o750}, "files": {0o640}}


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """What the user's shell says."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.usefixtures("umask")
def test_a_lake_is_for_its_user_only(tmp_path: Path) -> None:
    """Whoever writes it: the census itself, DuckDB, Arrow or Delta, and in each command that does."""
    settings = _settings(tmp_path)
    _ingest_twice(settings, tmp_path)
    assert _modes(settings.lake) == PRIVATE
    _write_the_rest(settings)
    assert _modes(settings.lake) == PRIVATE
    assert _modes(settings.config_folder) == PRIVATE


@pytest.mark.takes_turns(5)
@pytest.mark.usefixtures("umask")
def test_a_lake_for_a_group_stays_one_until_it_is_told_otherwise(tmp_path: Path) -> None:
    """It is remembered in the lake."""
    settings = _settings(tmp_path)
    _ingest_twice(settings, tmp_path, group_readable=True)
    _write_the_rest(settings)
    assert _modes(settings.lake) == GROUP_READABLE
    assert _modes(settings.config_folder) == PRIVATE
    _ingest(settings, tmp_path, "c", group_readable=False)
    assert _modes(settings.lake) == PRIVATE
    _ingest(settings, tmp_path, "d", group_readable=True)
    assert _modes(settings.lake) == GROUP_READABLE


def test_an_older_lake_becomes_private_when_it_is_written(tmp_path: Path) -> None:
    """But no file that has a second name outside of it, and none behind a link."""
    settings = _settings(tmp_path)
    _ingest(settings, tmp_path, "a")
    victims = [tmp_path / "victim", tmp_path / "linked"]
    for victim in victims:
        victim.write_text("mine")
        victim.chmod(0o644)
    for path in [settings.lake, *settings.lake.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    (settings.lake / "hard").hardlink_to(victims[0])
    soft = next(settings.lake.glob("sessions/day=*")) / "soft"
    soft.symlink_to(victims[1])
    compact(Lake.open(settings.lake), 7, lambda *_, **__: None)
    (settings.lake / "hard").unlink()
    soft.unlink()
    assert _modes(settings.lake) == PRIVATE
    assert {stat.S_IMODE(victim.stat().st_mode) for victim in victims} == {0o644}


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666, 0o660])
def test_what_others_may_write_is_refused(mode: int, tmp_path: Path) -> None:
    """As ssh does; in one line that says the command."""
    key = tmp_path / "pseudonym.key"
    key.write_bytes(bytes(32))
    key.chmod(mode)
    with pytest.raises(CensusError, match="other users can write it: chmod go-w"):
        expect_own(key)
    key.chmod(0o600)
    expect_own(key)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_somebody_else_owns_is_refused(tmp_path: Path) -> None:
    """Also the file behind a link, and the folder that it is in."""
    folder = tmp_path / "config"
    folder.mkdir()
    key = folder / "pseudonym.key"
    key.write_bytes(bytes(32))
    link = tmp_path / "link.key"
    link.symlink_to(key)
    for given in (key, folder):
        os.chown(given, OTHER_USER, OTHER_USER)
        for path in (key, link):
            with pytest.raises(CensusError, match="belongs to 12345, who can change it: chown root"):
                expect_own(path)
        os.chown(given, 0, 0)
    expect_own(link)


def test_a_folder_that_others_may_write_is_refused_unless_it_is_sticky(tmp_path: Path) -> None:
    """In a folder like ``/tmp`` nobody replaces the file of somebody else."""
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "census.toml").write_text("")
    folder.chmod(0o777)
    with pytest.raises(CensusError, match="chmod go-w"):
        expect_own(folder / "census.toml")
    folder.chmod(0o1777)
    expect_own(folder / "census.toml")


def test_a_key_that_others_can_read_is_warned_of_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the command that mends it."""
    key = tmp_path / "pseudonym.key"
    key.write_bytes(bytes(32))
    key.chmod(0o644)
    warn_if_readable(key)
    warn_if_readable(key)
    assert capsys.readouterr().err == (
        f"conda-census: {key}: secret, and other users can read it: chmod go-rwx {key}\n"
    )


def test_a_configuration_with_tokens_that_others_can_read_is_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a key is; without tokens of organisations there is nothing to hide in it."""
    monkeypatch.delenv("CENSUS_TOML", raising=False)
    monkeypatch.setenv("CENSUS_CONFIG", str(tmp_path))
    settings = tmp_path / "census.toml"
    settings.write_text('title = "a repository"\n')
    settings.chmod(0o644)
    load_settings()
    assert capsys.readouterr().err == ""
    settings.write_text('[organizations]\nacme = "o_token_of_acme"\n')
    load_settings()
    assert capsys.readouterr().err == (
        f"conda-census: {settings}: secret, and other users can read it: chmod go-rwx {settings}\n"
    )
    settings.chmod(0o600)
    load_settings()
    assert capsys.readouterr().err == ""


def test_the_commands_end_with_one_line(tmp_path: Path) -> None:
    """For ``census.toml`` and for a key."""
    log = SmallLog().request(session="s1").write(tmp_path / "access.log")
    census = CensusProcess(tmp_path, {"CENSUS_CONFIG": "config", "CENSUS_LAKE": "lake"})
    assert census("ingest", log).returncode == 0
    toml = tmp_path / "config" / "census.toml"
    toml.write_text("")
    for victim in (toml, tmp_path / "config" / "pseudonym.key"):
        victim.chmod(0o666)
        told = victim.relative_to(tmp_path)
        done = census("ingest", log)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == f"conda-census: {told}: other users can write it: chmod go-w {told}\n"
        victim.chmod(0o600)


def _settings(folder: Path) -> Settings:
    return Settings(folder / "lake", folder / "config", "main")


def _ingest(settings: Settings, folder: Path, name: str, **more: bool) -> None:
    log = SmallLog().request(session=f"s{name}", client="c1").write(folder / f"{name}.log")
    assert ingest([str(log)], settings, "auto", lambda **_: None, **more).errors == []


def _ingest_twice(settings: Settings, folder: Path, **more: bool) -> None:
    _ingest(settings, folder, "a", **more)
    (folder / "error.log").write_text("no log at all\n")
    ingest([str(folder / "error.log")], settings, "auto", lambda **_: None)
    _ingest(settings, folder, "b")
    known = folder / "b.log.1.gz"
    known.write_bytes(gzip.compress((folder / "b.log").read_bytes()))
    assert ingest([str(known)], settings, "auto", lambda **_: None).skipped == 1
    assert (settings.lake / "seen" / "main").read_text().endswith(" known\n")


def _write_the_rest(settings: Settings) -> None:
    lake = Lake.open(settings.lake)
    compact(lake, 0, lambda *_, **__: None)
    with lake.changing_references():
        lake.replace_reference(NAMES, pa.schema(delta_schema(NAMES).to_arrow()).empty_table())


def _modes(folder: Path) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {"folders": {stat.S_IMODE(folder.stat().st_mode)}, "files": set()}
    for path in folder.rglob("*"):
        found["folders" if path.is_dir() else "files"].add(stat.S_IMODE(path.stat().st_mode))
    return found
