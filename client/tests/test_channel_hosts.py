"""Which hosts get the tokens?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from anaconda_anon_usage import __version__, channel_hosts

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Channel, Conda

PACKAGE = "/noarch/tiny-1.0-0.tar.bz2"
OF_CHANNELS = """
from conda.base.context import context, reset_context
from anaconda_anon_usage import channel_hosts, plugin
reset_context()
print(*sorted(channel_hosts.find_channel_hosts(context)))
"""
GETS_TOKENS = """
from conda.base.context import context, reset_context
from anaconda_anon_usage import channel_hosts, plugin
reset_context()
print(channel_hosts.gets_tokens(context, {0!r}))
"""
#: conda itself brings the channel `pkgs/pro`, and the alias.
ALWAYS = {"conda.anaconda.org", "repo.anaconda.com"}


@pytest.mark.takes_turns(5, among="the longest")
def test_a_foreign_host_gets_condas_plain_user_agent(
    conda: Conda, channel: Channel, foreign: Channel
) -> None:
    """On the same machine, where a URL names no channel: another port is another host."""
    own = conda("--no-plugins", "info", "--json").stdout
    conda("create", "-n", "one", foreign.url + PACKAGE)
    conda("install", "-n", "one", "tiny=2.0")
    (request,) = [request for request in foreign.new_requests() if request.path == PACKAGE]
    assert request.user_agent.startswith(f"conda/{conda.version} ")
    assert request.user_agent in own
    requests = channel.new_requests()
    assert requests
    assert all(request.has_suffix for request in requests)


def test_a_foreign_host_gets_no_tokens_after_a_redirect(
    conda: Conda, channel: Channel, foreign: Channel
) -> None:
    """A channel that sends on to other hosts does not hand them its visitors' tokens."""
    channel.redirects = {path: foreign.url + path for path in (PACKAGE, "/linux-64/repodata.json")}
    conda("create", "-n", "one", "tiny=1.0")
    assert {request.has_suffix for request in channel.new_requests()} == {True}
    requests = foreign.new_requests()
    assert {request.path for request in requests} == {PACKAGE, "/linux-64/repodata.json"}
    assert {" aau" in request.user_agent for request in requests} == {False}


def test_a_redirect_to_the_same_host_keeps_them(conda: Conda, channel: Channel) -> None:
    """It is still the channel's."""
    channel.files["/moved/repodata.json"] = channel.files.pop("/linux-64/repodata.json")
    channel.redirects = {"/linux-64/repodata.json": channel.url + "/moved/repodata.json"}
    conda("search", "tiny")
    assert {request.has_suffix for request in channel.new_requests()} == {True}


def test_a_report_of_an_unexpected_error_is_sent_without_tokens(conda: Conda, foreign: Channel) -> None:
    """It goes to conda's authors, with the name of nobody. conda 26.1 and later send none."""
    (conda.root / "conda-meta" / "broken-1-0.json").write_text("[]")
    conda("list", status=1, CONDA_REPORT_ERRORS="true", CONDA_ERROR_UPLOAD_URL=foreign.url + "/report")
    sent = [(request.path, request.has_suffix) for request in foreign.new_requests()]
    assert sent == ([("/report", False)] if conda.release < (26, 1) else [])


@pytest.mark.parametrize(
    "arguments",
    [
        ["install", "tiny", "-c", "{0}"],
        ["install", "tiny", "--override-channels", "-c", "{0}"],
        ["search", "{0}::tiny"],
        ["env", "create", "-n", "new", "-f", "environment.yml"],
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_a_channel_that_the_command_names_gets_them(
    conda: Conda, foreign: Channel, tmp_path: Path, arguments: list[str]
) -> None:
    """Whether as an option, in a specification, or in a file."""
    (tmp_path / "environment.yml").write_text(f"channels: [{foreign.url}]\ndependencies: [tiny=1.0]\n")
    conda(*(argument.format(foreign.url) for argument in arguments))
    requests = foreign.new_requests()
    assert requests
    assert {request.has_suffix for request in requests} == {True}


@pytest.mark.parametrize(
    ("condarc", "expected"),
    [
        (
            "channels: [http://one.test/c, 'https://user:word@Two.test:8080/t/secret/c']",
            "one.test two.test:8080",
        ),
        ("channels: [https://one.test:443/c, http://two.test:80/c]", "one.test two.test"),
        ("default_channels: [https://default.test/main]", "default.test"),
        ("channel_alias: https://alias.test", "alias.test"),
        ("custom_channels: {mine: https://custom.test}", "custom.test"),
        ("custom_multichannels: {all: [https://a.test/x, https://b.test/y]}", "a.test b.test"),
        ("channels: ['file:///srv/channel', 'ftp://ftp.test/c', /srv/other]", ""),
    ],
)
def test_the_hosts_of_every_kind_of_channel(conda: Conda, condarc: str, expected: str) -> None:
    """All that conda's configuration knows, http and https alone, never a name or a password with them."""
    conda.condarc.write_text(condarc + "\n")
    assert set(conda.python(OF_CHANNELS).split()) - ALWAYS == set(expected.split())


@pytest.mark.parametrize(
    ("entry", "host", "allowed"),
    [
        ("repo.test", "repo.test", True),
        ("REPO.test.", "user:word@Repo.test:443", True),
        ("repo.test", "repo.test:8080", True),
        ("repo.test:8080", "repo.test:8080", True),
        ("repo.test:8080", "repo.test:8081", False),
        ("https://repo.test/pkgs/main", "repo.test", True),
        ("repo.test", "evilrepo.test", False),
        ("repo.test", "repo.test.evil", False),
        ("*.test", "repo.test", True),
        ("*.repo.test", "repo.test", False),
        ("*.repo.test", "evilrepo.test", False),
        ("[::1]", "[::1]:8080", True),
        ("[::1]:8080", "[::1]:8081", False),
    ],
)
def test_which_host_an_entry_of_the_list_is(entry: str, host: str, *, allowed: bool) -> None:
    """A name for all its ports, a name with a port, or all names below a domain."""
    context = type("Context", (), {"anaconda_anon_usage_hosts": (entry,)})
    assert channel_hosts.gets_tokens(context, host, {channel_hosts.normalize_host(host)}) is allowed


@pytest.mark.takes_turns(5, among="the longest")
def test_the_list_of_hosts_narrows_and_never_widens(conda: Conda, channel: Channel, foreign: Channel) -> None:
    """A command of conda sets it; a host of the list that no channel has gets nothing."""
    with conda.condarc.open("a") as condarc:
        condarc.write(f"custom_channels: {{other: {foreign.url}}}\n")
    conda("config", "--append", "anaconda_anon_usage_hosts", foreign.host)
    conda("config", "--append", "anaconda_anon_usage_hosts", "nowhere.test")
    assert conda("config", "--show", "anaconda_anon_usage_hosts").stdout == (
        f"anaconda_anon_usage_hosts:\n  - {foreign.host}\n  - nowhere.test\n"
    )
    conda("search", "tiny")
    assert {" aau" in request.user_agent for request in channel.new_requests()} == {False}
    assert conda.python(GETS_TOKENS.format(foreign.host)) == "True\n"
    assert conda.python(GETS_TOKENS.format("nowhere.test")) == "False\n"
    conda("search", "tiny", CONDA_ANACONDA_ANON_USAGE_HOSTS=f"{channel.host},elsewhere.test")
    assert {request.has_suffix for request in channel.new_requests()} == {True}


def test_off_says_so_to_hosts_of_channels_alone(conda: Conda, channel: Channel, foreign: Channel) -> None:
    """The version of the plug-in is nobody else's business either."""
    conda("create", "-n", "one", f"{foreign.url}{PACKAGE}", DO_NOT_TRACK="1")
    conda("search", "tiny", DO_NOT_TRACK="1")
    assert {request.has_suffix for request in foreign.new_requests()} == {False}
    assert {request.suffix for request in channel.new_requests()} == {f"aau/{__version__}"}
