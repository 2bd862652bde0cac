"""The log of a real web server, with the real conda and the plug-in."""

import re
from collections import Counter
from itertools import accumulate, pairwise

import pytest

from e2e.access_log import Line
from e2e.scenario import Outcome
from e2e.truth import CondaCommand, Truth

Logged = tuple[tuple[CondaCommand, tuple[Line, ...]], ...]

VERSION_ALONE = re.compile(r"aau/[0-9][0-9A-Za-z.+]*")
VERSION_AND_TOKENS = re.compile(VERSION_ALONE.pattern + r" c/[\w-]{22} s/[\w-]{22}( e/[\w-]{22})?", re.ASCII)


@pytest.fixture(scope="module")
def logged(lines: tuple[Line, ...], truth: Truth) -> Logged:
    """Each command of the truth with its lines: conda ran one command after the other."""
    by_conda = tuple(line for line in lines if line.is_conda)
    ends = accumulate((len(command.requests) for command in truth.commands), initial=0)
    cuts = [by_conda[begin:end] for begin, end in pairwise(ends)]
    assert sum(map(len, cuts)) == len(by_conda)
    return tuple(zip(truth.commands, cuts, strict=True))


def tokens(lines: tuple[Line, ...], prefix: str) -> set[str]:
    """The distinct values of a token."""
    return {value for line in lines if (value := line.token(prefix))}


@pytest.mark.takes_turns(5, among="the longest")
def test_each_request_of_the_client_has_one_line(logged: Logged) -> None:
    """What conda says that it requested is what nginx logged, command for command."""
    for command, lines in logged:
        requested = Counter((request.method, request.path, request.status) for request in command.requests)
        assert Counter((line.method, line.path, line.status) for line in lines) == requested


def test_each_fetch_of_a_stranger_has_one_line(lines: tuple[Line, ...], truth: Truth) -> None:
    """What curl fetched is what nginx logged, in order, each machine with its own address."""
    seen = [(line.address, line.method, line.path, line.status) for line in lines if not line.is_conda]
    assert seen == [(fetch.address, fetch.method, fetch.path, fetch.status) for fetch in truth.fetches]


def test_packages_in_the_caches_are_the_downloads_in_the_log(logged: Logged) -> None:
    """Each new package in a cache left exactly one line; a package from the cache left none."""
    for command, lines in logged:
        names = [line.path.rsplit("/", 1)[1] for line in lines]
        packages = [name for name in names if name.endswith((".conda", ".tar.bz2"))]
        assert sorted(packages) == sorted(command.fetched)


def test_the_second_environment_took_its_packages_from_the_cache(truth: Truth) -> None:
    """The scenario has an environment that was made without a download."""
    first, *_ = [command for command in truth.commands if command.environment == "service"]
    assert not first.fetched


def test_one_package_was_upgraded(logged: Logged) -> None:
    """The environment that held acme-core 1.0 downloaded 1.1 later."""
    downloads = [
        line.path.rsplit("/", 1)[1].rsplit("-", 1)[0]
        for command, lines in logged
        for line in lines
        if command.environment == "analysis" and "/acme-core-" in line.path
    ]
    assert downloads == ["acme-core-1.0", "acme-core-1.1"]


def test_suffix_has_the_shape_of_the_contract(logged: Logged) -> None:
    """With sharing on: version, installation, session and perhaps environment. Off: the version alone."""
    for command, lines in logged:
        shape = VERSION_AND_TOKENS if command.sharing == "tokens" else VERSION_ALONE
        assert [line.suffix for line in lines if not shape.fullmatch(line.suffix)] == []


def test_strangers_have_no_suffix(lines: tuple[Line, ...]) -> None:
    """The plug-in speaks through conda alone."""
    assert {line.suffix for line in lines if not line.is_conda} == {""}


def test_two_installations_of_one_user_have_two_tokens(logged: Logged) -> None:
    """An installation has one ``c/``; the other installation under the same home has another."""
    alpha, beta = (
        {token for command, lines in logged if command.installation == name for token in tokens(lines, "c")}
        for name in ("alpha", "beta")
    )
    assert (len(alpha), len(beta)) == (1, 1)
    assert alpha != beta


def test_each_process_is_a_session_of_its_own(logged: Logged, truth: Truth) -> None:
    """One ``s/`` for a process, never seen again."""
    sessions = [tokens(lines, "s") for command, lines in logged if command.sharing == "tokens"]
    assert {len(values) for values in sessions} == {1}
    assert len(set().union(*sessions)) == truth.sessions


def test_environment_token_is_the_one_in_the_prefix(logged: Logged, outcome: Outcome) -> None:
    """If a command sends an environment token, it is what its own environment keeps."""
    for command, lines in logged:
        assert tokens(lines, "e") <= {outcome.environment_tokens[command.environment]}


def test_each_environment_is_seen(lines: tuple[Line, ...], truth: Truth, outcome: Outcome) -> None:
    """All environments of the scenario, the clone too, are in the log with a token of their own."""
    assert set(outcome.environment_tokens) == {command.environment for command in truth.commands}
    pairs = {(line.token("c"), line.token("e")) for line in lines if line.token("e")}
    assert len(pairs) == truth.environments
    assert {environment for _, environment in pairs} == set(outcome.environment_tokens.values())


def test_clone_is_another_environment(logged: Logged, outcome: Outcome) -> None:
    """``conda create --clone`` copies the token file, and yet the clone is logged with a token of its own."""
    original, clone = (
        {token for command, lines in logged if command.environment == name for token in tokens(lines, "e")}
        for name in ("analysis", "analysis-copy")
    )
    assert (original, clone) == (
        {outcome.environment_tokens["analysis"]},
        {outcome.environment_tokens["analysis-copy"]},
    )
    assert original != clone


def test_off_sends_no_token_and_on_again_the_same_as_before(logged: Logged) -> None:
    """Opting out leaves the version alone; opting in again brings the installation's ``c/`` back."""
    beta = [(command, lines) for command, lines in logged if command.installation == "beta"]
    assert [command.sharing for command, _ in beta] == ["tokens", "tokens", "off", "off", "tokens"]
    off = [line.suffix for command, lines in beta if command.sharing == "off" for line in lines]
    assert off
    assert all(VERSION_ALONE.fullmatch(suffix) for suffix in off)
    (before,) = tokens(beta[0][1], "c")
    assert tokens(beta[-1][1], "c") == {before}


def test_conda_info_shows_dots_instead_of_values(outcome: Outcome, lines: tuple[Line, ...]) -> None:
    """``conda info`` goes into bug reports, so it says which tokens there are and no value."""
    sent = set().union(*(tokens(lines, prefix) for prefix in "cse"))
    for said in outcome.info.values():
        (agent,) = [line for line in said.splitlines() if "user-agent :" in line]
        assert re.search(r" aau/\S+ c/\. s/\.( e/\.)?$", agent)
        assert [value for value in sent if value in said] == []


def test_conda_info_names_each_root_prefix(outcome: Outcome) -> None:
    """The two are installations of their own, with their own root prefix and package cache."""
    for name, said in outcome.info.items():
        assert re.search(rf"base environment : \S+/{name}  \(writable\)", said)
        assert re.search(rf"package cache : \S+/{name}/pkgs", said)
