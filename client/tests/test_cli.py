"""The commands ``conda anon-usage …`` and ``anaconda-anon-usage …``."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from anaconda_anon_usage import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Channel, Conda

OFF = f"aau/{__version__}"
VALUE = "[A-Za-z0-9_-]{22}"
ALL = re.compile(rf"{re.escape(OFF)} c/{VALUE} s/{VALUE} e/{VALUE}")


def _as_subcommand(
    conda: Conda, *arguments: str, status: int = 0, **variables: str
) -> subprocess.CompletedProcess[str]:
    return conda("anon-usage", *arguments, status=status, **variables)


def _as_program(
    conda: Conda, *arguments: str, status: int = 0, **variables: str
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [conda.root / "bin" / "python", "-m", "anaconda_anon_usage", *arguments],
        env={**conda.variables, **variables},
        cwd=conda.home.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done


@pytest.fixture(params=[_as_subcommand, _as_program], ids=["conda anon-usage", "anaconda-anon-usage"])
def ask(request: pytest.FixtureRequest, conda: Conda) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return both ways to ask, one after the other."""
    return lambda *arguments, **options: request.param(conda, *arguments, **options)


def _token_files(conda: Conda) -> list[Path]:
    return sorted(path for parent in (conda.home, conda.root) for path in parent.rglob("aau_*"))


@pytest.mark.takes_turns(5, among="the longest")
def test_status_says_what_decided_and_where(
    conda: Conda, ask: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    """Nobody, a file, a variable, or an administrator whose word is the last."""

    def status(**variables: str) -> list[Any]:
        answer = json.loads(ask("status", "--json", **variables).stdout)
        return [answer["sharing"], answer["decided_by"], answer["where"]]

    assert ask(
        "status"
    ).stdout == "sharing: on\ndecided by: setting\nhosts: of all configured channels\n".replace(
        "setting", "default"
    )
    assert status() == [True, "default", None]
    assert status(DO_NOT_TRACK="1") == [False, "DO_NOT_TRACK", "DO_NOT_TRACK"]
    variable = {"CONDA_ANACONDA_ANON_USAGE": "no"}
    assert status(**variable) == [False, "setting", "CONDA_ANACONDA_ANON_USAGE"]
    with conda.condarc.open("a") as condarc:
        condarc.write("anaconda_anon_usage: true\nanaconda_anon_usage_hosts: [one.test]\n")
    assert status() == [True, "setting", str(conda.condarc)]
    assert ask("status").stdout == f"sharing: on\ndecided by: setting, in {conda.condarc}\nhosts: one.test\n"
    system = conda.root / ".condarc"
    system.write_text("anaconda_anon_usage: false  #!final\n")
    assert status(**variable) == [False, "setting", str(system)]
    assert _token_files(conda) == []


@pytest.mark.takes_turns(5, among="the longest")
def test_preview_is_what_is_sent_byte_for_byte(
    conda: Conda, channel: Channel, foreign: Channel, ask: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    """But for the session, which each command has its own; a channel that gets nothing shows that."""
    with conda.condarc.open("a") as condarc:
        condarc.write(f"anaconda_anon_usage_hosts: [{channel.host}]\n")
    conda("config", "--append", "channels", foreign.url)
    conda("install", "tiny")
    sent = {url: _one(served) for url, served in ((channel.url, channel), (foreign.url, foreign))}
    shown = {row["channel"]: row["user_agent"] for row in json.loads(ask("preview", "--json").stdout)}
    assert {url: _no_session(agent) for url, agent in shown.items()} == {
        url: _no_session(agent) for url, agent in sent.items()
    }
    assert OFF not in shown[foreign.url]
    lines = ask("preview").stdout.splitlines()
    assert lines[::2] == [channel.url, foreign.url]
    assert [_no_session(line) for line in lines[1::2]] == [
        f"  {_no_session(agent)}" for agent in sent.values()
    ]


def _one(channel: Channel) -> str:
    (agent,) = {request.user_agent for request in channel.new_requests()}
    return agent


def _no_session(agent: str) -> str:
    return re.sub(rf" s/{VALUE}", " s/", agent)


@pytest.mark.takes_turns(2)
def test_off_and_on_write_the_users_condarc_and_touch_no_token(
    conda: Conda, channel: Channel, ask: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    """The choice is conda's own setting, and what is asked for while it is off touches no file either."""
    assert ask("off").stdout == "sharing: off\n"
    assert "anaconda_anon_usage: false" in conda.condarc.read_text()
    conda("search", "tiny")
    assert {request.suffix for request in channel.new_requests()} == {OFF}
    assert ask("print").stdout == f"{OFF}\n"
    assert ask("preview").stdout.endswith(f" {OFF}\n")
    ask("status")
    assert _token_files(conda) == []
    assert ask("on").stdout == "sharing: on\n"
    assert _token_files(conda) == []
    assert ALL.fullmatch(ask("print").stdout.strip())
    files = _token_files(conda)
    assert files
    ask("off")
    for path in files:
        os.utime(path, (0, 0))  # a later read would set the time of access anew
    for arguments in (["status"], ["preview"], ["print"], ["random"]):
        ask(*arguments)
    refused = ask("reset", "--environments", status=1)
    assert "sharing is off" in refused.stderr
    assert [path.stat().st_atime for path in files] == [0] * len(files)


def test_a_choice_that_something_overrules_says_so(
    conda: Conda, ask: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    """It is saved all the same; nobody is left to believe that it counts."""
    done = ask("on", status=1, DO_NOT_TRACK="1")
    assert "still off: decided by DO_NOT_TRACK" in done.stderr
    assert "anaconda_anon_usage: true" in conda.condarc.read_text()


@pytest.mark.takes_turns(2)
def test_reset_forgets_this_installation_alone(
    conda: Conda,
    install_conda: Callable[..., Conda],
    ask: Callable[..., subprocess.CompletedProcess[str]],
    channel: Channel,
) -> None:
    """Another of the same user keeps its token; environments are forgotten on demand."""
    other = install_conda("other")
    for one in (conda, other):
        one("create", "-n", "made", "tiny")
    before = _tokens(channel)
    conda("install", "-n", "made", "tiny=1.0")
    other("search", "tiny", "--override-channels", "-c", channel.url)
    assert before == _tokens(channel)
    done = ask("reset")
    assert done.stdout == f"forgotten: {conda.home / '.conda' / 'aau_token'}\n"
    conda("install", "-n", "made", "tiny=2.0")
    other("search", "tiny", "--override-channels", "-c", channel.url)
    after = _tokens(channel)
    assert len(after & before) == 1
    environment = conda.root / "envs" / "made" / "etc" / "aau_token"
    token = environment.read_text()
    assert str(environment) in ask("reset", "--environments").stdout
    conda("install", "-n", "made", "tiny=1.0")
    assert environment.read_text() != token
    assert (other.root / "envs" / "made" / "etc" / "aau_token").exists()


def _tokens(channel: Channel) -> set[str]:
    return {request.tokens["c"] for request in channel.new_requests()}


def test_reset_forgets_what_would_be_adopted(
    conda: Conda, ask: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    """Or the token that the reference plug-in left would be back with the next command."""
    (conda.home / ".conda").mkdir()
    (conda.home / ".conda" / "aau_token").write_text("A" * 22)
    assert "aau_token" in ask("reset").stdout
    assert "A" * 22 not in ask("print").stdout


def test_random_needs_no_conda() -> None:
    """An administrator makes values anywhere, also with a Python that has no conda."""
    values = {_without_conda("random").stdout.strip() for _ in range(3)}
    assert len(values) == 3
    assert all(re.fullmatch(VALUE, value) for value in values)
    done = _without_conda("status")
    assert (done.returncode, done.stdout) == (1, "")
    assert "there is no conda here" in done.stderr


def _without_conda(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("anaconda-anon-usage")
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["status", "--what"], ["preview", "more"]])
def test_wrong_usage_is_2(ask: Callable[..., subprocess.CompletedProcess[str]], arguments: list[str]) -> None:
    """With the usage on standard error, and nothing on standard output."""
    done = ask(*arguments, status=2)
    assert done.stdout == ""
    assert "usage:" in done.stderr


def test_help_is_plain() -> None:
    """The help of each command is its line in the list of commands, as a sentence."""
    listed = " ".join(_without_conda("--help").stdout.split())
    for command, text in {
        "status": "Show whether sharing is on, which setting decided it, and where it is.",
        "preview": "Print exactly the user agent that each configured channel gets.",
        "on": "Turn sharing on in your condarc.",
        "off": "Turn sharing off in your condarc.",
        "reset": "Delete the token of this installation; the next command makes a new one.",
        "print": "Print only the suffix, for use by other clients.",
        "heartbeat": "Send one request to each host of your channels, if heartbeats are on.",
        "random": "Print a new random value, for use by administrators.",
    }.items():
        assert f"{command} {text[0].lower()}{text[1:-1]}" in listed
        shown = " ".join(_without_conda(command, "--help").stdout.split())
        assert f"usage: anaconda-anon-usage {command} [-h]" in shown
        assert text in shown
