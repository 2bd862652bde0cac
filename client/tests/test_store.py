"""Where do tokens live on disk, and what can go wrong there?"""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from anaconda_anon_usage import store, tokens
from client_support.other_users import as_nobody, with_mounts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HOST = "0123456789abcdef" * 2
OTHER_HOST = "fedcba9876543210" * 2
PROCESSES = 64
# What a process of its own answers: its first argument is the folder, its second the prefix.
INSTALLATION = f"store.ensure_installation_token(argv[1], '/opt/conda', '{HOST}')"
ENVIRONMENT = f"store.ensure_environment_token(argv[1], argv[2], '{HOST}', to_be_made=False)"
TO_BE_MADE = f"store.ensure_environment_token(argv[1], argv[2] + '/new', '{HOST}', to_be_made=True)"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the tokens of a home live; it does not exist yet."""
    (tmp_path / "home").mkdir()
    return tmp_path / "home" / ".conda"


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    """Make an environment."""
    return _make_environment(tmp_path / "prefix")


def _make_environment(prefix: Path) -> Path:
    (prefix / "conda-meta").mkdir(parents=True)
    (prefix / "conda-meta" / "history").touch()
    return prefix


def _installation(folder: Path, root: str = "/opt/conda", host: str | None = HOST) -> str | None:
    return store.ensure_installation_token(str(folder), root, host)


def _environment(
    folder: Path, prefix: Path, host: str | None = HOST, *, to_be_made: bool = False
) -> str | None:
    return store.ensure_environment_token(str(folder), str(prefix), host, to_be_made=to_be_made)


def _in_process(
    *calls: str,
    before: str = "",
    command: Sequence[str] = (),
    arguments: Sequence[Path] = (),
    **variables: str,
) -> list[str]:
    """Return what `calls` answer in a Python of its own, once it has run `before`, as `command` starts it."""
    code = f"import os, sys; from sys import argv; from anaconda_anon_usage import store\n{before}\n"
    code += "".join(f"print({call})\n" for call in calls)
    environ = {"PYTHONPATH": str(Path(store.__file__).parents[1]), "HOME": "/nonexistent", **variables}
    done = subprocess.run(
        [*command, sys.executable, "-B", "-c", code, *arguments],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def _first_line(path: Path) -> str:
    return path.read_text().splitlines()[0]


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_an_installation_is_one_root_prefix_on_one_host(folder: Path) -> None:
    """The same token again for the same two; another for another root prefix, and on another host."""
    first = _installation(folder)
    assert first
    assert tokens.is_random_value(first)
    others = [_installation(folder, "/opt/other"), _installation(folder, host=OTHER_HOST)]
    assert len({first, *others}) == 3
    assert _installation(folder) == first == _first_line(folder / "aau_token")
    assert [_installation(folder, "/opt/other"), _installation(folder, host=OTHER_HOST)] == others
    assert _names(folder) == ["aau_token", "aau_token_2", "aau_token_3"]


def test_without_a_host_the_token_is_kept(folder: Path) -> None:
    """Where the host cannot be told, now or when the token was made, it does not count."""
    made_with = _installation(folder)
    assert _installation(folder, host=None) == made_with
    made_without = _installation(folder, "/opt/other", host=None)
    assert _installation(folder, "/opt/other", host=HOST) == made_without


def test_a_token_file_says_neither_where_nor_on_which_host(folder: Path, prefix: Path) -> None:
    """The ties are hashes that differ from token to token, so that two files cannot be linked by them."""
    _installation(folder)
    _environment(folder, prefix)
    text = (folder / "aau_token").read_text() + (prefix / "etc" / "aau_token").read_text()
    assert "opt" not in text
    assert HOST not in text
    (tie,) = (word for word in text.split() if word.startswith("root="))
    shutil.rmtree(folder)
    _installation(folder)
    assert tie not in (folder / "aau_token").read_text()


@pytest.mark.parametrize("left", ["{0}", "{0}\n", "\n  {0}\nanything\n", "{0} AAAAAAAA\n"])
def test_a_token_that_the_reference_plug_in_left_is_adopted_by_the_first(folder: Path, left: str) -> None:
    """The installation that finds it keeps its identity; the next one gets its own."""
    token = tokens.generate_value()
    folder.mkdir()
    (folder / "aau_token").write_text(left.format(token))
    (folder / "aau_token_host").write_text("AAAAAAAA")
    assert _installation(folder) == token
    other = _installation(folder, "/opt/other")
    assert other != token
    assert (_installation(folder), _installation(folder, "/opt/other")) == (token, other)
    assert _first_line(folder / "aau_token") == token


def test_the_reference_plug_in_reads_the_same_tokens(folder: Path, prefix: Path) -> None:
    """It takes the first line that is not blank; where that has a space, the second word is a host."""
    _installation(folder)
    _environment(folder, prefix)
    for path, token in (
        (folder / "aau_token", _installation(folder)),
        (prefix / "etc" / "aau_token", _environment(folder, prefix)),
    ):
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        assert lines[0] == token
        assert len(lines[0]) >= 22


def test_an_environment_is_one_prefix(folder: Path, prefix: Path, tmp_path: Path) -> None:
    """A copied folder, as a clone is, gets its own token; the one that was copied keeps its own."""
    token = _environment(folder, prefix)
    copy = tmp_path / "copy"
    shutil.copytree(prefix, copy)
    copied = _environment(folder, copy)
    assert copied not in (token, None)
    assert _environment(folder, prefix) == token == _first_line(prefix / "etc" / "aau_token")
    assert _environment(folder, copy) == copied == _first_line(copy / "etc" / "aau_token")


def test_a_packed_environment_is_another_where_it_is_unpacked(
    folder: Path, prefix: Path, tmp_path: Path
) -> None:
    """Tools that pack take every file of the prefix. The token in it is not that of the other place."""
    token = _environment(folder, prefix)
    with tarfile.open(tmp_path / "packed.tar.gz", "w:gz") as archive:
        archive.add(prefix, arcname=".")
    unpacked = [tmp_path / "one", tmp_path / "two"]
    for place in unpacked:
        place.mkdir()
        subprocess.run(
            [shutil.which("tar") or "tar", "-xzf", tmp_path / "packed.tar.gz", "-C", place], check=True
        )
    others = [
        _in_process(ENVIRONMENT, arguments=[tmp_path / "home" / ".conda", place])[0] for place in unpacked
    ]
    assert len({token, *others}) == 3
    assert others == [_first_line(place / "etc" / "aau_token") for place in unpacked]
    assert _environment(folder, prefix) == token == _first_line(prefix / "etc" / "aau_token")


def test_an_environment_token_without_a_tie_is_adopted(folder: Path, prefix: Path, tmp_path: Path) -> None:
    """What the reference plug-in left in a prefix stays; from then on a copy is told from it."""
    token = tokens.generate_value()
    (prefix / "etc").mkdir()
    (prefix / "etc" / "aau_token").write_text(token)
    assert _environment(folder, prefix) == token
    shutil.copytree(prefix, tmp_path / "copy")
    assert _environment(folder, tmp_path / "copy") not in (token, None)


def test_no_file_is_made_in_a_prefix_that_is_no_environment_yet(folder: Path, tmp_path: Path) -> None:
    """The command that makes it keeps its token at home; it moves in once there is an environment."""
    prefix = tmp_path / "prefix"
    assert _environment(folder, prefix) is None
    token = _environment(folder, prefix, to_be_made=True)
    assert token
    assert not prefix.exists()
    assert _environment(folder, prefix, to_be_made=True) == token
    assert _environment(folder, tmp_path / "other", to_be_made=True) not in (token, None)
    _make_environment(prefix)
    assert _environment(folder, prefix) == token == _first_line(prefix / "etc" / "aau_token")
    assert _names(folder) == ["aau_new_2"]


def test_two_hosts_that_make_the_same_prefix_at_once_make_two_environments(
    folder: Path, tmp_path: Path
) -> None:
    """They share the home, and each has the prefix on its own disk. Without a host what is there will do."""
    prefix = tmp_path / "prefix"
    one = _environment(folder, prefix, to_be_made=True)
    other = _environment(folder, prefix, OTHER_HOST, to_be_made=True)
    assert len({one, other, None}) == 3
    assert _environment(folder, prefix, to_be_made=True) == one
    assert _environment(folder, prefix, None, to_be_made=True) == one
    _make_environment(prefix)
    assert _environment(folder, prefix, OTHER_HOST) == other == _first_line(prefix / "etc" / "aau_token")
    shutil.rmtree(prefix)
    _make_environment(prefix)
    assert _environment(folder, prefix) == one == _first_line(prefix / "etc" / "aau_token")
    assert _names(folder) == []


def test_tokens_of_environments_that_were_never_made_are_forgotten(folder: Path, tmp_path: Path) -> None:
    """After a week they go, when the next one is made."""
    _environment(folder, tmp_path / "never", to_be_made=True)
    week_ago_s = (folder / "aau_new").stat().st_mtime - 8 * 24 * 3600
    os.utime(folder / "aau_new", (week_ago_s, week_ago_s))
    _environment(folder, tmp_path / "other", to_be_made=True)
    assert _names(folder) == ["aau_new"]


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize(
    ("call", "there"),
    [
        (INSTALLATION, None),
        (INSTALLATION, "untied"),
        (INSTALLATION, "garbage"),
        (ENVIRONMENT, None),
        (ENVIRONMENT, "untied"),
        (ENVIRONMENT, "garbage"),
        (ENVIRONMENT, "copied"),
        (TO_BE_MADE, None),
    ],
)
def test_processes_that_start_at_once_have_one_token(
    folder: Path, prefix: Path, call: str, there: str | None
) -> None:
    """64 of them wait for the same moment; all answer the same, and that is what is saved."""
    held = {
        "untied": tokens.generate_value(),
        "garbage": "?",
        "copied": f"{tokens.generate_value()}\n# aau prefix={tokens.generate_value()}",
    }
    if there:
        for parent in (folder, prefix / "etc"):
            parent.mkdir()
            (parent / "aau_token").write_text(held[there])
    code = f"from sys import argv, stdin; from anaconda_anon_usage import store; stdin.read(); print({call})"
    command = [sys.executable, "-S", "-c", code, str(folder), str(prefix)]
    environ = {"PYTHONPATH": str(Path(store.__file__).parents[1])}
    reader, writer = os.pipe()
    running = [
        subprocess.Popen(command, stdin=reader, stdout=subprocess.PIPE, text=True, env=environ)
        for _ in range(PROCESSES)
    ]
    os.close(reader)
    os.close(writer)  # now all of them go
    answers = {process.communicate(timeout=60)[0].strip() for process in running}
    (answer,) = answers
    saved = {path.name for parent in (folder, prefix / "etc") if parent.exists() for path in parent.iterdir()}
    assert tokens.is_random_value(answer)
    assert saved in ({"aau_token"}, {"aau_new"})  # no second token, and nothing temporary left behind
    if there == "untied":
        assert answer == held[there]


@pytest.mark.parametrize("held_s", [0.05, 60], ids=["for a while", "for ever"])
def test_a_process_that_holds_the_lock_is_waited_for_but_not_for_ever(folder: Path, held_s: float) -> None:
    """A busy machine is no reason to go without a token, and conda may not hang for one."""
    folder.mkdir()
    (folder / "aau_token").write_text("?")
    code = (
        "import fcntl, sys, time; file = open(sys.argv[1]); fcntl.flock(file, fcntl.LOCK_EX);"
        "print(flush=True); time.sleep(float(sys.argv[2]))"
    )
    command = [sys.executable, "-S", "-c", code, folder / "aau_token", str(held_s)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        holder.stdout.readline()
        (answer,) = _in_process(INSTALLATION, arguments=[folder])
        assert answer == ("None" if held_s > 1 else _first_line(folder / "aau_token"))
        holder.kill()
    assert _installation(folder) == _first_line(folder / "aau_token")


def test_a_kill_leaves_nothing_for_good(folder: Path, prefix: Path) -> None:
    """Between writing and naming the file. What was left goes when something is written some time later."""
    kill = "sys.addaudithook(lambda event, _: event == 'os.link' and os.kill(os.getpid(), 9))"
    for call in (INSTALLATION, ENVIRONMENT, TO_BE_MADE):
        code = f"import os, sys; from sys import argv; from anaconda_anon_usage import store; {kill}; {call}"
        killed = subprocess.run([sys.executable, "-c", code, folder, prefix], check=False)
        assert killed.returncode == -signal.SIGKILL
    left = [path for parent in (folder, prefix / "etc") for path in sorted(parent.iterdir())]
    assert [path.name.partition(".")[0] for path in left] == ["aau_new", "aau_token", "aau_token"]
    assert {len(path.suffix) for path in left} == {1 + 22}
    assert _in_process(INSTALLATION, ENVIRONMENT, arguments=[folder, prefix]) != ["None", "None"]
    assert all(path.exists() for path in left)  # they are young: their processes may be about to name them
    others = [
        folder / name
        for name in ("aau_token.old", "aau_told." + "A" * 22, "aau_token_x." + "A" * 22, "other." + "A" * 22)
    ]
    for path in others:
        path.touch()
    (folder / f"aau_token.{'B' * 22}").symlink_to(others[0])
    (folder / f"aau_token.{'C' * 22}").mkdir()
    for path in (*left, *others):
        os.utime(path, (0, 0))
    kept = sorted({*folder.iterdir()} - {*left})
    (folder / "aau_token").write_text("?")
    (prefix / "etc" / "aau_token").write_text("?")
    _in_process(INSTALLATION, ENVIRONMENT, arguments=[folder, prefix])
    assert sorted(folder.iterdir()) == kept
    assert _names(prefix / "etc") == ["aau_token"]


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077, 0o277, 0o777])
def test_a_token_file_is_for_its_owner_alone(folder: Path, prefix: Path, mask: int) -> None:
    """Mode 0600, whatever the umask."""
    folder.mkdir()
    (prefix / "etc").mkdir()
    answers = _in_process(INSTALLATION, ENVIRONMENT, before=f"os.umask({mask})", arguments=[folder, prefix])
    assert "None" not in answers
    for path in (folder / "aau_token", prefix / "etc" / "aau_token"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def _symlink_to_file(path: Path) -> None:
    (path.parent / "elsewhere").write_text(tokens.generate_value() + "\n")
    path.symlink_to(path.parent / "elsewhere")


def _dangling_symlink(path: Path) -> None:
    path.symlink_to(path.parent / "nowhere")


@pytest.mark.parametrize("put", [Path.mkdir, _symlink_to_file, _dangling_symlink, os.mkfifo])
def test_what_is_no_file_is_left_alone(folder: Path, prefix: Path, put: Callable[[Path], None]) -> None:
    """No token is read or written through it: the environment has none, the installation another file."""
    for parent in (folder, prefix / "etc"):
        parent.mkdir()
        put(parent / "aau_token")
    before = (os.lstat(prefix / "etc" / "aau_token"), _names(prefix / "etc"))
    assert _environment(folder, prefix) is None
    assert (os.lstat(prefix / "etc" / "aau_token"), _names(prefix / "etc")) == before
    assert _installation(folder) == _first_line(folder / "aau_token_2")
    assert not (folder / "nowhere").exists()


def test_a_linked_etc_is_left_alone(folder: Path, prefix: Path, tmp_path: Path) -> None:
    """Nothing is written outside the prefix."""
    (tmp_path / "elsewhere").mkdir()
    (prefix / "etc").symlink_to(tmp_path / "elsewhere")
    assert _environment(folder, prefix) is None
    assert _names(tmp_path / "elsewhere") == []


@pytest.mark.parametrize(
    "garbage",
    [
        b"\n\n",
        b"short",
        b"x" * 37,
        b"A" * 22 + b"!",
        "🙂".encode() * 9,
        b"\0" * 40,
        (b"A" * 22 + b"\n") * 3100,
    ],
    ids=["blank", "short", "long", "mark", "emoji", "zeroes", "70 kB"],
)
def test_garbage_is_written_over(folder: Path, prefix: Path, garbage: bytes) -> None:
    """A file that holds no token gets one."""
    for parent in (folder, prefix / "etc"):
        parent.mkdir()
        (parent / "aau_token").write_bytes(garbage)
    assert _installation(folder) == _first_line(folder / "aau_token")
    assert _environment(folder, prefix) == _first_line(prefix / "etc" / "aau_token")


def test_an_empty_file_may_be_one_that_is_being_written(folder: Path, prefix: Path) -> None:
    """A young one is left alone, an old one gets a token."""
    (prefix / "etc").mkdir()
    path = prefix / "etc" / "aau_token"
    path.touch()
    assert _environment(folder, prefix) is None
    os.utime(path, (0, 0))
    assert _environment(folder, prefix) == _first_line(path)


def test_a_file_system_without_links_is_served_too(folder: Path) -> None:
    """The file is then made in its place, by one process alone."""
    # What a process hears from such a file system; none can be mounted everywhere.
    no_links = """
def hook(event, _):
    if event == "os.link":
        raise PermissionError
sys.addaudithook(hook)
"""
    assert _in_process(INSTALLATION, before=no_links, arguments=[folder]) == [
        _first_line(folder / "aau_token")
    ]
    assert _names(folder) == ["aau_token"]


def test_a_full_disk_leaves_nothing(folder: Path, prefix: Path) -> None:
    """A token that could not be saved is not told, and no part of a file stays."""
    folder.mkdir()
    (prefix / "etc").mkdir()
    places = [str(path) for path in (folder, prefix / "etc")]
    full = [
        command
        for place in places
        for command in (
            f"mount -t tmpfs -o size=4k none '{place}'",
            f"cat /dev/zero >'{place}/fill' 2>/dev/null || true",
        )
    ]
    names = "[os.listdir(argv[1]), os.listdir(argv[2] + '/etc')]"
    answers = _in_process(
        INSTALLATION, ENVIRONMENT, names, command=with_mounts(*full), arguments=[folder, prefix]
    )
    assert answers == ["None", "None", "[['fill'], ['fill']]"]


def test_a_disk_that_fills_in_the_middle_of_a_file_leaves_nothing(folder: Path, prefix: Path) -> None:
    """As if it had room for ten bytes."""
    folder.mkdir()
    limit = (
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))"
    )
    # The limit is for pipes too in some systems: the answers are short.
    assert _in_process(INSTALLATION, ENVIRONMENT, before=limit, arguments=[folder, prefix]) == [
        "None",
        "None",
    ]
    assert _names(folder) == _names(prefix / "etc") == []


@pytest.mark.parametrize("saved", [False, True], ids=["no token", "a token"])
def test_a_read_only_disk_is_read_alone(folder: Path, prefix: Path, *, saved: bool) -> None:
    """What is there is sent; what cannot be saved is not."""
    tokens_there = [_installation(folder), _environment(folder, prefix)] if saved else [None, None]
    disk = str(folder.parent.parent)
    read_only = with_mounts(f"mount --bind '{disk}' '{disk}'", f"mount -o remount,bind,ro '{disk}'")
    answers = _in_process(INSTALLATION, ENVIRONMENT, command=read_only, arguments=[folder, prefix])
    assert answers == [str(token) for token in tokens_there]
    assert folder.exists() == saved


def test_a_folder_without_permission_is_read_alone(folder: Path, prefix: Path) -> None:
    """The folder of an environment that somebody else has made, for one."""
    folder.mkdir()
    (prefix / "etc").mkdir()
    for place in (folder, prefix / "etc"):
        place.chmod(0o555)
    answers = _in_process(INSTALLATION, ENVIRONMENT, command=as_nobody(), arguments=[folder, prefix])
    assert answers == ["None", "None"]
    assert _names(folder) == _names(prefix / "etc") == []


def test_a_token_file_of_another_user_is_left_alone(folder: Path, prefix: Path) -> None:
    """As after ``sudo conda``: the installation makes another, the environment sends none."""
    _installation(folder)
    _environment(folder, prefix)
    files = [folder / "aau_token", prefix / "etc" / "aau_token"]
    for path in files:
        if os.getuid() == 0:
            os.chown(path, 1, 1)
        else:
            path.chmod(0)  # the nearest that a user without rights can do
    before = [os.lstat(path) for path in files]
    answers = _in_process(INSTALLATION, ENVIRONMENT, command=as_nobody(), arguments=[folder, prefix])
    assert answers == [_first_line(folder / "aau_token_2"), "None"]
    assert [os.lstat(path) for path in files] == before


@pytest.mark.parametrize("home", ["", "relative", "/nonexistent"], ids=["empty", "relative", "missing"])
def test_without_a_home_there_is_no_folder(home: str) -> None:
    """A token is never kept in the working directory."""
    assert _in_process("store.find_home_folder()", HOME=home) == ["None"]


def test_a_user_without_an_entry_has_no_folder(tmp_path: Path) -> None:
    """As in a container that runs under any uid: no HOME, and nothing in the user database."""
    answers = _in_process(
        "store.find_home_folder()",
        "os.path.expanduser('~')",
        "os.listdir()",
        before=f"del os.environ['HOME']; os.chdir({str(tmp_path)!r})",
        command=as_nobody(),
    )
    assert answers == ["None", "~", "[]"]
