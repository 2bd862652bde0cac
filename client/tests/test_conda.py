"""What does a real conda do with the plug-in in it?"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from anaconda_anon_usage import __version__

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Channel, Conda

MODULES = (
    "admin_tokens",
    "channel_hosts",
    "machine_identity",
    "plugin",
    "request_headers",
    "session",
    "store",
    "token_file",
    "tokens",
)
OFF = f"aau/{__version__}"
VALUE = "([A-Za-z0-9_-]{22})"
ALL = re.compile(rf"{re.escape(OFF)} c/{VALUE} s/{VALUE} e/{VALUE}")


def _token_files(conda: Conda) -> list[Path]:
    return sorted(path for parent in (conda.home, conda.root) for path in parent.rglob("aau_*"))


def _first_line(path: Path) -> str:
    return path.read_text().splitlines()[0]


@pytest.mark.takes_turns(5, among="the longest")
def test_every_request_of_a_command_carries_the_same_tokens(conda: Conda, channel: Channel) -> None:
    """They stand after conda's own user agent and are those in the files; a command is a session."""
    conda("install", "tiny=1.0")
    requests = channel.new_requests()
    assert len(requests) >= 3
    (agent,) = {request.user_agent for request in requests}
    assert agent.startswith(f"conda/{conda.version} ")
    match = ALL.fullmatch(requests[0].suffix)
    assert match
    client, session, environment = match.groups()
    assert client == _first_line(conda.home / ".conda" / "aau_token")
    assert environment == _first_line(conda.root / "etc" / "aau_token")
    conda("install", "tiny=2.0")
    again = channel.new_requests()[0].tokens
    assert (again["c"], again["e"]) == (client, environment)
    assert again["s"] != session


@pytest.mark.takes_turns(5, among="the longest")
def test_an_environment_has_its_token_from_its_first_download_on(conda: Conda, channel: Channel) -> None:
    """``conda create`` fetches before the prefix exists; the token waits at home and moves in at the end."""
    conda("create", "-n", "first", "tiny=1.0")
    created = channel.new_requests()
    assert any(request.path.endswith("tiny-1.0-0.tar.bz2") for request in created)
    (token,) = {request.tokens["e"] for request in created}
    prefix = conda.root / "envs" / "first"
    assert token == _first_line(prefix / "etc" / "aau_token")
    assert not (conda.home / ".conda" / "aau_new").exists()
    conda("install", "-n", "first", "tiny=2.0")
    assert {request.tokens["e"] for request in channel.new_requests()} == {token}
    second = conda.home.parent / "second"
    conda("create", "-p", second, "--clone", prefix, "--offline")
    conda("install", "-p", second, "tiny=1.0")
    (cloned,) = {request.tokens["e"] for request in channel.new_requests()}
    assert cloned == _first_line(second / "etc" / "aau_token") != token


@pytest.mark.takes_turns(5, among="the longest")
def test_making_an_environment_goes_as_it_does_without_the_plug_in(conda: Conda, channel: Channel) -> None:
    """The same words and the same files, but for the token; no question about a folder that is there."""
    with_plugin = conda("create", "-n", "plain", "tiny=1.0").stdout
    with_files = _files(conda.root / "envs" / "plain")
    shutil.rmtree(conda.root / "envs" / "plain")
    shutil.rmtree(conda.root / "pkgs")
    done = conda("--no-plugins", "create", "-n", "plain", "tiny=1.0")
    assert _without_spinner(done.stdout) == _without_spinner(with_plugin)
    assert with_files - _files(conda.root / "envs" / "plain") == {"etc/aau_token"}
    assert channel.requests


def _without_spinner(said: str) -> str:
    # conda turns it as often as there is time for.
    return re.sub(r": (?:[-/\\|][ \b]+)+", ": ", said)


def _files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.takes_turns(5, among="the longest")
def test_a_creation_that_fails_leaves_no_prefix_and_is_the_same_when_tried_again(
    conda: Conda, channel: Channel
) -> None:
    """The second try is about the same environment, so it has the same token."""
    conda("create", "-n", "wanted", "nosuchpackage", status=1)
    (failed,) = {request.tokens["e"] for request in channel.new_requests()}
    assert not (conda.root / "envs" / "wanted").exists()
    conda("create", "-n", "wanted", "tiny")
    (made,) = {request.tokens["e"] for request in channel.new_requests()}
    assert failed == made == _first_line(conda.root / "envs" / "wanted" / "etc" / "aau_token")


@pytest.mark.takes_turns(5, among="the longest")
def test_an_environment_made_anew_under_the_same_name_is_another(conda: Conda, channel: Channel) -> None:
    """Whether it was removed before, or conda removes it itself."""
    seen = []
    for before in ([], ["remove", "-n", "again", "--all"], ["env", "remove", "-n", "again"], []):
        if before:
            conda(*before)
        channel.new_requests()
        conda("create", "-n", "again", "tiny")
        (token,) = {request.tokens["e"] for request in channel.new_requests()}
        assert token == _first_line(conda.root / "envs" / "again" / "etc" / "aau_token")
        seen.append(token)
    assert len(set(seen)) == 4


def test_a_command_that_works_on_no_environment_makes_none_of_base(conda: Conda, channel: Channel) -> None:
    """Each command has a prefix, base if no other; yet who searches does not work in base."""
    conda("search", "tiny")
    conda("notices")
    requests = channel.new_requests()
    assert any("notices" in request.path for request in requests)
    assert {tuple(request.tokens) for request in requests} == {("aau", "c", "s")}
    assert not (conda.root / "etc").exists()


@pytest.mark.takes_turns(5, among="the longest")
def test_a_build_script_leaves_no_token_in_the_package(conda: Conda, channel: Channel) -> None:
    """Tools that build packages set ``CONDA_BUILD`` and take every new file of the prefix."""
    conda("create", "-n", "host", "tiny=1.0", CONDA_BUILD="1")
    conda("install", "-n", "host", "tiny=2.0", CONDA_BUILD="1")
    assert {tuple(request.tokens) for request in channel.new_requests()} == {("aau", "c", "s")}
    assert not (conda.root / "envs" / "host" / "etc").exists()


@pytest.mark.parametrize("option", ["--dry-run", "--download-only"])
def test_an_environment_that_will_not_be_made_has_no_token(
    conda: Conda, channel: Channel, option: str
) -> None:
    """Nothing is counted that does not come to be."""
    conda("create", "-n", "never", "tiny", option)
    assert {tuple(request.tokens) for request in channel.new_requests()} == {("aau", "c", "s")}
    assert not (conda.root / "envs" / "never").exists()


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.parametrize(
    ("arguments", "made"),
    [
        (["env", "create", "-f", "{file}"], "envs/inside"),
        (["env", "create", "-f", "{file}", "-n", "named"], "envs/named"),
        (["env", "create", "-f", "{file}", "-p", "{root}/envs/placed"], "envs/placed"),
    ],
    ids=["the file", "the name", "the prefix"],
)
def test_an_environment_of_a_file_is_the_one_that_the_file_or_the_command_names(
    conda: Conda, channel: Channel, tmp_path: Path, arguments: list[str], made: str
) -> None:
    """As conda itself finds it; its updates are about the same environment, and none is about base."""
    file = tmp_path / "environment.yml"
    file.write_text(f"name: inside\nchannels: [{channel.url}]\ndependencies: [tiny=1.0]\n")
    options = [argument.format(file=file, root=conda.root) for argument in arguments]
    conda(*options)
    (token,) = {request.tokens["e"] for request in channel.new_requests()}
    assert token == _first_line(conda.root / made / "etc" / "aau_token")
    assert not (conda.root / "etc" / "aau_token").exists()
    file.write_text(file.read_text().replace("1.0", "2.0"))
    conda("env", "update", *options[2:])
    assert {request.tokens["e"] for request in channel.new_requests()} == {token}


def test_conda_create_knows_the_name_in_a_file_too(conda: Conda, channel: Channel, tmp_path: Path) -> None:
    """From 26.3 on it reads files as ``conda env create`` does; before, it wants a name, and asks nobody."""
    file = tmp_path / "environment.yml"
    file.write_text(f"name: inside\nchannels: [{channel.url}]\ndependencies: [tiny=1.0]\n")
    reads_names = conda.release >= (26, 3)
    conda("create", "--file", file, status=0 if reads_names else 2)
    prefixes = [conda.root / "envs" / "inside"] if reads_names else []
    assert {request.tokens["e"] for request in channel.new_requests()} == {
        _first_line(prefix / "etc" / "aau_token") for prefix in prefixes
    }
    assert not (conda.root / "etc" / "aau_token").exists()


def test_a_file_that_is_fetched_is_fetched_without_an_environment(conda: Conda, channel: Channel) -> None:
    """Its name is not known yet, and base is not what the command is about. (Some fetch it again.)"""
    channel.files["/environment.yml"] = b"name: inside\ndependencies: [tiny=1.0]\n"
    conda("env", "create", "-f", f"{channel.url}/environment.yml")
    first, *others = channel.new_requests()
    assert first.path == "/environment.yml"
    assert "e" not in first.tokens
    token = _first_line(conda.root / "envs" / "inside" / "etc" / "aau_token")
    assert {request.tokens.get("e") for request in others} - {None} == {token}
    assert all("e" in request.tokens for request in others if request.path != first.path)


@pytest.mark.takes_turns(5, among="the longest")
def test_two_installations_of_one_user_are_two(install_conda: Callable[..., Conda], channel: Channel) -> None:
    """Each root prefix has its token in the same home, and keeps it."""
    both = [install_conda("first"), install_conda("second")]
    for conda in both * 2:
        conda("search", "tiny", "--override-channels", "-c", channel.url)
    seen = [request.tokens["c"] for request in channel.new_requests()]
    assert len(set(seen)) == 2
    assert {_first_line(path) for path in (both[0].home / ".conda").glob("aau_*")} == set(seen)


def _by_condarc(conda: Conda, value: str) -> dict[str, str]:
    conda.condarc.write_text(f"{conda.condarc.read_text()}anaconda_anon_usage: {value}\n")
    return {}


def _by_command(conda: Conda, value: str) -> dict[str, str]:
    conda("config", "--set", "anaconda_anon_usage", value)
    return {}


def _by_command_without_plugins(conda: Conda, value: str) -> dict[str, str]:
    conda("--no-plugins", "config", "--set", "anaconda_anon_usage", value)
    return {}


def _by_variable(_: Conda, value: str) -> dict[str, str]:
    return {"CONDA_ANACONDA_ANON_USAGE": value}


def _by_do_not_track(_: Conda, value: str) -> dict[str, str]:
    return {"DO_NOT_TRACK": value}


@pytest.mark.takes_turns(5, among="the longest")
@pytest.mark.parametrize(
    ("choose", "value"),
    [
        (_by_command, "off"),
        (_by_command, "no"),
        (_by_command_without_plugins, "false"),
        (_by_condarc, "off"),
        (_by_variable, "off"),
        (_by_do_not_track, "1"),
    ],
)
def test_off_is_the_version_alone_and_touches_no_file(
    conda: Conda, channel: Channel, choose: Callable[[Conda, str], dict[str, str]], value: str
) -> None:
    """Neither on disk nor on the wire is anything left but ``aau/VERSION``."""
    variables = choose(conda, value)
    assert _token_files(conda) == []
    conda("create", "-n", "quiet", "tiny", **variables)
    requests = channel.new_requests()
    assert len(requests) >= 3
    assert {request.suffix for request in requests} == {OFF}
    assert _token_files(conda) == []


def test_a_choice_that_cannot_be_read_is_taken_for_off(conda: Conda, channel: Channel) -> None:
    """Who writes that does not mean *on*. conda itself refuses to install, and before 24.11 to search."""
    _by_condarc(conda, "maybe")
    conda("search", "tiny", status=int(conda.release < (24, 11)))
    assert "anaconda_anon_usage" in conda("install", "tiny", status=1).stderr
    assert {request.suffix for request in channel.new_requests()} <= {OFF}
    assert _token_files(conda) == []


@pytest.mark.takes_turns(5, among="the longest")
def test_off_reads_no_file_and_on_sends_the_same_tokens_again(conda: Conda, channel: Channel) -> None:
    """A token file that nobody could read unnoticed stays unread; the choice can be taken back."""
    conda("install", "tiny=1.0")
    before = channel.new_requests()[0].tokens
    files = _token_files(conda)
    assert len(files) == 2
    for path in files:
        os.utime(path, (0, 0))  # a later read would set the time of access anew
    conda("config", "--set", "anaconda_anon_usage", "off")
    conda("update", "--all")
    conda("search", "tiny", "--override-channels", "-c", channel.url)
    assert {request.suffix for request in channel.new_requests()} == {OFF}
    assert [path.stat().st_atime for path in files] == [0, 0]
    conda("config", "--set", "anaconda_anon_usage", "on")
    conda("install", "tiny=1.0")
    after = channel.new_requests()[0].tokens
    assert (after["c"], after["e"]) == (before["c"], before["e"])


@pytest.mark.takes_turns(5, among="the longest")
def test_the_setting_is_one_of_condas_own(conda: Conda) -> None:
    """``--show``, ``--get``, ``--describe`` and ``--remove-key`` know it."""
    assert conda("config", "--show", "anaconda_anon_usage").stdout == "anaconda_anon_usage: True\n"
    conda("config", "--set", "anaconda_anon_usage", "off")
    assert "anaconda_anon_usage: false" in conda.condarc.read_text()
    assert json.loads(conda("config", "--show", "anaconda_anon_usage", "--json").stdout) == {
        "anaconda_anon_usage": False
    }
    assert conda("config", "--get", "anaconda_anon_usage").stdout == "--set anaconda_anon_usage False\n"
    assert "anaconda_anon_usage (bool)" in conda("config", "--describe", "anaconda_anon_usage").stdout
    conda("config", "--remove-key", "anaconda_anon_usage")
    assert "anaconda_anon_usage" not in conda.condarc.read_text()
    wrong = conda("config", "--set", "anaconda_anon_usage", "maybe", status=1)
    assert "Traceback" not in wrong.stderr


def test_an_administrator_has_the_last_word(conda: Conda, channel: Channel) -> None:
    """``#!final`` in the system's condarc outdoes the user's."""
    (conda.root / ".condarc").write_text("anaconda_anon_usage: false  #!final\n")
    _by_condarc(conda, "true")
    conda("search", "tiny")
    assert {request.suffix for request in channel.new_requests()} == {OFF}


@pytest.mark.takes_turns(5, among="the longest")
def test_conda_info_hides_the_values(conda: Conda) -> None:
    """Both forms show which tokens are sent, and no value."""
    text = conda("info").stdout
    shown = rf"user-agent : conda/{re.escape(conda.version)} .* {re.escape(OFF)} c/\. s/\. e/\.\n"
    assert re.search(shown, text)
    as_json = conda("info", "--json").stdout
    assert json.loads(as_json)["user_agent"].endswith(f" {OFF} c/. s/. e/.")
    assert not any(_first_line(path) in text + as_json for path in _token_files(conda))
    assert json.loads(conda("info", "--json", DO_NOT_TRACK="1").stdout)["user_agent"].endswith(f" {OFF}")


def test_a_report_of_an_unexpected_error_hides_the_values(conda: Conda, tmp_path: Path) -> None:
    """People post these reports."""
    (tmp_path / "root" / "conda-meta" / "broken-1-0.json").write_text("[]")
    done = conda("list", status=1, CONDA_REPORT_ERRORS="false")
    assert "ERROR REPORT" in done.stderr
    assert f"{OFF} c/. s/.\n" in done.stderr
    assert not any(_first_line(path) in done.stderr for path in _token_files(conda))


@pytest.mark.parametrize(
    ("option", "path", "status"),
    [("-vvv", "", 0), ("--json", "/none", 1)],
    ids=["its log of each request", "its error with the request in it"],
)
def test_nothing_that_conda_prints_of_a_request_has_the_values(
    conda: Conda, channel: Channel, option: str, path: str, status: int
) -> None:
    """They are sent, and shown hidden: people post what conda printed."""
    done = conda("install", "tiny", "--override-channels", "-c", channel.url + path, option, status=status)
    match = ALL.fullmatch(channel.new_requests()[0].suffix)
    assert match
    assert f"{OFF} c/. s/. e/." in done.stdout + done.stderr
    assert not any(value in done.stdout + done.stderr for value in match.groups())


@pytest.mark.takes_turns(4)
@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--version"], 0),
        (["clean", "--all"], 0),
        (["run", "sh", "-c", "exit 7"], 7),
        (["list", "-n", "nosuchenvironment"], 1),
        (["install", "nosuchpackage"], 1),
        (["nosuchcommand"], 2),
        (["shell.posix", "deactivate"], 0),
        (["info", "--base"], 0),
    ],
)
def test_no_command_returns_or_prints_anything_else(conda: Conda, arguments: list[str], status: int) -> None:
    """Even where everything in the plug-in fails, a command says and returns what it would without it."""
    without = conda("--no-plugins", *arguments, status=status) if "shell.posix" not in arguments else None
    with_plugin = conda(*arguments, status=status)
    shutil.rmtree(conda.home / ".conda", ignore_errors=True)
    (conda.home / ".conda").touch()
    shutil.rmtree(conda.root / "etc", ignore_errors=True)
    (conda.root / "etc").touch()
    broken = conda(*arguments, status=status)
    assert _without_spinner(broken.stdout) == _without_spinner(with_plugin.stdout)
    if without:
        # conda lists the commands that there are: those of other plug-ins too, where they are installed
        said, would_say = (re.sub(r"\(choose from .*\)", "", run.stderr) for run in (with_plugin, without))
        assert said == would_say
        assert _without_spinner(with_plugin.stdout) == _without_spinner(without.stdout)


@pytest.mark.parametrize("home", ["", "missing"])
def test_without_a_home_the_token_is_left_out(conda: Conda, channel: Channel, home: str) -> None:
    """What could not be saved is not sent, nothing lands in the working directory, and one may ask why."""
    before = sorted(conda.home.parent.iterdir())
    variables = {
        "HOME": home and str(conda.home.parent / home),
        "CONDARC": str(conda.condarc),
        "ANACONDA_ANON_USAGE_DEBUG": "1",
    }
    # Without the dry run conda itself would make a home, for its list of environments.
    done = conda("install", "tiny", "--dry-run", **variables)
    assert "anaconda-anon-usage: no home" in done.stderr
    assert "anaconda-anon-usage" not in done.stdout
    assert {tuple(request.tokens) for request in channel.new_requests()} == {("aau", "s", "e")}
    assert sorted(conda.home.parent.iterdir()) == before


def test_activation_is_left_alone(conda: Conda) -> None:
    """In each new shell conda 25.5 and later call the hook, and ``main_info`` would cost milliseconds."""
    code = """
from anaconda_anon_usage import plugin
(command,) = plugin.conda_pre_commands()
asked = ["activate", "commands", "deactivate", "hook", "reactivate", "install", "info", "anything"]
print(*(name for name in asked if name in command.run_for))
"""
    done = subprocess.run(
        [conda.root / "bin" / "python", "-c", code],
        env=conda.variables,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "install info anything\n"


def test_the_plug_in_imports_nothing_but_itself(conda: Conda) -> None:
    """Whatever else it needs, conda has imported already: time that a command does not lose."""
    code = """
import sys
import conda.cli.main_info, conda.common.configuration, conda.plugins.manager, conda.base.context as base
assert " aau/" not in base.context.user_agent
before = set(sys.modules)
from anaconda_anon_usage import plugin
(command,) = plugin.conda_pre_commands()
command.action("install")
from anaconda_anon_usage import request_headers
assert " aau/" in request_headers.build_user_agent()
assert " aau/" not in base.context.user_agent
print(*sorted(set(sys.modules) - before))
"""
    done = subprocess.run(
        [conda.root / "bin" / "python", "-c", code],
        env=conda.variables,
        capture_output=True,
        text=True,
        check=True,
    )
    own = {f"anaconda_anon_usage.{name}" for name in MODULES}
    assert (
        set(done.stdout.split()) - {"anaconda_anon_usage", "fcntl", "hashlib", "_hashlib", "_blake2"} == own
    )


def test_the_header_is_of_the_type_that_conda_documents(conda: Conda, channel: Channel) -> None:
    """``CondaRequestHeader(name, value)`` since 24.11; where conda has none yet, one like it stands in."""
    code = f"""
from dataclasses import asdict, dataclass
from conda.plugins import types
if not hasattr(types, "CondaRequestHeader"):
    @dataclass
    class CondaRequestHeader:
        name: str
        value: str
    types.CondaRequestHeader = CondaRequestHeader
from conda.base.context import reset_context
from anaconda_anon_usage import request_headers, plugin
reset_context()
request_headers.prepare("search")
for host in ("{channel.host}", "elsewhere.test"):
    for header in plugin.conda_request_headers(host=host, path="/noarch/tiny-1.0-0.tar.bz2"):
        assert type(header) is types.CondaRequestHeader
        print(header.name.lower(), header.value.encode().decode())
"""
    (line,) = conda.python(code).splitlines()
    assert line.startswith(f"user-agent conda/{conda.version} ")
    assert f" {OFF} c/{_first_line(conda.home / '.conda' / 'aau_token')} s/" in line
