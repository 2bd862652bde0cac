"""Does a real conda go on, on any disk, for any user and with whatever lies where its tokens should?"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from client_support.other_users import TIMEOUT_S, as_nobody, with_mounts

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Channel, Conda

AT_ONCE = 8
# Without the dry run conda itself would write to the disks that it may not write to.
COMMAND = ("install", "tiny", "--dry-run")


def _places(conda: Conda) -> list[Path]:
    """Return the two folders in which token files are, made."""
    places = [conda.home / ".conda", conda.root / "etc"]
    for place in places:
        place.mkdir(exist_ok=True)
    return places


def _read_only_disk(conda: Conda) -> Conda:
    mounts = [
        command
        for place in _places(conda)
        for command in (f"mount --bind '{place}' '{place}'", f"mount -o remount,bind,ro '{place}'")
    ]
    return conda._replace(before=with_mounts(*mounts))


def _full_disk(conda: Conda) -> Conda:
    mounts = [
        command
        for place in _places(conda)
        for command in (
            f"mount -t tmpfs -o size=4k none '{place}'",
            f"cat /dev/zero >'{place}/fill' 2>/dev/null || true",
        )
    ]
    return conda._replace(before=with_mounts(*mounts))


def _no_permission(conda: Conda) -> Conda:
    for place in _places(conda):
        place.chmod(0o555)
    return conda._replace(before=as_nobody())


def _file_of_another_user(conda: Conda) -> Conda:
    conda(*COMMAND)
    for place in _places(conda):
        if os.getuid() == 0:
            os.chown(place / "aau_token", 1, 1)
        else:
            (place / "aau_token").chmod(0)  # the nearest that a user without rights can do
    return conda._replace(before=as_nobody())


def _putting(put: Callable[[Path], object]) -> Callable[[Conda], Conda]:
    def prepare(conda: Conda) -> Conda:
        for place in _places(conda):
            put(place / "aau_token")
        return conda

    return prepare


def _zero_bytes(path: Path) -> None:
    path.touch()
    os.utime(path, (0, 0))  # a young one may be one that is being written


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize(
    ("prepare", "sent"),
    [
        pytest.param(_read_only_disk, "s", id="a read-only disk"),
        pytest.param(_full_disk, "s", id="a full disk"),
        pytest.param(_no_permission, "s", id="folders of others"),
        pytest.param(_file_of_another_user, "cs", id="files of others"),
        pytest.param(_putting(Path.mkdir), "cs", id="a folder"),
        pytest.param(_putting(os.mkfifo), "cs", id="a pipe"),
        pytest.param(_putting(lambda path: path.symlink_to("/etc/passwd")), "cs", id="a link"),
        pytest.param(_putting(lambda path: path.symlink_to("nowhere")), "cs", id="a dangling link"),
        pytest.param(_putting(_zero_bytes), "cse", id="zero bytes"),
        pytest.param(_putting(lambda path: path.write_bytes(b"\0" * 30)), "cse", id="zeroes"),
        pytest.param(_putting(lambda path: path.write_text("\N{GRINNING FACE}" * 9)), "cse", id="emoji"),
        pytest.param(_putting(lambda path: path.write_text("A" * 70_000)), "cse", id="70 kB"),
    ],
)
def test_conda_goes_on_and_sends_what_it_could_save(
    conda: Conda, channel: Channel, prepare: Callable[[Conda], Conda], sent: str
) -> None:
    """The other tokens are sent all the same, nothing is written elsewhere, and nobody is told unasked."""
    prepared = prepare(conda)
    channel.new_requests()
    links = _links(conda)
    done = prepared(*COMMAND)
    assert "anaconda" not in done.stdout + done.stderr
    (tokens,) = {tuple(request.tokens.items()) for request in channel.new_requests()}
    assert "".join(prefix for prefix, _ in tokens[1:]) == sent
    saved = {
        path.read_text().partition("\n")[0]
        for place in _places(conda)
        for path in place.glob("aau_token*")
        if path.is_file() and not path.is_symlink() and os.lstat(path).st_uid == os.getuid()
    }
    assert {value for prefix, value in tokens if prefix in "ce"} <= saved
    assert _links(conda) == links
    assert not list(conda.home.parent.rglob("nowhere"))


def _links(conda: Conda) -> list[str]:
    return [str(path.readlink()) for place in _places(conda) for path in place.iterdir() if path.is_symlink()]


def test_a_user_without_a_home_or_an_entry_sends_no_installation(conda: Conda, channel: Channel) -> None:
    """As in a container that runs under any uid, with the home of a user of the image that is not there."""
    before = sorted(conda.home.parent.iterdir())
    missing = str(conda.home.parent / "missing")
    anybody = conda._replace(before=as_nobody())
    done = anybody(*COMMAND, HOME=missing, CONDARC=str(conda.condarc), ANACONDA_ANON_USAGE_DEBUG="1")
    assert "anaconda-anon-usage: no home" in done.stderr
    assert {tuple(request.tokens) for request in channel.new_requests()} == {("aau", "s", "e")}
    assert sorted(conda.home.parent.iterdir()) == before


@pytest.mark.takes_turns(5, among="the longest")
def test_where_not_even_a_home_is_named_nothing_is_written(conda: Conda, channel: Channel) -> None:
    """No conda runs there, with or without plug-ins: it says why, and makes no folder called ``~``."""
    before = sorted(conda.home.parent.iterdir())
    anybody = conda._replace(before=as_nobody())
    for arguments in (COMMAND, ("--no-plugins", *COMMAND)):
        done = anybody(*arguments, status=1, HOME=None, CONDARC=str(conda.condarc))
        assert "anaconda_anon_usage" not in done.stderr
    assert channel.requests == []
    assert sorted(conda.home.parent.iterdir()) == before


@pytest.mark.parametrize("mask", ["000", "077"])
def test_token_files_are_private_whatever_the_umask(conda: Conda, channel: Channel, mask: str) -> None:
    """Mode 0600."""
    conda._replace(before=("sh", "-c", f'umask {mask}; exec "$@"', "sh"))("install", "tiny")
    files = [place / "aau_token" for place in _places(conda)]
    assert [stat.S_IMODE(path.stat().st_mode) for path in files] == [0o600, 0o600]
    assert channel.requests


@pytest.mark.takes_turns(5, among="the longest")
def test_commands_that_start_at_once_are_one_installation_and_one_environment(
    conda: Conda, channel: Channel
) -> None:
    """On a home and a prefix that no command has seen before."""
    command = [conda.root / "bin" / "python", "-m", "conda", *COMMAND]
    running = [
        subprocess.Popen(
            command, env=conda.variables, cwd=conda.home, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(AT_ONCE)
    ]
    errors = [process.communicate(timeout=TIMEOUT_S)[1] for process in running]
    # conda 23.7 sometimes reads its own index cache while another conda writes it.
    failed = [error for process, error in zip(running, errors, strict=True) if process.returncode]
    assert [error for error in failed if b"subdir_data" not in error or b"anaconda_anon" in error] == []
    sent = [request.tokens for request in channel.new_requests()]
    assert len({tokens["s"] for tokens in sent}) == AT_ONCE
    ((client, environment),) = {(tokens["c"], tokens["e"]) for tokens in sent}
    home, etc = _places(conda)
    assert (home / "aau_token").read_text().startswith(client + "\n")
    assert (etc / "aau_token").read_text().startswith(environment + "\n")
    assert [len(list(place.glob("aau_*"))) for place in (home, etc)] == [1, 1]


@pytest.mark.takes_turns(5, among="the longest")
def test_an_environment_that_is_packed_or_copied_is_another_elsewhere(conda: Conda, channel: Channel) -> None:
    """The one that it was made of keeps its own, and each place has one of its own from then on."""
    prefix = conda.root / "envs" / "packed"
    conda("create", "-p", prefix, "tiny=1.0")
    packed = shutil.make_archive(str(conda.home.parent / "packed"), "gztar", prefix)
    unpacked, copied = (conda.home.parent / name for name in ("unpacked", "copied"))
    shutil.unpack_archive(packed, unpacked)
    shutil.copytree(prefix, copied)
    channel.new_requests()
    seen = []
    for place in (prefix, unpacked, copied) * 2:
        conda("install", "-p", place, f"tiny={2 - len(seen) // 3}.0")
        (token,) = {request.tokens["e"] for request in channel.new_requests()}
        assert token == (place / "etc" / "aau_token").read_text().partition("\n")[0]
        seen.append(token)
    assert seen[:3] == seen[3:]
    assert len(set(seen)) == 3
